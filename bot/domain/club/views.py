"""What the club sees of a week: values from which every card, panel and private reply is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from bot.domain.club.entries import Nomination, Rating, Track
from bot.domain.club.ratings import Summary
from bot.domain.club.week import Club, Week
from bot.domain.covers import Picture
from bot.domain.pictures.painting import Painted
from bot.domain.tally import Tally


@dataclass(frozen=True, slots=True)
class PanelRef:
    """Where a message of ours stands."""

    channel_id: int
    message_id: int
    drawn: str | None = None


@dataclass(frozen=True, slots=True)
class WeekView:
    """A week with everything its public cards show. Nominators are blank while hidden; ballots are counts alone."""

    club: Club
    week: Week
    nominations: tuple[Nomination, ...] = ()
    """Standing and void ones, in the order of nominating; withdrawn ones are gone."""
    ballots: int = 0
    turnout_of: int = 0
    """Active members."""
    winner: Nomination | None = None
    links: tuple[tuple[str, str], ...] = ()
    """The winner's links: service, address."""
    tracks: tuple[Track, ...] = ()
    tally: Tally | None = None
    ratings: int = 0
    heard: int = 0
    summary: Summary | None = None
    """Of the official ratings; only once the week is closed, or for someone who may see it."""
    late: int = 0
    """Ratings in the catch-up lane."""
    listened: int | None = None
    """How many of those who rated it in time had listened to it that week; None where of nobody it is known."""
    panels: Mapping[tuple[str, int], PanelRef] = field(default_factory=dict[tuple[str, int], PanelRef])
    covers: Mapping[UUID, Picture] = field(default_factory=dict[UUID, Picture])
    """By album; those that the card to be drawn shows, as far as they could be had."""
    poster: Painted | None = None
    """The recap as a picture, where it could be drawn."""

    @property
    def standing(self) -> tuple[Nomination, ...]:
        """The nominations in the race."""
        return tuple(nomination for nomination in self.nominations if nomination.standing == "standing")


@dataclass(frozen=True, slots=True)
class YourPart:
    """What one member has done in a week, and what is left; for that member only."""

    view: WeekView
    nominations: tuple[Nomination, ...] = ()
    seconds: tuple[Nomination, ...] = ()
    ballot: tuple[Nomination, ...] | None = None
    """Best first; None when no ballot was cast."""
    rating: Rating | None = None
    heard: bool = False
    dm_reminders: bool = False


@dataclass(frozen=True, slots=True)
class BallotForm:
    """What a member may choose from: their own nominations are left out where the rule says so."""

    view: WeekView
    options: tuple[Nomination, ...]
    chosen: tuple[UUID, ...] = ()
    """The present ballot, best first."""


@dataclass(frozen=True, slots=True)
class RatingForm:
    """What a member rates, with the present rating to start from."""

    view: WeekView
    present: Rating | None = None
    late: bool = False
