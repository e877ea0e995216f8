"""One line for who is stuck after an ``-ERR``: the likely causes in order, and what to try next.

The causes come from the response code, from what the command table says of the line, and from what
servers refuse each command for. A server's own words only decide where they are plain.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from pop3shell.protocol import replies
from pop3shell.protocol.advice import advise
from pop3shell.protocol.lastexchange import LastExchange
from pop3shell.protocol.replies import Status
from pop3shell.protocol.session import Session
from pop3shell.protocol.spec import capabilities, codes, commands, lengths
from pop3shell.protocol.spec.commands import Command
from pop3shell.protocol.spec.states import Effect, State

_WANTS_TLS = re.compile(rb"(?i)plain ?text|clear ?text|\b(?:s|start)?(?:tls|ssl)\b|secure|encrypt")
_UNKNOWN = re.compile(
    rb"(?i)(?:unknown|unrecogni[sz]ed|invalid|bad|illegal|no such) (?:pop3? )?(?:command|keyword)"
    rb"|command (?:is )?(?:un|not |disabled)|not (?:implemented|supported)|un(?:supported|implem)"
)
_MECHANISM = re.compile(rb"(?i)mechanism|method|type")
_BUSY = re.compile(
    rb"(?i)(?:mailbox|maildrop|mail spool).*\block|\block.*(?:mailbox|maildrop)|in use|busy"
    rb"|another (?:session|client|process)"
)
_TOO_SOON = re.compile(rb"(?i)too (?:many|often|soon|frequent)|\brate\b|throttl|\bdelay")

_TLS_PORT = "--tls implicit on port 995"

Hint = Callable[[LastExchange, Session], str]


def hint(exchange: LastExchange, session: Session) -> str | None:
    """Return one line on why ``exchange`` was refused and what to try, or None.

    None where nothing was refused, and where no cause is likelier than another.
    """
    if exchange.status is not Status.ERR:
        return None
    for look in (_by_code, _by_line, _by_command):
        if text := look(exchange, session):
            return text
    return None


def _likely(*causes: str, then: str) -> str:
    """Join causes (empty ones left out), the likeliest first, and what to try."""
    return f"likely {', or '.join(filter(None, causes))}; try: {then}"


# ---- by response code ----


def _by_code(exchange: LastExchange, session: Session) -> str:
    code = replies.response_code(exchange.text)
    row = codes.find(code)
    if row is None or row is codes.AUTH:  # the command's own causes say more
        return ""
    advice = row.advice
    if row is codes.LOGIN_DELAY and (seconds := _login_delay(session)):
        advice = f"Wait {seconds} seconds, then log in again."
    return f"[{code}] means that {row.meaning}. {advice}"


def _login_delay(session: Session) -> str:
    announced = (session.capabilities or {}).get(capabilities.LOGIN_DELAY.tag, ())
    return announced[0] if announced and announced[0].isdigit() else ""


# ---- by the line itself: unknown command, wrong state, wrong arguments, no such message ----


def _by_line(exchange: LastExchange, session: Session) -> str:
    command = exchange.command
    if len(command.raw) > lengths.COMMAND_LINE:
        return (
            f"the line has {len(command.raw)} octets with its CRLF, and servers need take "
            f"{lengths.COMMAND_LINE} only (RFC 2449 section 4); try a shorter one"
        )
    if exchange.before is not session.state:
        return ""
    if command.row is commands.PASS and session.state is State.AUTHORIZATION:
        # The refusal took back what USER had reached: ask how it was when the line was sent.
        if exchange.user_accepted:
            return ""
        user = commands.USER.verb
        return _likely(f"no accepted {user} right before it", then=f"{user} name")
    # What stands for a secret that was left out isn't what was sent.
    end = len(command.text) + 1 if exchange.left_out is None else exchange.left_out
    found = (item for item in advise(command.text, session) if item.stops and item.start < end)
    return str(next(found, ""))


# ---- by command ----


def _by_command(exchange: LastExchange, session: Session) -> str:
    row = exchange.row
    if row is None:
        return ""
    if row.effect in (Effect.LOG_IN, Effect.NAME_USER) and (text := _no_login(exchange, session)):
        return text
    if _is_unsupported(exchange, session) and row in _INSTEAD:
        return f"the server does not support {row.verb}; {_INSTEAD[row]}"
    if look := _BY_ROW.get(row):
        return look(exchange, session)
    return _message(exchange, session) if exchange.command.number is not None else ""


def _is_unsupported(exchange: LastExchange, session: Session) -> bool:
    row = exchange.row
    announced = session.announces(row.capability) if row and row.capability else None
    # A refused CAPA leaves an empty list: that says nothing.
    if announced is False and session.capabilities:
        return True
    if row is commands.APOP and not session.timestamp:
        return True
    return bool(_UNKNOWN.search(exchange.text))


def _no_login(exchange: LastExchange, session: Session) -> str:
    """What keeps everybody out, whatever the password."""
    words = exchange.text
    if _BUSY.search(words):
        return _likely("another session holds the maildrop", then="close it, and log in again")
    if _TOO_SOON.search(words):
        return _likely("too many logins in too short a time", then="wait, and log in again")
    if not session.tls and exchange.row is not commands.APOP:
        hidden = bool(session.capabilities) and not session.announces(
            commands.AUTH.capability if exchange.row is commands.AUTH else commands.USER.capability
        )
        if _WANTS_TLS.search(words) or (hidden and session.announces(commands.STLS.capability)):
            then = commands.STLS.verb if _offers_tls(exchange, session) else _TLS_PORT
            return _likely(f"no {_secret(exchange)} is taken without TLS", then=then)
    return ""


def _offers_tls(exchange: LastExchange, session: Session) -> bool:
    """Whether the server announces STLS or, where it wasn't asked, names it in its refusal."""
    stls = commands.STLS
    announced = session.announces(stls.capability)
    named = stls.verb.encode() in exchange.text.upper()
    return named if announced is None else announced


def _secret(exchange: LastExchange) -> str:
    given = exchange.command.arguments
    if exchange.row is not commands.AUTH or not given:
        return "password"
    from pop3shell.protocol.sasl.registry import find

    row = find(given[0].decode("ascii", "backslashreplace"))
    return "access token" if row is not None and row.needs_token else "password"


def _user(exchange: LastExchange, session: Session) -> str:
    name = exchange.command.arguments[0].decode("utf-8", "backslashreplace")
    whole = "" if "@" in name else "the server wants the whole address as name"
    then = f"{commands.USER.verb} {name}@DOMAIN" if whole else ":caps, for other ways to log in"
    return _likely("there is no such account", whole, "it may not use POP3", then=then)


def _password(exchange: LastExchange, session: Session) -> str:
    whole = "" if "@" in session.user else "the server wants the whole address as name"
    name = session.user or "NAME"
    user, password = commands.USER.verb, commands.PASS.verb
    then = f"{user} {name}{'@DOMAIN' if whole else ''}, then {password}"
    mechanism = "" if whole else "the account wants a password for programs or a token"
    return _likely("the password is wrong", whole, mechanism, then=then)


def _apop(exchange: LastExchange, session: Session) -> str:
    name = exchange.command.arguments[0].decode("utf-8", "backslashreplace")
    return _likely(
        "the password is wrong",
        "the server keeps no readable password of this account, which APOP needs",
        then=f":login {name} {commands.USER.verb}",
    )


def _auth(exchange: LastExchange, session: Session) -> str:
    row, announced = commands.AUTH, session.mechanisms
    given = exchange.command.arguments
    if not given:
        return f"the server lists no mechanisms so (no RFC says it must); try: {commands.CAPA.verb}"
    if _is_unsupported(exchange, session) and not _MECHANISM.search(exchange.text):
        return f"the server does not support {row.verb}; {_TRY_USER}"
    mechanism = given[0].decode("ascii", "backslashreplace").upper()
    if announced and mechanism not in map(str.upper, announced):
        return f"the server does not announce {mechanism}; it offers {' '.join(announced)}"
    if not exchange.responses and len(given) == 1:
        return _likely("the server has no such mechanism", then=":caps, for those it announces")
    return _refused(mechanism, exchange, session)


def _refused(mechanism: str, exchange: LastExchange, session: Session) -> str:
    from pop3shell.protocol.sasl.refusal import refusal  # only a login by AUTH needs it

    found = refusal(mechanism, exchange.steps, session)
    if found.told:
        return f"{found.told}; try: {found.then}"
    return _likely(*found.causes, then=found.then)


def _stls(exchange: LastExchange, session: Session) -> str:
    if session.tls:
        return "TLS is on already, and there is no second one (RFC 2595 section 4)"
    return _likely("the server has no TLS on this port", then=_TLS_PORT)


def _message(exchange: LastExchange, session: Session) -> str:
    number = exchange.command.number
    listed = session.sizes
    if listed and number not in listed:
        return f"the server does not list message {number}; {commands.LIST.verb} tells those it has"
    if listed:
        other = commands.RETR if exchange.row is commands.TOP else commands.TOP
        arguments = f"{number}" if other is commands.RETR else f"{number} 0"
        return _likely("the server cannot read this message", then=f"{other.verb} {arguments}")
    return _likely(
        f"there is no message {number}", "it is marked as deleted", then=commands.LIST.verb
    )


def _delete(exchange: LastExchange, session: Session) -> str:
    number = exchange.command.number
    if number in session.sizes:
        cause = "the maildrop is open for reading only"
        return _likely(cause, then=f"{commands.LIST.verb} {number}, to see if it is still there")
    return _message(exchange, session)


def _quit(exchange: LastExchange, session: Session) -> str:
    if exchange.before is not State.TRANSACTION:
        return ""
    return (
        "some messages that were marked may not have been removed (RFC 1939 section 6); try: "
        f"connect again, then {commands.LIST.verb}"
    )


_TRY = "only trying a command shows whether the server has it"
_TRY_USER = f"try: {commands.USER.verb} name, then {commands.PASS.verb}, or :login"

#: What to do without a command that the server does not have.
_INSTEAD: dict[Command, str] = {
    commands.APOP: _TRY_USER,
    commands.CAPA: _TRY,
    commands.LANG: "its texts stay as they are",
    commands.STLS: f"try: {_TLS_PORT}",
    commands.TOP: f"try: {commands.RETR.verb} for the whole message",
    commands.UIDL: f"try: {commands.LIST.verb} for the numbers",
    commands.USER: "try: :caps, for other ways to log in",
    commands.UTF8: "names and headers stay ASCII",
}

_BY_ROW: dict[Command, Hint] = {
    commands.USER: _user,
    commands.PASS: _password,
    commands.APOP: _apop,
    commands.AUTH: _auth,
    commands.STLS: _stls,
    commands.DELE: _delete,
    commands.QUIT: _quit,
}
