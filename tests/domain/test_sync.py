"""When accounts are read, which time is asked for, what is known whole, and what is gone."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.listening.accounts import HistoryPage
from bot.domain.listening.plays import Source, Told
from bot.domain.listening.sync import (
    BEGINNING,
    DEEP,
    EDGE,
    FIRST,
    MOST_PAGES,
    OVERLAP,
    SECOND_LOOK,
    Judged,
    Missing,
    Purpose,
    Span,
    State,
    Window,
    back_off,
    covering,
    doubting,
    holes,
    interval,
    is_enough,
    judge_missing,
    known_span,
    landed,
    next_due,
    next_window,
    with_page,
)
from tests.factories.people import NOW

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LASTFM, SPOTIFY = Source.LASTFM, Source.SPOTIFY


def day(number: int):
    return BEGINNING + number * DAY


def span(since: int, until: int) -> Span:
    return Span(day(since), day(until))


def told(days: float, title: str = "Isi") -> Told:
    return Told(LASTFM, "Neu!", title, BEGINNING + days * DAY)


def covered(*spans: tuple[int, int]) -> tuple[Span, ...]:
    return tuple(span(*one) for one in spans)


# --- coverage -------------------------------------------------------------------------------------------------------

SPANS = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 20)).map(lambda one: (one[0], one[0] + one[1])), max_size=12
)


@given(SPANS)
def test_coverage_knows_each_day_that_was_covered_and_no_other(spans):
    coverage = ()
    for one in spans:
        coverage = covering(coverage, span(*one))
    known = {number for since, until in spans for number in range(since, until)}
    assert {number for number in range(90) if any(day(number) in one for one in coverage)} == known
    assert all(one.until < other.since for one, other in pairwise(coverage)), "none touch"


@given(SPANS)
def test_holes_and_coverage_together_are_everything_since_the_beginning(spans):
    coverage = ()
    for one in spans:
        coverage = covering(coverage, span(*one))
    end = coverage[-1].until if coverage else BEGINNING
    for number in range(90):
        inside = [any(day(number) in one for one in part) for part in (coverage, holes(coverage))]
        assert sum(inside) == (1 if day(number) < end else 0)
    for hole in holes(coverage):
        coverage = covering(coverage, hole)
    assert holes(coverage) == ()


def test_an_empty_span_covers_nothing():
    assert covering((), span(3, 3)) == ()


# --- windows --------------------------------------------------------------------------------------------------------


def test_an_account_is_first_read_for_a_month_and_then_backwards_from_there():
    first = next_window(State(), LASTFM, NOW)
    assert first == Window(Purpose.NEWEST, NOW - FIRST, NOW)
    state = State(coverage=(Span(NOW - FIRST, NOW),), newest_due_at=NOW + HOUR, deep_at=NOW)
    assert next_window(state, LASTFM, NOW) == Window(Purpose.BACKFILL, BEGINNING, NOW - FIRST)


def test_the_newest_hole_is_filled_first():
    state = State(coverage=covered((10, 20), (30, 40), (50, 60)), newest_due_at=NOW + HOUR)
    assert next_window(state, LASTFM, NOW) == Window(Purpose.BACKFILL, day(40), day(50))


@pytest.mark.parametrize(
    ("deep_at", "behind", "purpose"),
    [(NOW - 23 * HOUR, OVERLAP, Purpose.NEWEST), (NOW - 24 * HOUR, DEEP, Purpose.DEEP), (None, DEEP, Purpose.DEEP)],
)
def test_what_is_new_is_asked_for_with_an_hour_before_it_and_once_a_day_with_a_fortnight(deep_at, behind, purpose):
    end = NOW - 20 * MINUTE
    state = State(coverage=(Span(BEGINNING, end),), newest_due_at=NOW, deep_at=deep_at)
    assert next_window(state, LASTFM, NOW) == Window(purpose, end - behind, NOW)


def test_after_a_long_silence_of_ours_the_newest_month_comes_first_and_the_rest_is_a_hole():
    state = State(coverage=(Span(BEGINNING, NOW - 90 * DAY),), newest_due_at=NOW, deep_at=NOW - 90 * DAY)
    window = Window(Purpose.NEWEST, NOW - FIRST, NOW)
    assert next_window(state, LASTFM, NOW) == window
    after = landed(state, LASTFM, window, Span(window.since, window.until), [], NOW, 0.5)
    assert holes(after.coverage) == (Span(NOW - 90 * DAY, NOW - FIRST),)
    assert next_due(after, LASTFM, NOW) == NOW


def test_a_service_of_last_plays_is_never_backfilled():
    state = State(coverage=(Span(NOW - HOUR, NOW),), newest_due_at=NOW + HOUR)
    assert next_window(state, SPOTIFY, NOW) is None
    assert next_due(state, SPOTIFY, NOW) == NOW + HOUR
    assert next_window(State(), SPOTIFY, NOW) == Window(Purpose.NEWEST, BEGINNING, NOW)


def test_a_window_that_was_begun_is_gone_on_with_unless_a_failing_backfill_holds_up_what_is_new():
    begun = Window(Purpose.BACKFILL, BEGINNING, day(9), cursor="7", pages=2)
    state = State(coverage=((Span(day(9), NOW)),), window=begun, newest_due_at=NOW - MINUTE, deep_at=NOW)
    assert next_window(state, LASTFM, NOW) is begun
    failing = State(coverage=state.coverage, window=begun, newest_due_at=NOW - MINUTE, deep_at=NOW, failures=1)
    found = next_window(failing, LASTFM, NOW)
    assert found is not None
    assert found.purpose is Purpose.NEWEST
    later = State(coverage=state.coverage, window=begun, newest_due_at=NOW + MINUTE, deep_at=NOW, failures=1)
    assert next_window(later, LASTFM, NOW) is begun


def test_a_window_is_landed_after_some_pages_down_to_its_oldest_play():
    window = Window(Purpose.BACKFILL, BEGINNING, day(100))
    for _ in range(MOST_PAGES):
        assert not is_enough(window, day(50))
        window = with_page(window, HistoryPage((told(50.0),), cursor="more", total=77))
    assert is_enough(window, day(50))
    assert (window.pages, window.told, window.total, window.cursor) == (MOST_PAGES, MOST_PAGES, 77, "more")
    assert known_span(window, day(50)) == Span(day(50) + EDGE, day(100)), "its second may go on on the next page"


def test_a_window_whose_plays_are_all_of_one_second_goes_on():
    window = Window(Purpose.BACKFILL, BEGINNING, day(50) + EDGE, pages=MOST_PAGES + 5)
    assert not is_enough(window, day(50))
    assert not is_enough(window, None)


def test_a_page_that_came_incomplete_is_remembered():
    window = with_page(Window(Purpose.DEEP, day(1), day(2)), HistoryPage((), complete=False))
    assert not with_page(window, HistoryPage(())).whole


def test_progress_counts_each_play_of_a_history_once():
    state = State(coverage=(Span(day(100), NOW),), newest_due_at=NOW + HOUR, read=7)
    window = Window(Purpose.BACKFILL, BEGINNING, day(100), pages=10, told=4, total=9)
    plays = [told(50), told(50), told(60), told(100.5)]
    partial = landed(state, LASTFM, window, known_span(window, day(40)), plays, NOW, 0.5)
    assert (partial.read, partial.left) == (9, 7)
    whole = landed(state, LASTFM, window, Span(BEGINNING, day(100)), plays, NOW, 0.5)
    assert (whole.read, whole.left) == (9, 0)
    assert whole.coverage == (Span(BEGINNING, NOW),)
    assert whole.newest_due_at == state.newest_due_at, "what is new has its own time"


# --- time -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "silent", "least", "most"),
    [
        (SPOTIFY, MINUTE, 20, 30),
        (SPOTIFY, 100 * DAY, 20, 30),
        (LASTFM, HOUR, 15, 30),
        (LASTFM, 3 * HOUR, 30, 60),
        (LASTFM, 3 * DAY, 60, 120),
        (LASTFM, 30 * DAY, 180, 360),
    ],
)
def test_who_listens_is_read_soon_and_who_is_silent_seldom(source, silent, least, most):
    assert interval(source, NOW - silent, NOW, 0.0) == least * MINUTE
    assert interval(source, NOW - silent, NOW, 1.0) == most * MINUTE


def test_failures_are_waited_out_longer_each_time():
    waits = [back_off(failures, 0.0) for failures in range(1, 8)]
    assert waits == [MINUTE, 5 * MINUTE, 25 * MINUTE, 2 * HOUR, 12 * HOUR, 12 * HOUR, 12 * HOUR]
    assert back_off(1, 0.999) < 1.25 * MINUTE


# --- what is gone ---------------------------------------------------------------------------------------------------

TRACKS = [UUID(int=number) for number in range(9)]


def held(*numbers: int) -> list[Missing]:
    return [Missing(day(number), TRACKS[number]) for number in numbers]


def telling(*numbers: int):
    return [(day(number), TRACKS[number]) for number in numbers]


def test_what_is_missing_once_is_doubted_and_gone_the_second_time():
    first = judge_missing(held(1, 2, 3, 4), telling(1, 2, 4), ())
    assert first == Judged((), tuple(held(3)))
    assert judge_missing(held(1, 2, 3, 4), telling(1, 2, 4), first.doubted) == Judged(tuple(held(3)), ())
    assert judge_missing(held(1, 2, 3, 4), telling(1, 2, 3, 4), first.doubted) == Judged()


def test_the_same_track_two_seconds_off_is_the_same_play():
    shifted = [(at + timedelta(seconds=2), track) for at, track in telling(1, 2)]
    assert judge_missing(held(1, 2), shifted, ()) == Judged()
    shifted = [(at + timedelta(seconds=3), track) for at, track in telling(1, 2)]
    assert judge_missing(held(1, 2), shifted, ()).doubted == tuple(held(1, 2))


def test_another_track_at_the_very_second_is_a_new_name():
    renamed = [*telling(1, 2), (day(3), TRACKS[8])]
    assert judge_missing(held(1, 2, 3), renamed, ()).gone == tuple(held(3))
    both = [*held(1, 2, 3), Missing(day(3), TRACKS[8])]
    assert judge_missing(both, renamed, ()).doubted == tuple(held(3)), "both were known: one of them was deleted"


def test_a_service_that_tells_hardly_anything_is_not_believed():
    assert judge_missing(held(1, 2, 3, 4), telling(1), held(2, 3, 4)) == Judged()
    assert judge_missing(held(1), [], held(1)) == Judged()


def test_a_doubt_is_looked_into_soon_and_a_fortnight_deep():
    state = State(coverage=(Span(BEGINNING, NOW),), newest_due_at=NOW + HOUR, deep_at=NOW)
    doubtful = doubting(state, Judged((), tuple(held(3))), NOW)
    assert doubtful.newest_due_at == NOW + SECOND_LOOK
    found = next_window(doubtful, LASTFM, NOW + SECOND_LOOK)
    assert found is not None
    assert found.purpose is Purpose.DEEP
    assert doubting(doubtful, Judged(), NOW).doubted == ()
