"""A Dovecot of our own: its own folder, configuration, port and accounts; nothing of the system's.

It runs in the foreground as a child of the tests, as root (its workers then take Dovecot's users)
or as anybody (everything then stays with that user), and is stopped by its own process id.
"""

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from itertools import count
from pathlib import Path

HOST = "127.0.0.1"
START_SECONDS = 20.0
STOP_SECONDS = 10.0
STARTS = 3  # another process may take the port between our choosing it and Dovecot's listening
CONFIGURED_FOR = "2.3."


@dataclass(frozen=True)
class Setup:
    """What may differ between two servers of the tests."""

    mechanisms: tuple[str, ...] = ("plain", "login", "apop", "cram-md5")
    certificate: Path | None = None  # with `key`: STLS is offered (PEM files)
    key: Path | None = None
    extra: str = ""  # further lines of configuration, in Dovecot's own words


@dataclass(frozen=True)
class Account:
    """One user and the Maildir behind the maildrop."""

    name: str
    password: str
    maildir: Path

    @property
    def files(self) -> list[Path]:
        """The messages' files, in the order of their delivery."""
        return sorted(p for part in ("cur", "new") for p in (self.maildir / part).iterdir())


TEMPLATE = """\
base_dir = {base}/run
state_dir = {base}/run
log_path = {base}/dovecot.log
protocols = pop3
listen = {host}
default_internal_user = {internal.user}
default_internal_group = {internal.group}
default_login_user = {login.user}
first_valid_uid = 1
first_valid_gid = 1

{tls}
disable_plaintext_auth = no
auth_mechanisms = {mechanisms}
auth_failure_delay = 0
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {base}/users/%u
}}
userdb {{
  driver = static
  args = uid={mail.user} gid={mail.group} home={base}/homes/%u
}}
mail_location = maildir:~/Maildir

service pop3-login {{
  inet_listener pop3 {{
    port = {port}
  }}
  inet_listener pop3s {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  # Without this a wrong password makes every later login from the same address wait.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
{services}
{extra}
"""
# Only root may change its root folder.
WITHOUT_ROOT = "".join(
    f"service {s} {{\n  chroot =\n}}\n" for s in ("pop3-login", "anvil", "stats")
)


@dataclass(frozen=True)
class Owner:
    """A user and a group that Dovecot's processes run as."""

    user: str
    group: str

    @classmethod
    def of(cls, user: str | int) -> "Owner":
        import grp  # not on Windows, where this file can only be imported
        import pwd

        entry = pwd.getpwnam(user) if isinstance(user, str) else pwd.getpwuid(user)
        return cls(entry.pw_name, grp.getgrgid(entry.pw_gid).gr_name)


def version(program: str) -> str:
    """Dovecot's version number, such as `2.3.19.1`."""
    done = subprocess.run(
        [program, "--version"], check=False, capture_output=True, text=True, timeout=20
    )
    return done.stdout.split()[0] if done.stdout.split() else "unknown"


def unsupported(program: str) -> str:
    """Why this Dovecot can't be used here, or an empty string."""
    found = version(program)
    if found.startswith(CONFIGURED_FOR):
        return ""
    return (
        f"Dovecot {found} is untested: the configuration here is written for {CONFIGURED_FOR}x "
        "(2.4 renamed its settings)"
    )


class Dovecot:
    """A running server; use it as a context manager."""

    def __init__(self, program: str, setup: Setup | None = None) -> None:
        self.program = program
        self.setup = setup or Setup()
        self.root = os.getuid() == 0
        self.mail = Owner.of("nobody") if self.root else Owner.of(os.getuid())
        self.port = self.tls_port = 0
        self._numbers = count(1)

    def __enter__(self) -> "Dovecot":
        # Not pytest's tmp_path: a Unix socket's path must stay below 108 octets, and the users
        # that Dovecot's workers run as must get at it.
        self.base = Path(tempfile.mkdtemp(prefix="dc-"))
        self.base.chmod(0o755)
        for part in ("run", "users", "homes"):
            (self.base / part).mkdir(mode=0o755)
        try:
            self._start()
        except BaseException:
            shutil.rmtree(self.base, ignore_errors=True)
            raise
        return self

    def __exit__(self, *exc: object) -> None:
        self._stop()
        shutil.rmtree(self.base, ignore_errors=True)

    def account(self, messages: dict[str, bytes], password: str = "tanstaaf") -> Account:
        """A new user whose maildrop holds these messages, in this order."""
        name = f"user{next(self._numbers)}"
        maildir = self.base / "homes" / name / "Maildir"
        for part in ("cur", "new", "tmp"):
            (maildir / part).mkdir(parents=True)
        account = Account(name, password, maildir)
        self._own(maildir.parent)
        for octets in messages.values():
            self.deliver(account, octets)
        (self.base / "users" / name).write_text(f"{name}:{password}\n")
        return account

    def deliver(self, account: Account, octets: bytes) -> None:
        """One more message, behind those there are."""
        file = account.maildir / "new" / f"{1700000001 + len(account.files)}.M1P1.example"
        file.write_bytes(octets)
        if self.root:
            shutil.chown(file, self.mail.user, self.mail.group)

    def log(self) -> str:
        """What Dovecot wrote into its log so far."""
        file = self.base / "dovecot.log"
        return file.read_text(errors="replace") if file.exists() else "(no log)"

    def _own(self, folder: Path) -> None:
        if self.root:
            for path in (folder, *folder.rglob("*")):
                shutil.chown(path, self.mail.user, self.mail.group)

    def _start(self) -> None:
        for left in reversed(range(STARTS)):
            self.port = _free_port()
            self.tls_port = _free_port() if self.setup.certificate else 0
            config = self.base / "dovecot.conf"
            config.write_text(self._config())
            with (self.base / "stderr").open("wb") as errors:
                self._process = subprocess.Popen(
                    [self.program, "-F", "-c", str(config)],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=errors,
                )
            if self._ready():
                return
            self._stop()
            if not left or not re.search(r"already in use", self._told()):
                raise RuntimeError(f"Dovecot did not start:\n{self._told()}")

    def _ready(self) -> bool:
        """Whether it greets within the time it has; False as soon as it has ended."""
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self._process.poll() is None:
            try:
                with socket.create_connection((HOST, self.port), 1) as peer:
                    peer.sendall(b"QUIT\r\n")
                    if peer.makefile("rb").read().startswith(b"+OK"):
                        return True
            except OSError:
                pass
            time.sleep(0.02)  # nothing to await: a port that nobody listens on yet
        return False

    def _stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(STOP_SECONDS)

    def _told(self) -> str:
        return (self.base / "stderr").read_text(errors="replace") + self.log()

    def _config(self) -> str:
        setup, me = self.setup, Owner.of(os.getuid())
        tls = "ssl = no"
        if setup.certificate and setup.key:
            tls = f"ssl = yes\nssl_cert = <{setup.certificate}\nssl_key = <{setup.key}"
        return TEMPLATE.format(
            base=self.base,
            host=HOST,
            port=self.port,
            tls_port=self.tls_port,
            internal=Owner.of("dovecot") if self.root else me,
            login=Owner.of("dovenull") if self.root else me,
            mail=self.mail,
            mechanisms=" ".join(setup.mechanisms),
            tls=tls,
            services="" if self.root else WITHOUT_ROOT,
            extra=setup.extra,
        )


def _free_port() -> int:
    with socket.create_server((HOST, 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
