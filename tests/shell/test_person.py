"""Who types is asked and advised; in a script nobody is, and nothing waits for an answer."""

from __future__ import annotations

from support.shells import drive

from pop3shell.protocol.advice import Advice
from pop3shell.shell.shell import Person


def test_a_script_has_nobody_to_ask_and_is_warned_on_standard_error(practice_server):
    answers: list[object] = []

    async def work(shell) -> None:
        answers.append(await shell.ask_secret("password: "))
        answers.append(await shell.confirm("really? [y/N] "))
        answers.append(await shell.confirm("go on? [Y/n] ", default=True))
        await shell.perform(b"STTA")

    told = drive(practice_server(), work, interactive=False)
    assert answers == [None, False, True]
    assert told.errors.startswith("pop3shell: ")
    assert told.sent == ["STTA"]


def test_a_person_is_asked_and_shown_what_is_wrong_instead(practice_server):
    asked: list[str] = []
    shown: list[tuple[bytes, list[Advice]]] = []

    async def secret(question: str) -> str:
        asked.append(question)
        return "tanstaaf"

    async def confirm(question: str, default: bool = False, otherwise=None) -> bool:
        asked.append(question)
        return not default

    async def work(shell) -> None:
        shell.attend(Person(secret, confirm, lambda line, advice: shown.append((line, advice))))
        assert await shell.ask_secret("password: ") == "tanstaaf"
        assert await shell.confirm("go on? [Y/n] ", default=True) is False
        await shell.perform(b"STTA")

    told = drive(practice_server(), work)
    assert asked == ["password: ", "go on? [Y/n] "]
    assert [line for line, _ in shown] == [b"STTA"]
    assert told.errors == ""
