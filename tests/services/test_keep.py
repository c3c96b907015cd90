from __future__ import annotations

import asyncio
from dataclasses import replace

from sqlalchemy import func, select

from bot.domain.catalog import FoundTrack, Service, parse_track_list
from bot.domain.catalog.packing import PACKED_LIMIT, pack, unpack
from bot.services.catalog import Resolved, keep_album
from bot.services.catalog.resolved import Meant
from db.queries import catalog as queries
from db.tables.catalog import Album, AlbumAlias, Track, TrackLink
from tests.factories import NOW
from tests.factories.sources import a_link, deezer, musicbrainz, songs

SPOTIFY = a_link("https://open.spotify.com/album/2noRn2Aes5aoNVsU6iWThc")
APPLE = a_link("https://music.apple.com/fr/album/discovery/697194953")
TRACKS = (
    FoundTrack("One More Time", "Daft Punk", isrc="GBDUW0000053", link=a_link("https://www.deezer.com/track/3135553")),
    FoundTrack("Face to Face", "Todd Edwards", duration_ms=240_000),
)
FOUND = deezer(302127, "Discovery", "Daft Punk", 2001, tracks=TRACKS, genres=("House",), country="France", kind="album")


def told(found=FOUND, **more):
    return Resolved(None, found.title, found.artist, found.year, found=found, **more)


async def keep(database, resolved):
    async with database.writing() as session:
        return await keep_album(session, resolved, NOW)


async def rows(database, table):
    async with database.reading() as session:
        return list(await session.scalars(select(table)))


async def test_what_a_source_told_is_stored_with_every_track(database):
    kept = await keep(database, told())
    (album,) = await rows(database, Album)
    assert (album.kind, album.genres, album.country, album.track_count) == ("album", ["House"], "France", 2)
    one, other = sorted(await rows(database, Track), key=lambda track: track.position)
    assert (one.title, one.artist, one.isrc) == ("One More Time", "", "GBDUW0000053")
    assert (other.title, other.artist, other.duration_ms) == ("Face to Face", "Todd Edwards", 240_000)
    (link,) = await rows(database, TrackLink)
    assert (link.service, link.external_id, link.track_id) == ("deezer", "3135553", one.id)
    assert kept.url == "https://www.deezer.com/album/302127"


async def test_an_album_known_by_any_link_is_that_album_and_gets_the_others(database):
    first = await keep(database, told(link=SPOTIFY))
    group = musicbrainz(1, "Discovery (2021 remaster)", "DAFT PUNK", 2021)
    joined = replace(group, links=(*group.links, *FOUND.links))
    second = await keep(database, told(joined, link=APPLE))
    assert second.id == first.id
    assert (second.title, second.year) == ("Discovery", 2001)
    async with database.reading() as session:
        links = dict(await queries.links_of(session, first.id))
    assert set(links) == {"spotify", "deezer", "musicbrainz", "apple_music"}


async def test_the_same_album_of_another_service_a_year_later_is_one_album(database):
    first = await keep(database, told())
    assert (await keep(database, told(musicbrainz(1, "Discovery", "Daft Punk", 2002)))).id == first.id
    assert (await keep(database, told(musicbrainz(2, "Discovery", "Daft Punk", 2014)))).id != first.id


async def test_several_at_once_from_several_services_get_one_album(database):
    group = musicbrainz(1, "Discovery", "Daft Punk", 2000)
    one, other = (
        replace(FOUND, links=(*FOUND.links, *group.links)),
        replace(group, links=(*group.links, *FOUND.links)),
    )
    kept = await asyncio.gather(*(keep(database, told(found)) for found in (one, other) * 4))
    assert len({album.id for album in kept}) == 1
    assert len(await rows(database, Album)) == 1
    assert len(await rows(database, Track)) == 2


async def test_a_list_and_facts_that_come_later_fill_in_what_is_lacking(database):
    bare = replace(FOUND, tracks=(), genres=(), country="", kind="")
    first = await keep(database, told(bare))
    assert (await keep(database, told())).id == first.id
    (album,) = await rows(database, Album)
    assert (album.genres, album.country, album.kind) == (["House"], "France", "album")
    assert len(await rows(database, Track)) == 2
    await keep(database, told(replace(FOUND, genres=("Noise",), tracks=songs("Another"))))
    (album,) = await rows(database, Album)
    assert (album.genres, len(await rows(database, Track))) == (["House"], 2), "what is told stays"


async def test_a_pasted_list_wins_over_a_sources(database):
    await keep(database, told(tracks=parse_track_list("Uno\nDos\nTres")))
    assert [track.title for track in await rows(database, Track)] == ["Uno", "Dos", "Tres"]


async def test_words_are_of_one_server_until_another_means_the_same_by_them(database):
    await keep(database, told(meant=Meant("x" * 501, 1)))
    for guild_id, source in ((1, "guild:1"), (1, "guild:1"), (2, "member"), (1, "member")):
        await keep(database, told(meant=Meant("dscovery", guild_id)))
        (alias,) = await rows(database, AlbumAlias)
        assert (alias.alias_key, alias.source) == ("dscovery", source)


async def test_a_merged_album_stands_in_the_other(database):
    right, wrong = await keep(database, told()), await keep(database, Resolved(None, "Discovry", "Daft Punk", 2001))
    async with database.writing() as session:
        row = await session.get(Album, wrong.id)
        assert row is not None
        row.merged_into = right.id
    again = await keep(database, Resolved(None, "Discovry", "Daft Punk", 2001))
    assert again.id == right.id
    assert (await keep(database, Resolved(wrong, "Discovry", "Daft Punk", 2001))).id == right.id
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Album)) == 2


def test_a_found_album_comes_back_from_its_draft_as_it_was():
    placed = tuple(replace(track, position=place) for place, track in enumerate(TRACKS, start=1))
    whole = replace(FOUND, tracks=placed)
    assert unpack(pack([whole, FOUND])) == (whole, whole)
    assert unpack("") == unpack("[{}]") == unpack("nonsense") == unpack('{"a": 1}') == ()
    huge = replace(FOUND, tracks=songs(*("x" * 499 + str(number % 10) for number in range(400))))
    text = pack([huge])
    assert len(text) < PACKED_LIMIT
    assert unpack(text)[0].title == "Discovery"


def test_a_draft_that_somebody_tampered_with_is_read_as_carefully_as_a_source():
    text = pack([replace(FOUND, links=())]).replace('"cover":null', '"cover":"javascript:alert(1)"')
    (found,) = unpack(text)
    assert found.cover_url is None
    assert found.source is Service.DEEZER
