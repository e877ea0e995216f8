"""A replay as a transcript of its own: what was said this time, without a secret."""

from __future__ import annotations

import asyncio
import hashlib
import io
import shutil
from collections.abc import Callable

import pytest
from support.practice import SECONDS
from support.program import SHORT_SESSION
from support.scripted import ScriptedServer, dialogue, expect
from support.transcripts import happened_in, said_in, texts_of

from pop3shell.net.recording import ClientRecording
from pop3shell.net.replay.model import Outcome, Rules, Target
from pop3shell.net.replay.player import replay
from pop3shell.net.replay.reading import make_script
from pop3shell.net.replay.secrets import WRONG_WORD, find_secrets
from pop3shell.net.tls_settings import TlsSettings
from pop3shell.server.certificates import SelfMade
from pop3shell.transcript.compare import Level
from pop3shell.transcript.place import Place
from pop3shell.transcript.reader import read, read_file

HEAD = "%POP3-TRANSCRIPT 1\n"
LOGIN = ("S: +OK", "C: USER mrose", "S: +OK", "C: PASS ${password}", "S: +OK")


class Replay:
    """Replays against a server, and records that; ``trouble`` is what the user is told."""

    def __init__(self, path) -> None:
        self.path = path
        self.trouble: list[str] = []
        self.values: dict[str, bytes] = {}
        self.max_body: int | None = None

    def __call__(self, server, *lines: str, **options) -> Outcome:
        text = HEAD + "".join(f"{line}\n" for line in lines)
        return self.script(server, make_script(read(io.BytesIO(text.encode()))), **options)

    def script(self, server, script, *, rules=None, **target) -> Outcome:
        async def ask(name: str, account: bool) -> str | None:
            return "tanstaaf" if account else None

        async def play() -> Outcome:
            found = await find_secrets(script, self.values, "", ask)
            where = Target(server.host, server.port, **{"timeout": SECONDS, **target})
            async with asyncio.timeout(SECONDS):
                return await replay(script, found, where, rules or Rules(), self._record)

        return asyncio.run(play())

    def _record(self, client, mask) -> ClientRecording:
        place = Place(self.path, max_body=self.max_body)
        tell: Callable[[str], None] = self.trouble.append
        return ClientRecording(
            place, client, tell=tell, say=tell, redactor=mask, server="mail.example.com:110"
        )


@pytest.fixture
def again(tmp_path) -> Replay:
    return Replay(tmp_path / "again.pop3")


def test_what_is_said_this_time_is_recorded(again, practice_server) -> None:
    server = practice_server(timestamp=b"<2@host>")
    outcome = again(server, *LOGIN, "C: STAT", "S: +OK 0 0", "C: QUIT", "S: +OK")
    assert len(outcome.differences) == 1
    assert texts_of(again.path) == [
        f"*: connected 127.0.0.1:{server.port}",
        "S: +OK pop3shell practice server ready <2@host>",
        *SHORT_SESSION,
        "*: closed by server",
    ]
    assert again.path.read_text().splitlines()[1] == "%server: mail.example.com:110"


def test_what_was_recorded_of_a_replay_can_be_replayed(again, practice_server) -> None:
    server = practice_server(timestamp=b"<2@host>")
    again(server, *LOGIN, "C: RETR 1", "S: +OK", "S: .", "C: LIST", "S: +OK", "S: .", "C: QUIT",
          "S: +OK")  # fmt: skip
    script = make_script(read_file(again.path))
    other = Replay(again.path.with_name("third.pop3"))
    outcome = other.script(server, script, rules=Rules(Level.EXACT))
    assert (outcome.differences, outcome.trouble, outcome.replies) == ([], "", 6)
    assert said_in(other.path) == said_in(again.path)


def test_what_is_added_for_safety_is_recorded_too(again, practice_server) -> None:
    again(practice_server(), *LOGIN, "C: DELE 1", "S: +OK", "C: QUIT", "S: +OK")
    said = said_in(again.path)
    assert said[said.index("C: RSET") + 2] == "C: QUIT"


def test_nobody_listens_and_no_file_is_left(again) -> None:
    with ScriptedServer() as server:
        again(server, "S: +OK", "C: NOOP", "S: +OK")
    again.path.unlink()
    outcome = again(server, "S: +OK", "C: NOOP", "S: +OK")
    assert outcome.trouble
    assert not again.path.exists()


def test_tls_and_logins_are_told(again, practice_server, tmp_path) -> None:
    made = SelfMade(tmp_path)
    server = practice_server(tls=made.context)
    lines = ("S: +OK", "C: STLS", "S: +OK", "*: TLS established TLSv1.3 X",
             "*: auth PLAIN as mrose", "C: AUTH PLAIN ${sasl}", "S: +OK",
             "C: QUIT", "S: +OK")  # fmt: skip
    made.context()
    outcome = again(server, *lines, tls=TlsSettings(ca=str(made.ca_file)))
    assert (outcome.differences, outcome.trouble) == ([], "")
    texts = texts_of(again.path)
    at = texts.index("C: STLS")
    assert texts[at + 2].startswith("*: TLS established TLSv1.3 TLS_")
    assert texts[at + 3 : at + 5] == ["*: auth PLAIN as mrose", "C: AUTH PLAIN ${sasl}"]


def test_a_nonce_of_this_time_is_told(again, practice_server) -> None:
    lines = ("S: +OK", "*: auth SCRAM-SHA-256 as mrose nonce=fyko", "C: AUTH SCRAM-SHA-256 ${sasl}",
             "S: + x", "C: ${sasl}", "S: + x", "C:", "S: +OK", "C: QUIT", "S: +OK")  # fmt: skip
    outcome = again(practice_server(), *lines)
    assert outcome.trouble == ""
    (login,) = [text for text in happened_in(again.path) if text.startswith("auth ")]
    assert login.startswith("auth SCRAM-SHA-256 as mrose nonce=")
    assert "fyko" not in login


class TestSecrets:
    def test_placeholders_have_the_names_of_the_transcript(self, again) -> None:
        again.values = {"password3": b"third-word"}
        lines = ("S: +OK", "C: PASS ${password2}", "S: -ERR no", "C: PASS ${password3}", "S: +OK")
        steps = ("S: +OK", expect(f"PASS {WRONG_WORD.decode()}"), "S: -ERR no",
                 "C: PASS third-word", "S: +OK third-word")  # fmt: skip
        with ScriptedServer(*dialogue(*steps)) as server:
            again(server, *lines)
        assert said_in(again.path) == [
            "S: +OK", "C: PASS ${password}", "S: -ERR no", "C: PASS ${password3}",
            "S: +OK ${password3}",
        ]  # fmt: skip

    @pytest.mark.parametrize("word", ["tiny", "a-longer-secret"])
    def test_one_in_an_unknown_command_is_in_no_line(self, again, word) -> None:
        again.values = {"password2": word.encode()}
        with ScriptedServer(*dialogue("S: +OK", f"C: XA {word} {word}", "S: +OK")) as server:
            again(server, "S: +OK", "C: XA ${password2} ${password2}", "S: +OK")
        assert "C: XA ${password2} ${password2}" in said_in(again.path)
        assert word not in again.path.read_text()

    def test_digests_have_theirs(self, again) -> None:
        digest = hashlib.md5(b"<2@host>tanstaaf").hexdigest()
        steps = ("S: +OK <2@host>", f"C: APOP mrose {digest}", "S: +OK")
        with ScriptedServer(*dialogue(*steps)) as server:
            again(server, "S: +OK <1@host>", "C: APOP mrose ${apop}", "S: +OK")
        assert "C: APOP mrose ${apop}" in said_in(again.path)


def test_a_folder_that_vanishes_ends_the_recording_and_not_the_replay(again, tmp_path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    again.path = folder / "again.pop3"

    def vanish(*_: object) -> None:
        shutil.rmtree(folder)

    steps = ("S: +OK", "C: NOOP", vanish, "S: +OK", "C: NOOP", "S: +OK")
    with ScriptedServer(*dialogue(*steps)) as server:
        outcome = again(server, "S: +OK", "C: NOOP", "S: +OK", "C: NOOP", "S: +OK")
    assert (outcome.trouble, outcome.replies) == ("", 3)
    assert again.trouble == [
        f"{again.path} was removed while it was written; recording has stopped"
    ]


def test_elided_bodies_are_compared_by_size_and_digest(again, practice_server) -> None:
    again.max_body = 100
    server = practice_server(timestamp=b"<2@host>")
    again(server, *LOGIN, "C: RETR 1", "S: +OK", "S: .", "C: QUIT", "S: +OK")
    assert [text for text in happened_in(again.path) if text.startswith("elided ")]
    other = Replay(again.path.with_name("other.pop3"))
    other.max_body = 100
    for level in Level:
        other.path.unlink(missing_ok=True)
        outcome = other.script(server, make_script(read_file(again.path)), rules=Rules(level))
        assert (outcome.differences, outcome.replies) == ([], 5)
    assert said_in(other.path) == said_in(again.path)
    text = again.path.read_text().replace("sha256=", "sha256=0").replace("RETR 1", "RETR 2")
    digest = text.partition("sha256=0")[2][:64]
    script = make_script(read(io.BytesIO(text.replace("0" + digest, digest).encode())))
    other.path.unlink()
    assert other.script(server, script, rules=Rules(Level.EXACT)).differences
