"""Turns and the breaker, as pure rules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import Why
from bot.domain.manners import (
    BLOCK_LIMIT,
    FAILURES,
    LONGEST,
    PROBE,
    Granted,
    Later,
    Pace,
    Shut,
    Standing,
    ask,
    begin,
    fail,
    succeed,
)

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
ONE_A_SECOND = Pace(1, timedelta(seconds=1))
FIFTY_IN_FIVE = Pace(50, timedelta(seconds=5), reserved=10)
SECOND = timedelta(seconds=1)


def turn(standing, pace=ONE_A_SECOND, now=NOW, *, within=10.0, interactive=True):
    return ask(standing, pace, now, within=within, interactive=interactive)


def many(standing, pace, count, **more):
    """So many turns in a row; the last verdict with each one's wait."""
    waits = []
    for _ in range(count):
        verdict = turn(standing, pace, **more)
        assert isinstance(verdict, Granted)
        standing, waits = verdict.standing, [*waits, verdict.wait]
    return standing, waits


def broken(now=NOW, failures=FAILURES, why=Why.DOWN):
    standing = begin(ONE_A_SECOND, now)
    for _ in range(failures):
        standing = fail(standing, why, now)
    return standing


def test_the_first_call_goes_at_once_and_the_next_ones_stand_in_line():
    _, waits = many(begin(ONE_A_SECOND, NOW), ONE_A_SECOND, 4)
    assert waits == [0.0, 1.0, 2.0, 3.0]


def test_time_that_has_passed_shortens_the_line():
    standing, _ = many(begin(ONE_A_SECOND, NOW), ONE_A_SECOND, 3)
    verdict = turn(standing, now=NOW + 2 * SECOND)
    assert isinstance(verdict, Granted)
    assert verdict.wait == 1.0


def test_nobody_lines_up_who_cannot_wait_so_long_and_the_line_stays_as_it_was():
    standing, _ = many(begin(ONE_A_SECOND, NOW), ONE_A_SECOND, 3)
    assert turn(standing, within=2.5) == Later(3.0)


def test_a_burst_is_as_large_as_the_pace_allows_and_no_rest_makes_it_larger():
    rested = begin(FIFTY_IN_FIVE, NOW - timedelta(days=3))
    _, waits = many(rested, FIFTY_IN_FIVE, 52)
    assert waits[:50] == [0.0] * 50
    assert waits[50:] == [pytest.approx(0.1), pytest.approx(0.2)]


def test_what_runs_in_the_background_leaves_the_reserved_calls_to_people():
    standing, _ = many(begin(FIFTY_IN_FIVE, NOW), FIFTY_IN_FIVE, 40, interactive=False)
    verdict = turn(standing, FIFTY_IN_FIVE, interactive=False)
    assert isinstance(verdict, Later)
    assert verdict.wait == pytest.approx(0.1)
    assert isinstance(turn(standing, FIFTY_IN_FIVE), Granted)


def test_the_background_never_stands_before_people_where_one_call_is_all_there_is():
    standing, _ = many(begin(ONE_A_SECOND, NOW), ONE_A_SECOND, 2)
    assert turn(standing, interactive=False) == Later(2.0)
    verdict = turn(standing, now=NOW + 2 * SECOND, interactive=False)
    assert isinstance(verdict, Granted)


def test_a_service_is_left_alone_until_it_said_and_asked_again_from_then_on():
    until = NOW + timedelta(hours=13)
    standing = fail(begin(ONE_A_SECOND, NOW), Why.BUSY, NOW, until=until)
    assert turn(standing, now=until - SECOND) == Shut(until, Why.BUSY)
    assert isinstance(turn(standing, now=until), Granted)


def end_of(standing: Standing) -> datetime:
    """Until when it is left alone."""
    assert standing.blocked_until is not None
    return standing.blocked_until


def test_a_service_that_does_not_say_for_how_long_is_left_alone_longer_each_time():
    standing, pauses, now = begin(ONE_A_SECOND, NOW), [], NOW
    for _ in range(12):
        standing = fail(standing, Why.BUSY, now)
        pauses.append((end_of(standing) - now).total_seconds())
        now = end_of(standing)
    assert pauses[:3] == [5.0, 10.0, 20.0]
    assert pauses[-1] == LONGEST.total_seconds()


def test_no_service_is_left_alone_for_longer_than_a_day_whatever_it_says():
    standing = fail(begin(ONE_A_SECOND, NOW), Why.BUSY, NOW, until=NOW + timedelta(days=300))
    assert standing.blocked_until == NOW + BLOCK_LIMIT


def test_some_failures_are_borne_and_one_more_opens_the_breaker():
    assert isinstance(turn(broken(failures=FAILURES - 1)), Granted)
    shut = turn(broken())
    assert isinstance(shut, Shut)
    assert shut.why is Why.DOWN
    assert shut.until > NOW


def test_when_the_breaker_has_been_open_one_caller_tries_and_the_others_wait_for_him():
    standing = broken()
    later = end_of(standing)
    probe = turn(standing, now=later)
    assert isinstance(probe, Granted)
    assert turn(probe.standing, now=later) == Shut(later + PROBE, Why.DOWN)
    assert isinstance(turn(probe.standing, now=later + PROBE), Granted), (
        "a caller who vanished does not shut it for good"
    )


def test_a_probe_that_succeeds_opens_the_way_for_all():
    standing = broken()
    probe = turn(standing, now=end_of(standing))
    assert isinstance(probe, Granted)
    healed = succeed(probe.standing)
    assert not healed.troubled
    assert isinstance(turn(healed, now=end_of(standing)), Granted)


def test_a_probe_that_fails_shuts_it_for_twice_as_long_up_to_a_limit():
    standing, now, pauses = broken(), NOW, []
    for _ in range(10):
        pauses.append(end_of(standing) - now)
        now = end_of(standing)
        probe = turn(standing, now=now, within=1e9)
        assert isinstance(probe, Granted)
        standing = fail(probe.standing, Why.SLOW, now)
    assert pauses[1] == 2 * pauses[0]
    assert pauses[-1] == LONGEST


def test_calls_that_were_under_way_when_it_broke_do_not_shut_it_for_longer():
    standing = broken()
    assert fail(standing, Why.DOWN, NOW + SECOND) == standing


def test_a_refusal_says_nothing_of_a_services_health():
    standing = begin(ONE_A_SECOND, NOW)
    for _ in range(3 * FAILURES):
        standing = fail(standing, Why.REFUSED, NOW)
    assert isinstance(turn(standing), Granted)


def test_a_service_that_refuses_our_own_key_is_asked_by_nobody_for_a_while():
    until = NOW + timedelta(minutes=15)
    standing = fail(begin(ONE_A_SECOND, NOW), Why.REFUSED, NOW, until=until)
    assert turn(standing) == Shut(until, Why.REFUSED)
    probing = turn(standing, now=until)
    assert isinstance(probing, Granted)
    assert isinstance(turn(probing.standing, now=until), Shut), "one tries whether the key is taken again"
    assert isinstance(turn(fail(begin(ONE_A_SECOND, NOW), Why.REFUSED, NOW, until=NOW - SECOND)), Granted)


def test_the_background_takes_turns_in_blocks_of_what_people_leave():
    standing = begin(FIFTY_IN_FIVE, NOW)
    verdict = ask(standing, FIFTY_IN_FIVE, NOW, within=1.0, interactive=False, block=30)
    assert isinstance(verdict, Granted)
    assert (verdict.more, verdict.standing.tokens) == (29, 20)
    verdict = ask(verdict.standing, FIFTY_IN_FIVE, NOW, within=1.0, interactive=False, block=30)
    assert isinstance(verdict, Granted)
    assert (verdict.more, verdict.standing.tokens) == (9, 10), "ten are reserved for people"
    assert isinstance(ask(verdict.standing, FIFTY_IN_FIVE, NOW, within=1.0, interactive=False, block=30), Later)


def test_no_blocks_are_taken_by_people_nor_with_a_service_in_trouble():
    standing = begin(FIFTY_IN_FIVE, NOW)
    for asked, interactive in ((standing, True), (fail(standing, Why.DOWN, NOW), False)):
        verdict = ask(asked, FIFTY_IN_FIVE, NOW, within=1.0, interactive=interactive, block=30)
        assert isinstance(verdict, Granted)
        assert verdict.more == 0


def test_a_block_is_a_small_part_of_a_burst_and_one_turn_where_a_service_is_slow():
    assert [pace.block for pace in (ONE_A_SECOND, Pace(5, SECOND), FIFTY_IN_FIVE, Pace(1_000, SECOND))] == [1, 1, 2, 50]
    assert Pace(1_000, SECOND).block_seconds == pytest.approx(0.1)


def test_processes_do_not_come_back_all_at_once():
    standing = broken(failures=FAILURES - 1)
    pauses = {fail(standing, Why.DOWN, NOW, chance=chance).blocked_until for chance in (0.0, 0.5, 0.99)}
    assert len(pauses) == 3


def test_a_process_whose_clock_is_behind_adds_no_turns():
    standing, _ = many(begin(ONE_A_SECOND, NOW), ONE_A_SECOND, 1)
    behind = turn(standing, now=NOW - timedelta(seconds=20))
    assert isinstance(behind, Granted)
    assert behind.wait == 1.0
    assert behind.standing.refilled_at == NOW


@pytest.mark.parametrize(
    "standing",
    [
        Standing(-3.0, NOW + timedelta(days=400)),
        Standing(0.0, NOW, NOW + timedelta(days=400), Why.BUSY, 1),
        Standing(0.0, NOW, NOW - SECOND, Why.DOWN, 9, NOW + timedelta(days=400)),
    ],
)
def test_what_a_wrong_clock_has_written_does_not_shut_a_service_for_ever(standing):
    assert isinstance(turn(standing, now=NOW + timedelta(seconds=5)), Granted)


@given(
    st.lists(st.tuples(st.floats(0, 3), st.booleans()), max_size=60),
    st.sampled_from([ONE_A_SECOND, Pace(3, 2 * SECOND), FIFTY_IN_FIVE]),
    st.integers(1, 20),
)
def test_however_calls_come_no_window_holds_more_than_a_burst_and_what_was_refilled(gaps, pace, block):
    standing, now, made = begin(pace, NOW), NOW, []
    for gap, interactive in gaps:
        now += timedelta(seconds=gap)
        verdict = ask(standing, pace, now, within=30.0, interactive=interactive, block=block)
        if isinstance(verdict, Granted):
            standing = verdict.standing
            made += [(now - NOW).total_seconds() + verdict.wait] * (1 + verdict.more)
    made.sort()
    for first, start in enumerate(made):
        for last in range(first, len(made)):
            assert last - first + 1 <= pace.calls + (made[last] - start) * pace.rate + 1e-3
