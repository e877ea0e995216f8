"""A message for people: header, structure and text; broken MIME shows what it can, and why."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop3shell.protocol.visible import visible_text
from pop3shell.server.maildrops.sample import SampleSource
from pop3shell.view import message as module
from pop3shell.view.markup import LIMIT, text_of
from pop3shell.view.message import describe, header_lines

CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f]")


def mail(*lines: str | bytes) -> bytes:
    octets = (line if isinstance(line, bytes) else line.encode() for line in lines)
    return b"".join(line + b"\r\n" for line in octets)


MULTIPART = mail(
    "From: a@example.org",
    "Content-Type: multipart/mixed; boundary=x",
    "",
    "--x",
    "Content-Type: multipart/alternative; boundary=y",
    "",
    "--y",
    "Content-Type: text/html",
    "",
    "<p>the <b>HTML</b></p>",
    "--y",
    "Content-Type: text/plain; charset=iso-8859-1",
    "Content-Transfer-Encoding: quoted-printable",
    "",
    "the text: =FC",
    "--y--",
    "--x",
    "Content-Type: application/pdf",
    "Content-Transfer-Encoding: base64",
    "Content-Disposition: attachment; filename*=utf-8''gr%C3%BC%C3%9Fe.pdf",
    "",
    "AAAA",
    "--x--",
)


def test_the_structure_is_a_tree():
    assert describe(MULTIPART).structure == [
        "1  multipart/mixed",
        "  1.1  multipart/alternative",
        "    1.1.1  text/html, 22 octets",
        "    1.1.2  text/plain, charset iso-8859-1, quoted-printable, 13 octets",
        '  1.2  application/pdf, base64, "grüße.pdf", 4 octets',
    ]


def test_plain_text_is_preferred_and_decoded():
    shown = describe(MULTIPART)
    assert (shown.text, shown.notes) == (["the text: ü"], [])


def test_an_attached_message_is_taken_apart_too():
    inner = mail("Subject: inner", "", "hello")
    shown = describe(mail("Content-Type: message/rfc822", "", inner.rstrip()))
    assert [line.split()[:2] for line in shown.structure] == [
        ["1", "message/rfc822"],
        ["1.1", "text/plain,"],
    ]
    assert shown.text == ["hello"]


def test_html_alone_is_stripped_of_its_tags():
    html = "<html><head><title>t</title><style>p {}</style></head><body><h1>News</h1>\r\n"
    html += "<p>One <a href='http://evil.example/'>link</a> &amp; 8&nbsp;bits</p>"
    html += "<script>alert(1)</script><ul><li>a<li>b</ul><img alt='A cat' src='x'></body></html>"
    shown = describe(mail("Content-Type: text/html; charset=utf-8", "", html))
    assert [line for line in shown.text if line] == [
        "News",
        "One link & 8 bits",
        "* a",
        "* b",
        "[A cat]",
    ]
    assert any("HTML" in note for note in shown.notes)


@pytest.mark.parametrize(
    "html",
    ["", "<", "<![", "<![if x", "<!--", "</", "&#xD800;&#99999999;", "<a b='", "<script>", "]]>"],
)
def test_broken_html_raises_nothing(html):
    text, _ = text_of("before " + html + " after")
    assert text.startswith("before")


def test_a_line_end_in_an_encoded_word_makes_up_no_field_and_no_part():
    forged = "=?utf-8?q?hello=0D=0AFrom:_root=0A+OK?="
    shown = describe(
        mail(
            "From: a@example.org",
            f"Subject: {forged}",
            f"Content-Transfer-Encoding: {forged}",
            f'Content-Disposition: attachment; filename="{forged}"',
            "",
            "text",
        )
    )
    assert shown.header == ["From: a@example.org", r"Subject: hello\x0d\x0aFrom: root\x0a+OK"]
    assert not CONTROLS.search("".join(shown.structure))


@pytest.mark.parametrize("begun", ["<a ", '<a b="', "<!--", "</a", "<!", "<![if "])
def test_tags_that_never_end_take_no_minutes_and_hide_nothing(begun):
    text, _ = text_of("before <p>" + begun * (LIMIT // 10) + "behind")
    assert text.startswith("before")
    assert text.endswith("behind")


def test_only_the_beginning_of_endless_html_is_read():
    text, note = text_of("<p>x</p>" * (LIMIT // 4))
    assert "beginning" in note
    assert text


@pytest.mark.parametrize(
    ("lines", "note"),
    [
        (("Content-Type: multipart/mixed", "", "x"), "a multipart without a boundary"),
        (("Content-Type: multipart/mixed; boundary=b", "", "x"), "boundary of a multipart never"),
        (("Content-Type: multipart/mixed; boundary=b", "", "--b", "", "x"), "closing boundary"),
        (("Content-Transfer-Encoding: base64", "", "!!!!AAA"), "base64"),
        (("From: a", "no field", "", "x"), "ends without a blank line"),
        (("From: a", "From: b", "", "x"), "From is there 2 times"),
        (("", "x"), "no header field could be read"),
        (("Content-Type: text/plain; charset=klingon", "", "x"), "KLINGON is not known"),
        (("Content-Type: text/plain; charset=utf-8", "", b"\xff"), "no UTF-8"),
        (("From: a", "", b"\xc3\xbc"), "above 127"),
        (("Content-Type: image/png", "", "x"), "no part that is text"),
    ],
)
def test_what_is_wrong_is_said(lines, note):
    shown = describe(mail(*lines))
    assert any(note in said for said in shown.notes), shown.notes
    assert shown.structure


def test_parts_nested_without_end_are_read_as_far_as_can_be():
    deep = "".join(
        f"Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n" for n in range(2000)
    )
    shown = describe(b"Subject: deep\r\n" + deep.encode() + b"\r\nthe bottom\r\n")
    assert shown.header == ["Subject: deep"]
    assert shown.notes
    assert shown.lines()


def test_more_parts_than_fit_are_counted_not_listed():
    parts = "--b\r\n\r\nx\r\n" * (module.PARTS + 50) + "--b--\r\n"
    shown = describe(mail("Content-Type: multipart/mixed; boundary=b", "", parts))
    assert len(shown.structure) == module.PARTS
    assert any("only the first" in note for note in shown.notes)


def test_a_long_text_is_cut_and_says_so():
    shown = describe(mail("Subject: x", "", *["line"] * (module.LINES + 1)))
    assert len(shown.text) == module.LINES
    assert any(":save" in note for note in shown.notes)


def test_tabs_become_blanks_and_only_crlf_ends_a_line():
    shown = describe(mail("Subject: x", "", "a\tb", "c\x0bd\u2028e"))
    assert shown.text == ["a       b", "c\x0bd\u2028e"]


def test_a_field_of_many_addresses_is_cut():
    lines, _ = header_lines(mail("To: " + ", ".join(["someone@example.org"] * 1000)))
    assert len(lines[0]) < module.FIELD + 20


@pytest.mark.parametrize("index", range(17))
def test_every_message_of_the_sample_maildrop_is_shown(index):
    shown = describe(SampleSource().messages()[index].content())
    assert shown.header
    assert shown.structure
    assert all(visible_text(line).isprintable() for line in shown.lines())


@given(st.binary(max_size=400))
def test_no_octets_raise_anything(octets):
    kinds = (b"", b"Content-Type: multipart/mixed; boundary=a\r\n", b"Content-Type: " + octets)
    for kind in kinds:
        for line in describe(kind + b"\r\n" + octets + b"\r\n--a\r\n" + octets).lines():
            assert not CONTROLS.search(visible_text(line))
