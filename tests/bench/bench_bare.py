"""The least that a program with prompt_toolkit can be, to compare with."""

from prompt_toolkit import PromptSession

session = PromptSession("pop3> ")
try:
    while True:
        session.prompt()
except (EOFError, KeyboardInterrupt):
    pass
