"""The prompt at a terminal: completion, masking, history, toolbar, paste."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable, Iterable, Iterator

from prompt_toolkit import PromptSession
from prompt_toolkit.clipboard import InMemoryClipboard
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import AnyFormattedText, StyleAndTextTuples
from prompt_toolkit.history import DummyHistory, History
from prompt_toolkit.input.typeahead import get_typeahead
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.layout.processors import Processor, Transformation, TransformationInput
from prompt_toolkit.lexers import Lexer
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.styles import Style

from pop3shell.protocol.visible import visible_text
from pop3shell.shell.interactive.history import HistoryFile
from pop3shell.shell.interactive.masking import marked
from pop3shell.shell.interactive.screen import TerminalOut
from pop3shell.shell.interactive.suggestion import SuggestLatest
from pop3shell.shell.interactive.surroundings import Surroundings, guarded
from pop3shell.view.parts import typed

MASK = "*"
#: Rows of the line and what can be typed now: a third of the terminal at most, for replies count.
MENU_ROWS = 6
#: Rows below which the toolbar would leave too few for the line.
TOOLBAR_FROM = 3


class Prompt:
    """Reads lines; what comes meanwhile is shown above it."""

    def __init__(
        self,
        around: Surroundings,
        out: TerminalOut,
        history: HistoryFile,
        style: dict[str, str],
        *,
        colour: bool,
        vi: bool,
    ) -> None:
        self._around = around = guarded(around)
        self._out = out
        self._held_secret = False
        self._unseen = b""
        self._showing: asyncio.Task[None] | None = None
        # The style has the terminal's own sixteen colours; NO_COLOR was heeded by who said colour.
        self._depth = ColorDepth.DEPTH_4_BIT if colour else ColorDepth.DEPTH_1_BIT
        self._toolbar: AnyFormattedText = lambda: [("class:bottom-toolbar.text", around.toolbar())]
        self._session: PromptSession[str] = PromptSession(
            message=lambda: [("class:prompt", around.message())],
            lexer=_LineLexer(around),
            completer=_Completer(around),
            complete_while_typing=True,
            auto_suggest=SuggestLatest(around.fits),
            history=_History(history, around),
            bottom_toolbar=self._toolbar,
            key_bindings=_keys(around),
            input_processors=[_MaskProcessor(around)],
            style=Style.from_dict(style),
            include_default_pygments_style=False,
            color_depth=self._depth,
            vi_mode=vi,
            enable_suspend=True,
            reserve_space_for_menu=MENU_ROWS,
        )
        self._app = self._session.app  # of the prompt shown last
        self._app.before_render += lambda _: self._fit()
        self._app.key_processor.after_key_press += lambda _: self._forget_secret()

    def _fit(self) -> None:
        """Do with the rows there are: where they are too few, nothing at all would be drawn."""
        session = self._session
        rows = session.app.output.get_size().rows
        session.bottom_toolbar = self._toolbar if rows >= TOOLBAR_FROM else None
        session.reserve_space_for_menu = min(MENU_ROWS, rows // 3)

    def message(self) -> str:
        """What stands before the line being typed."""
        return self._around.message()

    async def read(self, default: str = "") -> str:
        """Read a line. Raises EOFError at Ctrl-D on an empty line, KeyboardInterrupt at Ctrl-C."""
        try:
            return await self._reading(self._session, default)
        finally:
            self._forget_secret(now=True)

    async def ask(self, question: str, *, secret: bool = False, default: str = "") -> str:
        """Read an answer without remembering it, and without showing it if it is a secret."""
        session: PromptSession[str] = PromptSession(
            question,
            is_password=secret,
            history=DummyHistory(),
            key_bindings=_keys(self._around),
            color_depth=self._depth,
        )
        return await self._reading(session, default)

    async def _reading(self, session: PromptSession[str], default: str) -> str:
        self._app, self._out.above = session.app, self._above
        try:
            return await _read_line(session, default)
        finally:
            self._out.above = None
            self._out.put(self._unseen)
            self._unseen = b""

    def forget_ahead(self) -> bool:
        """Forget what was typed ahead."""
        keys = get_typeahead(self._session.app.input)
        return self._out.discard_typed() or bool(keys)

    def refresh(self) -> None:
        """Draw toolbar and prompt anew: the session has changed."""
        self._app.invalidate()

    def _above(self, octets: bytes) -> None:
        """Show octets above the prompt; `run_in_terminal` would let the terminal echo meanwhile."""
        self._unseen += octets
        if self._showing is None and self._app.renderer.waiting_for_cpr:
            self._showing = asyncio.ensure_future(self._show_later())
        elif self._showing is None:
            self._show()

    async def _show_later(self) -> None:
        """Let the terminal first say where the prompt stands: it would be wrong afterwards."""
        try:
            await self._app.renderer.wait_for_cpr_responses()
        finally:
            self._showing = None
            self._show()

    def _show(self) -> None:
        octets, self._unseen = self._unseen, b""
        if not octets:
            return
        app = self._app
        app.renderer.erase()
        self._out.put(octets)
        if not app.is_done:
            app.renderer.request_absolute_cursor_position()
            app.invalidate()

    def _forget_secret(self, *, now: bool = False) -> None:
        """Let nothing that was cut from a masked line be pasted or taken back into an open one."""
        buffer, app = self._session.default_buffer, self._session.app
        secret = not now and self._around.secret_from(buffer.text) is not None
        if self._held_secret and not secret:
            app.clipboard = InMemoryClipboard()
            app.vi_state.named_registers.clear()
            buffer.reset(buffer.document)
        self._held_secret = secret


async def _read_line(session: PromptSession[str], default: str) -> str:
    """Let the user type a line, SIGINT being Ctrl-C meanwhile.

    prompt_toolkit would see to that itself, but import ctypes for it, which takes long.
    """
    loop = asyncio.get_running_loop()
    before = signal.getsignal(signal.SIGINT)
    with contextlib.suppress(NotImplementedError):  # Windows has no such handlers
        loop.add_signal_handler(signal.SIGINT, session.app.key_processor.send_sigint)
    try:
        return await session.prompt_async(default=default, handle_sigint=False)
    finally:
        with contextlib.suppress(NotImplementedError):
            loop.remove_signal_handler(signal.SIGINT)
        if before is not None:
            signal.signal(signal.SIGINT, before)


class _LineLexer(Lexer):
    def __init__(self, around: Surroundings) -> None:
        self._around = around

    def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
        lines = document.lines

        def line(number: int) -> StyleAndTextTuples:
            if number >= len(lines):
                return []
            return [(f"class:{part.value}", text) for part, text in typed(lines[number])]

        return line


class _Completer(Completer):
    def __init__(self, around: Surroundings) -> None:
        self._around = around

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterable[Completion]:
        if self._around.secret_from(document.text) is not None:
            return
        for found in self._around.candidates(document.text_before_cursor):
            if visible_text(found.text) == found.text:  # part of it may be the server's words
                meaning = visible_text(found.meaning)
                yield Completion(found.text, -found.replaces, display_meta=meaning)


class _MaskProcessor(Processor):
    """Shows the secret part of the line as stars, whatever the lexer made of it.

    And what may have been pasted from a mail and would turn the line around, as a mark.
    """

    def __init__(self, around: Surroundings) -> None:
        self._around = around

    def apply_transformation(self, transformation_input: TransformationInput) -> Transformation:
        start = self._around.secret_from(transformation_input.document.text)
        fragments: StyleAndTextTuples = [
            (part[0], marked(part[1])) for part in transformation_input.fragments
        ]
        if start is None or transformation_input.lineno:
            return Transformation(fragments)
        return Transformation(list(_masked(fragments, start)))


def _masked(fragments: StyleAndTextTuples, start: int) -> Iterator[tuple[str, str]]:
    at = 0
    for fragment in fragments:
        style, text = fragment[0], fragment[1]
        clear = max(0, min(len(text), start - at))
        if clear:
            yield style, text[:clear]
        if clear < len(text):
            yield "class:secret", MASK * (len(text) - clear)
        at += len(text)


class _History(History):
    """The history file, without any line that holds a secret."""

    def __init__(self, file: HistoryFile, around: Surroundings) -> None:
        super().__init__()
        self._file = file
        self._around = around

    def load_history_strings(self) -> Iterable[str]:
        return reversed(self._file.load())

    def store_string(self, string: str) -> None:
        self._file.append(string)

    def append_string(self, string: str) -> None:
        if self._around.secret_from(string) is None and string.strip():
            super().append_string(string)


def _keys(around: Surroundings) -> KeyBindings:
    keys = KeyBindings()

    @keys.add(Keys.BracketedPaste)
    def _paste(event: KeyPressEvent) -> None:
        """Several pasted lines are several commands, the first of them the one begun."""
        buffer = event.current_buffer
        first, *more = event.data.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        buffer.insert_text(first)
        if more:
            around.pasted(more)
            buffer.validate_and_handle()

    return keys
