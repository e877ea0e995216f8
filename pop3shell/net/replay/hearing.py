"""What following a recorded dialogue tells: which line is part of the reply to what."""

from __future__ import annotations

from pop3shell.net.replay.names import LoginNames
from pop3shell.net.replay.script import Reply, Script, Turn
from pop3shell.net.replay.sources import Sources
from pop3shell.protocol import events as ev
from pop3shell.protocol import replies
from pop3shell.protocol.dialogue import Dialogue
from pop3shell.protocol.events import Event, Side
from pop3shell.protocol.spec import commands


class Hearing:
    """Gives each reply of the script the entries that its octets came from."""

    def __init__(self, dialogue: Dialogue) -> None:
        self.greeting = Reply(0, None)
        self.names = LoginNames()
        self.script = Script(self.greeting, [], self.names.found)
        self.sources = Sources()
        self._dialogue = dialogue
        self._owners: dict[int, Reply] = {}
        self._unknown: dict[int, tuple[Reply, Turn]] = {}  # commands that may be responses

    @property
    def oldest(self) -> Reply | None:
        """The reply that is due next."""
        return next(iter(self._owners.values()), None)

    def client(self, events: list[Event], turn: Turn) -> None:
        """Take in what the client's line means."""
        for event in events:
            if isinstance(event, ev.CommandSent):
                reply = Reply(turn.number, event.command)
                self._owners[id(event.command)] = reply
                turn.replies.append(reply)
                if event.command.row is None and turn.replies[0] is reply:
                    self._unknown[id(reply)] = reply, turn
                if event.command.row is commands.AUTH:
                    self.names.begins(reply)
            elif isinstance(event, ev.ResponseSent):
                turn.response = True
                turn.replies = [self._owners[id(event.command)]]
            else:
                self._heard(event)

    def server(self, events: list[Event]) -> None:
        """Take in what the server's octets, or its silence, mean."""
        for event in events:
            self._heard(event)

    def unasked(self, number: int) -> None:
        """Take in that nobody waits for the server's line of that number."""
        text = "the server said this unasked when it was recorded; it is not waited for"
        self.script.notes.append((number, text))

    def _heard(self, event: Event) -> None:
        if isinstance(event, ev.LongLine) and event.side is Side.SERVER:
            self.sources.put_off(len(event.raw))
        elif isinstance(event, ev.ReplyEnd):
            self._complete(event)
        elif (owner := self._owner(event)) is not None:
            owner.parts[-1] += self.sources.take(len(event.raw))
            self._follow(event, owner)
        elif isinstance(event, ev.StrayLine):
            for entry in self.sources.take(len(event.raw)):
                self.unasked(entry.number)
                self.script.unasked += len(getattr(entry, "octets", b""))

    def _owner(self, event: Event) -> Reply | None:
        if isinstance(event, ev.Greeting | ev.Banner):
            return self.greeting
        command = getattr(event, "command", None)
        return self._owners.get(id(command)) if command is not None and event.raw else None

    def _follow(self, event: Event, owner: Reply) -> None:
        if isinstance(event, ev.Greeting):
            owner.status, owner.complete = event.status, True
            owner.number = getattr(owner.parts[0][0], "number", 0) if owner.parts[0] else 0
        elif isinstance(event, ev.StatusLine):
            owner.status, owner.code = event.status, replies.response_code(event.text)
        elif isinstance(event, ev.Challenge):
            owner.parts.append([])
            if not self._dialogue.challenged:
                self._sent_ahead(owner)

    def _sent_ahead(self, owner: Reply) -> None:
        """The client sent its response before this challenge; it was taken for a command."""
        for reply, turn in self._unknown.values():
            if turn.replies[0] is reply:
                self._owners.pop(id(reply.command), None)
                self._unknown.pop(id(reply))
                turn.response, turn.replies = True, [owner]
                return

    def _complete(self, event: ev.ReplyEnd) -> None:
        reply = self._owners.pop(id(event.command), None)
        if reply is not None:
            reply.complete = True
            self._unknown.pop(id(reply), None)
