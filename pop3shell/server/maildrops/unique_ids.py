"""Making unique-ids: 1 to 70 octets from 0x21 to 0x7E, the same in every session.

RFC 1939 section 7 (UIDL). A unique-id comes from what identifies a message where it is stored, or
else from its content, so that it outlives a session, a restart, and the renaming of a file.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from pop3shell.protocol.spec import lengths

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_OCTETS = lengths.UNIQUE_ID
"""The longest unique-id that RFC 1939 section 7 allows, in octets."""

_LEGAL = re.compile(rf"[\x21-\x7e]{{1,{MAX_OCTETS}}}")
_DIGEST_OCTETS = 32


def is_legal(unique_id: str) -> bool:
    """Whether UIDL may show this unique-id."""
    return _LEGAL.fullmatch(unique_id) is not None


def of_content(content: bytes) -> str:
    """Return the unique-id of a message known by nothing but its octets."""
    return of_digest(digest(content))


def digest(octets: bytes = b"") -> hashlib._Hash:
    """Return what takes in the octets of a message by its `update`, for `of_digest`."""
    return hashlib.sha256(octets)


def of_digest(taken: hashlib._Hash) -> str:
    """Return the unique-id of a message known by nothing but the octets that were taken in."""
    return taken.hexdigest()[:_DIGEST_OCTETS]


def of_name(name: str) -> str:
    """Return the unique-id of a message known by a stored name, legal or not."""
    return name if is_legal(name) else of_content(name.encode("utf-8", "surrogateescape"))


def distinct(unique_ids: Iterable[str]) -> list[str]:
    """Tell equal unique-ids apart by their order of appearance: `x`, `x`, `x` → `x`, `x-2`, `x-3`.

    Two messages with the same octets are still two messages (RFC 1939 section 7: a server SHOULD
    give them different unique-ids).
    """
    wanted = list(unique_ids)
    taken = set(wanted)
    seen: dict[str, int] = {}
    return [_next(unique_id, seen, taken) for unique_id in wanted]


def _next(unique_id: str, seen: dict[str, int], taken: set[str]) -> str:
    times = seen.get(unique_id, 0) + 1
    seen[unique_id] = times
    if times == 1:
        return unique_id
    # A stored name may look like one of ours ("x-2"): go on until the name is free.
    while (candidate := _numbered(unique_id, times)) in taken:
        times += 1
    seen[unique_id] = times
    taken.add(candidate)
    return candidate


def _numbered(unique_id: str, times: int) -> str:
    suffix = f"-{times}"
    return unique_id[: MAX_OCTETS - len(suffix)] + suffix
