"""Where transcripts go: no name leads out of the folder, and nothing is overwritten."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pop3shell.transcript.errors import RecordingFailed
from pop3shell.transcript.place import Place


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("mail.example.com", "mail.example.com-"),
        ("::1", "1-"),
        ("fe80::1%eth0", "fe80_1_eth0-"),
        ("../../etc", "etc-"),
        ("", "session-"),
        ("x" * 300, "x" * 100 + "-"),
    ],
)
def test_a_file_in_a_folder_is_named_after_the_host_and_stays_in_it(tmp_path, host, shown):
    path, out = Place(tmp_path, folder=True).open(host)
    out.close()
    assert path.parent == tmp_path
    assert path.name.lstrip("/").startswith(shown)
    assert path.suffix == ".pop3"


def test_a_place_that_cannot_be_written_to_is_no_endless_search(tmp_path):
    with pytest.raises(RecordingFailed, match="cannot write"):
        Place(tmp_path / "missing", folder=True).open("host")


def test_further_sessions_go_beside_the_first_past_what_is_there(tmp_path):
    place = Place(tmp_path / "a.pop3")
    (tmp_path / "a-2.pop3").write_text("precious")
    names = []
    for _ in range(3):
        path, out = place.open("host")
        out.close()
        names.append(path.name)
        place = replace(place, further=True)
    assert names == ["a.pop3", "a-3.pop3", "a-4.pop3"]
    assert (tmp_path / "a-2.pop3").read_text() == "precious"


@pytest.mark.parametrize("folder", [True, False])
def test_to_see_whether_it_can_be_written_to_leaves_nothing_behind(tmp_path, folder):
    Place(tmp_path if folder else tmp_path / "a.pop3", folder=folder).check()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", ["missing/a.pop3", "", "precious"])
def test_what_cannot_be_written_to_is_told(tmp_path, path):
    (tmp_path / "precious").write_text("precious")
    with pytest.raises(RecordingFailed):
        Place(tmp_path / path).check()
    assert (tmp_path / "precious").read_text() == "precious"
