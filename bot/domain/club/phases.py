"""How a week moves: one pure function for a deadline that passes, a host who says so, and a server that slept.

If the phase that opens would already be over, it gets its planned length from now, and the later deadlines move by as
much: nobody's poll is skipped because a server slept.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.club.rules import Pick
from bot.domain.club.week import DEADLINE_OF, Phase, Skip, Week
from bot.domain.errors import NothingToReopen, OutOfOrder, PastTime, WrongPhase

EXTENSION = timedelta(hours=24)
"""What an empty box is extended by, once."""
IN_TIME = timedelta(minutes=15)
"""An extension found so late, as by a bot that was just started again, still counts from the deadline it moves."""

NAMES = tuple(DEADLINE_OF.values())
"""A week's deadlines in the order in which they pass."""


class Move(StrEnum):
    """What a transition means to the club."""

    OPENED = "opened"
    POLL_OPENED = "poll_opened"
    NOMINATIONS_EXTENDED = "nominations_extended"
    POLL_EXTENDED = "poll_extended"
    WON = "won"
    DISCUSSION = "discussion"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    REOPENED = "reopened"
    MOVED = "moved"
    """Only deadlines changed."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a transition depends on besides the week."""

    nominations: int = 0
    """Standing nominations."""
    ballots: int = 0
    """Ballots with at least one standing choice."""


@dataclass(frozen=True, slots=True)
class Transition:
    """A week after its move; the winner is the tally's business."""

    week: Week
    move: Move
    before: Phase
    unopposed: bool = False


def advance(week: Week, facts: Facts, *, now: datetime, by_host: bool = False) -> Transition:
    """The next transition of an open week; raises `WrongPhase` when the week is over.

    `by_host` ends the phase now, with no extension of an empty box: an empty week is cancelled, an empty poll drawn.
    """
    if not week.is_open:
        raise WrongPhase(week.label, week.phase, tuple(DEADLINE_OF))
    if by_host:
        week = _end_now(week, now)
    if week.phase is Phase.SCHEDULED:
        picked = week.rules.pick is Pick.HOST and facts.nominations > 0
        return _enter(week, Phase.LISTENING if picked else Phase.NOMINATIONS, now)
    if week.phase is Phase.NOMINATIONS:
        return _after_nominations(week, facts, now, by_host)
    if week.phase is Phase.POLL:
        return _after_poll(week, facts, now, by_host)
    if week.phase is Phase.LISTENING:
        return _enter(week, Phase.RATINGS, now)
    return _enter(week, Phase.CLOSED, now)


def _after_nominations(week: Week, facts: Facts, now: datetime, by_host: bool) -> Transition:
    if facts.nominations == 0:
        if not week.nominations_extended and not by_host:
            return _extend(replace(week, nominations_extended=True), Move.NOMINATIONS_EXTENDED, now)
        return cancel(week, Skip.NO_PICK if week.rules.pick is Pick.HOST else Skip.NO_NOMINATIONS, now=now)
    if facts.nominations == 1:
        return _enter(week, Phase.LISTENING, now)
    return _enter(week, Phase.POLL, now)


def _after_poll(week: Week, facts: Facts, now: datetime, by_host: bool) -> Transition:
    if facts.nominations == 0:  # the hosts removed them all
        return cancel(week, Skip.NO_NOMINATIONS, now=now)
    if facts.nominations > 1 and facts.ballots == 0 and not week.poll_extended and not by_host:
        return _extend(replace(week, poll_extended=True), Move.POLL_EXTENDED, now)
    return _enter(week, Phase.LISTENING, now)


def _end_now(week: Week, now: datetime) -> Week:
    """The present phase's deadline becomes now; the order of all stays, even when a clock was set back."""
    name = DEADLINE_OF[week.phase]
    place = NAMES.index(name)
    ended: datetime = min(getattr(week.deadlines, name), now)
    if place > 0:
        ended = max(ended, getattr(week.deadlines, NAMES[place - 1]))
    return replace(week, deadlines=replace(week.deadlines, **{name: ended}))


MOVE_INTO = {
    Phase.NOMINATIONS: Move.OPENED,
    Phase.POLL: Move.POLL_OPENED,
    Phase.LISTENING: Move.WON,
    Phase.RATINGS: Move.DISCUSSION,
    Phase.CLOSED: Move.CLOSED,
}


def _enter(week: Week, phase: Phase, now: datetime) -> Transition:
    deadlines = week.deadlines
    name = DEADLINE_OF.get(phase)
    if phase is Phase.LISTENING and week.phase is not Phase.POLL:
        # The poll was not needed: it ends where it would have begun, and its time goes to the listening.
        over = max(deadlines.opens_at, min(deadlines.nominations_close_at, now))
        deadlines = replace(deadlines, nominations_close_at=over, poll_close_at=over)
    if name is not None and getattr(deadlines, name) <= now:
        deadlines = deadlines.moved(name, now + week.deadlines.length(phase))
    after = replace(
        week,
        phase=phase,
        run=week.run + 1,
        deadlines=deadlines,
        phase_began_at=now,
        cancelled_from=None,
        cancel_reason=None,
    )
    unopposed = phase is Phase.LISTENING and week.phase is Phase.NOMINATIONS
    return Transition(after, MOVE_INTO[phase], week.phase, unopposed)


def _extend(week: Week, move: Move, now: datetime) -> Transition:
    name = DEADLINE_OF[week.phase]
    due: datetime = getattr(week.deadlines, name)
    until = (due if now - due <= IN_TIME else now) + EXTENSION
    return Transition(replace(week, run=week.run + 1, deadlines=week.deadlines.moved(name, until)), move, week.phase)


def cancel(week: Week, reason: Skip | str, *, now: datetime) -> Transition:
    """An open week ends without an album; `reopen` takes it back. Raises `WrongPhase` when it is over already."""
    if not week.is_open:
        raise WrongPhase(week.label, week.phase, tuple(DEADLINE_OF))
    after = replace(
        week,
        phase=Phase.CANCELLED,
        run=week.run + 1,
        phase_began_at=now,
        cancelled_from=week.phase,
        cancel_reason=str(reason),
    )
    return Transition(after, Move.CANCELLED, week.phase)


REOPENS: dict[Phase, Phase] = {
    Phase.POLL: Phase.NOMINATIONS,
    Phase.LISTENING: Phase.POLL,
    Phase.RATINGS: Phase.LISTENING,
    Phase.CLOSED: Phase.RATINGS,
}
"""What the last transition is taken back to; a cancelled week knows by itself."""


def reopen(week: Week, facts: Facts, *, until: datetime, now: datetime) -> Transition:
    """The last transition taken back, with a new deadline; ballots and ratings stay and can be changed.

    An unopposed winner goes back to nominations. Raises `NothingToReopen`, or `PastTime`.
    """
    phase = week.cancelled_from if week.phase is Phase.CANCELLED else REOPENS.get(week.phase)
    if phase is None or phase is Phase.SCHEDULED:
        raise NothingToReopen
    if phase is Phase.POLL and facts.nominations < 2:
        phase = Phase.NOMINATIONS
    if until <= now:
        raise PastTime(until)
    undecided = phase in (Phase.NOMINATIONS, Phase.POLL)
    deadlines = week.deadlines.moved(DEADLINE_OF[phase], until)
    if phase is Phase.NOMINATIONS and not deadlines.length(Phase.POLL):
        # A nomination without rivals had left the poll no time; now there may be rivals.
        deadlines = deadlines.moved(DEADLINE_OF[Phase.POLL], until + EXTENSION)
    after = replace(
        week,
        phase=phase,
        run=week.run + 1,
        deadlines=deadlines,
        phase_began_at=now,
        winner_id=None if undecided else week.winner_id,
        deciding_step=None if undecided else week.deciding_step,
        result=None if undecided else week.result,
        cancelled_from=None,
        cancel_reason=None,
        reopened=True,
    )
    return Transition(after, Move.REOPENED, week.phase)


def move_deadline(week: Week, name: str, to: datetime, *, now: datetime) -> Transition:
    """A deadline of the present or a later phase moved; the later ones move equally.

    Raises `WrongPhase` when that deadline has passed with its phase, `PastTime`, or `OutOfOrder`.
    """
    place = NAMES.index(name)
    if not week.is_open or place < NAMES.index(DEADLINE_OF[week.phase]):
        raise WrongPhase(week.label, week.phase, tuple(DEADLINE_OF))
    if to <= now:
        raise PastTime(to)
    if place > 0:
        before: datetime = getattr(week.deadlines, NAMES[place - 1])
        if to <= before:
            raise OutOfOrder(name, to, before)
    after = replace(week, run=week.run + 1, deadlines=week.deadlines.moved(name, to))
    return Transition(after, Move.MOVED, week.phase)
