"""Both sides of an exchange, let talk to each other without a network."""

from __future__ import annotations

from dataclasses import dataclass, field

from pop3shell.protocol.sasl.client import ClientExchange, Conclusion
from pop3shell.protocol.sasl.mechanism import (
    Accepted,
    Ask,
    Authority,
    Credentials,
    Refused,
    Token,
)
from pop3shell.protocol.sasl.registry import Mechanism, find
from pop3shell.protocol.sasl.server import ServerExchange, line

NOW = 1_900_000_000.0


@dataclass
class Talk:
    """What was said, and how it ended on both sides."""

    client: ClientExchange
    lines: list[bytes] = field(default_factory=list)
    verdict: Accepted | Refused | None = None
    conclusion: Conclusion | None = None


def talk(
    name: str, credentials: Credentials, authority: Authority, *, initial_response: bool = True
) -> Talk:
    """Let a client log in at a server by the mechanism."""
    row = mechanism(name)
    said = Talk(ClientExchange(row, credentials, initial_response=initial_response))
    server = ServerExchange(row, authority)
    command = said.client.command()
    said.lines.append(command)
    words = command.removesuffix(b"\r\n").split(b" ")
    verdict = server.begin(words[2] if len(words) > 2 else None)
    for _ in range(6):
        if not isinstance(verdict, Ask):
            break
        challenge = line(verdict)
        answer = said.client.answer(challenge[2:-2])
        said.lines += [challenge, answer]
        verdict = server.receive(answer[:-2])
    assert not isinstance(verdict, Ask), "the exchange does not end"
    said.verdict = verdict
    said.conclusion = said.client.conclude(isinstance(verdict, Accepted))
    return said


def mechanism(name: str) -> Mechanism:
    row = find(name)
    assert row is not None
    return row


ACCOUNTS = {"mrose": "tanstaaf", "jürgen": "Straße 1", "a=b,c": "x y"}
TOKENS = {
    "good": Token("mrose"),
    "old": Token("mrose", expires=NOW - 60),
    "fresh": Token("mrose", expires=NOW + 60),
}
