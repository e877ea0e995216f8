"""What can go wrong with a transcript, as sentences for the user."""

from __future__ import annotations


class TranscriptError(Exception):
    """A transcript that can't be understood: ``number`` of the file line (from 1), and why."""

    def __init__(self, number: int, sentence: str) -> None:
        super().__init__(f"line {number}: {sentence}")
        self.number = number
        self.sentence = sentence


class MissingSecret(TranscriptError):
    """A placeholder for which no value is known; ``name`` is it, e.g. ``password2``."""

    def __init__(self, number: int, name: str) -> None:
        super().__init__(number, f"no value is given for ${{{name}}}")
        self.name = name


class RecordingFailed(Exception):
    """A transcript that can't be written (further); what was written before is left as it is."""
