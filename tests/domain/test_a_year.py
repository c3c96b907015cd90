"""A year of one person on Spotify with Last.fm beside it: nothing is lost, nothing counts twice.

The gate takes some weeks of one person; LONGPLAY_WHOLE_YEAR=1 takes the year of several, and -s
shows what came of it.
"""

from __future__ import annotations

import os
from heapq import merge

import pytest

from bot.domain.listening.likeness import Reason
from bot.domain.listening.telling import telling_of
from tests.domain.a_year import Listener, Memory, compare, polls_of_spotify, windows_of_lastfm

WHOLE = bool(os.environ.get("LONGPLAY_WHOLE_YEAR"))
DAYS = 365 if WHOLE else 40
SEEDS = range(1, 6) if WHOLE else range(1, 2)
MOST = 0.0005
"""Of the plays: so many may be lost, and so many double, where two sources tell them."""


def key_of(told):
    telling = telling_of(told)
    assert telling is not None
    return telling.key


def read(*feeds):
    """Take in what each reading finds, in the order of time; the memory, and the keys that were read."""
    memory, seen, settled = Memory(), set(), []
    for _, page in merge(*feeds, key=lambda one: one[0]):
        seen.update(key_of(told) for told in page)
        settled.append(memory.take(page))
    return memory, seen, settled


@pytest.mark.row("4-08")
@pytest.mark.parametrize("seed", SEEDS)
def test_from_one_source_none_is_lost_and_none_is_double(seed):
    year = Listener(seed).listen(DAYS)
    for name, arrivals, feed in (
        ("Spotify", year.spotify, polls_of_spotify),
        ("Last.fm", year.lastfm, windows_of_lastfm),
    ):
        memory, seen, settled = read(feed(arrivals))
        found = compare(memory, arrivals, seen)
        told = {key_of(one.told) for one in arrivals}
        print(f"{name} alone, seed {seed}: {found}, {len(told - seen)} of {len(told)} never told in a page")
        assert (found.lost, found.double, found.crossed) == (0, 0, 0)
        assert found.kept == found.true
        assert len(told - seen) <= len(told) * 0.001
        assert sum(one.near for one in settled) == (year.counts["told twice"] if name == "Last.fm" else 0)
        again = read(feed(arrivals), feed(arrivals))[0]
        assert again.plays() == memory.plays()


@pytest.mark.row("4-08")
@pytest.mark.parametrize("seed", SEEDS)
def test_from_two_sources_each_play_counts_once(seed):
    year = Listener(seed).listen(DAYS)
    memory, seen, _ = read(polls_of_spotify(year.spotify), windows_of_lastfm(year.lastfm))
    found = compare(memory, [*year.spotify, *year.lastfm], seen)
    reasons = dict.fromkeys(Reason, 0)
    for held in memory.plays():
        for twin in held.twins:
            reasons[twin.reason] += 1
    print(f"Both, seed {seed}: {found}, {dict(year.counts)}, { {str(key): n for key, n in reasons.items() if n} }")
    assert found.lost_share < MOST
    assert found.double_share < MOST
    assert reasons[Reason.START] > reasons[Reason.PAUSE] > 0
