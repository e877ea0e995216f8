r"""The pytest plugin: POP3 servers for the tests of POP3 clients.

Two fixtures, each a function that starts a server in a thread and returns it; every server is
stopped after the test::

    def test_my_client_counts_messages(mock_pop3):
        server = mock_pop3("session.txt")
        assert my_client.count(server.host, server.port) == 2
        assert not server.unmatched

    def test_my_client_fetches(pop3_server):
        server = pop3_server(messages=[b"Subject: hello\n\nworld\n"])
        assert my_client.fetch(server.host, server.port, "mrose", "tanstaaf")
"""

from __future__ import annotations

import os
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import pytest

if TYPE_CHECKING:
    from pop3shell.server.certificates import SelfMade
    from pop3shell.server.listener import PracticeServer
    from pop3shell.server.maildrops.maildrop import Message
    from pop3shell.server.mock.recollection import Recollection
    from pop3shell.server.mock.server import MockServer
    from pop3shell.server.sockets import Listener

T = TypeVar("T")

#: Seconds that starting and stopping a server may take.
SECONDS = 20.0


class Running:
    """A server in a thread. ``host`` and ``port`` are where it listens: on loopback only.

    With TLS it listens at ``tls_port``, too, with TLS from the first octet, and ``ca_file`` is the
    PEM file of the issuer that clients have to trust. Without TLS both are None.
    """

    def __init__(self, server: Listener, certificate: SelfMade | None = None) -> None:
        import asyncio
        import threading

        self.ca_file = certificate.ca_file if certificate else None
        self.tls_port: int | None = None
        self._server = server
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        try:
            self.host, self.port = self._call(server.start())
            if certificate:
                self.tls_port = self._call(server.start_tls_port())[1]
        except BaseException:
            self._end()
            raise

    def stop(self) -> None:
        """End all sessions; harmless when repeated."""
        if not self._loop.is_closed():
            self._call(self._server.close())
            self._end()

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(SECONDS)
        self._loop.close()

    def _call(self, work: Coroutine[Any, Any, T]) -> T:
        import asyncio

        return asyncio.run_coroutine_threadsafe(work, self._loop).result(SECONDS)


class RunningPractice(Running):
    """The practice server. ``accounts`` are the passwords by name."""

    def __init__(
        self,
        accounts: Mapping[str, str],
        server: PracticeServer,
        certificate: SelfMade | None = None,
    ) -> None:
        self.accounts = dict(accounts)
        super().__init__(server, certificate)


class RunningMock(Running):
    """A recorded server, and what its clients made of it; no secret is in that.

    A line is taken in before it is answered: whoever has the reply may ask.
    """

    def __init__(
        self, server: MockServer, recording: Recollection, certificate: SelfMade | None = None
    ) -> None:
        self._mock = server
        self._recording = recording
        super().__init__(server, certificate)

    @property
    def unmatched(self) -> list[str]:
        """Lines of all clients that are not in the recording."""
        return [line for session in self._sessions for line in session.play.unmatched]

    @property
    def substituted(self) -> list[tuple[str, str]]:
        """Lines of all clients that got the reply to another line with that verb, and that line."""
        return [pair for session in self._sessions for pair in session.play.substituted]

    @property
    def unasked(self) -> list[str]:
        """Lines of the recording that no client has sent."""
        from pop3shell.server.mock.reenact import Reenactment

        plays = [session.play for session in self._sessions] or [Reenactment(self._recording)]
        left = [{asked.number for asked in play.unasked} for play in plays]
        nowhere = set.intersection(*left)
        return [asked.shown for asked in plays[0].unasked if asked.number in nowhere]

    @property
    def _sessions(self) -> list[Any]:
        return list(self._mock.sessions)


class StartPractice(Protocol):
    """What the fixture ``pop3_server`` is."""

    def __call__(
        self,
        messages: Iterable[bytes] | str | os.PathLike[str] | None = None,
        accounts: Mapping[str, str] | None = None,
        *,
        tls: bool = False,
    ) -> RunningPractice:
        """Start the practice server.

        ``messages`` are whole messages, or the path of a Maildir, an mbox or a folder of
        ``.eml`` files; left out, it is the sample maildrop. ``accounts`` maps names to passwords,
        ``{"mrose": "tanstaaf"}`` when left out; each has a maildrop of its own. ``tls``: with
        STLS, and ``tls_port``. Raises TypeError, SourceError.
        """


class StartMock(Protocol):
    """What the fixture ``mock_pop3`` is."""

    def __call__(
        self,
        transcript: str | os.PathLike[str],
        *,
        timing: bool = False,
        close_unknown: bool = False,
        tls: bool = False,
    ) -> RunningMock:
        """Serve a transcript: its path, or its text if that has more than one line.

        Text may be indented, as in a function it is.

        ``timing``: with the recorded pauses. ``close_unknown``: close the connection on a line
        that is not in the recording instead of answering -ERR. ``tls``: with ``tls_port`` though
        the recording has no TLS. Raises TranscriptError, OSError.
        """


@pytest.fixture
def pop3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartPractice]:
    """Start practice servers, as many as are needed; see ``StartPractice``."""

    def start(
        messages: Iterable[bytes] | str | os.PathLike[str] | None = None,
        accounts: Mapping[str, str] | None = None,
        *,
        tls: bool = False,
    ) -> RunningPractice:
        return _practice(messages, accounts, _certificate(tmp_path_factory) if tls else None)

    yield from _stopped_at_the_end(start)


@pytest.fixture
def mock_pop3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartMock]:
    """Serve transcripts, as many as are needed; see ``StartMock``."""

    def start(
        transcript: str | os.PathLike[str],
        *,
        timing: bool = False,
        close_unknown: bool = False,
        tls: bool = False,
    ) -> RunningMock:
        __tracebackhide__ = True
        from pop3shell.server.mock.server import MockServer, Settings

        recording = _recording(transcript)
        made = _certificate(tmp_path_factory) if tls or recording.has_tls else None
        context = made.context() if made else None
        server = MockServer(recording, Settings(timing, close_unknown), tls=context)
        return RunningMock(server, recording, made)

    yield from _stopped_at_the_end(start)


def _stopped_at_the_end(start: Callable[..., Any]) -> Iterator[Any]:
    running: list[Running] = []

    def started(*arguments: Any, **options: Any) -> Running:
        __tracebackhide__ = True
        running.append(start(*arguments, **options))
        return running[-1]

    yield started
    for server in running:
        server.stop()


def _certificate(folders: pytest.TempPathFactory) -> SelfMade:
    from pop3shell.server.certificates import SelfMade

    return SelfMade(folders.mktemp("pop3shell"))


def _recording(transcript: str | os.PathLike[str]) -> Recollection:
    from pathlib import Path

    from pop3shell.server.mock import recollect
    from pop3shell.transcript.errors import TranscriptError

    __tracebackhide__ = True  # the mistake is in the test's line, not here
    text = transcript if isinstance(transcript, str) and "\n" in transcript else ""
    try:
        if text:
            return recollect.from_text(_flush_left(text))
        return recollect.from_file(Path(transcript))
    except (TranscriptError, OSError) as error:
        if isinstance(error, OSError):
            error.add_note("what has no line end is taken for the name of a file")
        elif not text:
            error.add_note(f"in {os.fspath(transcript)}")
        raise error.with_traceback(None) from None


def _flush_left(text: str) -> str:
    """Take off what stands before a versioned transcript that is written out inside a function."""
    import textwrap

    from pop3shell.transcript.grammar import MAGIC

    return textwrap.dedent(text).lstrip("\n") if text.lstrip().startswith(MAGIC.decode()) else text


def _check(value: object, wanted: type, what: str, advice: str) -> None:
    """See to it that a mistake shows where it is made, not as a failure of the server."""
    if not isinstance(value, wanted):
        raise TypeError(f"{what} is of type {type(value).__name__}; give {advice}")


class _Given:
    """Messages that a test has written out."""

    def __init__(self, messages: Iterable[bytes]) -> None:
        self._stored = [messages] if isinstance(messages, bytes) else list(messages)
        for at, message in enumerate(self._stored, 1):
            _check(message, bytes, f"message {at}", "its octets, as .encode() or .as_bytes() give")

    def messages(self) -> Sequence[Message]:
        from pop3shell.server.maildrops.sample import SampleMessage

        return [SampleMessage(f"given.{at}", text) for at, text in enumerate(self._stored, 1)]


def _practice(
    messages: Iterable[bytes] | str | os.PathLike[str] | None,
    accounts: Mapping[str, str] | None,
    certificate: SelfMade | None,
) -> RunningPractice:
    from pop3shell.server.listener import PracticeServer
    from pop3shell.server.maildrops.maildrop import Maildrop, Source
    from pop3shell.server.maildrops.sample import SAMPLE_PASSWORD, SAMPLE_USER, SampleSource
    from pop3shell.server.maildrops.sources import open_source

    source: Source = SampleSource()
    if isinstance(messages, str | os.PathLike):
        source = open_source(messages)
    elif messages is not None:
        source = _Given(messages)
    known = {SAMPLE_USER: SAMPLE_PASSWORD} if accounts is None else accounts
    for name, password in known.items():
        _check(name, str, "an account's name", "a str")
        _check(password, str, f"the password of {name}", "a str")
    maildrops = {name: (password, Maildrop(source)) for name, password in known.items()}
    tls = certificate.context() if certificate else None
    return RunningPractice(known, PracticeServer(maildrops, tls=tls), certificate)
