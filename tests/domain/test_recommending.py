"""What to hear next: the rules as properties, and lists small enough to see why they are so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.taste.for_club import fitting
from bot.domain.taste.recommended import next_letter
from bot.domain.taste.recommending import (
    Album,
    Asked,
    Shelf,
    Tastes,
    Why,
    closeness_weight,
    counts_as_heard,
    lately,
    love_of,
)

ALBUMS = [Album(UUID(int=100 + place), UUID(int=1 + place // 2)) for place in range(12)]
"""Two by each of six artists."""
KEYS = [album.key for album in ALBUMS]
ME, BEN, CHIDI, DANA = (UUID(int=900 + place) for place in range(4))

own = st.dictionaries(st.sampled_from(KEYS), st.floats(0, 1), max_size=8)
loves = st.fixed_dictionaries({BEN: own, CHIDI: own, DANA: own})
some = st.frozensets(st.sampled_from(KEYS), max_size=6)
scores = st.dictionaries(st.sampled_from(KEYS), st.lists(st.integers(2, 10).map(lambda half: half / 2), max_size=4))


def asked(mine=(), *, known=(), artists=None, close=1.0, **words):
    return Asked(ME, dict(mine), artists or {}, {BEN: close, CHIDI: 0.3, DANA: 0.0}, frozenset(known), **words)


@settings(max_examples=60, deadline=None)
@given(loves, own, some, some, some, scores, st.integers(1, 12))
def test_nothing_known_or_waved_away_is_ever_listed_and_nothing_twice(others, mine, known, against, more, rated, most):
    shelf = Shelf(Tastes(tuple(ALBUMS), others, rated, {KEYS[0]: BEN, KEYS[3]: BEN}))
    whoever = asked(mine, known=known, against=against, more=more, scores=dict.fromkeys(mine, 4.0))
    listed = [one.album.key for one in shelf.suggest(whoever, most)]
    assert not set(listed) & (known | against)
    assert len(listed) == len(set(listed)) == min(most, len(set(KEYS) - known - against))
    assert listed == [one.album.key for one in shelf.suggest(whoever, most)], "the same again"


@settings(max_examples=40, deadline=None)
@given(loves, own, st.sampled_from(KEYS))
def test_waving_an_album_away_never_lifts_another_of_its_artist(others, mine, refused):
    shelf = Shelf(Tastes(tuple(ALBUMS), others))
    twin = next(album.key for album in ALBUMS if album.key != refused and album.artist == artist_of(refused))
    before = [one.album.key for one in shelf.suggest(asked(mine, known={refused}), 12)]
    after = [one.album.key for one in shelf.suggest(asked(mine, against=[refused]), 12)]
    assert after.index(twin) >= before.index(twin)


def artist_of(key):
    return next(album.artist for album in ALBUMS if album.key == key)


def test_what_close_members_love_comes_before_what_far_ones_do_and_says_so():
    shelf = Shelf(Tastes(tuple(ALBUMS), {BEN: {KEYS[0]: 1.0}, DANA: {KEYS[2]: 1.0}, CHIDI: {}}))
    first, second = shelf.suggest(asked(), 2)
    assert first.album.key == KEYS[0]
    assert first.lovers == (BEN,)
    assert first.why[0][0] is Why.CLOSE
    assert second.album.key == KEYS[2]
    assert second.lovers == (), "nobody who is far away is named as close"


def test_the_clubs_favourite_that_somebody_missed_comes_first_without_any_plays():
    shelf = Shelf(Tastes(tuple(ALBUMS), {}, {KEYS[4]: [5, 4.5, 5], KEYS[6]: [2, 2.5]}))
    (first, *others) = shelf.suggest(asked(), 3)
    assert first.album.key == KEYS[4]
    assert [why for why, _ in first.why] == [Why.CLUB]
    assert all(not one.why for one in others)


def test_whose_picks_are_rated_highly_is_heeded_and_whose_are_not_too():
    put = {KEYS[0]: BEN, KEYS[2]: BEN, KEYS[4]: DANA, KEYS[6]: DANA}
    shelf = Shelf(Tastes(tuple(ALBUMS), {}, nominators=put))
    listed = shelf.suggest(asked(known={KEYS[0], KEYS[4]}, scores={KEYS[0]: 5.0, KEYS[4]: 1.0}), 12)
    order = [one.album.key for one in listed]
    assert order[0] == KEYS[2]
    assert listed[0].why[0][0] is Why.PICKED
    assert order[-1] == KEYS[6]


def test_more_like_this_lifts_the_same_artist_and_what_the_same_people_love():
    shelf = Shelf(Tastes(tuple(ALBUMS), {BEN: {KEYS[0]: 1.0, KEYS[7]: 1.0}, DANA: {KEYS[4]: 1.0, KEYS[9]: 1.0}}))
    before = shelf.suggest(asked(known={KEYS[4]}, close=0.5), 12)
    after = shelf.suggest(asked(known={KEYS[4]}, close=0.5, more=[KEYS[4]]), 12)
    place = {name: [one.album.key for one in listed] for name, listed in (("before", before), ("after", after))}
    for lifted in (KEYS[5], KEYS[9]):
        assert place["after"].index(lifted) < place["before"].index(lifted)


def test_a_list_is_not_one_artists():
    many = [Album(UUID(int=500 + place), UUID(int=7)) for place in range(6)]
    shelf = Shelf(Tastes((*many, *ALBUMS), {BEN: {album.key: 0.4 for album in ALBUMS} | {many[0].key: 0.5}}))
    listed = shelf.suggest(asked(artists={UUID(int=7): 50.0}), 5)
    assert len({one.album.artist for one in listed}) >= 3
    assert listed[0].album.artist == UUID(int=7)


def test_love_closeness_and_recency_are_what_they_say():
    assert love_of(0) == 0
    assert love_of(20) == love_of(500) == 1
    assert love_of(100, 1.0) == 0, "who rates it low does not love it, however often it was heard"
    assert love_of(0, 5.0) == 1
    assert 0 < love_of(3) < love_of(10) < 1
    assert closeness_weight(10) == 0
    assert closeness_weight(100) == 1
    assert lately([(ME, 10, 180.0), (ME, 4, 0.0)]) == {ME: 9.0}
    assert not counts_as_heard(3, 12)
    assert counts_as_heard(4, 12)
    assert counts_as_heard(1, 2)
    assert not counts_as_heard(0, 0)


def test_for_the_club_nothing_rests_on_one_member_alone():
    shelf = Shelf(Tastes(tuple(ALBUMS), {BEN: {KEYS[0]: 1.0, KEYS[2]: 1.0}, CHIDI: {KEYS[0]: 0.9}, DANA: {}}))
    assert [fit.key for fit in fitting(shelf, nominated=(), kept={}, most=5)] == [KEYS[0]]
    assert fitting(shelf, nominated={KEYS[0]}, kept={}, most=5) == []
    (kept,) = fitting(shelf, nominated={KEYS[0]}, kept={KEYS[8]: 1}, most=5)
    assert (kept.key, kept.keepers, kept.lovers) == (KEYS[8], 1, 0)


@settings(max_examples=60)
@given(
    st.datetimes(datetime(2025, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.sampled_from(["UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Apia", "Asia/Kathmandu"]),
)
def test_letters_come_every_friday_afternoon_whatever_the_clocks_do(now, name):
    zone = ZoneInfo(name)
    first = next_letter(now, zone)
    second = next_letter(first, zone)
    assert now < first <= now + timedelta(days=7, hours=1)
    for due in (first, second):
        assert (due.weekday(), due.hour, due.minute) == (4, 16, 0)
    assert (second.date() - first.date()).days == 7
