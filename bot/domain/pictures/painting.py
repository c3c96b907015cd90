"""What painting gives back, in which look, and why there may be no picture."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.errors import Refusal

PHONE_WIDTH = 380
"""Pixels that Discord gives a picture's width on an ordinary phone, whatever its own width is."""
SMALLEST_TEXT = 11
"""Pixels on that phone below which no text is drawn."""


class Theme(StrEnum):
    """How a picture looks. It brings its own ground, so either is readable in either look of Discord."""

    DARK = "dark"
    LIGHT = "light"


@dataclass(frozen=True, slots=True)
class Painted:
    """A picture, ready to be uploaded."""

    content: bytes
    name: str
    """Its file name in a message: equal names are equal pictures, so one that is there need not be sent again."""
    content_type: str
    width: int
    height: int
    alt: str
    """The same in words, for whoever does not see it; at most 1,024 characters."""
    accent: int | None = None
    """A colour of the picture as 0xRRGGBB, for what frames it; None where there is none of its own."""


class Unpainted(StrEnum):
    """Why there is no picture."""

    BUSY = "busy"
    """Too many are being drawn; in a moment it works."""
    SLOW = "slow"
    """It took too long, or too much memory, and was given up."""
    FAILED = "failed"
    """It cannot be drawn; a bug, or no painter at all."""


@dataclass(eq=False)
class PictureRefused(Refusal):
    """A picture that is not there; what it would show can still be said in words."""

    why: Unpainted


@dataclass(eq=False)
class TooFewForPicture(Refusal):
    """Less was heard than the picture has places for, or so little that it would show nothing."""

    found: int
    needed: int
    kind: str
    """What is missing: `album`, `artist`, `play`, `genre`."""
    covered: bool = False
    """Only those with a cover were counted."""


@dataclass(eq=False)
class PictureSize(Refusal):
    """A size of a collage that is none."""

    text: str
    smallest: int
    largest: int
