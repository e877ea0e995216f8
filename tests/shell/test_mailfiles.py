"""The files that `:save` writes, byte by byte, however the network cut the message."""

from __future__ import annotations

import itertools
import mailbox
import os
import re
import stat
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pop3shell.shell.mailfiles import Mbox, OneFile, create, open_target

posix = pytest.mark.skipif(sys.platform == "win32", reason="modes and devices of POSIX")

contents = st.lists(
    st.one_of(
        st.sampled_from([b"From ", b"From", b">From ", b">", b"F", b"Fr", b"\r\n", b"\r", b"\n",
                         b"\r\n\r\n", b"Subject: a\r\n", b"From:", b"from "]),
        st.binary(max_size=4),
    ),
    max_size=12,
).map(b"".join)  # fmt: skip


def quoted(content: bytes) -> bytes:
    """The reference: mboxrd, one line at a time."""
    lines = content.split(b"\n")
    whole = b"\n".join(b">" + line if re.match(rb">*From ", line) else line for line in lines)
    return whole + (b"\n" if not content or content.endswith(b"\n") else b"\n\n")


def pieces(content: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted(cut % (len(content) + 1) for cut in cuts), len(content)]
    return [content[a:b] for a, b in itertools.pairwise(edges)]


@given(st.lists(st.tuples(contents, st.lists(st.integers(min_value=0), max_size=5)), max_size=3))
@example([(b"From a\r\n>From b\r\nFrom", [1, 2, 3, 4, 5, 6, 8, 9, 10])])
@example([(b"x\r\nFrom y", [4, 5, 6, 7])])
@example([(b"", []), (b"From ", [])])
def test_an_mbox_is_the_same_however_the_messages_come(messages):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "x.mbox")
        target = Mbox(path)
        for number, (content, cuts) in enumerate(messages, 1):
            target.begin(number)
            for piece in pieces(content, cuts):
                target.write(piece)
            target.finish()
        target.close()
        written = path.read_bytes()
    separator = written.partition(b"\n")[0] + b"\n" if messages else b""
    assert re.fullmatch(rb"From MAILER-DAEMON \w{3} \w{3} [ \d]{2} [\d:]{8} \d{4}\n|", separator)
    assert written == b"".join(separator + quoted(content) for content, _ in messages)


@given(st.lists(contents, min_size=1, max_size=4))
def test_an_mbox_has_as_many_messages_as_were_saved(messages):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "x.mbox")
        target = Mbox(path)
        for number, content in enumerate(messages, 1):
            target.begin(number)
            target.write(content)
            target.finish()
        target.close()
        box = mailbox.mbox(path, create=False)
        found = [box.get_bytes(key) for key in box.keys()]  # noqa: SIM118
        box.close()
    assert len(found) == len(messages)
    for content, read in zip(messages, found, strict=True):
        unquoted = re.sub(rb"(?m)^>(>*From )", rb"\1", read)
        assert unquoted.rstrip(b"\r\n") == content.rstrip(b"\r\n")


@posix
def test_what_is_made_is_for_the_owner_only(tmp_path):
    before = os.umask(0)
    try:
        create(tmp_path / "a.eml").close()
        target = open_target(str(tmp_path / "folder") + "/", sys.stdout.buffer, 1)
        target.begin(1)
        target.close()
        Mbox(tmp_path / "a.mbox").close()
    finally:
        os.umask(before)
    modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in tmp_path.rglob("*")}
    assert modes == {"a.eml": 0o600, "folder": 0o700, "1.eml": 0o600, "a.mbox": 0o600}


def test_nothing_is_overwritten_not_even_behind_a_link(tmp_path):
    (tmp_path / "a.eml").write_bytes(b"kept")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    for name in ("a.eml", "dangling"):
        with pytest.raises(FileExistsError):
            OneFile(tmp_path / name)
    assert (tmp_path / "a.eml").read_bytes() == b"kept"
    assert not (tmp_path / "nowhere").exists()


@posix
def test_a_device_gets_what_is_saved_and_is_left_as_it_is(tmp_path):
    """`:save 1 /dev/null`, or a pipe to another program: nothing is created in its place."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        for name in ("/dev/null", str(pipe)):
            target = open_target(name, sys.stdout.buffer, 1)
            assert target.name == name
            target.begin(1)
            target.write(b"Subject: a\r\n")
            target.finish()
            target.close()
        assert os.read(reading, 100) == b"Subject: a\r\n"
    finally:
        os.close(reading)
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
