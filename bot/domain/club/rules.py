"""The club's settings and their bounds. A week keeps the rules it was opened with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from typing import Any

from bot.domain.errors import SettingRefused
from bot.domain.tally import Method


class Pick(StrEnum):
    """How the album of a week comes about."""

    VOTE = "vote"
    HOST = "host"


class Layout(StrEnum):
    """How many threads a week has."""

    TWO = "two"
    ONE = "one"
    PER_PHASE = "per_phase"


class Guide(StrEnum):
    """What the album's thread gets to listen along with."""

    CARD = "card"
    """One card with the track list, from which a track is picked to like or discuss it."""
    TRACKS = "tracks"
    """A message for each track."""
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Rules:
    """Every setting of a club, with its default."""

    pick: Pick = Pick.VOTE
    method: Method = Method.POINTS
    ranks: int = 2
    nominations_per_member: int = 1
    no_repeat_winners: bool = True
    no_repeat_weeks: int = 8
    anonymous: bool = False
    """Nominators stay hidden until the poll closes."""
    own_vote: bool = False
    """Whether a vote for one's own nomination counts."""
    blind_ratings: bool = True
    """A member sees the club's scores only after rating."""
    layout: Layout = Layout.TWO
    event: bool = True
    """A Discord scheduled event for the discussion."""
    lock_threads: bool = False
    guide: Guide = Guide.CARD
    """The listening guide in the album's thread."""

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {name: str(value) if isinstance(value, StrEnum) else value for name, value in asdict(self).items()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Rules:
        """Rules from stored values; names unknown to this version are ignored, missing ones have their default."""
        known = {field.name for field in fields(cls)}
        kinds: dict[str, type[StrEnum]] = {"pick": Pick, "method": Method, "layout": Layout, "guide": Guide}
        given: dict[str, Any] = {}
        for name in known & values.keys():
            given[name] = kinds[name](values[name]) if name in kinds else values[name]
        return cls(**given)


BOUNDS: dict[str, tuple[int, int]] = {
    "ranks": (1, 5),
    "nominations_per_member": (1, 25),
    "no_repeat_weeks": (0, 520),
}
"""Lowest and highest value of every number setting."""

DIGITS = 6
"""No bound is longer."""

YES = frozenset({"on", "yes", "true", "1"})
NO = frozenset({"off", "no", "false", "0"})


def change_rule(rules: Rules, name: str, text: str) -> Rules:
    """The rules with one setting changed from what a host typed; raises `SettingRefused` with what is allowed."""
    if name not in {field.name for field in fields(Rules)}:
        raise SettingRefused(name, text, "unknown")
    value = text.strip().lower()
    current = getattr(rules, name)
    if isinstance(current, bool):
        if value not in YES | NO:
            raise SettingRefused(name, text, "switch", "on, off")
        return replace(rules, **{name: value in YES})
    if isinstance(current, StrEnum):
        kind = type(current)
        if value not in {str(member) for member in kind}:
            raise SettingRefused(name, text, "choice", ", ".join(str(member) for member in kind))
        return replace(rules, **{name: kind(value)})
    low, high = BOUNDS[name]
    # Python reads no number of thousands of digits, and Discord lets people type one.
    if not value.isdecimal() or len(value) > DIGITS or not low <= int(value) <= high:
        raise SettingRefused(name, text, "range", f"{low} to {high}")
    return replace(rules, **{name: int(value)})
