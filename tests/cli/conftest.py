"""Runs of the program."""

from __future__ import annotations

from support.program import here

__all__ = ["here"]
