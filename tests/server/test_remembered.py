"""The next login to the same mail is quick, and yet sees all that has changed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pop3shell.server.maildrops import remembered
from pop3shell.server.maildrops.sources import SourceError, open_source

OLD = 1_000_000_000 * 10**9  # nanoseconds since 1970: settled long ago


def write(path: Path, octets: bytes, changed: int = OLD) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(octets)
    os.utime(path, ns=(changed, changed))
    return path


def seen(source) -> list[tuple[str, int, bytes]]:
    return [(m.unique_id, m.octets, m.content()) for m in source.messages()]


def ids(source) -> list[str]:
    return [message.unique_id for message in source.messages()]


@pytest.fixture
def opens(monkeypatch):
    """The names of the files that were opened."""
    names: list[str] = []
    unspied = Path.open

    def spied(self: Path, *arguments, **options):
        names.append(self.name)
        return unspied(self, *arguments, **options)

    monkeypatch.setattr(Path, "open", spied)
    return names


@pytest.fixture
def later(monkeypatch) -> None:
    """What the test has written is long settled."""
    hour = 3600 * 10**9
    now = remembered.time.time_ns
    monkeypatch.setattr(remembered.time, "time_ns", lambda: now() + hour)


@pytest.fixture(params=["a Maildir", "a folder", "an mbox", "a message"])
def mail(request, tmp_path) -> Path:
    """Mail of every kind, not changed lately."""
    if request.param == "a Maildir":
        write(tmp_path / "cur" / "1.host:2,S", b"S: 1\n\none\n")
        write(tmp_path / "new" / "2.host", b"S: 2\n\ntwo\n")
    elif request.param == "a folder":
        write(tmp_path / "a.eml", b"S: 1\n\none\n")
        write(tmp_path / "b.eml", b"S: 1\n\none\n")
    elif request.param == "an mbox":
        return write(tmp_path / "inbox", b"From a\nS: 1\n\none\n\nFrom b\nS: 2\n\ntwo\n")
    else:
        return write(tmp_path / "m.eml", b"S: 1\n\none\n")
    return tmp_path


@pytest.mark.usefixtures("later")
def test_what_has_not_changed_is_not_read_again_and_is_the_same(mail, opens) -> None:
    source = open_source(mail)
    opens.clear()
    again = list(source.messages())
    assert opens == []
    assert again == list(open_source(mail).messages())
    assert [m.content() for m in again] == [content for _, _, content in seen(source)]


@pytest.mark.usefixtures("later")
def test_only_the_changed_file_is_read_again(tmp_path, opens) -> None:
    for name in "abc":
        write(tmp_path / f"{name}.eml", b"S: %s\n\n" % name.encode())
    source = open_source(tmp_path)
    write(tmp_path / "b.eml", b"S: changed\n\n", OLD + 1)
    (tmp_path / "c.eml").unlink()
    write(tmp_path / "d.eml", b"S: d\n\n")
    opens.clear()
    messages = list(source.messages())
    assert opens == ["b.eml", "d.eml"]
    assert [m.content().rstrip() for m in messages] == [b"S: a", b"S: changed", b"S: d"]
    assert [m.unique_id for m in messages] == [
        m.unique_id for m in open_source(tmp_path).messages()
    ]


def test_mail_added_to_an_mbox_is_seen_and_the_rest_keeps_its_unique_ids(tmp_path) -> None:
    box = write(tmp_path / "inbox", b"From a\nS: 1\n\none\n\n")
    source = open_source(box)
    (first,) = seen(source)
    with box.open("ab") as file:
        file.write(b"From b\nS: 2\n\ntwo\n\n")
    assert [content for _, _, content in seen(source)] == [first[2], b"S: 2\r\n\r\ntwo\r\n"]
    assert seen(source)[0] == first


@pytest.mark.skipif(os.name == "nt", reason="Windows has no time of the last change of status")
def test_other_octets_of_the_same_size_and_time_are_seen(tmp_path) -> None:
    file = write(tmp_path / "a.eml", b"S: 1\n\n")
    source = open_source(file)
    write(file, b"S: 2\n\n")  # as a copy that keeps the times does
    assert [content for _, _, content in seen(source)] == [b"S: 2\r\n\r\n"]


def test_what_has_changed_just_now_is_read_again(tmp_path, monkeypatch, opens) -> None:
    """It may change once more without its time changing."""
    file = write(tmp_path / "a.eml", b"S: 1\n\n")
    source = open_source(file)
    write(file, b"S: 22\n\n")
    monkeypatch.setattr(remembered.time, "time_ns", lambda: OLD + 10**9)
    opens.clear()
    for _ in range(2):
        source.messages()
    assert opens == ["a.eml", "a.eml"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no time of the last change of status")
def test_a_copy_made_just_now_is_read_again_however_old_its_mail(tmp_path, opens) -> None:
    """It sets back the time of the content; octets of the same number may follow in one tick."""
    source = open_source(write(tmp_path / "a.eml", b"S: 1\n\n"))
    opens.clear()
    source.messages()
    assert opens == ["a.eml"]


@pytest.mark.parametrize("field", ["changed", "octets", "inode", "status_changed"])
@pytest.mark.usefixtures("later")
def test_whatever_of_a_file_differs_it_is_read_again(tmp_path, monkeypatch, opens, field) -> None:
    source = open_source(write(tmp_path / "a.eml", b"S: 1\n\n"))
    known = remembered.stamp_of
    monkeypatch.setattr(remembered, "stamp_of", lambda found: known(found)._replace(**{field: 17}))
    opens.clear()
    source.messages()
    assert opens == ["a.eml"]


@pytest.mark.usefixtures("later")
def test_one_file_that_cannot_be_read_spoils_nothing_of_the_others(tmp_path, opens) -> None:
    source = open_source(write(tmp_path / "a.eml", b"S: 1\n\n").parent)
    try:
        (tmp_path / "b.eml").symlink_to(tmp_path / "gone")
    except OSError:
        pytest.skip("this platform lets nobody make links")
    with pytest.raises(SourceError, match=r"cannot read .*b\.eml"):
        source.messages()
    write(tmp_path / "gone", b"S: 2\n\n")
    opens.clear()
    assert len(source.messages()) == 2
    assert opens == ["b.eml"]
