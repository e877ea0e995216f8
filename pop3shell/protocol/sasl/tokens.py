"""Access tokens, and what servers say of those they refuse (RFC 7628 section 3.2.2)."""

from __future__ import annotations

import base64
import json
import time

from pop3shell.protocol.visible import visible, visible_text

#: Octets of a token or of an error that are looked at.
_MOST = 1 << 16

_INVALID = "the access token has expired, was revoked, or is for another service; get a new one"
_MEANING = {
    "invalid_token": _INVALID,
    "401": _INVALID,
    "400": "the server could not make sense of the token or of the name; get a new token",
    "invalid_request": "the server could not make sense of the message",
    "insufficient_scope": "the token was issued without the scope that mail needs",
    "403": "the token is good, but not for this mailbox",
}


def explain_error(challenge: bytes) -> str:
    """Say in one sentence what a server's error means; any octets will do."""
    error = _object(challenge)
    if error is None:
        return f"the server refuses, with no error that can be read: {visible(challenge[:200])}"
    meaning, status = _meaning(error), _status(error)
    parts = [f"status {status}"] if status else []
    parts += [f"scope {error['scope']}"] if error.get("scope") else []
    where = error.get("openid-configuration")
    parts += [f"tokens come from {where}"] if where else []
    text = f"{meaning} ({', '.join(parts)})" if parts else meaning
    return visible_text(text)


def meaning_of_error(challenge: bytes) -> str:
    """Say what a server's error means, in words that are all our own."""
    return _meaning(_object(challenge) or {})


def _meaning(error: dict[str, object]) -> str:
    return _MEANING.get(_status(error).lower(), "the server refuses the token")


def _status(error: dict[str, object]) -> str:
    return str(error.get("status", "")).strip()


#: The error with which a server answers a bad token.
REPORT = json.dumps({"status": "invalid_token"}).encode()


def expired_since(token: str, now: float) -> str:
    """Return the time at which a token expired; empty if it didn't, or doesn't tell.

    Only a token that is a JSON Web Token tells (RFC 7519 section 4.1.4). ``now`` is in seconds
    since 1970; 0 is unknown.
    """
    expires = _expiry(token)
    if expires is None or not now or expires > now:
        return ""
    return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(max(expires, 0.0)))


def _expiry(token: str) -> float | None:
    parts = token.split(".")
    if len(parts) != 3 or len(token) > _MOST:
        return None
    try:
        payload = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
    except ValueError:
        return None
    expires = (_object(payload) or {}).get("exp")
    if isinstance(expires, int | float) and abs(expires) < 1 << 33:
        return float(expires)
    return None


def _object(octets: bytes) -> dict[str, object] | None:
    try:
        found = json.loads(octets[:_MOST].decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
