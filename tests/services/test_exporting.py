"""Playlists in accounts of their readers: one for each, whatever is cut off; each no is told as what it is."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from bot.domain.catalog import FoundTrack, Link, LinkKind, Service, parse_track_list
from bot.domain.errors import Unavailable
from bot.domain.library.exporting import (
    SILENT_FOR,
    Export,
    ExportRefused,
    ExportState,
    Hitch,
    Sought,
    best_of,
    description_of,
    links_file,
    marker_of,
)
from bot.domain.listening.accounts import Profile
from bot.domain.listening.linking import LinkRefused
from bot.domain.listening.plays import Source
from bot.domain.people import Member
from bot.domain.post_errors import PlaylistRefused
from bot.providers.spotify_lists import NEEDS, SpotifyLists
from bot.rehearsal.providers import Fault, as_json
from bot.rehearsal.providers.catalogue import ALBUMS
from bot.rehearsal.providers.spotify_playlists import ListShelf
from bot.services import playlists
from bot.services.catalog import set_tracks
from bot.services.library import exporting
from bot.services.library.exporting import Consent
from bot.services.tools import Tools
from db.queries import accounts as account_queries
from db.queries import playlists as queries
from db.session import Database
from tests.factories import NOW, a_caller, make_club, make_member, make_nomination, make_week
from tests.factories.accounts import a_grant, keep_account, listening_tools
from tests.factories.elsewhere import QUIET, SCOPES, Town, a_town
from tests.factories.library import make_track

ANN, BEN = a_caller(1, name="Ann"), a_caller(2, name="Ben")
ALL_SCOPES = f"{SCOPES} {' '.join(NEEDS)}"
ALBUM = ALBUMS[0]
TITLES = [track.title for track in ALBUM.tracks[:4]]


@dataclass
class Place:
    """A club, a service, and a list that Ann wants there."""

    tools: Tools
    town: Town
    ann: Member
    playlist: UUID
    tracks: list[UUID]
    presses: int = 0

    @property
    def shelf(self) -> ListShelf:
        return self.town.spotify_shop.shelf

    async def link(self, scopes: str = ALL_SCOPES, *, member: Member | None = None) -> UUID:
        """A linked account, as far as it granted."""
        member = member or self.ann
        listener = self.town.elsewhere.joins_spotify(member.name)
        token, refresh = self.town.spotify_shop.grant(listener, scopes)
        granted = a_grant(token=token, refresh=refresh, scopes=scopes, now=self.tools.clock.now())
        granted = replace(granted, profile=Profile(listener.account_id, listener.name))
        return await keep_account(self.tools, member.user_id, granted=granted)

    async def ask(self, caller: Any = ANN) -> Export | Consent:
        self.presses += 1
        now = self.tools.clock.now()
        return await exporting.ask_export(
            self.tools, caller=caller, now=now, playlist=self.playlist, pressed_id=self.presses
        )

    async def begun(self, caller: Any = ANN) -> Export:
        asked = await self.ask(caller)
        assert isinstance(asked, Export)
        return asked

    async def work(self, export: Export) -> Export:
        key = {"club_id": export.club_id, "playlist_id": export.playlist_id, "user_id": export.user_id}
        await exporting.work(self.tools, **{name: str(value) for name, value in key.items()}, source="spotify")
        found = await exporting.standing(self.tools, export=export)
        assert found is not None
        return found

    async def go(self, caller: Any = ANN) -> Export:
        return await self.work(await self.begun(caller))

    def wait(self, **length: float) -> None:
        self.town.clock.move(timedelta(**length))


@pytest.fixture
async def place(database: Database) -> AsyncGenerator[Place]:
    club = await make_club(database)
    week = await make_week(database, club)
    async with a_town() as town:
        world = f"{town.server.address('spotify')}/v1"
        keeper = Mortal(town.http, town.manners, address=world, patience=QUIET)
        tools = listening_tools(database, sources=(town.spotify,), granters=(town.spotify_granter,))
        tools = replace(tools, clock=town.clock, listening=replace(tools.listening, keepers={Source.SPOTIFY: keeper}))
        made = await make_nomination(database, week, caller=BEN, title=ALBUM.title, artist=ALBUM.artist.name)
        lines = parse_track_list("\n".join([*TITLES, "Nowhere to be had"]))
        tracks = await set_tracks(
            tools, caller=a_caller(50, manages=True), now=NOW, album_id=made.album.id, tracks=lines
        )
        ann = await make_member(database, ANN)
        held = await playlists.create_playlist(
            tools, caller=ANN, now=NOW, name="Late *hours*", description="For\nthe night"
        )
        async with database.writing() as session:
            await queries.set_tracks(session, club.id, held.id, [track.id for track in tracks], NOW)
        yield Place(tools, town, ann, held.id, [track.id for track in tracks])


def uris(titles: list[str]) -> list[str]:
    return [f"spotify:track:{track.spotify_id}" for title in titles for track in ALBUM.tracks if track.title == title]


async def test_a_list_goes_to_its_readers_account_and_what_is_not_to_be_had_is_named(place: Place) -> None:
    await place.link()
    done = await place.go()
    assert (done.state, done.hitch, done.missing) == (
        ExportState.DONE,
        None,
        (f"Nowhere to be had — {ALBUM.artist.name}",),
    )
    (listing,) = place.shelf.lists
    assert listing.tracks == uris(TITLES)
    assert (listing.name, listing.public) == ("Late *hours*", False)
    assert listing.description == f"For the night From Longplay. {marker_of(place.playlist)}"
    assert done.url == f"https://open.spotify.com/playlist/{listing.id}"


async def test_exported_again_the_same_list_there_follows_and_nothing_is_looked_for_twice(place: Place) -> None:
    await place.link()
    await place.go()
    with pytest.raises(ExportRefused, match="moment"):
        await place.ask()
    place.wait(minutes=1)
    await playlists.move_track(
        place.tools, caller=ANN, now=NOW, playlist=place.playlist, track=place.tracks[0], position=1
    )
    asked = len(place.town.server.calls)
    await place.go()
    (listing,) = place.shelf.lists
    assert listing.tracks == uris([TITLES[1], TITLES[0], *TITLES[2:]])
    searches = [call for call in place.town.server.calls[asked:] if call.path == "/v1/search"]
    assert len(searches) == 1, "only what was not found"


async def test_a_list_that_its_owner_deleted_there_is_made_once_more(place: Place) -> None:
    await place.link()
    await place.go()
    place.shelf.lists.clear()
    place.wait(minutes=1)
    assert (await place.go()).state is ExportState.DONE
    assert len(place.shelf.lists) == 1


class Killed(BaseException):
    """The process ends here."""


class Mortal(SpotifyLists):
    """Ends the process once, when Spotify has done one of the steps and nobody here has noted it."""

    dies_after = ""

    async def find_list(self, *args: Any, **named: Any) -> Any:
        return self._survived("find_list", await super().find_list(*args, **named))

    async def create_list(self, *args: Any, **named: Any) -> Any:
        return self._survived("create_list", await super().create_list(*args, **named))

    async def fill_list(self, *args: Any, **named: Any) -> Any:
        return self._survived("fill_list", await super().fill_list(*args, **named))

    async def find_track(self, *args: Any, **named: Any) -> Any:
        return self._survived("find_track", await super().find_track(*args, **named))

    def _survived(self, step: str, value: Any) -> Any:
        if step == self.dies_after:
            self.dies_after = ""
            raise Killed
        return value


@pytest.mark.parametrize("step", ["find_track", "find_list", "create_list", "fill_list"])
async def test_an_export_that_is_cut_off_anywhere_makes_one_list_when_it_is_done_again(place: Place, step: str) -> None:
    await place.link()
    begun = await place.begun()
    keeper = place.tools.listening.keepers[Source.SPOTIFY]
    assert isinstance(keeper, Mortal)
    keeper.dies_after = step
    with pytest.raises(Killed):
        await place.work(begun)
    done = await place.work(begun)
    assert done.state is ExportState.DONE
    (listing,) = place.shelf.lists
    assert listing.tracks == uris(TITLES)
    assert await place.work(begun) == done, "a task that comes twice does nothing twice"
    assert place.shelf.written.count("POST /v1/me/playlists") == 1


async def test_a_list_of_more_than_a_hundred_goes_in_batches_and_is_whole_after_a_cut_between_them(
    place: Place,
) -> None:
    place.town.elsewhere.joins_spotify(place.ann.name)
    access = place.town.spotify_access(place.ann.name.casefold(), ALL_SCOPES)
    keeper = place.tools.listening.keepers[Source.SPOTIFY]
    listing = await keeper.create_list(access, name="Long", description="")
    tracks = [f"{number:022}" for number in range(230)]
    fault = place.town.server.add_fault(Fault("spotify/v1/playlists/*/items", status=503, times=1, spares=2))
    with pytest.raises(Unavailable):
        await keeper.fill_list(access, listing.external_id, tracks)
    assert fault.met == 1
    assert len(place.shelf.lists[0].tracks) == 200
    assert await keeper.fill_list(access, listing.external_id, tracks)
    assert place.shelf.lists[0].tracks == [f"spotify:track:{key}" for key in tracks]
    assert place.shelf.written[-3:] == ["PUT items", "POST items", "POST items"]
    assert await keeper.fill_list(access, "0" * 22, tracks) is False


async def test_whoever_did_not_allow_it_is_asked_at_that_moment_for_exactly_that(place: Place) -> None:
    asked = await place.ask()
    assert isinstance(asked, Consent)
    assert asked.links
    await place.link(SCOPES)
    asked = await place.ask()
    assert isinstance(asked, Consent)
    assert not asked.links
    assert place.shelf.lists == []


LISTS = "spotify/v1/me/playlists*"
SCOPE_LACKS = as_json({"error": {"status": 403, "message": "Insufficient client scope"}}).body
JSON = "application/json"


async def test_each_no_of_the_service_is_noted_as_what_it_is_and_nothing_is_made(place: Place) -> None:
    await place.link()
    listener = place.town.elsewhere.joins_spotify(place.ann.name)
    faults = {
        Hitch.BUSY: [Fault(LISTS, status=429, headers={"Retry-After": "48925"})],
        Hitch.DOWN: [Fault(LISTS, status=503), Fault("spotify/v1/search*", status=500), Fault(LISTS, kind="garbage")],
        Hitch.REFUSED: [Fault(LISTS, status=400, body=b"{}", content_type=JSON)],
        Hitch.SCOPE: [Fault(LISTS, status=403, body=SCOPE_LACKS, content_type=JSON)],
    }
    for hitch, fault in [(hitch, fault) for hitch, several in faults.items() for fault in several]:
        place.town.server.faults[:] = [fault]
        failed = await place.go()
        assert (failed.state, failed.hitch) == (ExportState.FAILED, hitch), fault
        assert (failed.until is not None) is (hitch is Hitch.BUSY)
        if failed.until is not None:
            assert failed.until - place.tools.clock.now() > timedelta(hours=13)
    place.town.server.faults.clear()
    listener.allowed = False
    assert (await place.go()).hitch is Hitch.NOT_ALLOWED
    listener.allowed = True
    begun = await place.begun()
    place.town.spotify_shop.revoke(listener)
    assert (await place.work(begun)).hitch is Hitch.LOST
    assert isinstance(await place.ask(), Consent), "an account whose grant is gone is asked for another one"
    assert place.shelf.lists == []


async def test_a_token_that_is_no_longer_taken_is_renewed_on_the_way(place: Place) -> None:
    await place.link()
    begun = await place.begun()
    place.town.spotify_shop.spoil_tokens(place.town.elsewhere.joins_spotify(place.ann.name))
    assert (await place.work(begun)).state is ExportState.DONE
    assert place.town.spotify_shop.renewals == 1


async def test_a_reader_takes_a_public_list_along_without_what_is_closed_to_them(place: Place) -> None:
    private = await make_track(place.tools.database, place.ann.user_id, "My own tune", public=False)
    await playlists.add_track(place.tools, caller=ANN, now=NOW, playlist=place.playlist, track=private, position=0)
    ben = await make_member(place.tools.database, BEN)
    await place.link(member=ben)
    done = await place.go(BEN)
    assert done.missing[0] == "a private track"
    assert "My own tune" not in repr(done)
    await playlists.edit_playlist(place.tools, caller=ANN, now=NOW, playlist=place.playlist, public=False)
    place.wait(minutes=1)
    with pytest.raises(PlaylistRefused, match="unknown"):
        await place.ask(BEN)


async def test_a_list_that_is_gone_or_an_account_that_is_unlinked_meanwhile_ends_the_export(place: Place) -> None:
    account = await place.link()
    begun = await place.begun()
    async with place.tools.database.writing() as session:
        await account_queries.remove_account(session, account)
    assert (await place.work(begun)).hitch is Hitch.LOST
    await place.link()
    begun = await place.begun()
    await playlists.delete_playlist(place.tools, caller=ANN, now=NOW, playlist=place.playlist)
    key = {"club_id": str(begun.club_id), "playlist_id": str(begun.playlist_id), "user_id": str(begun.user_id)}
    await exporting.work(place.tools, **key, source="spotify")
    assert await exporting.standing(place.tools, export=begun) is None
    assert place.shelf.lists == []


async def test_an_export_under_way_is_not_begun_twice_and_one_that_was_cut_off_is(place: Place) -> None:
    await place.link()
    first = await place.begun()
    place.wait(seconds=30)
    assert await place.begun() == first
    place.wait(seconds=SILENT_FOR.total_seconds())
    assert first.cut_off(place.tools.clock.now())
    assert (await place.begun()).asked_at > first.asked_at


async def test_an_empty_list_and_a_bot_without_spotify_are_refused(place: Place) -> None:
    empty = await playlists.create_playlist(place.tools, caller=ANN, now=NOW, name="Empty")
    with pytest.raises(ExportRefused, match="empty"):
        await exporting.ask_export(place.tools, caller=ANN, now=NOW, playlist=empty.id, pressed_id=9)
    place.tools = replace(place.tools, listening=replace(place.tools.listening, keepers={}))
    with pytest.raises(LinkRefused):
        await place.ask()


# --- the rules ------------------------------------------------------------------------------------------------------


def found(title: str, artist: str, key: str = "x", isrc: str = "") -> FoundTrack:
    return FoundTrack(title, artist, isrc=isrc, link=Link(Service.SPOTIFY, LinkKind.TRACK, key, ""))


def test_a_remaster_is_the_track_and_a_live_recording_a_namesake_or_a_remix_is_not() -> None:
    wanted = Sought("Heroes", "David Bowie")
    rivals = [found("Heroes (Live)", "David Bowie", "1"), found("Heroes", "Somebody", "2")]
    assert best_of(wanted, rivals) == ""
    assert best_of(wanted, [*rivals, found("Heroes - 2017 Remaster", "David Bowie", "3")]) == "3"
    assert best_of(wanted, [found("Heroes", "David Bowie, Brian Eno", "4")]) == "4"
    same = found("“Helden”", "David Bowie", "5", isrc="GBAYE7700001")
    assert best_of(replace(wanted, isrc="GBAYE7700001"), [same]) == "5"


def test_what_is_written_beside_a_list_fits_there_with_its_marker() -> None:
    marker = marker_of(UUID(int=7))
    assert marker.isalnum()
    words = description_of("x\n" * 2_000, marker)
    assert len(words) <= 300
    assert words.endswith(marker)
    assert "\n" not in words


async def test_links_are_told_in_a_text_that_no_name_can_break(place: Place) -> None:
    await make_track(place.tools.database, place.ann.user_id, "Mine")
    seen, tracks = await exporting.links_of(place.tools, caller=BEN, now=NOW, playlist=place.playlist)
    text = links_file(
        "A\r\nlist\u202e", "about", [*tracks, replace(tracks[0], title="Evil\n  Spotify: http://x", place=99)]
    )
    assert seen.track_count == len(tracks)
    assert text.startswith("A list\r\n")
    assert "99. Evil Spotify: http://x" in text
    assert "https://www.youtube.com/results?search_query=" in text
