"""Access tokens that Dovecot can judge by itself: JWTs signed with a key that it is given."""

import base64
import hashlib
import hmac
import json
import time
from pathlib import Path

_KEY = b"a key of these tests, known to nobody else"

CONFIG = """\
introspection_mode = local
local_validation_key_dict = fs:posix:prefix={keys}/
username_attribute = sub
"""

PASSDB = """\
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {config}
}}
"""


def token(user: str, *, seconds: int = 600) -> str:
    """A token for `user` that is valid for so many seconds; fewer than 0: it has expired."""
    now = int(time.time())
    claims = {"sub": user, "iat": now - 3600, "nbf": now - 3600, "exp": now + seconds}
    signed = f"{_part({'alg': 'HS256', 'typ': 'JWT'})}.{_part(claims)}"
    return f"{signed}.{_base64(hmac.new(_KEY, signed.encode(), hashlib.sha256).digest())}"


def configuration(folder: Path) -> str:
    """Write the key and Dovecot's settings into `folder`; what its configuration needs of it."""
    keys = folder / "keys" / "default" / "HS256"
    keys.mkdir(parents=True)
    (keys / "default").write_bytes(base64.b64encode(_KEY))
    file = folder / "oauth2.conf"
    file.write_text(CONFIG.format(keys=folder / "keys"))
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return PASSDB.format(config=file)


def _part(claims: dict[str, object]) -> str:
    return _base64(json.dumps(claims).encode())


def _base64(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
