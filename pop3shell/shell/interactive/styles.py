"""Colours of the prompt: the terminal's own sixteen, so that they suit any background."""

from __future__ import annotations


def prompt_style() -> dict[str, str]:
    """Return the prompt's style classes."""
    return {
        "prompt": "bold",
        "verb": "ansiblue bold",
        "verb.begun": "ansiblue",
        "unknown": "ansired underline",
        "argument": "",
        "number": "ansicyan",
        "colon": "ansimagenta bold",
        "anyway": "ansiyellow bold",
        "secret": "ansibrightblack",
        "auto-suggestion": "ansibrightblack",
        "bottom-toolbar": "reverse",
        "bottom-toolbar.text": "",
    }
