"""What whoever asks for listening is refused, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.domain.errors import Refusal


@dataclass(eq=False)
class PeriodNotUnderstood(Refusal):
    """What was typed names no time that has begun."""

    text: str


@dataclass(eq=False)
class NothingHeard(Refusal):
    """Nothing is known of what somebody hears; `name` is empty where it is the asker's own."""

    name: str = ""


@dataclass(eq=False)
class HearingHidden(Refusal):
    """The member keeps what they hear to themselves, or to people who follow them."""

    name: str


@dataclass(eq=False)
class NotHeardHere(Refusal):
    """Nobody in the club has heard anything of that name; `kind` is artist, album or track."""

    kind: str
    text: str


@dataclass(eq=False)
class SubjectNeeded(Refusal):
    """Nothing was named, and nothing plays that could be meant."""

    kind: str


@dataclass(eq=False)
class NoChart(Refusal):
    """The club has no chart of that week, or none at all."""

    week: date | None = None
    """The Monday of the week that was asked for."""


@dataclass(eq=False)
class NotYourList(Refusal):
    """Somebody else asked for this list, and only they turn its pages."""
