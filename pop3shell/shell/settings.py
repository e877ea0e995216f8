"""What can be switched while the shell runs."""

from __future__ import annotations

_SWITCH = ("on", "off")

#: The values that each setting takes.
CHOICES: dict[str, tuple[str, ...]] = {
    "validate": ("off", "warn", "strict"),
    "timing": _SWITCH,
    "hex": _SWITCH,
    "hints": _SWITCH,
    "cleartext": _SWITCH,
}


class Settings:
    """How a shell behaves.

    ``validate``: ``off``; ``warn`` says what is wrong with a line and sends it; ``strict`` sends
    a faulty line only behind ``!``. ``cleartext``: ``:login`` may send a password unencrypted to
    another machine. ``interactive``: a person types.
    """

    def __init__(self, validate: str = "warn", interactive: bool = False) -> None:
        self.validate = validate
        self.interactive = interactive
        self.timing = True
        self.hex = False
        self.hints = True
        self.cleartext = False

    def change(self, name: str, value: str) -> None:
        """Set ``name`` to ``value`` as typed. Raises ValueError with a sentence."""
        if name not in CHOICES:
            raise ValueError(f"there is no setting {name}; there are {', '.join(CHOICES)}")
        if value not in CHOICES[name]:
            raise ValueError(f"{name} is one of {', '.join(CHOICES[name])}, not {value!r}")
        setattr(self, name, value == "on" if CHOICES[name] == _SWITCH else value)

    def shown(self) -> list[str]:
        """Return the settings as lines ``name value``."""
        values = {name: getattr(self, name) for name in CHOICES}
        words = {True: "on", False: "off"}
        return [f"{name:<9} {words.get(values[name], values[name])}" for name in CHOICES]
