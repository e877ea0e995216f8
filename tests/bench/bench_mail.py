"""The mail that is fetched: text lines, one in fifty beginning with a dot, always the same."""

import hashlib
import random
import sys

HEAD = (
    b"From: Ann <ann@example.org>\r\n"
    b"To: Bob <bob@example.org>\r\n"
    b"Subject: for measuring\r\n"
    b"Date: Fri, 20 Nov 2026 09:00:00 +0000\r\n"
    b"Message-ID: <1@example.org>\r\n\r\n"
)
LINES = 1000
WIDTH = 76
DOT_EVERY = 50


def mail(octets: int) -> bytes:
    """A message of so many octets (200 at least), unstuffed, every line ended by CRLF."""
    block = _block()
    wanted = octets - len(HEAD)
    body = (block * (wanted // len(block) + 1))[: wanted - 2].rstrip(b"\r\n")
    return HEAD + body + b"x" * (wanted - 2 - len(body)) + b"\r\n"


def _block() -> bytes:
    rnd = random.Random(1939)
    letters = "etaoinshrdlu" * 3 + "cmfwypvbgkqjxz"
    words = ["".join(rnd.choices(letters, k=rnd.randint(1, 11))) for _ in range(800)]
    return b"".join(_line(rnd, words, number) for number in range(LINES))


def _line(rnd: random.Random, words: list[str], number: int) -> bytes:
    start = "." if number % DOT_EVERY == 0 else ""
    text = start + " ".join(rnd.choices(words, k=20))
    return text[:WIDTH].rstrip().encode() + b"\r\n"


if __name__ == "__main__":  # the digest of a message that whoever measures mustn't hold in memory
    print(hashlib.sha256(mail(int(sys.argv[1]))).hexdigest())
