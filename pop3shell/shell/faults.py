"""A fault of our own: told in a sentence, so that it never takes the session with it."""

from __future__ import annotations

import logging

_log = logging.getLogger(__name__)


def our_fault(fault: Exception) -> str:
    """Say that a line failed by no fault of the user's; the log has the traceback."""
    _log.debug("a line failed", exc_info=fault)
    return (
        f"that failed by a fault in pop3shell ({type(fault).__name__}); please report it with "
        "what was typed. The session goes on"
    )
