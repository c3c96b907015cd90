"""What only one process may do at a time, and the proof that it still may."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

UPKEEP = "upkeep"
"""Seeing once an hour to what all processes share."""
LENGTH = timedelta(minutes=5)
"""So long a duty stays with a process that shows no sign of life and is not known to be gone."""


@dataclass(frozen=True, slots=True)
class Held:
    """A duty that a process has taken; its epoch tells it from every earlier and later time."""

    name: str
    holder: int
    epoch: int


class Overtaken(Exception):  # noqa: N818 - it says what happened
    """Another process has taken the duty over: whatever was still to be written is its to write."""
