from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

import pytest

from bot.domain.catalog import FoundTrack, Link, Service
from bot.domain.errors import AlbumNeeded, Unavailable, Why
from bot.services.catalog import Resolved, keep_album, read_on, resolve_album, search_further
from db.queries import catalog as queries
from tests.factories import GUILD, NOW, make_tools
from tests.factories.held import HeldSource
from tests.factories.sources import SPOTIFY_ID, Brief, Down, Slow, a_link, deezer, musicbrainz, songs

SPOTIFY = f"https://open.spotify.com/album/{SPOTIFY_ID}?si=abc"
SONGS = songs("One More Time", "Aerodynamic")
AT_DEEZER = deezer(302127, "Discovery", "Daft Punk", 2001, tracks=SONGS, genres=("dance",), cover_url="https://e.org/d")
AT_MUSICBRAINZ = musicbrainz(1, "Discovery", "Daft Punk", 2001, tracks=SONGS, genres=("french house",), country="FR")
ALIVE = deezer(3, "Alive 2007", "Daft Punk", 2007, kind="live")
BLUES = (
    deezer(11, "Blue", "Joni Mitchell", 1971),
    deezer(12, "Blue", "Simply Red", 1998),
    deezer(13, "Blue", "LeAnn Rimes", 1996),
)


async def resolve(tools, text, **fields):
    return await resolve_album(tools, text=text, now=NOW, **fields)


async def keep(database, resolved):
    async with database.writing() as session:
        return await keep_album(session, resolved, NOW)


@pytest.fixture
def tools(database):
    """A club without a key: MusicBrainz and Deezer."""
    sources = (
        Brief(Service.MUSICBRAINZ, [AT_MUSICBRAINZ]),
        Brief(Service.DEEZER, [AT_DEEZER, ALIVE, *BLUES]),
    )
    return make_tools(database, album_sources=sources)


async def test_words_that_surely_mean_an_album_take_all_that_both_services_tell(tools):
    read = await resolve(tools, "daft punk - discovry")
    assert (read.title, read.artist, read.year, read.choices, read.unheard) == ("Discovery", "Daft Punk", 2001, (), ())
    assert {link.service for link in read.links} == {Service.DEEZER, Service.MUSICBRAINZ}
    assert [track.title for track in read.listed] == ["One More Time", "Aerodynamic"]
    assert (read.country, read.cover_url) == ("France", "https://e.org/d")
    assert read.genre in ("Dance", "French house")


async def test_words_that_several_albums_answer_to_are_for_the_member_to_pick(tools):
    read = await resolve(tools, "blue")
    assert (read.album, read.title, read.found) == (None, "blue", None)
    assert {choice.found.artist for choice in read.choices} == {"Joni Mitchell", "Simply Red", "LeAnn Rimes"}
    assert all(not choice.found.tracks for choice in read.choices), "nobody's page is read before the choice"


async def test_whoever_spells_an_album_out_is_not_asked_again(tools):
    read = await resolve(tools, "", title="Blue", artist="A Band Of Ours")
    assert (read.choices, read.title, read.artist, read.found) == ((), "Blue", "A Band Of Ours", None)


async def test_what_nobody_holds_stays_as_it_was_written(tools):
    read = await resolve(tools, "The Low Tides - Glass Harbour (1997)")
    assert (read.title, read.artist, read.year) == ("Glass Harbour", "The Low Tides", 1997)
    assert (read.choices, read.found, read.unheard) == ((), None, ())


async def test_the_catalogue_is_asked_first(tools, database):
    kept = await keep(database, Resolved(None, "Blue", "Joni Mitchell", 1971))
    assert (await resolve(tools, "joni mitchell - blue")).album == kept
    assert tools.album_sources[0].asked == tools.album_sources[1].asked == []


async def test_one_source_down_and_one_slow_take_nothing_away_and_are_named(database):
    slow = Slow(Service.SPOTIFY, seconds=30)
    tools = make_tools(
        database, album_sources=(Down(Service.LASTFM, Why.BUSY), slow, Brief(Service.DEEZER, [AT_DEEZER]))
    )
    started = asyncio.get_running_loop().time()
    read = await resolve(tools, "daft punk - discovery", seconds=0.9)
    assert asyncio.get_running_loop().time() - started < 1.5
    assert (read.title, len(read.listed), read.unheard) == ("Discovery", 2, ("Last.fm", "Spotify"))


async def test_a_page_that_comes_too_late_is_read_on_and_then_left_alone(database):
    class Silent(Brief):
        async def fetch_album(self, link):
            raise Unavailable("musicbrainz", Why.SLOW)

    silent = Silent(Service.MUSICBRAINZ, [AT_MUSICBRAINZ])
    tools = make_tools(database, album_sources=(silent, Brief(Service.DEEZER, [AT_DEEZER])))
    read = await resolve(tools, "daft punk - discovery")
    assert (len(read.listed), read.unread, read.unheard) == (2, (Service.MUSICBRAINZ,), ())
    tools = make_tools(database, album_sources=(silent,))
    read = await resolve(tools, "daft punk - discovery")
    told = await read_on(tools, read)
    assert (told.listed, told.unread, told.unheard) == ((), (), ("MusicBrainz",))
    assert await read_on(tools, told) == told


async def test_a_bug_in_a_source_is_no_silence(database):
    class Broken(HeldSource):
        async def search_albums(self, words, *, limit=10):
            raise ZeroDivisionError

    tools = make_tools(database, album_sources=(Broken(Service.DEEZER), Slow(Service.SPOTIFY, seconds=5)))
    with pytest.raises(ZeroDivisionError):
        await resolve(tools, "daft punk - discovery", seconds=0.8)


@pytest.mark.parametrize(
    "text",
    [
        "https://www.deezer.com/album/302127",
        "deezer.com/en/album/302127?utm_source=deezer&app_id=1",
        "look: <https://deezer.com/de/album/302127>, so good",
        "[Discovery](https://www.deezer.com/album/302127)",
    ],
)
async def test_a_link_is_read_at_its_service_and_joined_with_the_others(tools, text):
    read = await resolve(tools, text)
    assert (read.title, read.artist, read.year) == ("Discovery", "Daft Punk", 2001)
    assert {link.service for link in read.links} == {Service.DEEZER, Service.MUSICBRAINZ}
    assert read.country == "France", "the other service's page is read, too"


async def test_a_link_that_no_source_can_read_asks_for_names_and_says_who_is_silent(database):
    tools = make_tools(database, album_sources=(Down(Service.DEEZER), Brief(Service.MUSICBRAINZ)))
    with pytest.raises(AlbumNeeded) as caught:
        await resolve(tools, "https://www.deezer.com/album/302127")
    assert (caught.value.reason, caught.value.unheard) == ("untitled_link", ("Deezer",))


async def test_words_beside_a_link_help_where_the_link_does_not(tools):
    read = await resolve(tools, f"Daft Punk - Discovery {SPOTIFY}")
    assert (read.title, read.year, len(read.listed)) == ("Discovery", 2001, 2)
    assert read.link is not None
    assert read.link.service is Service.SPOTIFY


async def test_names_typed_beside_a_link_win_over_the_link(tools):
    read = await resolve(tools, "https://www.deezer.com/album/302127", artist="Daft Punk", title="Discovery (Deluxe)")
    assert (read.title, read.cover_url, read.links) == ("Discovery (Deluxe)", "https://e.org/d", ())


async def test_a_link_to_quite_another_album_lends_it_nothing(tools):
    read = await resolve(tools, "https://www.deezer.com/album/302127", artist="Moth", title="Lamp")
    assert (read.title, read.artist, read.cover_url, read.listed, read.links) == ("Lamp", "Moth", None, (), ())
    assert (read.link, read.dropped) == (None, "https://www.deezer.com/album/302127")


# --- links of tracks ------------------------------------------------------------------------------------------------

TRACK = "https://www.deezer.com/track/3135553?host=0"
ONE_MORE = FoundTrack("One More Time", "Daft Punk", isrc="GBDUW0000053", link=a_link(TRACK), album=AT_DEEZER)


async def test_a_track_link_means_its_album_and_keeps_the_track(database):
    tools = make_tools(database, album_sources=(HeldSource(Service.DEEZER, [AT_DEEZER], [ONE_MORE]),))
    read = await resolve(tools, TRACK)
    assert (read.title, read.pitch_track, read.link, len(read.listed)) == ("Discovery", "One More Time", None, 2)
    assert (await resolve(tools, f"Daft Punk - One More Time {TRACK}")).title == "Discovery"


async def test_a_track_whose_album_its_service_does_not_tell_is_asked_for_elsewhere(database):
    bare = replace(ONE_MORE, album=None)
    elsewhere = FoundTrack("One More Time", "Daft Punk", isrc="GBDUW0000053", album=AT_MUSICBRAINZ)
    known = HeldSource(Service.MUSICBRAINZ, [AT_MUSICBRAINZ], [elsewhere])
    for track in (bare, replace(bare, isrc="")):
        tools = make_tools(database, album_sources=(HeldSource(Service.DEEZER, [], [track]), known))
        assert (await resolve(tools, TRACK)).title == "Discovery"


async def test_a_track_that_nobody_can_read_is_no_album(tools):
    for text in (TRACK, f"https://open.spotify.com/track/{SPOTIFY_ID}"):
        with pytest.raises(AlbumNeeded) as caught:
            await resolve(tools, text)
        assert caught.value.reason == "not_an_album"


async def test_the_address_of_a_track_may_tell_its_album(tools):
    read = await resolve(tools, "https://www.last.fm/music/Daft+Punk/Discovery/Aerodynamic")
    assert (read.title, read.pitch_track, read.year, len(read.listed)) == ("Discovery", "Aerodynamic", 2001, 2)
    asked = await resolve(tools, "https://music.apple.com/us/album/blue/697194953?i=697195787")
    assert (asked.title, len(asked.choices)) == ("Blue", 3)
    for text in ("https://www.last.fm/music/Daft+Punk/_/Aerodynamic", "https://moth.bandcamp.com/track/wick"):
        with pytest.raises(AlbumNeeded):
            await resolve(tools, text)


async def test_a_track_of_a_kept_list_is_found_by_its_link_alone(tools, database):
    listed = (FoundTrack("One More Time", link=a_link(TRACK)), FoundTrack("Aerodynamic"))
    kept = await keep(database, Resolved(None, "Discovery", "Daft Punk", 2001, found=replace(AT_DEEZER, tracks=listed)))
    read = await resolve(make_tools(database), TRACK)
    assert (read.album, read.pitch_track) == (kept, "One More Time")


async def test_a_track_link_with_a_title_is_a_song_and_nobody_is_asked(tools):
    read = await resolve(tools, f"https://open.spotify.com/track/{SPOTIFY_ID}", title="Blue", artist="Joni Mitchell")
    assert read.song is not None
    assert (read.title, read.choices, tools.album_sources[1].asked) == ("Blue", (), [])


# --- short links ----------------------------------------------------------------------------------------------------


@dataclass
class Reader:
    """Follows every short link to one address."""

    address: str | None
    down: bool = False

    async def follow(self, link: Link) -> str | None:
        if self.down:
            raise Unavailable("deezer.page.link", Why.SLOW)
        return self.address


async def test_a_short_link_is_followed_and_read(tools):
    tools = replace(tools, link_reader=Reader("https://www.deezer.com/album/302127?deferredFl=1"))
    assert (await resolve(tools, "this! https://deezer.page.link/abcDEF123 (loud)")).title == "Discovery"


@pytest.mark.parametrize(
    "reader",
    [
        None,
        Reader(None),
        Reader("https://evil.example/album/302127"),
        Reader("javascript:alert(1)"),
        Reader("https://deezer.page.link/again"),
        Reader("", down=True),
    ],
)
async def test_a_short_link_that_leads_nowhere_known_is_refused_unless_words_stand_beside_it(tools, reader):
    tools = replace(tools, link_reader=reader)
    with pytest.raises(AlbumNeeded) as caught:
        await resolve(tools, "https://deezer.page.link/abcDEF123")
    assert caught.value.reason == "short_link"
    assert (await resolve(tools, "Daft Punk - Discovery https://deezer.page.link/abcDEF123")).year == 2001


# --- choices and aliases --------------------------------------------------------------------------------------------


async def picked(tools, text, album, guild_id=GUILD):
    return await resolve(tools, text, told=album, picked=True, guild_id=guild_id)


async def test_a_picked_album_is_remembered_on_its_server_for_words_that_mean_many(tools, database):
    joni = await keep(database, await picked(tools, "blue", BLUES[0]))
    assert (await resolve(tools, "BLUE ", guild_id=GUILD)).album == joni
    assert len((await resolve(tools, "blue", guild_id=GUILD + 1)).choices) == 3, "one server's habit is not another's"
    await keep(database, Resolved(None, "Blue", "Somebody", None))
    assert (await resolve(tools, "blue", guild_id=GUILD)).album == joni
    offered = (await resolve(tools, "blue", guild_id=GUILD + 1)).choices
    assert "Somebody" in {choice.found.artist for choice in offered}, "what is kept is offered with what is found"
    assert (await resolve(tools, "blue (1998)", guild_id=GUILD)).album is None, "those are other words"


async def test_words_that_name_title_and_artist_are_remembered_everywhere(tools, database):
    joni = await keep(database, await picked(tools, "joni michell blu", BLUES[0]))
    assert (await resolve(tools, "Joni Michell Blu", guild_id=GUILD + 1)).album == joni


async def test_words_under_which_two_albums_were_picked_mean_neither(tools, database):
    await keep(database, await picked(tools, "blue", BLUES[0]))
    await keep(database, await picked(tools, "blue", BLUES[1]))
    assert len((await resolve(tools, "blue", guild_id=GUILD)).choices) == 3


async def test_a_link_is_never_overruled_by_what_words_meant(tools, database):
    await keep(database, await picked(tools, "discovery", ALIVE))
    assert (await resolve(tools, "discovery https://www.deezer.com/album/302127", guild_id=GUILD)).title == "Discovery"


async def test_a_picked_album_gets_its_page_read(tools):
    read = await picked(tools, "discovery", replace(AT_DEEZER, tracks=(), genres=(), cover_url=None))
    assert (len(read.listed), read.genre, read.cover_url) == (2, "Dance", "https://e.org/d")
    again = await resolve(tools, "discovery", told=read.found, ask=False)
    assert (again.title, again.listed, again.genre) == ("Discovery", read.listed, "Dance")


async def test_an_album_without_tracks_is_asked_for_again_until_they_are_told(tools, database):
    bare = await keep(database, Resolved(None, "Discovery", "Daft Punk", 2001, link=AT_DEEZER.links[0]))
    read = await resolve(tools, f"album:{bare.id}")
    assert (read.album and read.album.id, len(read.listed)) == (bare.id, 2)
    await keep(database, read)
    async with database.reading() as session:
        assert len(await queries.tracks_of(session, bare.id)) == 2
    for source in tools.album_sources:
        source.albums.clear()
    assert (await resolve(tools, f"album:{bare.id}")).genre == "Dance"


# --- what sources tell is not believed ------------------------------------------------------------------------------


async def test_hostile_texts_and_links_of_a_source_are_made_harmless(database):
    album = deezer(
        7,
        "Harm\u202eless\u200b " + "x" * 300,
        "An\x00y\u2066body",
        20_010,
        genres=("**bold**\u200b" * 20, "\u200b"),
        cover_url="javascript:alert(1)",
        country="GB",
        tracks=(FoundTrack("\u200b"), FoundTrack("Fine\u202e", isrc="nonsense", duration_ms=-5)),
    )
    links = (
        *album.links,
        replace(album.links[0], url="javascript:alert(1)"),
        replace(album.links[0], url="https://user:pw@www.deezer.com/album/9"),
        replace(album.links[0], url="https://evil.example/album/9"),
        replace(album.links[0], service=Service.SPOTIFY),
    )
    tools = make_tools(database, album_sources=(HeldSource(Service.DEEZER, [replace(album, links=links)]),))
    read = await resolve(tools, "https://www.deezer.com/album/7")
    assert (read.title, read.artist, read.year) == ("Harmless " + "x" * 300, "Anybody", None)
    assert (read.links, read.cover_url, read.country) == (album.links, None, "United Kingdom")
    assert [(one.position, one.title, one.isrc, one.duration_ms) for one in read.listed] == [(1, "Fine", "", None)]
    kept = await keep(database, read)
    assert (kept.url, kept.cover_url) == ("https://www.deezer.com/album/7", None)


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(document.cookie)",
        "https://me:secret@open.spotify.com/album/" + SPOTIFY_ID,
        "https://open.spotify.com:8443/album/" + SPOTIFY_ID,
        "https://open.spotify.com.evil.example/album/" + SPOTIFY_ID,
        "https://127.0.0.1/album/1",
        "file:///etc/passwd",
    ],
)
async def test_hostile_links_are_no_links_and_nobody_is_asked(tools, text):
    with pytest.raises(AlbumNeeded) as caught:
        await resolve(tools, text)
    assert caught.value.reason == "unknown_link"
    assert tools.album_sources[0].asked == []


# --- searching further ----------------------------------------------------------------------------------------------


async def test_searching_further_tells_what_comes_as_it_comes_and_who_stays_silent(database):
    tools = make_tools(
        database,
        album_sources=(
            Brief(Service.MUSICBRAINZ, [AT_MUSICBRAINZ]),
            Slow(Service.DEEZER, AT_DEEZER, ALIVE, seconds=0.1),
            Down(Service.LASTFM),
            Slow(Service.SPOTIFY, seconds=30),
        ),
    )
    read = await resolve(tools, "daft punk discovery", ask=False)
    seen = [one async for one in search_further(tools, read, seconds=0.4)]
    assert [len(one.choices) for one in seen] == sorted(len(one.choices) for one in seen)
    assert set(seen[0].waiting) >= {"Deezer", "Spotify"}
    assert (seen[-1].waiting, seen[-1].unheard) == ((), ("Last.fm", "Spotify"))
    best = seen[-1].choices[0].found
    assert {link.service for link in best.links} == {Service.MUSICBRAINZ, Service.DEEZER}
