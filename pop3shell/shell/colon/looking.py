"""``:help``, ``:state`` and ``:caps``: what is known, without asking more than needed."""

from __future__ import annotations

from pop3shell.protocol.spec import commands
from pop3shell.protocol.spec.capabilities import BY_TAG
from pop3shell.protocol.spec.states import STATES
from pop3shell.shell.colon.table import Argument, ColonCommand, Kind
from pop3shell.shell.marks import listed
from pop3shell.shell.shell import ColonError, Shell

#: The column where meanings begin.
MARGIN = 30


async def _help(shell: Shell, arguments: str) -> None:
    from pop3shell.view.explain import UnknownTopic, explain

    if not arguments:
        shell.say(_overview(shell.settings.interactive, shell.width))
        return
    row = _colon_row(arguments)
    if row:
        shell.say(f"{row.syntax}\n  {row.meaning}")
    if arguments.startswith(":") and row:
        return
    try:
        shell.say(("\n" if row else "") + explain(arguments, shell.width))
    except UnknownTopic as error:
        if not row:
            raise ColonError(str(error)) from None


def _overview(typed: bool, width: int) -> str:
    import textwrap

    from pop3shell.shell.colon import colon_commands

    rows = colon_commands().values()
    lines = ["POP3 commands are typed as they are; the shell's own begin with a colon:", ""]
    lines += [_entry(f"  {row.syntax}", row.meaning, width) for row in rows]
    verbs = " ".join(row.verb for row in commands.COMMANDS if commands.is_current(row))
    verbs = textwrap.fill(verbs, width, initial_indent="POP3: ", subsequent_indent=" " * 6)
    lines += ["", verbs, "", ":help COMMAND explains one."]
    lines.append("!LINE sends a line unchecked.")
    if typed:
        lines.append("Ctrl-C clears the line or stops a reply, Ctrl-D leaves.")
    return "\n".join(lines)


def _entry(name: str, meaning: str, width: int) -> str:
    """A name and its meaning beside it, or below where there is too little room."""
    import textwrap

    margin = MARGIN if width > 2 * MARGIN else len("      ")
    head, blank = f"{name:<{margin - 2}}  ", " " * margin
    below = len(head) > margin
    text = textwrap.fill(
        meaning, width, initial_indent=blank if below else head, subsequent_indent=blank
    )
    return f"{name}\n{text}" if below else text


def _colon_row(topic: str) -> ColonCommand | None:
    from pop3shell.shell.colon import colon_commands

    return colon_commands().get(topic.removeprefix(":").lower())


async def _state(shell: Shell, arguments: str) -> None:
    session = shell.client.session
    meaning = next((row.meaning for row in STATES if row.state is session.state), "no session")
    lines = [f"state: {session.state.value} ({meaning})", f"server: {shell.client.address}"]
    lines.append("TLS: " + ("on" if session.tls else "off"))
    if session.user:
        lines.append(f"user: {session.user}")
    if session.messages is not None:
        octets = "" if session.octets is None else f", {session.octets} octets"
        lines.append(f"maildrop: {session.messages} messages{octets}")
    if session.deleted:
        many = "s" if len(session.deleted) > 1 else ""
        lines.append(f"marked as deleted: message{many} {listed(session)}")
    if total := shell.client.dialogue.findings.total:
        lines.append(f"findings: {total}")
    shell.say("\n".join(lines))


async def _caps(shell: Shell, arguments: str) -> None:
    from pop3shell.view.columns import UNLIMITED

    session = shell.client.session
    if session.capabilities is None:
        await shell.exchange(commands.CAPA.verb.encode())
    if not session.capabilities:
        raise ColonError("the server refused CAPA, so its capabilities are unknown")
    width = shell.width if shell.settings.interactive else UNLIMITED
    lines = []
    for tag, arguments_ in session.capabilities.items():
        row = BY_TAG.get(tag)
        meaning = row.meaning if row else "not registered"
        lines.append(_entry(" ".join((tag, *arguments_)), meaning, width))
    shell.say("\n".join(lines))


COMMANDS = (
    ColonCommand(
        "help",
        "[TOPIC]",
        "list the commands, or explain one, or a word of POP3",
        _help,
        takes=(Argument(Kind.TOPIC),),
    ),
    ColonCommand("state", "", "show where the session stands", _state),
    ColonCommand("caps", "", "show what the server announces, asking CAPA if need be", _caps),
)
