from __future__ import annotations

import asyncio
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from bot.domain.catalog import LinkKind, Service, TrackLine, parse_link, parse_track_list
from bot.domain.errors import AlbumNeeded, BadYear, NotAHost, TextTooLong
from bot.services.catalog import (
    Resolved,
    keep_album,
    read_cover,
    read_year,
    resolve_album,
    set_tracks,
    track_suggestions,
    tracks_of,
)
from db.queries import catalog as queries
from db.tables.catalog import Album, Track
from tests.factories import NOW, a_caller, make_club, make_tools

SPOTIFY = "https://open.spotify.com/album/2noRn2Aes5aoNVsU6iWThc?si=abc"
DEEZER = "https://www.deezer.com/album/302127"
HOST = a_caller(50, manages=True)


@pytest.fixture
def tools(database):
    return make_tools(database)


async def keep(database, title="Discovery", artist="Daft Punk", year=None, **more):
    async with database.writing() as session:
        return await keep_album(session, Resolved(None, title, artist, year, **more), NOW)


async def resolve(tools, text, **fields):
    return await resolve_album(tools, text=text, now=NOW, **fields)


async def count(database, table: type[Album] | type[Track] = Album) -> int:
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def test_words_alone_make_an_album(tools, database):
    read = await resolve(tools, "Daft Punk - Discovery (2001)")
    assert (read.album, read.title, read.artist, read.year) == (None, "Discovery", "Daft Punk", 2001)
    assert read.shown == "Discovery — Daft Punk (2001)"
    assert await count(database) == 0, "understanding stores nothing"


async def test_an_album_is_found_again_however_it_is_spelled(tools, database):
    kept = await keep(database, "The Köln Concert", "Keith Jarrett", 1975)
    for text in (
        "keith jarrett – koln concert (1975)",
        "Koln Concert by Keith Jarrett",
        "KEITH JARRETT - The Köln Concert",
    ):
        assert (await resolve(tools, text)).album == kept


async def test_a_year_tells_albums_of_one_name_apart(tools, database):
    blue = await keep(database, "Weezer", "Weezer", 1994)
    green = await keep(database, "Weezer", "Weezer", 2001)
    assert (await resolve(tools, "Weezer - Weezer (2001)")).album == green
    assert (await resolve(tools, "Weezer - Weezer", year="1994")).album == blue
    assert (await resolve(tools, "Weezer - Weezer")).album is None
    assert (await resolve(tools, "Weezer - Weezer (2019)")).album is None


async def test_an_album_of_unknown_year_learns_it(tools, database):
    plain = await keep(database)
    read = await resolve(tools, "Daft Punk - Discovery (2001)")
    assert (read.album, read.year) == (plain, 2001)
    async with database.writing() as session:
        kept = await keep_album(session, read, NOW)
    assert (kept.id, kept.year) == (plain.id, 2001)
    assert (await resolve(tools, "Daft Punk - Discovery")).album == kept


async def test_a_year_that_is_taken_is_not_learned(database):
    await keep(database, year=2001)
    plain = await keep(database, "Discovery", "Somebody Else")
    async with database.writing() as session:
        twin = await queries.add_album(
            session, title="Discovery", artist="Daft Punk", year=None, cover_url=None, now=NOW
        )
        assert twin is not None
        await queries.complete_album(session, twin, year=2001, cover_url="https://example.org/c.jpg")
        kept = await queries.album(session, twin.id)
    assert kept is not None
    assert (kept.year, kept.cover_url) == (None, "https://example.org/c.jpg")
    assert plain.id != twin.id


async def test_a_title_alone_means_the_only_album_of_that_title(tools, database):
    kept = await keep(database)
    assert (await resolve(tools, "discovery")).album == kept
    assert (await resolve(tools, "", title="Discovery")).album is None, "spelled out, it has no artist"
    await keep(database, artist="Electric Light Orchestra")
    assert (await resolve(tools, "discovery")).album is None


async def test_a_link_is_known_by_its_id(tools, database):
    link = parse_link(SPOTIFY)
    assert link is not None
    kept = await keep(database, link=link)
    assert kept.url == "https://open.spotify.com/album/2noRn2Aes5aoNVsU6iWThc"
    read = await resolve(tools, "look: https://open.spotify.com/intl-de/album/2noRn2Aes5aoNVsU6iWThc")
    assert (read.album, read.title, read.artist) == (kept, "Discovery", "Daft Punk")


async def test_a_bare_link_of_no_known_title_asks_for_it(tools):
    with pytest.raises(AlbumNeeded) as caught:
        await resolve(tools, SPOTIFY)
    assert caught.value.reason == "untitled_link"
    read = await resolve(tools, SPOTIFY, artist=" Daft  Punk ", title="Discovery", year=" 2001 ")
    assert (read.artist, read.title, read.year) == ("Daft Punk", "Discovery", 2001)
    assert read.link is not None
    assert read.link.service is Service.SPOTIFY


async def test_a_link_given_to_another_album_keeps_its_meaning(tools, database):
    link = parse_link(SPOTIFY)
    wrong = await keep(database, "Homework", link=link)
    read = await resolve(tools, SPOTIFY, artist="Daft Punk", title="Discovery")
    assert read.album is None, "the member spelled out another album"
    async with database.writing() as session:
        right = await keep_album(session, read, NOW)
    assert right.id != wrong.id
    assert (await resolve(tools, SPOTIFY)).album == wrong


async def test_an_album_gathers_links(database):
    one = await keep(database, link=parse_link(SPOTIFY))
    two = await keep(database, link=parse_link(DEEZER))
    assert one.id == two.id
    async with database.reading() as session:
        links = await queries.links_of(session, one.id)
    assert [service for service, _ in links] == ["deezer", "spotify"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("  \u200b ", "empty"),
        ("https://example.org/album/1", "unknown_link"),
        ("javascript:alert(1)", "unknown_link"),
        ("https://open.spotify.com/artist/4tZwfgrHOc3mvqYlEYSvVi", "not_an_album"),
        ("https://open.spotify.com/track/2noRn2Aes5aoNVsU6iWThc", "not_an_album"),
        ("https://open.spotify.com/playlist/2noRn2Aes5aoNVsU6iWThc", "not_an_album"),
        ("https://spotify.link/abcdef", "short_link"),
        ("album:nonsense", "empty"),
        (f"album:{UUID(int=1)}", "empty"),
    ],
)
async def test_what_is_no_album_says_why(tools, text, reason):
    with pytest.raises(AlbumNeeded) as caught:
        await resolve(tools, text)
    assert caught.value.reason == reason


async def test_an_upload_of_a_whole_album_is_welcome(tools):
    read = await resolve(tools, "Artist - Tape https://www.youtube.com/watch?v=abcdefghijk")
    assert (read.title, read.link and read.link.kind) == ("Tape", LinkKind.TRACK)


async def test_long_names_are_refused_and_five_hundred_characters_are_not(tools, database):
    with pytest.raises(TextTooLong):
        await resolve(tools, "x" * 501)
    with pytest.raises(TextTooLong):
        await resolve(tools, "", artist="x" * 501, title="y")
    read = await resolve(tools, "", artist="字" * 500, title="詞" * 500)
    kept = await keep(database, read.title, read.artist)
    assert (await resolve(tools, f"{'字' * 500} - {'詞' * 500}")).album == kept


@pytest.mark.parametrize("text", ["97", "soon", "1799", "2200", "-5", "１９９７", "1997.0", "9" * 5000])
async def test_a_year_is_a_year(text):
    with pytest.raises(BadYear):
        read_year(text)


async def test_no_year_is_none():
    assert (read_year(None), read_year(" "), read_year(1997), read_year(" 1997 ")) == (None, None, 1997, 1997)


@pytest.mark.parametrize(
    "text",
    [
        "http://example.org/c.jpg",
        "javascript:alert(1)",
        "https://user@example.org/c.jpg",
        "https://example.org:99999/c.jpg",
        "https://[broken/c.jpg",
        "https:///c.jpg",
        "https://example.org/a b.jpg",
        "https://example.org/" + "x" * 2100,
    ],
)
async def test_a_cover_is_a_plain_secure_address(text):
    with pytest.raises(AlbumNeeded) as caught:
        read_cover(text)
    assert caught.value.reason == "bad_cover"
    assert read_cover(" https://example.org/c.jpg ") == "https://example.org/c.jpg"
    assert read_cover("  ") is None


async def test_ten_who_add_an_album_at_once_get_the_same_one(database):
    link = parse_link(SPOTIFY)
    lines = parse_track_list("One\nTwo\nThree")
    kept = await asyncio.gather(*(keep(database, link=link, tracks=lines) for _ in range(10)))
    assert len({album.id for album in kept}) == 1
    assert (await count(database), await count(database, Track)) == (1, 3)


async def test_two_track_lists_at_once_do_not_mix(tools, database):
    album = await keep(database)
    await asyncio.gather(*(keep(database, tracks=parse_track_list("\n".join(names))) for names in ("abc", "vwxyz")))
    titles = "".join(track.title for track in await tracks_of(tools, album_id=album.id))
    assert titles in ("abc", "vwxyz")


async def test_a_pasted_list_fills_an_album_and_only_a_host_replaces_it(tools, database):
    await make_club(database)
    album = await keep(database)
    lines = parse_track_list("1. One More Time 5:20\n2. Aerodynamic")
    tracks = await set_tracks(tools, caller=a_caller(), now=NOW, album_id=album.id, tracks=lines)
    assert [(one.position, one.title, one.duration_ms) for one in tracks] == [
        (1, "One More Time", 320_000),
        (2, "Aerodynamic", None),
    ]
    with pytest.raises(NotAHost):
        await set_tracks(tools, caller=a_caller(), now=NOW, album_id=album.id, tracks=lines[:1])
    await set_tracks(tools, caller=HOST, now=NOW, album_id=album.id, tracks=lines[:1])
    assert len(await tracks_of(tools, album_id=album.id)) == 1
    await set_tracks(tools, caller=HOST, now=NOW, album_id=album.id, tracks=())
    assert await tracks_of(tools, album_id=album.id) == ()
    with pytest.raises(AlbumNeeded):
        await set_tracks(tools, caller=HOST, now=NOW, album_id=uuid4(), tracks=lines)
    with pytest.raises(TextTooLong):
        await set_tracks(tools, caller=HOST, now=NOW, album_id=album.id, tracks=[TrackLine(1, "x")] * 201)


async def test_tracks_are_suggested_by_what_is_typed(tools, database):
    album = await keep(database, tracks=parse_track_list("One More Time\nAérodynamique\nDigital Love"))
    assert await track_suggestions(tools, album_id=album.id, text="aero") == [("2. Aérodynamique", "Aérodynamique")]
    assert len(await track_suggestions(tools, album_id=album.id, text="")) == 3


async def test_a_song_with_a_title_is_an_entry_of_its_own_by_its_link(tools, database):
    one = "https://open.spotify.com/track/2noRn2Aes5aoNVsU6iWThc"
    other = "https://open.spotify.com/track/0iQHsP6xlKApuYgVF761YR"
    kept = []
    for link in (one, other, one):
        resolved = await resolve_album(tools, text=link, title="Hurt", artist="Johnny Cash", now=NOW)
        async with database.writing() as session:
            kept.append(await keep_album(session, resolved, NOW))
    assert kept[0].id == kept[2].id
    assert kept[0].id != kept[1].id
    assert {album.title for album in kept} == {"Hurt"}
