"""Playlists under many hands: places stay dense, whoever adds, moves, removes or deletes at once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from random import Random
from uuid import uuid4

import pytest

from bot.domain.catalog import parse_track_list
from bot.domain.club.entries import Track
from bot.domain.club.rules import Rules
from bot.domain.club.week import Phase
from bot.domain.library import playlists as rules
from bot.domain.library.playlists import Automatic, Playlist, PlaylistEntry
from bot.domain.post_errors import PlaylistRefused
from bot.services import playlists
from bot.services.catalog import set_tracks
from bot.services.club import phases, rating
from bot.services.library import automatic, finding, showing_playlists
from bot.services.library import tracks as library
from db.queries.club import nominations
from tests.factories import NOW, a_caller, errands_of, make_club, make_member, make_nomination, make_tools, make_week
from tests.factories.library import make_track

LATER = NOW + timedelta(hours=1)
HOST = a_caller(50, name="Host", manages=True)
ANN, BEN = a_caller(1, name="Ann"), a_caller(2, name="Ben")


@pytest.fixture
def tools(database):
    return make_tools(database)


@pytest.fixture
async def club(database):
    return await make_club(database, rules=Rules())


async def tracks_of(tools, week, count=4, title="An Album", caller=ANN):
    found = await make_nomination(tools.database, week, caller=caller, title=title)
    lines = parse_track_list("\n".join(f"Song {number} 3:00" for number in range(1, count + 1)))
    return await set_tracks(tools, caller=HOST, now=NOW, album_id=found.album.id, tracks=lines)


@pytest.fixture
async def tracks(tools, club):
    return await tracks_of(tools, await make_week(tools.database, club))


async def mine(tools, *, public=True, name="Drive"):
    return await playlists.create_playlist(tools, caller=ANN, now=NOW, name=name, public=public)


async def seen(tools, playlist, caller=ANN):
    return await playlists.open_playlist(tools, caller=caller, now=LATER, playlist=playlist.id)


def order(playlist):
    return [(entry.position, entry.track.title) for entry in playlist.entries]


@pytest.mark.row("1-18")
async def test_a_hundred_changes_at_once_leave_dense_places_and_each_track_once(tools, club):
    week = await make_week(tools.database, club)
    tracks = [track.id for track in await tracks_of(tools, week, 60)]
    playlist = await mine(tools)
    chance = Random(7)
    for track in tracks[:20]:
        await playlists.add_track(tools, caller=ANN, now=NOW, playlist=playlist.id, track=track)
    asked = {"caller": ANN, "now": LATER, "playlist": playlist.id}
    acts = [playlists.add_track(tools, **asked, track=track, position=chance.choice((0, 3, None))) for track in tracks]
    acts += [
        playlists.move_track(tools, **asked, track=chance.choice(tracks), position=chance.choice((0, 5, None)))
        for _ in range(20)
    ]
    acts += [playlists.remove_track(tools, **asked, track=track) for track in chance.sample(tracks, 20)]
    assert len(acts) == 100
    chance.shuffle(acts)
    done = await asyncio.gather(*acts, return_exceptions=True)
    refused = [one for one in done if isinstance(one, BaseException)]
    assert {type(one) for one in refused} <= {PlaylistRefused}
    assert {one.reason for one in refused if isinstance(one, PlaylistRefused)} <= {"held", "no_track", "no_place"}
    assert len(done) - len(refused) > 40
    left = await seen(tools, playlist)
    assert [entry.position for entry in left.entries] == list(range(left.track_count))
    assert len({entry.track.id for entry in left.entries}) == left.track_count


@pytest.mark.row("1-07")
async def test_a_track_that_is_deleted_leaves_no_gap(tools, club):
    album = await make_nomination(tools.database, await make_week(tools.database, club), caller=ANN)
    lines = parse_track_list("Song 1\nSong 2\nSong 3\nSong 4")
    tracks = await set_tracks(tools, caller=HOST, now=NOW, album_id=album.album.id, tracks=lines)
    playlist = await mine(tools)
    for track in tracks:
        await playlists.add_track(tools, caller=ANN, now=NOW, playlist=playlist.id, track=track.id)
    await set_tracks(
        tools,
        caller=HOST,
        now=LATER,
        album_id=album.album.id,
        tracks=parse_track_list("Song 1\nSong 3\nSong 4"),
    )
    assert order(await seen(tools, playlist)) == [(0, "Song 1"), (1, "Song 3"), (2, "Song 4")]


async def test_a_track_moves_and_the_others_give_way(tools, tracks):
    playlist = await mine(tools)
    for track in tracks:
        await playlists.add_track(tools, caller=ANN, now=NOW, playlist=playlist.id, track=track.id)

    async def move(place, position):
        moved = await playlists.move_track(
            tools, caller=ANN, now=LATER, playlist=playlist.id, track=tracks[place].id, position=position
        )
        return [title[-1] for _, title in order(moved)]

    assert await move(0, 2) == ["2", "3", "1", "4"]
    assert await move(3, 0) == ["4", "2", "3", "1"]
    assert await move(3, None) == ["2", "3", "1", "4"]
    assert await move(3, 3) == ["2", "3", "1", "4"]
    for track, position, reason in ((tracks[0].id, 4, "no_place"), (uuid4(), 0, "no_track")):
        with pytest.raises(PlaylistRefused) as refused:
            await playlists.move_track(
                tools, caller=ANN, now=LATER, playlist=playlist.id, track=track, position=position
            )
        assert refused.value.reason == reason


async def test_a_playlist_is_renamed_hidden_and_deleted_by_its_owner_alone(tools, tracks):
    playlist = await mine(tools)
    with pytest.raises(PlaylistRefused) as refused:
        await playlists.edit_playlist(tools, caller=BEN, now=LATER, playlist=playlist.id, name="Mine now")
    assert refused.value.reason == "not_yours"
    changed = await playlists.edit_playlist(tools, caller=ANN, now=LATER, playlist=playlist.id, public=False)
    assert (changed.name, changed.is_public) == ("Drive", False)
    for act in (playlists.delete_playlist, playlists.open_playlist):
        with pytest.raises(PlaylistRefused) as refused:
            await act(tools, caller=BEN, now=LATER, playlist=playlist.id)
        assert refused.value.reason == "unknown"
    await playlists.delete_playlist(tools, caller=ANN, now=LATER, playlist=playlist.id)
    assert await playlists.own_playlists(tools, caller=ANN, now=LATER) == []


async def test_too_many_tracks_or_playlists_are_refused(tools, tracks, monkeypatch):
    monkeypatch.setattr(playlists, "MOST_TRACKS", 1)
    monkeypatch.setattr(playlists, "MOST_PLAYLISTS", 1)
    playlist = await mine(tools)
    await playlists.add_track(tools, caller=ANN, now=NOW, playlist=playlist.id, track=tracks[0].id)
    with pytest.raises(PlaylistRefused) as refused:
        await playlists.add_track(tools, caller=ANN, now=NOW, playlist=playlist.id, track=tracks[1].id)
    assert refused.value.reason == "full"
    with pytest.raises(PlaylistRefused) as refused:
        await mine(tools, name="Another")
    assert refused.value.reason == "many"


@pytest.mark.row("1-60")
@pytest.mark.row("1-20")
def test_a_track_that_is_closed_to_somebody_keeps_its_place_and_nothing_else():
    owner, other = uuid4(), uuid4()
    entries = (
        PlaylistEntry(0, Track(uuid4(), 1, "Open", 60_000), "Album", "Artist"),
        PlaylistEntry(1, Track(uuid4(), 1, "Secret", 90_000), "", "Me", "https://e.example", owner, is_public=False),
        PlaylistEntry(2, Track(uuid4(), 1, "Deleted", 90_000), owner_id=owner, gone=True),
    )
    playlist = Playlist(uuid4(), "Mixed", owner, entries=entries)
    for looker, titles in ((owner, ["Open", "Secret", ""]), (other, ["Open", "", ""]), (None, ["Open", "", ""])):
        shown = playlist.seen_by(looker)
        assert [entry.track.title for entry in shown.entries] == titles
        assert [entry.position for entry in shown.entries] == [0, 1, 2]
        hidden = [entry for entry in shown.entries if entry.hidden]
        assert all((one.artist, one.url, one.owner_id, one.track.duration_ms) == ("", "", None, None) for one in hidden)
    assert playlist.seen_by(other).known_ms == 60_000
    assert playlist.seen_by(other).unknown_lengths == 2


def test_a_place_is_one_of_the_list():
    entries = tuple(PlaylistEntry(place, Track(uuid4(), place, f"{place}")) for place in range(3))
    playlist = Playlist(uuid4(), "Three", None, entries=entries)
    assert rules.place_for(playlist, None, joins=True) == rules.place_for(playlist, 3, joins=True) == 3
    assert rules.place_for(playlist, None, joins=False) == 2
    for position, joins in ((4, True), (3, False), (-1, True)):
        with pytest.raises(PlaylistRefused) as refused:
            rules.place_for(playlist, position, joins=joins)
        assert refused.value.reason == "no_place"


# --- what is meant --------------------------------------------------------------------------------------------------


@pytest.mark.row("1-19")
async def test_playlists_and_tracks_are_found_by_words_or_by_what_was_offered(tools, tracks):
    own = await mine(tools, public=False)
    guild = {"guild_id": ANN.guild_id, "discord_id": ANN.discord_id}
    assert await finding.playlist_suggestions(tools, **guild, text="dri", own=True) == [
        ("Drive (0) · yours", str(own.id))
    ]
    other = {**guild, "discord_id": BEN.discord_id}
    assert await finding.playlist_suggestions(tools, **other, text="", own=False) == []
    offered = await finding.track_suggestions(tools, **guild, text="album song 2")
    assert offered == [("Song 2 — An Artist · An Album", str(tracks[1].id))]
    assert await finding.the_track(tools, caller=ANN, text="song 2") == tracks[1].id
    assert await finding.the_playlist(tools, caller=ANN, now=NOW, text="DRIVE") == own.id
    for caller, text in ((BEN, "Drive"), (ANN, "Nothing")):
        with pytest.raises(PlaylistRefused):
            await finding.the_playlist(tools, caller=caller, now=NOW, text=text)
    await playlists.add_track(tools, caller=ANN, now=NOW, playlist=own.id, track=tracks[1].id)
    asked = {"caller": ANN, "now": NOW, "playlist": own.id}
    assert {await finding.the_entry(tools, **asked, text=text) for text in ("Song 2", "1", str(tracks[1].id))} == {
        tracks[1].id
    }


# --- sharing --------------------------------------------------------------------------------------------------------


async def test_sharing_wants_a_public_list_with_tracks_and_not_twice_in_a_row(tools, tracks):
    playlist = await mine(tools, public=False)

    async def share(caller=ANN, now=LATER):
        return await showing_playlists.share_playlist(
            tools, caller=caller, now=now, playlist=playlist.id, channel_id=77
        )

    async def refused(**asked):
        with pytest.raises(PlaylistRefused) as found:
            await share(**asked)
        return found.value.reason

    assert await refused() == "private"
    assert await refused(caller=BEN) == "unknown"
    await playlists.edit_playlist(tools, caller=ANN, now=LATER, playlist=playlist.id, public=True)
    assert await refused() == "empty"
    await playlists.add_track(tools, caller=ANN, now=NOW, playlist=playlist.id, track=tracks[0].id)
    await share(caller=BEN)
    assert await refused() == "shared"
    await share(now=LATER + timedelta(minutes=11))
    kinds = [errand.kind for errand in await errands_of(tools.database)]
    assert kinds.count("playlist") == 2


# --- the club's own -------------------------------------------------------------------------------------------------


async def titles(tools, club, kind, week=None):
    found = await automatic.automatic_playlist(tools, club_id=club.id, automatic=kind, week=week)
    return None if found is None else [entry.track.title for entry in found.entries]


async def test_weeks_keep_the_lists_of_winners_and_favourites_right(tools, club):
    week = await make_week(tools.database, club)
    tracks = await tracks_of(tools, week, 3)
    await phases.advance_week(tools, caller=HOST, now=NOW, number=week.number)
    assert await titles(tools, club, Automatic.WINNERS) == ["Song 1"]
    for caller, title in ((ANN, "Song 3"), (BEN, "Song 3"), (a_caller(3), "Song 2")):
        await rating.rate(tools, caller=caller, now=NOW, week=week.id, score="4", favourite=title)
    assert await titles(tools, club, Automatic.FAVOURITES, week.id) is None
    for _ in range(2):
        await phases.advance_week(tools, caller=HOST, now=NOW, number=week.number)
    assert await titles(tools, club, Automatic.FAVOURITES, week.id) == ["Song 3", "Song 2"]
    assert await titles(tools, club, Automatic.WINNERS) == ["Song 3"]
    assert tracks[2].title == "Song 3"
    await phases.reopen_week(tools, caller=HOST, now=NOW, number=week.number, until=NOW + timedelta(days=30))
    assert await titles(tools, club, Automatic.FAVOURITES, week.id) == []
    assert await titles(tools, club, Automatic.WINNERS) == ["Song 1"]


async def test_a_track_list_that_comes_late_still_puts_its_album_among_the_winners(tools, club):
    week = await make_week(tools.database, club, phase=Phase.LISTENING)
    assert week.winner_id is not None
    assert await titles(tools, club, Automatic.WINNERS) is None
    async with tools.database.reading() as session:
        winner = await nominations.nomination(session, club.id, week.winner_id)
    assert winner is not None
    await set_tracks(tools, caller=HOST, now=NOW, album_id=winner.album.id, tracks=parse_track_list("One\nTwo"))
    assert await titles(tools, club, Automatic.WINNERS) == ["One"]


# --- members' own tracks --------------------------------------------------------------------------------------------


@pytest.mark.row("1-20")
@pytest.mark.row("1-60")
@pytest.mark.row("1-18")
async def test_a_private_track_is_its_members_alone_and_one_that_becomes_private_keeps_its_place(tools, tracks):
    ben = await make_member(tools.database, BEN)
    shown = await make_track(tools.database, ben.user_id, "Demo")
    secret = await make_track(tools.database, ben.user_id, "Secret", public=False)
    playlist = await mine(tools)
    asked = {"caller": ANN, "now": NOW, "playlist": playlist.id}
    with pytest.raises(PlaylistRefused) as refused:
        await playlists.add_track(tools, **asked, track=secret)
    assert refused.value.reason == "no_access"
    with pytest.raises(PlaylistRefused):
        await finding.the_track(tools, caller=ANN, text="Secret")
    guild = {"guild_id": ANN.guild_id, "discord_id": ANN.discord_id}
    assert await finding.track_suggestions(tools, **guild, text="demo") == [("Demo — Ben", str(shown))]
    await playlists.add_track(tools, **asked, track=tracks[0].id)
    added = await playlists.add_track(tools, **asked, track=shown, position=0)
    assert [entry.artist for entry in added.entries] == ["Ben", "An Artist"]
    await library.set_public(tools, caller=BEN, now=NOW, track=shown, public=False)
    assert order(await seen(tools, playlist)) == [(0, ""), (1, "Song 1")]
    assert order(await seen(tools, playlist, BEN)) == [(0, "Demo"), (1, "Song 1")]
    await playlists.move_track(tools, caller=ANN, now=NOW, playlist=playlist.id, track=shown)
    await library.set_public(tools, caller=BEN, now=NOW, track=shown, public=True)
    assert order(await seen(tools, playlist)) == [(0, "Song 1"), (1, "Demo")]
    await library.delete(tools, caller=BEN, now=NOW, track=shown)
    assert order(await seen(tools, playlist, BEN)) == [(0, "Song 1"), (1, "")]
