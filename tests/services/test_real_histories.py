"""Real exports of real people: whatever is imported, in whatever order, each play is there once.

The gate takes a part of each history; LONGPLAY_ALL_HISTORIES=1 takes them whole.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from datetime import UTC, date, datetime
from itertools import groupby
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.domain.listening.imports import Unfit
from bot.domain.listening.names import work_id
from bot.domain.listening.plays import Resolution, Source, Told
from bot.providers.exports.reader import ExportFiles
from bot.services.listening.taking import Taken, take_plays
from db.tables.listening import ArtistPlays, Listen, ListenTwin
from tests.factories import a_caller, make_club, make_member

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "listens"
WHOLE = bool(os.environ.get("LONGPLAY_ALL_HISTORIES"))
NOW = datetime(2026, 11, 20, tzinfo=UTC)
AT_ONCE = 5_000

pytestmark = pytest.mark.skipif(not REAL.exists(), reason="the real histories are not at hand")


def rows_of(path):
    return list(ExportFiles().open(path, now=NOW).rows(zone=UTC))


def plays_of(path):
    return [row for row in rows_of(path) if isinstance(row, Told)]


def part_of(plays, share):
    """Some minutes of a history with all their plays, the same ones of every file; all of it where it is asked for."""
    return [play for play in plays if WHOLE or (play.ended_at or play.started_at).timestamp() // 60 % share == 0]


async def take(database, user_id, plays, at_once=AT_ONCE):
    taken = Taken()
    for first in range(0, len(plays), at_once):
        async with database.writing() as session:
            taken += await take_plays(session, user_id=user_id, plays=plays[first : first + at_once])
    return taken


async def kept(database, user_id):
    """Every play: what, when, and who told of it."""
    async with database.reading() as session:
        rows = await session.execute(
            select(Listen.played_at, Listen.track_id, Listen.source, Listen.also, Listen.ordinal, Listen.counts)
            .where(Listen.user_id == user_id)
            .order_by(Listen.played_at, Listen.track_id, Listen.ordinal)
        )
        return [(at, track, {source, *also}, ordinal, counts) for at, track, source, also, ordinal, counts in rows]


@pytest.fixture
async def people(database):
    await make_club(database)
    return [(await make_member(database, a_caller(number))).user_id for number in range(1, 5)]


def exports_of_a():
    folder = REAL / "person-a-account-and-extended"
    account = [play for number in (0, 1, 2) for play in plays_of(folder / f"personB__StreamingHistory{number}.json")]
    return account, plays_of(folder / "personB__Streaming_History_Audio_2023_8.json")


def overlap_of_a():
    """Both exports of one person; in the gate the six weeks around the beginning of the second."""
    account, extended = exports_of_a()
    if WHOLE:
        return account, extended
    since, until = datetime(2023, 8, 13, tzinfo=UTC), datetime(2023, 9, 24, tzinfo=UTC)
    return [[play for play in plays if since <= play.started_at < until] for plays in (account, extended)]


def minutes(plays):
    return Counter(
        (play.ended_at.replace(second=0), play.artist, play.title, play.played) for play in plays if play.ended_at
    )


@pytest.mark.row("4-08")
def test_two_exports_of_one_person_share_every_play_of_the_days_that_both_tell_whole():
    """The 5,222 plays of the days that lie wholly in both; with the two days at the ends, told in part, 5,304."""
    account, extended = map(minutes, exports_of_a())
    assert (account & extended).total() == 5_304
    ends = {key[0] for key in account} & {key[0] for key in extended}
    first, last = min(ends).date(), max(ends).date()
    assert (first, last) == (date(2023, 8, 27), date(2023, 12, 1))
    whole = Counter({key: count for key, count in extended.items() if first < key[0].date() < last})
    assert whole.total() == (whole & account).total() == 5_222


@pytest.mark.row("4-08")
async def test_account_data_and_extended_history_count_every_shared_play_once(database, people):
    account, extended = overlap_of_a()
    shared = (minutes(account) & minutes(extended)).total()
    assert shared == 5_304 if WHOLE else shared > 1_000
    first = await take(database, people[0], account) + await take(database, people[0], extended)
    back = await take(database, people[1], extended) + await take(database, people[1], account)
    mixed = Taken()
    for plays in (account[::2], extended[1::2], account[1::2], extended[::2]):
        mixed += await take(database, people[2], plays, at_once=701)
    found = [await kept(database, user_id) for user_id in people[:3]]
    assert found[0] == found[1] == found[2]
    both = sum(len(sources) == 2 for _, _, sources, _, _ in found[0])
    print(f"{len(account)} of account data, {len(extended)} extended, {shared} in both: {first}, {back}, {mixed}")
    # Two extended rows of one track within two seconds are one play, so some are near instead of twins.
    assert shared - first.near <= both <= shared
    assert len(found[0]) == back.new
    assert 0 <= len(account) + len(extended) - shared - len(found[0]) <= 2 * back.near
    assert await take(database, people[0], account) == Taken(known=len(account))
    assert await take(database, people[0], extended) == Taken(known=len(extended))
    assert await kept(database, people[0]) == found[0]


@pytest.mark.row("4-08")
async def test_overlapping_batches_give_the_same_set_in_any_order(database, people):
    folder = REAL / "person-f-overlapping-account-batches"
    paths = sorted(folder.iterdir())
    if not WHOLE:
        paths = [path for path in paths if path.stem.endswith(("02403", "1111_2", "1111_3"))]
    batches = [part_of(plays_of(path), 5) for path in paths]
    expected = Counter()
    for plays in batches:
        for play, count in Counter(
            (work_id(play.artist, play.title), play.ended_at, play.played) for play in plays
        ).items():
            expected[play] = max(expected[play], count)
    assert expected.total() < sum(map(len, batches)), "they overlap"
    found = []
    for seed, user_id in enumerate(people[:3]):
        order = list(batches)
        random.Random(seed).shuffle(order)
        taken = Taken()
        for plays in order:
            taken += await take(database, user_id, plays)
        assert taken.new == expected.total()
        assert taken.known == sum(map(len, batches)) - expected.total()
        found.append(await kept(database, user_id))
    assert found[0] == found[1] == found[2]
    assert await take(database, people[0], batches[0]) == Taken(known=len(batches[0]))


@pytest.mark.row("4-08")
async def test_repeats_within_a_minute_are_kept_and_undated_rows_refused(database, people):
    rows = rows_of(REAL / "person-c-lastfm-minutes-no-header" / "lastfm_scrobbles.csv")
    refused = Counter(row.why for row in rows if not isinstance(row, Told))
    assert refused == {Unfit.UNDATED: 303}
    plays = part_of([row for row in rows if isinstance(row, Told)], 12)
    repeats = sum(play.ordinal > 0 for play in plays)
    assert repeats > 0, "some tracks are heard twice in a minute"
    assert await take(database, people[0], plays) == Taken(new=len(plays))
    assert await take(database, people[0], plays, at_once=997) == Taken(known=len(plays))
    found = await kept(database, people[0])
    assert len(found) == len(plays)
    assert sum(ordinal > 0 for _, _, _, ordinal, _ in found) == repeats
    async with database.reading() as session:
        assert await session.scalar(select(func.sum(ArtistPlays.plays))) == len(plays)
        assert await session.scalar(select(func.count()).select_from(ListenTwin)) == 0


@pytest.mark.row("4-08")
async def test_a_file_of_minutes_and_a_file_of_seconds_tell_the_same_plays(database, people):
    """Nobody exported both at once: the minutes are made of the seconds, as Last.fm's pages show them."""
    seconds = part_of(plays_of(REAL / "person-b-lastfm-8-columns" / "recenttracks.csv"), 4)
    assert {play.source for play in seconds} == {Source.LASTFM_FILE}
    by_minute = list(_by_minute(seconds))
    taken = await take(database, people[0], seconds) + await take(database, people[0], by_minute)
    back = await take(database, people[1], by_minute) + await take(database, people[1], seconds)
    found = [await kept(database, user_id) for user_id in people[:2]]
    assert found[0] == found[1]
    assert len(found[0]) == len(seconds) - taken.near
    print(f"{len(seconds)} plays: {taken}, {back}")


def _by_minute(plays):
    def minute(play):
        return (play.started_at.replace(second=0), play.artist, play.title)

    for (at, artist, title), equal in groupby(sorted(plays, key=minute), key=minute):
        for ordinal, play in enumerate(equal):
            yield Told(play.source, artist, title, at, play.album, resolution=Resolution.MINUTE, ordinal=ordinal)
