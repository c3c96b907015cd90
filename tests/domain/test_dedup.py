"""The stated rule: what is told twice is one play, what was heard twice is two, in whatever order it is told."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.listening.dedup import Held, leave_out, settle
from bot.domain.listening.likeness import Reason
from bot.domain.listening.plays import Resolution, Source, Told
from bot.domain.listening.telling import telling_of
from tests.domain.a_year import Memory

AT = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
LENGTH, BRIEF = timedelta(minutes=4), timedelta(milliseconds=500)

pytestmark = pytest.mark.row("4-08")


def scrobble(after=0.0, source=Source.LASTFM, title="Pendulum Man"):
    return Told(source, "Bark Psychosis", title, AT + after * SECOND)


def by_minute(minute=0, ordinal=0):
    at = AT + minute * MINUTE
    return Told(Source.LASTFM_FILE, "Bark Psychosis", "Pendulum Man", at, resolution=Resolution.MINUTE, ordinal=ordinal)


def live(ended_after=0.0, length=LENGTH):
    """As Spotify lists recent plays: an end, and the start reckoned from the whole length."""
    end = AT + LENGTH + ended_after * SECOND
    return Told(Source.SPOTIFY, "Bark Psychosis", "Pendulum Man", end - length, ended_at=end, duration=length)


def extended(ended_after=0.0, played=LENGTH):
    end = AT + LENGTH + ended_after * SECOND
    return Told(Source.SPOTIFY_EXTENDED, "Bark Psychosis", "Pendulum Man", end - played, ended_at=end, played=played)


def account(ended_after=0, played=LENGTH):
    end = (AT + LENGTH + ended_after * SECOND).replace(second=0)
    return Told(
        Source.SPOTIFY_ACCOUNT,
        "Bark Psychosis",
        "Pendulum Man",
        end - played,
        ended_at=end,
        resolution=Resolution.MINUTE,
        played=played,
    )


def kept(*pages):
    """What is kept after these pages, and the sources of each play."""
    memory = Memory()
    for page in pages:
        memory.take(page)
    return [(one.kept.started_at, {telling.source for telling in one.tellings}) for one in memory.plays()]


@pytest.mark.parametrize(
    ("told", "count"),
    [
        ([scrobble(), scrobble()], 1),
        ([scrobble(), scrobble(1)], 1),
        ([scrobble(), scrobble(2)], 1),
        ([scrobble(), scrobble(3)], 2),  # a real repeat, however short
        ([scrobble(), scrobble(1, title="Absent Friend")], 2),  # another track in the same second
        ([by_minute(), by_minute(ordinal=1)], 2),  # equal rows of one file
        ([extended(played=BRIEF), extended(1, played=BRIEF)], 1),
        ([extended(), extended(-240, played=BRIEF)], 2),  # skipped back, and heard to its end
        ([extended(), extended(-240, played=0 * SECOND)], 2),  # the same, at one instant
    ],
)
def test_one_source_tells_a_play_twice_only_within_two_seconds(told, count):
    assert len(kept(told)) == count
    assert len(kept(*([one] for one in told))) == count
    assert len(kept(*([one] for one in reversed(told)))) == count


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        (scrobble(2), scrobble(source=Source.LASTFM_FILE), Reason.SAME),
        (scrobble(3), scrobble(source=Source.LASTFM_FILE), None),
        (scrobble(59), by_minute(), Reason.MINUTE),
        (scrobble(60), by_minute(), None),
        (scrobble(), scrobble(10, source=Source.LISTENBRAINZ), Reason.START),
        (scrobble(), scrobble(11, source=Source.LISTENBRAINZ), None),
        (extended(12), account(12), Reason.MINUTE),
        (extended(12), account(12, played=LENGTH + timedelta(milliseconds=1)), None),
        (extended(60), account(), None),
        (live(), extended(10), Reason.END),
        (live(), extended(11), None),
        (live(30), account(), Reason.END),
        (live(), extended(0, played=35 * SECOND), Reason.END),  # skipped: the live start is reckoned too early
        (scrobble(), live(10), Reason.START),
        (scrobble(), live(100), Reason.PAUSE),
        (scrobble(), live(250), Reason.PAUSE),  # a pause as long as the track
        (scrobble(), live(251), None),
        (scrobble(235), live(), Reason.END),  # as Spotify once told starts
        (scrobble(251), live(), None),
        (by_minute(), live(65), Reason.START),
        (scrobble(), extended(0, played=20 * SECOND), None),  # a skip is no play of another service
    ],
)
def test_two_sources_tell_one_play_by_rules_that_have_names(one, other, reason):
    for told in ([one, other], [other, one]):
        memory = Memory()
        for play in told:
            memory.take([play])
        plays = memory.plays()
        assert len(plays) == (1 if reason else 2)
        assert [twin.reason for play in plays for twin in play.twins] == ([reason] if reason else [])


def test_of_two_tellings_the_more_exact_one_is_kept():
    pairs = [(account(12), extended(12)), (by_minute(), scrobble(30)), (live(5), scrobble()), (live(5), extended())]
    for less, more in pairs:
        assert kept([less], [more]) == kept([more], [less]) == kept([less, more])
        assert kept([less], [more])[0][0] == more.started_at


def test_repeats_are_matched_one_to_one():
    heard = [0, 245, 495]
    scrobbles = [scrobble(after) for after in heard]
    ends = [live(after) for after in heard]
    assert len(kept(scrobbles, ends)) == 3
    assert len(kept(ends, scrobbles)) == 3
    assert len(kept(scrobbles[:2], ends)) == 3
    assert len(kept([scrobbles[1]], ends[:1], scrobbles[:1], ends[1:2])) == 2, "the first one is sent late"


def test_a_double_within_a_minute_is_one_play_whichever_is_told_first():
    seconds, minutes = [scrobble(30), scrobble(31)], [by_minute(), by_minute(ordinal=1)]
    assert kept(seconds, minutes) == kept(minutes, seconds) == kept(minutes, seconds[:1], seconds[1:])
    assert len(kept(seconds, minutes)) == 1


def test_what_a_source_takes_back_is_kept_as_the_others_told_it():
    memory = Memory()
    for told in (scrobble(), live(3), extended(3)):
        memory.take([told])
    [held] = memory.plays()
    without = leave_out([held], {held.kept.key})
    assert [telling.source for telling in without.plays] == ["spotify_extended"]
    assert without.gone == [held.kept]
    assert [(twin.telling.source, key[2]) for twin, key in without.twins] == [("spotify", "spotify_extended")]
    alone = Held(without.plays[0])
    assert leave_out([alone], {alone.kept.key}).gone == [alone.kept]
    assert leave_out([held], {held.twins[0].telling.key}).untwinned == [held.twins[0].telling.key]


def test_skips_are_kept_known_again_and_count_nowhere():
    skip = telling_of(extended(played=20 * SECOND))
    assert skip is not None
    settled = settle([], [skip])
    assert (settled.new, settled.skips) == (1, 1)
    assert not settled.plays[0].counts
    assert settle([Held(skip)], [skip]).known == 1


@st.composite
def histories(draw):
    """Some plays of two tracks, and what four sources tell of them."""
    told = []
    at = 0
    for _ in range(draw(st.integers(1, 6))):
        at += draw(st.sampled_from((0, 1, 90, 1_000)))
        jitter = st.integers(0, 4)
        if draw(st.booleans()):
            told.append(scrobble(at + draw(jitter)))
        if draw(st.booleans()):
            told.append(live(at + draw(jitter)))
        end = at + draw(jitter)
        if draw(st.booleans()):
            told.append(extended(end))
        if draw(st.booleans()):
            told.append(account(end))
        at += 240
    return told


@settings(max_examples=150, deadline=None)
@given(told=histories(), seed=st.integers(0, 2**16))
def test_any_order_and_any_pages_keep_the_same(told, seed):
    order = list(told)
    random.Random(seed).shuffle(order)
    expected = kept(told)
    assert kept(*([one] for one in order)) == expected
    assert kept(order[::2], order[1::2], told) == expected
