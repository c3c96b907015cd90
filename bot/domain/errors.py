"""The two families of expected trouble; anything else is a bug.

A refusal carries data and no prose: `cogs/shared/refusals.py` words every one of them, with what to do next.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class PressRepeated(Exception):  # noqa: N818 - what happened
    """The use that a person asked for is done already, for the same press: whoever did it answers."""


class Refusal(Exception):  # noqa: N818 - a refusal is a noun of the club, not a fault of the program
    """An expected no, shown privately to the person who asked."""


class Why(StrEnum):
    """What kept a source from answering."""

    REFUSED = "refused"
    """It does not let us in: a wrong key, or an endpoint it has withdrawn (401, 403)."""
    BUSY = "busy"
    """It wants fewer questions (429, 503 with a time, our own limit)."""
    DOWN = "down"
    """It failed or cannot be reached (5xx, no connection)."""
    SLOW = "slow"
    """It did not answer in time."""
    GARBLED = "garbled"
    """It answered what nobody can read."""


@dataclass(eq=False)
class Unavailable(Exception):  # noqa: N818 - same reason
    """Somebody else's service does not serve us now; worth trying again later, at `until` where that is known."""

    source: str = ""
    why: Why = Why.DOWN
    until: datetime | None = None
    detail: str = ""
    """For the log, free of secrets."""


class DatabaseAway(Unavailable):
    """Our own database did not do what it was asked: it is away for a moment, or broke off one of two that collided."""


class Collided(DatabaseAway):
    """It broke off a transaction for another one, and did nothing of it: begun anew it may go through at once."""


# --- the club -------------------------------------------------------------------------------------------------------


class ClubNotSetUp(Refusal):
    """The server has no club yet."""


class NotAHost(Refusal):
    """Only hosts may do this."""


@dataclass(eq=False)
class MissingPermissions(Refusal):
    """The bot lacks permissions in a channel; names as Discord shows them."""

    channel_id: int
    names: tuple[str, ...]


@dataclass(eq=False)
class SettingRefused(Refusal):
    """A setting's value is out of its range; `reason` is a code such as `range` or `unknown`."""

    name: str
    value: str
    reason: str
    allowed: str = ""


@dataclass(eq=False)
class ScheduleRefused(Refusal):
    """A schedule whose moments do not follow each other."""

    field: str
    reason: str


# --- weeks ----------------------------------------------------------------------------------------------------------


class NoSuchWeek(Refusal):
    """No week fits what was asked for."""


@dataclass(eq=False)
class WhichWeek(Refusal):
    """Several weeks fit: the person has to say which; labels by week number."""

    choices: tuple[tuple[int, str], ...]


@dataclass(eq=False)
class WrongPhase(Refusal):
    """The week is not in a phase that allows this."""

    label: str
    phase: str
    wanted: tuple[str, ...]


@dataclass(eq=False)
class SlotTaken(Refusal):
    """Another week is being chosen already; one at a time per club and kind."""

    label: str
    until: datetime | None


@dataclass(eq=False)
class PastTime(Refusal):
    """A deadline that lies in the past."""

    at: datetime


@dataclass(eq=False)
class OutOfOrder(Refusal):
    """A deadline that would come before the one it follows."""

    name: str
    at: datetime
    after: datetime


class NothingToReopen(Refusal):
    """The week has no transition that could be taken back."""


@dataclass(eq=False)
class TooSoon(Refusal):
    """The same was asked for several times just now; it works again at that moment."""

    at: datetime


# --- nominations ----------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class NominationsClosed(Refusal):
    """Nominations are over, or have not begun."""

    label: str
    closed_at: datetime | None


@dataclass(eq=False)
class AlreadyNominated(Refusal):
    """The album stands in this week already; the person is offered to second it."""

    nomination_id: str
    album: str
    own: bool


@dataclass(eq=False)
class TooManyNominations(Refusal):
    """The member has used every nomination of this week."""

    limit: int
    albums: tuple[str, ...]


@dataclass(eq=False)
class WonBefore(Refusal):
    """The album won a week of this club already (no-repeat of winners)."""

    album: str
    label: str


@dataclass(eq=False)
class NominatedRecently(Refusal):
    """The album was nominated within the club's no-repeat window."""

    album: str
    label: str
    weeks: int


@dataclass(eq=False)
class TextTooLong(Refusal):
    """A text beyond its limit; the form gives it back."""

    name: str
    limit: int
    length: int


@dataclass(eq=False)
class AlbumNeeded(Refusal):
    """A link or text from which no album can be read."""

    reason: str  # "empty", "unknown_link", "untitled_link", "short_link", "not_an_album", "bad_cover"
    text: str = ""
    unheard: tuple[str, ...] = ()
    """Services that were asked what it is and did not answer."""


class NoSuchNomination(Refusal):
    """The nomination does not exist, or stands no longer."""


@dataclass(eq=False)
class WhichNomination(Refusal):
    """Several nominations fit what was typed."""

    albums: tuple[str, ...]


class NotYourNomination(Refusal):
    """Only its nominator may do this."""


@dataclass(eq=False)
class BadYear(Refusal):
    """A year that is no year of an album."""

    text: str


# --- ballots --------------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class PollClosed(Refusal):
    """The poll is over, or has not begun."""

    label: str
    closed_at: datetime | None


class EmptyBallot(Refusal):
    """A ballot without a first choice."""


@dataclass(eq=False)
class SameChoiceTwice(Refusal):
    """One album at two ranks."""

    album: str


@dataclass(eq=False)
class OwnNomination(Refusal):
    """A vote for one's own nomination."""

    album: str


@dataclass(eq=False)
class TooManyChoices(Refusal):
    """More ranks than the club's ballot has, or two albums on one rank."""

    ranks: int


# --- ratings --------------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class BadScore(Refusal):
    """A score off the half-step grid from 1.0 to 5.0."""

    text: str


@dataclass(eq=False)
class NothingToRate(Refusal):
    """No album of the club can be rated now."""

    label: str | None = None


# --- parties --------------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class PartyIsOn(Refusal):
    """The week has a listening party already; where it has not begun, its start."""

    label: str
    starts_at: datetime | None = None


@dataclass(eq=False)
class PartyRefused(Refusal):
    """A listening party cannot be had, or not moved so; `reason` is a code such as `no_winner`, `paused` or `over`."""

    reason: str
    label: str = ""
    at: datetime | None = None
    week_id: str = ""


# --- people ---------------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class PanelOutdated(Refusal):
    """A button of an earlier version, or of something that has ended."""

    reason: str = "version"


@dataclass(eq=False)
class DraftGone(Refusal):
    """The kept text of a refused form has expired or was used."""


@dataclass(eq=False)
class ShelfRefused(Refusal):
    """The shelf holds this album already, or does not hold it."""

    reason: str
    album: str = ""


@dataclass(eq=False)
class DateRefused(Refusal):
    """A date that cannot be skipped or paused until."""

    on: date
    reason: str


@dataclass(eq=False)
class NotInCatalogue(Refusal):
    """Words that mean no album of the catalogue, or more than one where one has to be meant."""

    text: str
    several: bool = False


@dataclass(eq=False)
class MergeRefused(Refusal):
    """Two albums cannot become one, or one cannot become two again.

    `same`, `elsewhere` (another club uses it), `both` (nominated in one week), `single` (nothing was merged into it),
    `foreign` (the club has nothing to do with it).
    """

    reason: str
    album: str
    week: str = ""


@dataclass(eq=False)
class TimeNotUnderstood(Refusal):
    """A time that could not be read."""

    text: str


@dataclass(eq=False)
class TimeInThePast(Refusal):
    """A time that was read but lies in the past."""

    text: str
    instant: datetime


@dataclass(eq=False)
class Missing(Refusal):
    """Something the form needs was left empty."""

    names: tuple[str, ...] = field(default=())
