"""Covers: which pictures are taken, how large they may be, and when one that could not be had is asked for again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

MOST_BYTES = 5_000_000
"""What a cover may weigh on its way here; good ones of 1,200 pixels weigh a tenth of it."""
MOST_PIXELS = 25_000_000
"""Width times height as the file claims them; decoded they take four bytes each."""
LONGEST_SIDE = 12_000
SHORTEST_SIDE = 64
STORED_SIDE = 1_000
"""Pixels of the longer side of what is kept."""
PLACEHOLDERS = ("2a96cbd8b46e442fc41c2b86b821562f",)
"""Names of pictures that stand for no picture: Last.fm's star."""

JPEG, PNG, WEBP, GIF = "image/jpeg", "image/png", "image/webp", "image/gif"
STORED_TYPE = JPEG
"""What is kept is drawn anew in one type, so nothing of the sender's file but its pixels gets through."""


class CoverOutcome(StrEnum):
    """What came of asking for a cover."""

    KEPT = "kept"
    MISSING = "missing"
    """Nothing stands there."""
    PLACEHOLDER = "placeholder"
    """A picture that says that there is none."""
    NOT_A_PICTURE = "not_a_picture"
    """A page, a drawing in SVG, or another type than JPEG, PNG, WebP, GIF, whatever it calls itself."""
    BROKEN = "broken"
    """Cut off or damaged."""
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_SMALL = "too_small"
    REFUSED = "refused"
    """An address that is none, holds a password or leads into a private network; or a server that lets nobody in."""
    BUSY = "busy"
    DOWN = "down"
    SLOW = "slow"
    GARBLED = "garbled"
    """More bytes than a cover may have, or not as many as were promised."""


PASSING = frozenset({CoverOutcome.BUSY, CoverOutcome.DOWN, CoverOutcome.SLOW})
"""What may be better in a moment."""
ASK_AGAIN_SOON = timedelta(minutes=15)
ASK_AGAIN_LATER = timedelta(days=1)
"""After a picture that was not taken: whoever put it there may put another one."""
STAYS_AFTER_USE = timedelta(hours=1)
"""A cover is not thrown out so soon after it was shown: a message that shows it may be on its way."""


class CoverRefused(Exception):  # noqa: N818 - a refusal, as elsewhere; services read it and nobody is shown it
    """A picture that is not taken; says why."""

    def __init__(self, outcome: CoverOutcome) -> None:
        super().__init__(str(outcome))
        self.outcome = outcome


@dataclass(frozen=True, slots=True)
class Cover:
    """A picture that is kept, by its content."""

    sha256: str
    media_type: str
    width: int
    height: int
    size: int
    """Bytes."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A cover with its bytes, ready to be uploaded."""

    cover: Cover
    content: bytes

    @classmethod
    def of(cls, content: bytes, width: int, height: int) -> Picture:
        """The picture, of the type that is kept, under the hash of its content."""
        return cls(Cover(hashlib.sha256(content).hexdigest(), STORED_TYPE, width, height, len(content)), content)

    @property
    def name(self) -> str:
        """Its file name in a message: equal names are equal pictures, so one that is there need not be sent again."""
        return f"cover-{self.cover.sha256[:20]}.jpg"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is known of an album's cover: what it was asked from last, when, and what came of it."""

    source_url: str
    checked_at: datetime
    outcome: CoverOutcome
    cover: Cover | None = None
    """None also where one was kept and had to make room."""
    used_at: datetime | None = None
    """When it was last shown, to the hour."""


def worth_asking(asked: Asked | None, url: str, now: datetime) -> bool:
    """Whether a cover that is not there shall be fetched: never asked for, made room, another address, or long ago."""
    if asked is None or asked.source_url != url or asked.outcome is CoverOutcome.KEPT:
        return True
    return now - asked.checked_at >= (ASK_AGAIN_SOON if asked.outcome in PASSING else ASK_AGAIN_LATER)


def is_placeholder(url: str) -> bool:
    """Whether an address is that of a picture which stands for none."""
    return any(name in url for name in PLACEHOLDERS)


def check_picture(content: bytes) -> str:
    """The media type of a picture that may be decoded; raises `CoverRefused`.

    Looks at the bytes alone, never at what the sender calls them, and before anything is decoded.
    """
    if len(content) > MOST_BYTES:
        raise CoverRefused(CoverOutcome.GARBLED)
    if not content:
        raise CoverRefused(CoverOutcome.MISSING)
    media_type = sniff(content)
    if media_type is None:
        raise CoverRefused(CoverOutcome.NOT_A_PICTURE)
    size = claimed_size(content, media_type)
    if size is None:
        raise CoverRefused(CoverOutcome.BROKEN)
    check_size(*size)
    return media_type


def check_size(width: int, height: int) -> None:
    """Raises `CoverRefused` for a picture too large to be decoded or too small to be shown."""
    if width * height > MOST_PIXELS or max(width, height) > LONGEST_SIDE:
        raise CoverRefused(CoverOutcome.TOO_MANY_PIXELS)
    if min(width, height) < SHORTEST_SIDE:
        raise CoverRefused(CoverOutcome.TOO_SMALL)


def sniff(content: bytes) -> str | None:
    """The type that the first bytes tell; None for everything that is no picture we take."""
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if content.startswith((b"GIF87a", b"GIF89a")):
        return GIF
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return WEBP
    return None


def claimed_size(content: bytes, media_type: str) -> tuple[int, int] | None:
    """Width and height as the header claims them, in pixels; None when the header is cut off or makes no sense."""
    if media_type == PNG:
        return (_big(content, 16, 4), _big(content, 20, 4)) if content[12:16] == b"IHDR" and len(content) > 24 else None
    if media_type == GIF:
        return (_little(content, 6, 2), _little(content, 8, 2)) if len(content) > 10 else None
    return _webp_size(content) if media_type == WEBP else _jpeg_size(content)


def _webp_size(content: bytes) -> tuple[int, int] | None:
    kind = content[12:16]
    if len(content) < 30:
        return None
    if kind == b"VP8X":
        return _little(content, 24, 3) + 1, _little(content, 27, 3) + 1
    if kind == b"VP8L" and content[20] == 0x2F:
        bits = _little(content, 21, 4)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and content[23:26] == b"\x9d\x01\x2a":
        return _little(content, 26, 2) & 0x3FFF, _little(content, 28, 2) & 0x3FFF
    return None


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    """From the frame header, the first segment between 0xC0 and 0xCF that holds no table."""
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xFF:  # padding
            at += 1
        elif 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return _big(content, at + 7, 2), _big(content, at + 5, 2)
        else:
            at += 2 + _big(content, at + 2, 2)
    return None


def _big(content: bytes, at: int, length: int) -> int:
    return int.from_bytes(content[at : at + length], "big")


def _little(content: bytes, at: int, length: int) -> int:
    return int.from_bytes(content[at : at + length], "little")
