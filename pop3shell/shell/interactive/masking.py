"""From which character on a line being typed is a secret."""

from __future__ import annotations

from pop3shell.protocol import secrets
from pop3shell.protocol.commandline import parse
from pop3shell.protocol.session import Session
from pop3shell.protocol.spec.commands import BY_VERB
from pop3shell.protocol.spec.states import State

#: Colon commands whose arguments may hold a whole command line.
_CARRIERS = (":send", ":pipeline")
#: Colon commands whose arguments are a secret as a whole.
_SECRET = (":b64",)


def secret_from(text: str, session: Session, challenged: bool) -> int | None:
    """Index of the first character of a secret in ``text``, or None.

    From USER's acceptance until somebody is logged in, whatever is no command, nor the beginning
    of one, counts as the password typed in the wrong place; inside AUTH every line does.
    """
    if text.startswith(":"):
        return _in_colon_command(text)
    if challenged:
        return 0 if text not in ("", "*", "=") else None
    start = len(text) - len(text.lstrip("! \t"))
    found = _in_line(text[start:])
    if found is not None:
        return start + found
    return start if _in_login(session) and not _may_be_command(text[start:]) else None


def _in_login(session: Session) -> bool:
    named = session.user_accepted or bool(session.user)
    return named and session.state is State.AUTHORIZATION


def _in_line(line: str) -> int | None:
    octets = line.encode("utf-8", "surrogateescape")
    secret = secrets.in_command(parse(octets), in_login=False)
    if secret is None:
        return None
    return len(octets[: secret.start].decode("utf-8", "surrogateescape"))


def _in_colon_command(text: str) -> int | None:
    name, _, rest = text.partition(" ")
    if name in _SECRET and rest:
        return len(name) + 1
    if name not in _CARRIERS:
        return None
    base = len(name) + 1
    for part in rest.replace("\\n", "\\n;").split(";"):
        start = len(part) - len(part.lstrip("! \t"))
        found = _in_line(part[start:])
        if found is not None:
            return min(base + start + found, len(text))
        base += len(part) + 1
    return None


def _may_be_command(text: str) -> bool:
    word, blank, _ = text.partition(" ")
    verb = word.upper().encode("utf-8", "surrogateescape")
    if blank:
        return verb in BY_VERB
    return any(known.startswith(verb) for known in BY_VERB)


class Mask:
    """Remembers that the line being typed holds a secret until the line is empty again.

    Editing what stands before the secret must not bring it to light.
    """

    def __init__(self) -> None:
        self._stuck = False

    def start(self, text: str, session: Session, challenged: bool) -> int | None:
        """Index from which ``text`` is to be masked, or None."""
        if not text:
            self._stuck = False
            return None
        found = secret_from(text, session, challenged)
        if found is not None:
            self._stuck = self._stuck or found < len(text)
            return found
        return 0 if self._stuck else None

    def forget(self) -> None:
        """A new line begins."""
        self._stuck = False
