"""Demo weeks: members put tracks of their own forward, and who made which is told with the result."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from bot.domain.club.rules import Guide, Pick, Rules
from bot.domain.errors import Refusal


@dataclass(eq=False)
class DemoRefused(Refusal):
    """A nomination that does not fit the week's kind; `cogs/shared/demo_refusals.py` words it.

    `reason`: `takes_tracks` or `takes_albums` of the week; `no_tracks` of one's own, `unknown`, `hidden` since it was
    reported, `played` in the last weeks, `no_audio` where its file is not at hand.
    """

    reason: str
    name: str = ""
    """The week's label, or the track's title."""


COPY_BYTES = 9_500_000
"""The most that a club's copy of a track may be: what Discord takes on every server, with room for a message."""
COPY_BITS = 128_000


@dataclass(frozen=True, slots=True)
class DemoSound:
    """What the club hears of a nomination, and what its file is called."""

    name: str
    content: bytes = field(repr=False)


def copy_bit_rate(seconds: float) -> int:
    """Bits a second of a copy that long, so that it stays within `COPY_BYTES`."""
    return min(COPY_BITS, int(COPY_BYTES * 8 * 0.95 / max(1.0, seconds)))


def sound_name(ordinal: int) -> str:
    """`demo-3.ogg`: what tells of nobody."""
    return f"demo-{ordinal}.ogg"


def rules_of_demos(rules: Rules, *, blind: bool) -> Rules:
    """A club's rules as a demo week keeps them: the members choose, and names stay hidden where it is blind."""
    return replace(
        rules,
        pick=Pick.VOTE,
        anonymous=blind,
        guide=Guide.OFF if rules.guide is Guide.OFF else Guide.CARD,
    )
