"""What the shell says of a listing that is longer than what is looked at."""

from __future__ import annotations

from pop3shell.shell.shell import Shell


def warn_of_unlisted(shell: Shell) -> None:
    """Tell how many messages the server lists, and how many are known; nothing if these are all."""
    session = shell.client.session
    if session.unlisted:
        known = len(session.sizes)
        shell.warn(
            f"the server lists {known + session.unlisted:,} messages; only the first {known:,} "
            "of them are looked at"
        )
