"""A listening party: one album heard together, track by track, on a timeline that hosts may hold, shorten and end.

Every instant comes from the `now` argument. A track begins when the one before it ends, not when somebody noticed, so
that lateness never adds up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from bot.domain.errors import PartyRefused
from bot.domain.posts import Post

USUAL_LENGTH = timedelta(minutes=4)
"""What a track of unknown length is given."""
SHORTEST = timedelta(seconds=5)
"""The least a track is given: nobody could read of shorter ones as they begin."""
LONG_OUTAGE = timedelta(minutes=10)
"""A bot that was away longer does not go on by itself: the party waits for a host."""
LONGEST_PAUSE = timedelta(hours=6)
"""A pause that nobody ended for so long ends the party."""


class State(StrEnum):
    """Where a party stands."""

    LOBBY = "lobby"
    PLAYING = "playing"
    PAUSED = "paused"
    OVER = "over"
    """Every track has had its turn."""
    STOPPED = "stopped"


RUNNING = (State.LOBBY, State.PLAYING, State.PAUSED)
"""A week has one party at a time in one of these."""


class Outcome(StrEnum):
    """What became of a track's turn."""

    WAITING = "waiting"
    PLAYING = "playing"
    PLAYED = "played"
    SKIPPED = "skipped"
    MISSED = "missed"
    """Its time passed while nobody could tell the club."""
    CUT = "cut"
    """The party was stopped in the middle of it."""


class Reason(StrEnum):
    """Why a party waits or ended before its last track."""

    NONE = ""
    HOST = "host"
    AWAY = "away"
    """The bot was away for too long."""
    FORGOTTEN = "forgotten"
    """Nobody ended the pause."""
    WEEK = "week"
    """The week was closed, cancelled, or is being chosen again."""
    CLUB = "club"
    """The club pauses."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A track's turn in a party; what it was called is kept, whatever becomes of the catalogue."""

    position: int
    """From 1, as heard; a list with gaps in its numbers has none here."""
    title: str
    artist: str = ""
    """Who plays it, where it is not the album's artist."""
    track_id: UUID | None = None
    duration_ms: int | None = None
    outcome: Outcome = Outcome.WAITING
    began_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def is_measured(self) -> bool:
        """Whether its length is known."""
        return bool(self.duration_ms) and (self.duration_ms or 0) > 0

    @property
    def length(self) -> timedelta:
        """How long its turn lasts."""
        if not self.is_measured:
            return USUAL_LENGTH
        return max(SHORTEST, timedelta(milliseconds=self.duration_ms or 0))


@dataclass(frozen=True, slots=True)
class Party:
    """A party of a week."""

    id: UUID
    club_id: UUID
    week_id: UUID
    number: int
    """The week's n-th party."""
    starts_at: datetime
    turns: tuple[Turn, ...]
    anchor_at: datetime
    """When the present turn would have begun had it never been held; in the lobby the start."""
    state: State = State.LOBBY
    position: int = 0
    """The present turn; 0 before the first one."""
    paused_at: datetime | None = None
    paused_for: timedelta = timedelta(0)
    """All pauses that have ended."""
    reason: Reason = Reason.NONE
    ended_at: datetime | None = None
    run: int = 0
    """Grows with each change; errands that draw something again carry it."""

    @property
    def is_running(self) -> bool:
        """Whether it is not over yet."""
        return self.state in RUNNING

    @property
    def present(self) -> Turn | None:
        """The turn that is on, held or not; None in the lobby."""
        return self.turns[self.position - 1] if self.position else None

    @property
    def length(self) -> timedelta:
        """How long it lasts without pauses and skips."""
        return sum((turn.length for turn in self.turns), timedelta(0))

    @property
    def ends_at(self) -> datetime:
        """When the present turn ends, unless it is held; in the lobby the start."""
        return self.anchor_at + (self.present.length if self.present else timedelta(0))

    @property
    def due_at(self) -> datetime | None:
        """When it changes by itself; None when it is over."""
        if self.state is State.PAUSED:
            return (self.paused_at or self.anchor_at) + LONGEST_PAUSE
        return self.ends_at if self.is_running else None

    def heard(self, now: datetime) -> timedelta:
        """How much of the present turn has been heard."""
        return (self.paused_at or now) - self.anchor_at

    def track_at(self, now: datetime) -> int:
        """The position whose turn it is at an instant when nobody interferes; one past the last when it is over."""
        if self.state is State.PAUSED or not self.is_running:
            return self.position
        position, ends_at = self.position, self.ends_at
        while ends_at <= now and position <= len(self.turns):
            position += 1
            if position <= len(self.turns):
                ends_at += self.turns[position - 1].length
        return position

    def is_late(self, position: int, now: datetime) -> bool:
        """Whether a track's time has passed, so that it must not be posted as if it began now."""
        turn = self.turns[position - 1]
        if turn.outcome is Outcome.PLAYING:
            return self.heard(now) >= turn.length
        return turn.outcome in (Outcome.PLAYED, Outcome.MISSED)

    def missed_before(self, position: int) -> tuple[Turn, ...]:
        """The tracks right before one that nobody was told of."""
        found: list[Turn] = []
        for turn in reversed(self.turns[: position - 1]):
            if turn.outcome is not Outcome.MISSED:
                break
            found.insert(0, turn)
        return tuple(found)


@dataclass(frozen=True, slots=True)
class PartyMember:
    """Somebody who came to a party."""

    user_id: UUID
    name: str
    joined_at: datetime
    left_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PartyView:
    """A party with everything its messages show."""

    party: Party
    members: tuple[PartyMember, ...] = ()
    """In the order of their coming; those who left again too."""
    links: Mapping[int, tuple[tuple[str, str], ...]] = field(default_factory=dict[int, tuple[tuple[str, str], ...]])
    """By position: service and address."""
    posts: Mapping[int, Post] = field(default_factory=dict[int, Post])
    """By position: what presents the track in the week, to be liked and discussed."""

    @property
    def there(self) -> tuple[PartyMember, ...]:
        """Who is there now, or was to the end."""
        return tuple(member for member in self.members if member.left_at is None)


# --- what time does -------------------------------------------------------------------------------------------------


def advance(party: Party, now: datetime) -> Party:
    """The party as it is at an instant when time alone passes; doing it twice changes nothing.

    After a short absence it goes on where it would be by now, and tracks that nobody could be told of are missed; after
    a long one it waits for a host where it was.
    """
    due = party.due_at
    if due is None or now < due:
        return party
    if party.state is State.PAUSED:
        return stop(party, now, Reason.FORGOTTEN)
    if now - due > LONG_OUTAGE:
        return _held(party, now)
    first = party.position
    while party.is_running and party.ends_at <= now:
        told = party.position == first
        party = _next(party, party.ends_at, Outcome.PLAYED if told else Outcome.MISSED)
    return party


def _held(party: Party, now: datetime) -> Party:
    """Nobody saw the present turn end: it counts as heard, and what follows waits for a host."""
    length = party.present.length if party.present else timedelta(0)
    return _changed(party, state=State.PAUSED, anchor_at=now - length, paused_at=now, reason=Reason.AWAY)


def _next(party: Party, at: datetime, outcome: Outcome) -> Party:
    """The present turn ends so and the next one begins; after the last one the party is over."""
    party = _ended(party, at, outcome)
    position = party.position + 1
    if position > len(party.turns):
        return _changed(party, state=State.OVER, paused_at=None, reason=Reason.NONE, ended_at=at)
    begun = replace(party.turns[position - 1], outcome=Outcome.PLAYING, began_at=at)
    turns = (*party.turns[: position - 1], begun, *party.turns[position:])
    return _changed(
        party, state=State.PLAYING, position=position, turns=turns, anchor_at=at, paused_at=None, reason=Reason.NONE
    )


def _ended(party: Party, at: datetime, outcome: Outcome) -> Party:
    turn = party.present
    if turn is None:
        return party
    if turn.outcome is Outcome.MISSED:
        outcome = Outcome.MISSED
    ended = replace(turn, outcome=outcome, ended_at=at)
    return replace(party, turns=(*party.turns[: party.position - 1], ended, *party.turns[party.position :]))


def _changed(party: Party, **changes: object) -> Party:
    return replace(party, run=party.run + 1, **changes)  # type: ignore[arg-type] - the fields' own names


# --- what people do -------------------------------------------------------------------------------------------------


def begin(party: Party, now: datetime) -> Party:
    """A host does not wait for the planned start. Raises `PartyRefused`."""
    if party.state is not State.LOBBY:
        raise PartyRefused("begun" if party.is_running else "over")
    return advance(_changed(party, starts_at=now, anchor_at=now), now)


def pause(party: Party, now: datetime) -> Party:
    """The present turn is held. Raises `PartyRefused` unless one is on."""
    party = advance(party, now)
    if party.state is not State.PLAYING:
        raise PartyRefused({State.LOBBY: "lobby", State.PAUSED: "paused"}.get(party.state, "over"))
    return _changed(party, state=State.PAUSED, paused_at=now, reason=Reason.HOST)


def resume(party: Party, now: datetime) -> Party:
    """The held turn goes on where it was held. Raises `PartyRefused` unless one is held."""
    party = advance(party, now)
    if party.state is not State.PAUSED:
        raise PartyRefused({State.LOBBY: "lobby", State.PLAYING: "playing"}.get(party.state, "over"))
    return advance(_gone_on(party, now), now)


def _gone_on(party: Party, now: datetime) -> Party:
    length = now - (party.paused_at or now)
    return _changed(
        party,
        state=State.PLAYING if party.position else State.LOBBY,
        anchor_at=party.anchor_at + length,
        paused_at=None,
        paused_for=party.paused_for + length,
        reason=Reason.NONE,
    )


def skip(party: Party, now: datetime, *, seen: int | None = None) -> Party:
    """The next track begins now, also out of a pause; `seen` is the one the host meant, so that two do not skip two.

    Raises `PartyRefused`.
    """
    party = advance(party, now)
    if not party.is_running:
        raise PartyRefused("over")
    if party.state is State.LOBBY:
        raise PartyRefused("lobby")
    if seen is not None and seen != party.position:
        raise PartyRefused("moved_on")
    if party.state is State.PAUSED:
        away = party.reason is Reason.AWAY
        party = _gone_on(party, now)
        if away:  # what was on has been heard; what is next begins
            return advance(party, now)
    return _next(party, now, Outcome.SKIPPED)


def stop(party: Party, now: datetime, reason: Reason = Reason.HOST) -> Party:
    """The party ends here. Raises `PartyRefused` when it is over."""
    if not party.is_running:
        raise PartyRefused("over")
    if party.state is State.PAUSED:
        party = _gone_on(party, now)
    held_up = party.present is not None and party.ends_at <= now
    party = _ended(party, now, Outcome.PLAYED if held_up else Outcome.CUT)
    return _changed(party, state=State.STOPPED, reason=reason, paused_at=None, ended_at=now)


def missed(party: Party, position: int) -> Party:
    """A track that had its turn while nobody could be told of it."""
    turn = replace(party.turns[position - 1], outcome=Outcome.MISSED)
    return _changed(party, turns=(*party.turns[: position - 1], turn, *party.turns[position:]))
