"""What can be switched while the shell runs."""

from __future__ import annotations

_SWITCH = ("on", "off")

#: The values that each setting takes; those of ``max-body`` are examples.
CHOICES: dict[str, tuple[str, ...]] = {
    "validate": ("off", "warn", "strict"),
    "timing": _SWITCH,
    "hex": _SWITCH,
    "hints": _SWITCH,
    "cleartext": _SWITCH,
    "max-body": ("off", "64k", "1M"),
}


class Settings:
    """How a shell behaves.

    ``validate``: ``off``; ``warn`` says what is wrong with a line and sends it; ``strict`` sends
    a faulty line only behind ``!``. ``cleartext``: ``:login`` may send a password unencrypted to
    another machine. ``interactive``: a person types. ``max_body``: octets of a body that
    ``:record`` keeps, None for all.
    """

    def __init__(
        self, validate: str = "warn", interactive: bool = False, max_body: int | None = None
    ) -> None:
        self.validate = validate
        self.interactive = interactive
        self.timing = True
        self.hex = False
        self.hints = True
        self.cleartext = False
        self.max_body = max_body

    def change(self, name: str, value: str) -> None:
        """Set ``name`` to ``value`` as typed. Raises ValueError with a sentence."""
        if name not in CHOICES:
            raise ValueError(f"there is no setting {name}; there are {', '.join(CHOICES)}")
        if name == "max-body":
            self.max_body = _octets(value)
            return
        if value not in CHOICES[name]:
            raise ValueError(f"{name} is one of {', '.join(CHOICES[name])}, not {value!r}")
        setattr(self, name, value == "on" if CHOICES[name] == _SWITCH else value)

    def shown(self) -> list[str]:
        """Return the settings as lines ``name value``."""
        return [f"{name:<9} {_word(getattr(self, name.replace('-', '_')))}" for name in CHOICES]


def _word(value: object) -> str:
    if value is None:
        return "off"
    return ("on" if value else "off") if isinstance(value, bool) else str(value)


def _octets(value: str) -> int | None:
    """Read the limit on bodies. Raises ValueError with a sentence."""
    if value == "off":
        return None
    from pop3shell.transcript.elision import as_octets

    return as_octets(value)
