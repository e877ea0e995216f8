"""What is shown, for a terminal that does not understand UTF-8.

Such a terminal takes octets of UTF-8 for characters of its own, and some of them for control
characters: a mail could steer it by letters that are harmless anywhere else.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Callable

from pop3shell.protocol.visible import octets_of

_ERRORS = "pop3shell.octets"


def _as_octets(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return octets_of(error.object[error.start : error.end]), error.end


def recoder(encoding: str | None) -> Callable[[bytes], bytes] | None:
    r"""Return what turns UTF-8, in pieces of any size, into a terminal's encoding.

    A character that the encoding has not becomes the ``\xHH`` of its octets. None where there is
    nothing to do: the encoding is UTF-8, or not known.
    """
    try:
        name = codecs.lookup(encoding or "utf-8").name
    except LookupError:
        return None
    if name == "utf-8":
        return None
    codecs.register_error(_ERRORS, _as_octets)
    decode = codecs.getincrementaldecoder("utf-8")("surrogateescape").decode
    encode = codecs.getincrementalencoder(name)(_ERRORS).encode
    return lambda octets: encode(decode(octets))


class _Recoded(io.RawIOBase):
    def __init__(self, stream: io.RawIOBase, recode: Callable[[bytes], bytes]) -> None:
        self._stream, self._recode = stream, recode

    def write(self, octets: bytes | memoryview) -> int:  # type: ignore[override]
        view = memoryview(self._recode(bytes(octets)))
        while view:
            view = view[self._stream.write(view) or 0 :]
        return len(octets)

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return self._stream.isatty()

    def fileno(self) -> int:
        return self._stream.fileno()


def recoded(stream: io.RawIOBase, encoding: str | None) -> io.RawIOBase:
    """Return a stream that takes UTF-8 and writes to ``stream`` in its encoding."""
    recode = recoder(encoding)
    return stream if recode is None else _Recoded(stream, recode)
