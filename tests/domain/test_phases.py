"""Weeks move once per deadline, in order, whatever sleeps in between, and hosts move them by the same rules."""

from __future__ import annotations

from dataclasses import astuple, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.calendar import DEADLINES, Deadlines, Schedule, deadlines_for
from bot.domain.club.phases import EXTENSION, Facts, Move, advance, cancel, move_deadline, reopen
from bot.domain.club.rules import Pick, Rules
from bot.domain.club.week import DEADLINE_OF, OPEN_PHASES, Phase, Skip, Week
from bot.domain.errors import NothingToReopen, OutOfOrder, PastTime, WrongPhase
from tests.domain.test_calendar import days, schedules, zones

PLAN = deadlines_for(Schedule(), date(2026, 11, 23), ZoneInfo("Europe/Berlin"))
"""Monday 19:00, Wednesday 19:00, Thursday 19:00, the next Wednesday 20:00, Thursday 20:00; an hour less in UTC."""
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
SOME = Facts(nominations=3, ballots=2)
NOMINATION = UUID(int=7)
ANNOUNCED = (Phase.LISTENING, Phase.RATINGS, Phase.CLOSED)


def a_week(phase: Phase = Phase.NOMINATIONS, *, deadlines: Deadlines = PLAN, pick: Pick = Pick.VOTE, **values) -> Week:
    won = {"winner_id": NOMINATION, "deciding_step": "points", "result": {}} if phase in ANNOUNCED else {}
    over = {"cancelled_from": Phase.NOMINATIONS, "cancel_reason": "host"} if phase is Phase.CANCELLED else {}
    return Week(
        id=UUID(int=1),
        club_id=UUID(int=2),
        number=3,
        opens_on=date(2026, 11, 23),
        phase=phase,
        run=5,
        deadlines=deadlines,
        rules=Rules(pick=pick),
        phase_began_at=deadlines.opens_at,
        **{**won, **over, **values},
    )


def ends_at(phase: Phase, deadlines: Deadlines = PLAN) -> datetime:
    return getattr(deadlines, DEADLINE_OF[phase])


HOSTS = Pick.HOST
EMPTY = Facts()
UNOPPOSED = Facts(nominations=1)
SILENT = Facts(nominations=3)
EXTENDED = {"nominations_extended": True, "poll_extended": True}


@pytest.mark.parametrize(
    ("phase", "facts", "values", "becomes", "move"),
    [
        (Phase.SCHEDULED, EMPTY, {}, Phase.NOMINATIONS, Move.OPENED),
        (Phase.SCHEDULED, EMPTY, {"pick": HOSTS}, Phase.NOMINATIONS, Move.OPENED),
        (Phase.SCHEDULED, UNOPPOSED, {"pick": HOSTS}, Phase.LISTENING, Move.WON),
        (Phase.NOMINATIONS, SOME, {}, Phase.POLL, Move.POLL_OPENED),
        (Phase.NOMINATIONS, UNOPPOSED, {}, Phase.LISTENING, Move.WON),
        (Phase.NOMINATIONS, EMPTY, {}, Phase.NOMINATIONS, Move.NOMINATIONS_EXTENDED),
        (Phase.NOMINATIONS, EMPTY, {"pick": HOSTS}, Phase.NOMINATIONS, Move.NOMINATIONS_EXTENDED),
        (Phase.NOMINATIONS, EMPTY, EXTENDED, Phase.CANCELLED, Move.CANCELLED),
        (Phase.POLL, SOME, {}, Phase.LISTENING, Move.WON),
        (Phase.POLL, SILENT, {}, Phase.POLL, Move.POLL_EXTENDED),
        (Phase.POLL, SILENT, EXTENDED, Phase.LISTENING, Move.WON),
        (Phase.POLL, UNOPPOSED, {}, Phase.LISTENING, Move.WON),
        (Phase.POLL, EMPTY, {}, Phase.CANCELLED, Move.CANCELLED),
        (Phase.LISTENING, SOME, {}, Phase.RATINGS, Move.DISCUSSION),
        (Phase.RATINGS, SOME, {}, Phase.CLOSED, Move.CLOSED),
    ],
)
def test_a_deadline_leads_to_what_follows(phase, facts, values, becomes, move):
    week = a_week(phase, **values)
    transition = advance(week, facts, now=ends_at(phase))
    assert (transition.week.phase, transition.move, transition.before) == (becomes, move, phase)
    assert transition.week.run == week.run + 1


@pytest.mark.parametrize(
    ("phase", "facts", "pick", "becomes"),
    [
        (Phase.SCHEDULED, EMPTY, Pick.VOTE, Phase.NOMINATIONS),
        (Phase.NOMINATIONS, SOME, Pick.VOTE, Phase.POLL),
        (Phase.NOMINATIONS, EMPTY, Pick.VOTE, Phase.CANCELLED),
        (Phase.NOMINATIONS, UNOPPOSED, Pick.HOST, Phase.LISTENING),
        (Phase.POLL, SILENT, Pick.VOTE, Phase.LISTENING),
        (Phase.LISTENING, SOME, Pick.VOTE, Phase.RATINGS),
        (Phase.RATINGS, SOME, Pick.VOTE, Phase.CLOSED),
    ],
)
def test_a_host_ends_a_phase_at_once_and_extends_nothing(phase, facts, pick, becomes):
    now = ends_at(phase) - HOUR
    after = advance(a_week(phase, pick=pick), facts, now=now, by_host=True).week
    assert after.phase is becomes
    assert ends_at(phase, after.deadlines) == now
    assert list(astuple(after.deadlines)) == sorted(astuple(after.deadlines))


def test_a_host_who_ends_a_phase_early_leaves_the_later_deadlines_alone():
    after = advance(a_week(), SOME, now=ends_at(Phase.NOMINATIONS) - DAY, by_host=True).week
    assert after.deadlines == replace(PLAN, nominations_close_at=PLAN.nominations_close_at - DAY)
    assert after.phase_began_at == PLAN.nominations_close_at - DAY


def test_a_clock_set_back_keeps_the_deadlines_in_order():
    now = PLAN.nominations_close_at - HOUR  # the poll opened, then the clock went back
    after = advance(a_week(Phase.POLL), SOME, now=now, by_host=True).week
    assert after.deadlines.poll_close_at == PLAN.nominations_close_at


@pytest.mark.parametrize("phase", [Phase.CLOSED, Phase.CANCELLED])
def test_a_week_that_is_over_moves_no_more(phase):
    with pytest.raises(WrongPhase):
        advance(a_week(phase), SOME, now=PLAN.ratings_close_at)
    with pytest.raises(WrongPhase):
        cancel(a_week(phase), Skip.HOST, now=PLAN.ratings_close_at)
    with pytest.raises(WrongPhase):
        move_deadline(a_week(phase), "ratings_close_at", PLAN.ratings_close_at + DAY, now=PLAN.ratings_close_at)


# --- empty boxes ----------------------------------------------------------------------------------------------------


def test_an_empty_box_gets_a_day_once_and_the_week_moves_with_it():
    transition = advance(a_week(), EMPTY, now=PLAN.nominations_close_at)
    extended = transition.week
    assert extended.deadlines == Deadlines(PLAN.opens_at, *(at + DAY for at in astuple(PLAN)[1:]))
    assert extended.nominations_extended
    assert not extended.poll_extended
    assert extended.phase_began_at == PLAN.opens_at
    skipped = advance(extended, EMPTY, now=extended.deadlines.nominations_close_at).week
    assert (skipped.phase, skipped.cancel_reason) == (Phase.CANCELLED, "no_nominations")


def test_an_extension_found_late_is_a_whole_day_from_now():
    now = PLAN.nominations_close_at + 10 * HOUR
    extended = advance(a_week(), EMPTY, now=now).week
    assert extended.ends_at == now + EXTENSION


def test_an_extension_found_a_moment_late_keeps_the_hour():
    now = PLAN.nominations_close_at + 15 * MINUTE
    assert advance(a_week(), EMPTY, now=now).week.ends_at == PLAN.nominations_close_at + EXTENSION
    later = now + MINUTE
    assert advance(a_week(), EMPTY, now=later).week.ends_at == later + EXTENSION


def test_a_host_who_never_picks_is_told_so():
    week = a_week(pick=Pick.HOST, nominations_extended=True)
    assert advance(week, EMPTY, now=PLAN.nominations_close_at).week.cancel_reason == "no_pick"


def test_an_unopposed_album_wins_where_the_poll_would_have_begun():
    transition = advance(a_week(), UNOPPOSED, now=PLAN.nominations_close_at)
    assert transition.unopposed
    assert transition.week.deadlines == replace(PLAN, poll_close_at=PLAN.nominations_close_at)
    assert not advance(a_week(Phase.POLL), SOME, now=PLAN.poll_close_at).unopposed


# --- outages --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("phase", OPEN_PHASES[:-1])
def test_a_phase_that_would_be_over_gets_its_planned_length_from_now(phase):
    following = OPEN_PHASES[OPEN_PHASES.index(phase) + 1]
    now = ends_at(following) + 5 * HOUR
    after = advance(a_week(phase), SOME, now=now).week
    assert after.phase is following
    assert after.ends_at == now + PLAN.length(following)
    assert after.phase_began_at == now
    place = OPEN_PHASES.index(following)
    late = now + PLAN.length(following) - ends_at(following)
    shifts = [moved - planned for moved, planned in zip(astuple(after.deadlines), astuple(PLAN), strict=True)]
    assert shifts == [timedelta(0)] * place + [late] * (len(DEADLINES) - place)


def test_a_phase_that_is_not_over_keeps_its_deadline():
    after = advance(a_week(), SOME, now=PLAN.poll_close_at - HOUR).week
    assert after.deadlines == PLAN


def test_a_deadline_equal_to_now_has_passed():
    assert advance(a_week(), SOME, now=PLAN.poll_close_at).week.ends_at == PLAN.poll_close_at + DAY


class Step(NamedTuple):
    before: Phase
    move: Move
    deadline: datetime
    at: datetime
    after: Week


def played(week: Week, facts: Facts, outages: list[tuple[datetime, datetime]]) -> list[Step]:
    """Every step of a week's life by deadlines alone, with a bot that sleeps during the outages."""
    steps: list[Step] = []
    now = week.deadlines.opens_at - DAY
    while (deadline := week.ends_at) is not None:
        now = max(now, deadline)
        for begins, ends in outages:
            if begins <= now < ends:
                now = ends
        transition = advance(week, facts, now=now)
        steps.append(Step(week.phase, transition.move, deadline, now, transition.week))
        assert len(steps) < 20, "weeks end"
        week = transition.week
    return steps


@st.composite
def sleeps(draw: st.DrawFn) -> list[tuple[timedelta, timedelta]]:
    """Outages as distances from the opening, in order: some short, some over whole weeks."""
    edges = draw(st.lists(st.integers(-48, 24 * 60), min_size=2, max_size=8, unique=True).map(sorted))
    return [(timedelta(hours=a), timedelta(hours=b)) for a, b in zip(edges[::2], edges[1::2], strict=False)]


facts = st.builds(Facts, nominations=st.integers(0, 3), ballots=st.integers(0, 2))


@given(schedules(), zones, days, sleeps(), facts, st.sampled_from(Pick))
def test_no_outage_changes_what_happens_only_when(schedule, zone, day, outages, facts, pick):
    week = a_week(Phase.SCHEDULED, deadlines=deadlines_for(schedule, day, zone), pick=pick)
    opens = week.deadlines.opens_at
    quiet = played(week, facts, [])
    slept = played(week, facts, [(opens + begins, opens + ends) for begins, ends in outages])
    assert [(step.before, step.move) for step in slept] == [(step.before, step.move) for step in quiet]
    assert all(step.at >= step.deadline for step in slept)
    assert all(before.at <= after.at for before, after in pairwise(slept))
    entered = [step.after.phase for step in slept if step.after.phase is not step.before]
    assert len(entered) == len(set(entered))


@given(schedules(), zones, days, sleeps(), facts)
def test_every_phase_that_opens_has_time_left_and_deadlines_stay_in_order(schedule, zone, day, outages, facts):
    week = a_week(Phase.SCHEDULED, deadlines=deadlines_for(schedule, day, zone))
    opens = week.deadlines.opens_at
    for step in played(week, facts, [(opens + begins, opens + ends) for begins, ends in outages]):
        instants = astuple(step.after.deadlines)
        assert list(instants) == sorted(instants)
        if step.after.ends_at is not None:
            assert step.after.ends_at > step.at


# --- moved deadlines ------------------------------------------------------------------------------------------------


@given(
    st.sampled_from(OPEN_PHASES),
    st.sampled_from(DEADLINES),
    st.integers(1, 24 * 30).map(lambda hours: timedelta(hours=hours)),
)
def test_a_moved_deadline_takes_the_later_ones_with_it(phase, name, ahead):
    week = a_week(phase)
    now = PLAN.opens_at
    place = DEADLINES.index(name)
    to = max(now, *astuple(PLAN)[:place], now) + ahead
    if place < DEADLINES.index(DEADLINE_OF[phase]):
        with pytest.raises(WrongPhase):
            move_deadline(week, name, to, now=now)
        return
    moved = move_deadline(week, name, to, now=now)
    shift = to - getattr(PLAN, name)
    assert moved.week.deadlines == Deadlines(
        *(at + shift if other >= place else at for other, at in enumerate(astuple(PLAN)))
    )
    assert (moved.move, moved.week.phase, moved.week.run) == (Move.MOVED, phase, week.run + 1)


def test_a_deadline_can_be_pulled_in_but_not_behind_now_or_its_predecessor():
    now = PLAN.opens_at + HOUR
    pulled = move_deadline(a_week(), "nominations_close_at", now + HOUR, now=now).week
    assert pulled.deadlines.poll_close_at == now + HOUR + DAY
    with pytest.raises(PastTime):
        move_deadline(a_week(), "nominations_close_at", now, now=now)
    with pytest.raises(OutOfOrder) as caught:
        move_deadline(a_week(), "poll_close_at", PLAN.nominations_close_at, now=now)
    assert caught.value.after == PLAN.nominations_close_at


# --- cancel and reopen ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("phase", OPEN_PHASES)
def test_an_open_week_can_be_cancelled_from_any_phase(phase):
    transition = cancel(a_week(phase), "The venue burnt down", now=PLAN.opens_at)
    week = transition.week
    assert (week.phase, week.cancelled_from, week.cancel_reason) == (Phase.CANCELLED, phase, "The venue burnt down")
    assert week.ends_at is None


@pytest.mark.parametrize("phase", [Phase.NOMINATIONS, Phase.POLL, Phase.LISTENING, Phase.RATINGS])
def test_a_cancelled_week_comes_back_where_it_was(phase):
    now = PLAN.opens_at
    cancelled = cancel(a_week(phase), Skip.HOST, now=now).week
    back = reopen(cancelled, SOME, until=PLAN.ratings_close_at + DAY, now=now).week
    assert (back.phase, back.cancelled_from, back.cancel_reason) == (phase, None, None)
    assert back.ends_at == PLAN.ratings_close_at + DAY
    assert back.reopened


@pytest.mark.parametrize(
    ("phase", "becomes", "winner"),
    [
        (Phase.POLL, Phase.NOMINATIONS, None),
        (Phase.LISTENING, Phase.POLL, None),
        (Phase.RATINGS, Phase.LISTENING, NOMINATION),
        (Phase.CLOSED, Phase.RATINGS, NOMINATION),
    ],
)
def test_reopening_takes_back_the_last_transition(phase, becomes, winner):
    until = PLAN.ratings_close_at + DAY
    transition = reopen(a_week(phase), SOME, until=until, now=PLAN.ratings_close_at)
    week = transition.week
    assert (transition.move, transition.before, week.phase) == (Move.REOPENED, phase, becomes)
    assert (week.ends_at, week.winner_id) == (until, winner)
    assert (week.winner_id is None) == (week.deciding_step is None) == (week.result is None)
    assert list(astuple(week.deadlines)) == sorted(astuple(week.deadlines))


def test_a_reopened_unopposed_win_goes_back_to_nominations_and_leaves_room_for_a_poll():
    won = advance(a_week(), UNOPPOSED, now=PLAN.nominations_close_at).week
    until = PLAN.poll_close_at + DAY
    again = reopen(won, UNOPPOSED, until=until, now=PLAN.poll_close_at).week
    assert (again.phase, again.ends_at) == (Phase.NOMINATIONS, until)
    assert again.deadlines.poll_close_at == until + EXTENSION
    polled = advance(again, Facts(nominations=2), now=until).week
    assert (polled.phase, polled.ends_at) == (Phase.POLL, until + EXTENSION)


def test_a_reopened_box_is_not_extended_a_second_time():
    skipped = cancel(a_week(nominations_extended=True), Skip.NO_NOMINATIONS, now=PLAN.poll_close_at).week
    until = PLAN.poll_close_at + DAY
    again = reopen(skipped, EMPTY, until=until, now=PLAN.poll_close_at).week
    assert advance(again, EMPTY, now=until).move is Move.CANCELLED


@pytest.mark.parametrize("week", [a_week(Phase.NOMINATIONS), a_week(Phase.SCHEDULED)])
def test_a_week_that_has_just_begun_has_nothing_to_take_back(week):
    with pytest.raises(NothingToReopen):
        reopen(week, SOME, until=PLAN.ratings_close_at, now=PLAN.opens_at)


def test_a_week_cancelled_before_it_opened_is_planned_anew_instead():
    cancelled = cancel(a_week(Phase.SCHEDULED), Skip.HOST, now=PLAN.opens_at - DAY).week
    with pytest.raises(NothingToReopen):
        reopen(cancelled, EMPTY, until=PLAN.poll_close_at, now=PLAN.opens_at)


def test_reopening_needs_a_deadline_ahead():
    with pytest.raises(PastTime):
        reopen(a_week(Phase.CLOSED), SOME, until=PLAN.ratings_close_at, now=PLAN.ratings_close_at)


def test_a_label_is_fixed_whatever_moves():
    week = a_week(Phase.SCHEDULED)
    moved = move_deadline(week, "opens_at", PLAN.opens_at + 3 * DAY, now=datetime(2026, 11, 20, tzinfo=UTC)).week
    assert moved.label == week.label == "WEEK 003 [2026-11-23]"
