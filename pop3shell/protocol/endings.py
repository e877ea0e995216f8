"""How a connection ended, in words: the one place that has them."""

from __future__ import annotations

from pop3shell.protocol.events import Ending, Side

#: What became of the connection, by who ended it: the client, which is this side, or the server.
_WORDS: dict[Ending, dict[Side, str]] = {
    Ending.ORDERLY: {
        Side.CLIENT: "was closed from this side",
        Side.SERVER: "was closed by the server",
    },
    Ending.RESET: {
        Side.CLIENT: "was reset from this side",
        Side.SERVER: "was reset by the server's side",  # or by what is between
    },
    Ending.SILENT: {
        Side.CLIENT: "was given up from this side after {silence}",
        Side.SERVER: "was given up by the server after {silence}",
    },
    Ending.TRUNCATED: {
        Side.CLIENT: "was cut off within TLS from this side",
        Side.SERVER: "was cut off within TLS",
    },
    Ending.TLS_FAILED: {
        Side.CLIENT: "was ended from this side because TLS failed",
        Side.SERVER: "was ended by the server because TLS failed",
    },
}


def ended(side: Side, ending: Ending, outstanding: int = 0, silence: float = 0.0) -> str:
    """Return what belongs behind "the connection", as the client's side tells it.

    ``outstanding`` replies were due. ``silence`` is how many seconds of it were too long, 0 where
    that isn't known.
    """
    long = f"{silence:g} second{'' if silence == 1 else 's'} of silence"
    text = _WORDS[ending][side].format(silence=long if silence else "too long a silence")
    if not outstanding:
        return text
    due = "while a reply was due" if ending is Ending.SILENT else "before the reply was complete"
    return f"{text} {due}"
