"""Two albums become one, and two again: everything moves, everything comes back, and races break nothing."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from bot.domain.catalog import TrackLine, parse_link
from bot.domain.catalog.merging import pair_tracks
from bot.domain.club.week import Phase
from bot.domain.errors import MergeRefused, NotAHost, NotInCatalogue
from bot.domain.ids import new_id
from bot.services.catalog import Resolved, keep_album, set_tracks
from bot.services.club.nominating import nominate
from bot.services.club.shelf import shelve, unshelve
from bot.services.merging import merge_albums, split_album
from bot.services.suggestions import album_suggestions
from db.queries import aliases
from db.queries import catalog as queries
from db.tables import Base
from db.tables.catalog import AlbumLink
from db.tables.club import Nomination, Rating, ShelfItem
from db.tables.outbox import AuditEntry
from tests.factories import GUILD, NOW, a_caller, make_club, make_member, make_nomination, make_tools, make_week
from tests.factories.club import rewrite_week

HOST = a_caller(50, manages=True)
LATER = NOW + timedelta(hours=1)
LEFT_OUT = frozenset(
    {
        "album_merges",
        "audit_log",
        "outbox",
        "memberships",
        "club_listeners",
        "taste_stale_days",
        "taste_states",
        "users",
        "linked_accounts",
    }
)
"""A merge and its undoing are recorded, and whoever did it was there; everything else is as it was."""


@pytest.fixture
def tools(database):
    return make_tools(database)


async def keep(database, title, artist="Low", *, link=None, tracks=(), **more):
    resolved = Resolved(None, title, artist, link=parse_link(link) if link else None, **more)
    async with database.writing() as session:
        album = await keep_album(session, resolved, NOW)
        if tracks:
            lines = [TrackLine(place, name) for place, name in enumerate(tracks, 1)]
            await queries.replace_tracks(session, album.id, lines, NOW)
    return album


async def dump(database) -> dict[str, list[str]]:
    """Every row of every table, as text."""
    async with database.reading() as session:
        return {
            name: sorted(await session.scalars(text(f'SELECT t::text FROM "{name}" t')))
            for name in Base.metadata.tables
            if name not in LEFT_OUT
        }


async def albums_in(database, table):
    async with database.reading() as session:
        return set(await session.scalars(select(table.album_id)))


async def merge(tools, gone, kept, caller=HOST):
    return await merge_albums(tools, caller=caller, now=NOW, album=gone.id, into=kept.id)


async def won(database, club, title, favourite, members=(1, 2)):
    """A closed week that an album won, rated by two members; its nomination."""
    week = await make_week(database, club, phase=Phase.CLOSED, album="Placeholder")
    nomination = await make_nomination(database, week, caller=a_caller(90), title=title, artist="Low")
    await rewrite_week(database, week, winner_id=nomination.id)
    async with database.writing() as session:
        tracks = await queries.tracks_of(session, nomination.album.id)
    for number in members:
        member = await make_member(database, a_caller(number))
        async with database.writing() as session:
            session.add(
                Rating(
                    club_id=club.id,
                    week_id=week.id,
                    user_id=member.user_id,
                    album_id=nomination.album.id,
                    score=Decimal("4.0"),
                    favourite=favourite,
                    favourite_track_id=next((track.id for track in tracks if track.title == favourite), None),
                    official=True,
                    rated_at=NOW,
                )
            )
    return nomination


@pytest.fixture
async def pair(tools, database):
    """A club with two entries of one album, each with everything that can hang on one."""
    club = await make_club(database)
    await make_member(database, HOST)
    gone = await keep(
        database,
        "Hey What!",
        link="https://open.spotify.com/album/2noRn2Aes5aoNVsU6iWThc",
        tracks=("White Horses", "Hey"),
    )
    kept = await keep(database, "Hey Whut", link="https://www.deezer.com/album/302127", tracks=("Hey", "The Price"))
    for number, albums in ((3, (gone,)), (4, (gone, kept)), (5, (kept,))):
        for album in albums:
            caller = a_caller(number)
            await shelve(tools, caller=caller, now=NOW, album=Resolved(album, album.title, album.artist))
    async with database.writing() as session:
        for words, album in (("low hey", gone), ("hey", gone), ("hey", kept)):
            await aliases.add_alias(session, alias_key=words, album_id=album.id, guild_id=GUILD, now=NOW)
    await won(database, club, "Hey What!", "Hey")
    await won(database, club, "Hey Whut", "The Price")
    return gone, kept


async def test_everything_goes_to_the_kept_album(tools, database, pair):
    gone, kept = pair
    done = await merge(tools, gone, kept)
    assert (done.kept.id, done.gone.shown) == (kept.id, "Hey What! — Low")
    assert (done.nominations, done.ratings, done.shelves) == (1, 2, 2)
    for table in (Nomination, Rating, ShelfItem, AlbumLink):
        assert gone.id not in await albums_in(database, table)
    async with database.reading() as session:
        tracks = {track.title: track.id for track in await queries.tracks_of(session, kept.id)}
        favourites = set(await session.scalars(select(Rating.favourite_track_id)))
        (entry,) = await session.scalars(select(AuditEntry).where(AuditEntry.action == "albums_merged"))
    assert favourites == {tracks["Hey"], tracks["The Price"]}, "the track of the same name is the favourite"
    assert entry.details["album"] == "Hey What! — Low"


async def standing(session, album_id):
    """The album that stands for a key."""
    album = await queries.album(session, album_id)
    assert album is not None
    return album


async def test_a_merged_album_stands_in_the_kept_one_and_is_offered_no_more(tools, database, pair):
    gone, kept = pair
    await merge(tools, gone, kept)
    async with database.reading() as session:
        assert (await standing(session, gone.id)).id == kept.id
        link = parse_link("https://open.spotify.com/album/2noRn2Aes5aoNVsU6iWThc")
        assert link is not None
        linked = await queries.album_by_link(session, link)
        assert linked is not None
        assert linked.id == kept.id
    assert (await keep(database, "Hey What!")).id == kept.id, "its name means the kept one too"
    offered = await album_suggestions(tools, text="hey what", guild_id=GUILD)
    assert [value for _, value in offered] == [f"album:{kept.id}"]


async def test_a_split_brings_everything_back(tools, database, pair):
    gone, kept = pair
    before = await dump(database)
    await merge(tools, gone, kept)
    assert await dump(database) != before
    done = await split_album(tools, caller=HOST, now=LATER, album=kept.id)
    assert (done.kept.id, done.gone.id) == (kept.id, gone.id)
    assert await dump(database) == before
    with pytest.raises(MergeRefused) as refused:
        await split_album(tools, caller=HOST, now=LATER, album=kept.id)
    assert refused.value.reason == "single"


async def test_tracks_move_whole_where_the_kept_album_has_none(tools, database):
    club = await make_club(database)
    gone = await keep(database, "Drums", tracks=("One", "Two"), cover_url="https://example.org/d.jpg")
    kept = await keep(database, "Drum")
    await won(database, club, "Drums", "Two")
    before = await dump(database)
    await merge(tools, gone, kept)
    async with database.reading() as session:
        assert [track.title for track in await queries.tracks_of(session, kept.id)] == ["One", "Two"]
        assert (await standing(session, kept.id)).cover_url == "https://example.org/d.jpg"
        assert None not in set(await session.scalars(select(Rating.favourite_track_id)))
    await split_album(tools, caller=HOST, now=LATER, album=kept.id)
    assert await dump(database) == before


async def test_merges_are_taken_back_from_the_last_to_the_first(tools, database):
    week = await make_week(database, await make_club(database))
    one, two, three = [await keep(database, f"Drums {place}", tracks=("A",)) for place in range(3)]
    await make_nomination(database, week, title="Drums 0", artist="Low")
    states = [await dump(database)]
    await merge(tools, one, two)
    states.append(await dump(database))
    await merge(tools, two, three)
    async with database.reading() as session:
        assert (await standing(session, one.id)).id == three.id
    await split_album(tools, caller=HOST, now=LATER, album=three.id)
    assert await dump(database) == states.pop()
    await split_album(tools, caller=HOST, now=LATER, album=two.id)
    assert await dump(database) == states.pop()


WHATEVER = st.lists(
    st.sampled_from(["shelve new", "unshelve 3", "unshelve 5", "link", "alias", "nominate", "rate late", "tracks"]),
    unique=True,
)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None)
@given(whatever=WHATEVER)
async def test_what_comes_in_between_stays_with_the_kept_album(database, tools, whatever):
    """Whatever happens to the kept album between merge and split: what was there before is as if never merged."""
    async with database.writing() as session:
        tables = ", ".join(f'"{name}"' for name in Base.metadata.tables)
        await session.execute(text(f"TRUNCATE {tables} CASCADE"))
    club = await make_club(database)
    gone = await keep(database, "Gone", tracks=("Hey", "White Horses"))
    kept = await keep(database, "Kept", tracks=("Hey", "The Price"))
    for number, album in ((3, gone), (5, kept)):
        await shelve(tools, caller=a_caller(number), now=NOW, album=Resolved(album, album.title, "Low"))
    nomination = await won(database, club, "Gone", "Hey")
    await merge(tools, gone, kept)
    for event in whatever:
        await happen(event, tools, database, club, kept, nomination)
    await split_album(tools, caller=HOST, now=LATER, album=kept.id)
    async with database.reading() as session:
        shelf = dict((await session.execute(select(ShelfItem.shelved_at, ShelfItem.album_id))).all())
        ratings = list(await session.scalars(select(Rating)))
        links = set(await session.scalars(select(AlbumLink.album_id)))
        nominated = dict((await session.execute(select(Nomination.id, Nomination.album_id))).all())
        hey = next(track.id for track in await queries.tracks_of(session, gone.id) if track.title == "Hey")
    assert nominated.pop(nomination.id) == gone.id
    assert gone.id not in nominated.values(), "later nominations stay with the kept album"
    assert {rating.album_id for rating in ratings} == {gone.id}, "ratings go with their week"
    assert [rating.favourite_track_id for rating in ratings] == [hey] * len(ratings)
    assert links <= {kept.id}
    assert (gone.id in shelf.values()) == ("unshelve 3" not in whatever)
    assert shelf.get(LATER, kept.id) == kept.id


async def happen(event, tools, database, club, kept, nomination):
    """Something that a club does with an album."""
    album = Resolved(kept, kept.title, kept.artist)
    match event:
        case "shelve new":
            await shelve(tools, caller=a_caller(6), now=LATER, album=album)
        case "unshelve 3" | "unshelve 5":
            await unshelve(tools, caller=a_caller(int(event[-1])), now=LATER, album_id=kept.id)
        case "link":
            await keep(database, "Kept", link="https://www.deezer.com/album/302127")
        case "alias":
            async with database.writing() as session:
                await aliases.add_alias(session, alias_key="new", album_id=kept.id, guild_id=GUILD, now=LATER)
        case "nominate":
            await make_nomination(database, await make_week(database, club), title="Kept", artist="Low", now=LATER)
        case "rate late":
            member = await make_member(database, a_caller(8))
            async with database.writing() as session:
                tracks = {track.title: track.id for track in await queries.tracks_of(session, kept.id)}
                session.add(
                    Rating(
                        club_id=club.id,
                        week_id=nomination.week_id,
                        user_id=member.user_id,
                        album_id=kept.id,
                        score=Decimal("2.5"),
                        favourite="Hey",
                        favourite_track_id=tracks["Hey"],
                        official=False,
                        rated_at=LATER,
                    )
                )
        case _:
            lines = [TrackLine(1, "The Price"), TrackLine(2, "Hey"), TrackLine(3, "New")]
            await set_tracks(tools, caller=HOST, now=LATER, album_id=kept.id, tracks=lines)


async def test_two_nominations_of_one_week_cannot_become_one(tools, database):
    club = await make_club(database)
    week = await make_week(database, club)
    one = await make_nomination(database, week, caller=a_caller(1), title="Drums", artist="Low")
    other = await make_nomination(database, week, caller=a_caller(2), title="Drum", artist="Low")
    before = await dump(database)
    with pytest.raises(MergeRefused) as refused:
        await merge(tools, one.album, other.album)
    assert (refused.value.reason, refused.value.week) == ("both", week.label)
    assert await dump(database) == before


async def test_only_hosts_merge_and_never_what_another_club_uses(tools, database, pair):
    gone, kept = pair
    with pytest.raises(NotAHost):
        await merge(tools, gone, kept, caller=a_caller(1))
    other = await make_club(database, guild_id=GUILD + 1)
    there = a_caller(60, guild_id=GUILD + 1, manages=True)
    with pytest.raises(MergeRefused) as refused:
        await merge(tools, gone, kept, caller=there)
    assert refused.value.reason == "elsewhere"
    await merge(tools, gone, kept)
    with pytest.raises(MergeRefused) as refused:
        await split_album(tools, caller=there, now=LATER, album=kept.id)
    assert refused.value.reason == "foreign"
    await shelve(tools, caller=there, now=NOW, album=Resolved(kept, kept.title, kept.artist))
    assert (await split_album(tools, caller=there, now=LATER, album=kept.id)).gone.id == gone.id, other.id


async def test_an_album_is_not_merged_into_itself_nor_into_nothing(tools, database, pair):
    gone, kept = pair
    with pytest.raises(MergeRefused) as refused:
        await merge(tools, kept, kept)
    assert refused.value.reason == "same"
    with pytest.raises(NotInCatalogue):
        await merge_albums(tools, caller=HOST, now=NOW, album=gone.id, into=new_id(NOW))
    await merge(tools, gone, kept)
    with pytest.raises(NotInCatalogue):
        await merge(tools, gone, kept)


async def test_two_merges_at_once_are_one(tools, database, pair):
    gone, kept = pair
    outcomes = await asyncio.gather(
        merge(tools, gone, kept), merge(tools, gone, kept), merge(tools, kept, gone), return_exceptions=True
    )
    assert sum(not isinstance(outcome, BaseException) for outcome in outcomes) == 1
    assert all(isinstance(outcome, NotInCatalogue) for outcome in outcomes if isinstance(outcome, BaseException))


async def test_who_nominates_while_it_is_merged_nominates_the_kept_album(tools, database):
    club = await make_club(database)
    await make_week(database, club)
    pairs = [(await keep(database, f"Gone {place}"), await keep(database, f"Kept {place}")) for place in range(4)]
    await asyncio.gather(
        *(merge(tools, gone, kept) for gone, kept in pairs),
        *(
            nominate(tools, caller=a_caller(place), now=NOW, album=Resolved(gone, gone.title, gone.artist))
            for place, (gone, _) in enumerate(pairs, 1)
        ),
    )
    assert await albums_in(database, Nomination) == {kept.id for _, kept in pairs}


async def test_the_cards_of_the_week_are_drawn_again(tools, database):
    club = await make_club(database)
    week = await make_week(database, club)
    gone = (await make_nomination(database, week, title="Drums", artist="Low")).album
    await merge(tools, gone, await keep(database, "Drum"))
    async with database.reading() as session:
        waiting = list(await session.scalars(text("SELECT kind FROM outbox WHERE state = 'pending'")))
    assert "refresh" in waiting


async def test_every_reference_to_an_album_is_known_to_merging():
    """A table that refers to albums or tracks has to be thought of here: does it move, or does it stay?"""
    moves = {"nominations", "ratings", "shelf_items", "album_links", "album_aliases", "tracks", "club_albums"}
    stays = {"albums", "album_merges", "album_covers"}
    of_tracks = {"posts", "track_links", "ratings"}
    of_tracks_stays = {
        "playlist_tracks",
        "party_turns",
        "listen_events",
        "track_features",
        *("track_versions", "track_reports", "uploads", "memory_entries", "forgotten_tracks"),
        *("ideas", "pitch_drafts", "timeline_events"),
    }  # plays are of works, which no album has
    # What is remembered of a track is found by its work, wherever its list went.
    of_tracks_stays |= {"memory_entries", "forgotten_tracks", "ideas", "pitch_drafts", "timeline_events"}
    # Members' own tracks are of no album.
    of_tracks_stays |= {"nominations", "track_versions", "uploads", "track_reports"}
    found = {
        name: {
            table.name
            for table in Base.metadata.tables.values()
            for key in table.foreign_keys
            if key.column.table.name == name
        }
        for name in ("albums", "tracks")
    }
    assert found["albums"] <= moves | stays
    assert found["tracks"] <= of_tracks | of_tracks_stays


def test_tracks_pair_by_their_names_first_with_first():
    a, b, c, d, e = (new_id(NOW) for _ in range(5))
    assert pair_tracks([(a, "Intro"), (b, "The Hey"), (c, "intro")], [(d, "INTRO"), (e, "Hey!")]) == [(a, d), (b, e)]
    assert pair_tracks([], [(a, "x")]) == []
