"""Playlists made of taste: of two who let the club see what they hear, and of winners that one missed."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.domain.catalog import parse_track_list
from bot.domain.club.rules import Rules
from bot.domain.club.week import Phase
from bot.domain.library.playlists import Made, Playlist
from bot.domain.listening.refusals import HearingHidden
from bot.domain.outbox import Kind
from bot.domain.post_errors import PlaylistRefused
from bot.domain.privacy import CONFIRMS, Choice
from bot.domain.taste.blending import NothingToBlend
from bot.domain.taste.pairs import OneselfCompared, OwnListeningHidden
from bot.services import playlists
from bot.services.catalog import set_tracks
from bot.services.club import rating
from bot.services.library import showing_playlists
from bot.services.listening.watching import Whose
from bot.services.privacy import deleting, showing
from bot.services.taste import making
from db.queries.club import nominations
from db.tables.club import Nomination
from db.tables.posts import PlaylistShare
from tests.factories import NOW, a_caller, errands_of, make_club, make_tools, make_week
from tests.factories.listening import MINUTES, a_play, be_seen_by, follow, hear, make_listener

HOST = a_caller(50, name="Host", manages=True)
ANN, BEN = a_caller(1, name="Ann"), a_caller(2, name="Ben")
LONG_AGO = NOW - timedelta(days=60)
LATER = NOW + timedelta(hours=1)


def plays(counts, start=0):
    """Each of the tracks, as `artist/title`, heard so often."""
    heard = [name.split("/") for name, count in counts.items() for _ in range(count)]
    return [a_play(LONG_AGO + (start + 5 * place) * MINUTES, *names) for place, names in enumerate(heard)]


@pytest.fixture
def tools(database):
    return make_tools(database)


@pytest.fixture
async def club(database):
    return await make_club(database, rules=Rules(blind_ratings=False))


@pytest.fixture
async def two(database, club):
    ann = await make_listener(database, ANN, plays({"Low/Sunflower": 9, "Hex/Rust": 5, "Ash/Rain": 4, "Kora/Dew": 1}))
    ben = await make_listener(database, BEN, plays({"Low/Sunflower": 3, "Moth/Lamp": 7, "Ash/Rain": 2}))
    return ann, ben


async def blend(tools, caller=ANN, other=BEN, **more):
    return await making.make_blend(tools, caller=caller, now=LATER, whose=Whose(other.discord_id, other.name), **more)


def there(playlist: Playlist | None) -> Playlist:
    assert playlist is not None
    return playlist


def titles(playlist):
    return [entry.track.title for entry in there(playlist).entries]


async def show(tools, caller, playlist):
    return await playlists.playlist_of(tools, caller=caller, now=LATER, playlist=playlist.id)


# --- blends ---------------------------------------------------------------------------------------------------------


async def test_a_blend_is_an_ordinary_playlist_of_whoever_asked_and_is_made_anew_in_its_place(tools, two):
    made = await blend(tools)
    assert (made.playlist.name, made.playlist.made_of, made.playlist.mine) == ("Blend: Ann and Ben", Made.BLEND, True)
    assert titles(made.playlist) == ["Sunflower", "Lamp", "Rust", "Rain"], "Rain Ben knows, and loves it too little"
    assert (made.made.shared, made.made.theirs, made.made.mine, made.made.half) == (1, 1, 1, 1)
    listed = await playlists.playlists_for(tools, caller=BEN, now=LATER)
    assert [one.name for one in listed] == ["Blend: Ann and Ben"]
    await playlists.edit_playlist(tools, caller=ANN, now=LATER, playlist=made.playlist.id, name="Ours", public=False)
    await hear(tools.database, two[1].user_id, plays({"Ash/Rain": 1, "Low/Monkey": 3}, start=9_000))
    again = await making.make_anew(tools, caller=ANN, now=LATER, playlist=made.playlist.id)
    assert there(again.playlist).id == made.playlist.id
    assert (there(again.playlist).name, there(again.playlist).is_public) == ("Ours", False), (
        "what its owner chose stays"
    )
    assert titles(again.playlist) == ["Sunflower", "Rain", "Lamp", "Rust", "Monkey"]
    assert (await blend(tools, public=True)).playlist.is_public


async def test_each_of_two_has_a_blend_of_their_own(tools, two):
    anns, bens = await blend(tools), await blend(tools, BEN, ANN)
    assert anns.playlist.id != bens.playlist.id
    assert titles(bens.playlist) == ["Sunflower", "Rust", "Lamp", "Rain"]


async def test_a_blend_asked_for_twice_at_once_is_made_once(tools, two):
    made = await asyncio.gather(*(blend(tools) for _ in range(4)))
    assert len({one.playlist.id for one in made}) == 1
    assert all(titles(one.playlist) == ["Sunflower", "Lamp", "Rust", "Rain"] for one in made)


async def test_nobody_is_blended_who_keeps_what_they_hear_from_the_club(tools, database, two):
    ann, ben = (one.user_id for one in two)
    with pytest.raises(OneselfCompared):
        await blend(tools, ANN, ANN)
    await be_seen_by(database, ben, "me")
    with pytest.raises(HearingHidden):
        await blend(tools)
    with pytest.raises(OwnListeningHidden):
        await blend(tools, BEN, ANN)
    await be_seen_by(database, ben, "followers")
    await follow(database, ann, ben)
    with pytest.raises(NothingToBlend) as refused:
        await blend(tools)
    assert refused.value.name == "Ben", "a follower reads lists; others would read a blend"
    assert await playlists.playlists_for(tools, caller=ANN, now=LATER) == []


async def test_a_blend_takes_something_that_each_of_the_two_loves(tools, database, two):
    await make_listener(database, a_caller(3, name="Cy"), plays({"Low/Sunflower": 2}))
    with pytest.raises(NothingToBlend) as refused:
        await blend(tools, ANN, a_caller(3, name="Cy"))
    assert refused.value.name == "Cy"
    with pytest.raises(NothingToBlend) as refused:
        await blend(tools, a_caller(3, name="Cy"), ANN)
    assert refused.value.name == ""


async def test_who_hides_what_they_hear_takes_back_the_blends_of_others_and_closes_their_own(tools, database, two):
    anns, bens = (await blend(tools)).playlist, (await blend(tools, BEN, ANN)).playlist
    await showing_playlists.share_playlist(tools, caller=ANN, now=LATER, playlist=anns.id, channel_id=5)
    async with database.writing() as session:
        await session.execute(update(PlaylistShare).values(message_id=77))
    await showing.set_visibility(tools, caller=BEN, now=LATER + timedelta(minutes=1), visibility="followers")
    assert await show(tools, ANN, anns) is None
    assert await show(tools, ANN, bens) is None
    assert there(await show(tools, BEN, bens)).is_public is False
    assert await errands_of(database, Kind.PLAYLIST_REFRESH), "the message that showed it is drawn again"


async def test_a_blend_goes_with_whoever_is_forgotten(tools, two):
    anns = (await blend(tools)).playlist
    gone = await deleting.delete_person(tools, caller=BEN, now=LATER, choice=Choice.STAY, typed=CONFIRMS)
    assert gone.recount.total == 0
    assert await show(tools, ANN, anns) is None


async def test_only_a_list_that_was_made_for_somebody_is_made_anew_and_by_them_alone(tools, two):
    anns = (await blend(tools)).playlist
    own = await playlists.create_playlist(tools, caller=BEN, now=LATER, name="By hand")
    for caller, playlist, reason in ((BEN, anns, "not_yours"), (BEN, own, "not_made"), (ANN, two[0], "unknown")):
        key = playlist.id if playlist is not two[0] else two[0].user_id
        with pytest.raises(PlaylistRefused) as refused:
            await making.make_anew(tools, caller=caller, now=LATER, playlist=key)
        assert refused.value.reason == reason


# --- catching up ----------------------------------------------------------------------------------------------------


async def won(tools, club, album, lines, *, phase=Phase.CLOSED):
    """A week that an album won; the week, and the album's tracks."""
    week = await make_week(tools.database, club, phase=phase, rules=Rules(blind_ratings=False), album=album)
    async with tools.database.writing() as session:
        found = await nominations.nomination(session, club.id, week.winner_id or week.id)
    assert found is not None
    tracks = (
        await set_tracks(tools, caller=HOST, now=NOW, album_id=found.album.id, tracks=parse_track_list(lines))
        if lines
        else ()
    )
    return week, found, tracks


async def test_winners_that_were_neither_rated_nor_heard_are_there_to_catch_up_with_the_latest_first(
    tools, database, club
):
    ann = await make_listener(database, ANN)
    await won(tools, club, "Missed", "One\nTwo")
    rated, _, _ = await won(tools, club, "Rated", "Three\nFour")
    _, heard, _ = await won(tools, club, "Heard", "Five\nSix")
    said, _, _ = await won(tools, club, "Said", "Seven\nEight")
    _, begun, _ = await won(tools, club, "Begun", "Nine\nTen\nEleven")
    _, own, _ = await won(tools, club, "Own", "Twelve\nThirteen")
    await won(tools, club, "Bare", "")
    await won(tools, club, "Latest", "Fourteen", phase=Phase.LISTENING)
    await make_week(database, club, phase=Phase.POLL)
    await rating.rate(tools, caller=ANN, now=NOW, week=rated.id, score="4")
    await rating.mark_heard(tools, caller=ANN, now=NOW, week=said.id)
    await hear(
        database,
        ann.user_id,
        [a_play(NOW, heard.album.artist, "Five"), a_play(NOW + 9 * MINUTES, begun.album.artist, "Ten (Remastered)")],
    )
    async with database.writing() as session:
        await session.execute(update(Nomination).where(Nomination.id == own.id).values(user_id=ann.user_id))
    made = await making.make_catch_up(tools, caller=ANN, now=LATER)
    assert titles(made.playlist) == ["Fourteen", "Nine", "Ten", "Eleven", "One", "Two"]
    assert (made.made.albums, len(made.made.listless)) == (3, 1)
    assert "Bare" in made.made.listless[0]
    assert (there(made.playlist).is_public, there(made.playlist).made_of) == (False, Made.CATCHUP)
    assert await show(tools, BEN, made.playlist) is None
    await hear(database, ann.user_id, [a_play(NOW + 20 * MINUTES, begun.album.artist, "Nine")])
    again = await making.make_anew(tools, caller=ANN, now=LATER, playlist=there(made.playlist).id)
    assert (there(again.playlist).id, titles(again.playlist)) == (there(made.playlist).id, ["Fourteen", "One", "Two"])


async def test_who_missed_nothing_gets_no_list(tools, database, club):
    await make_listener(database, ANN)
    made = await making.make_catch_up(tools, caller=ANN, now=LATER)
    assert (made.playlist, made.made.tracks) == (None, ())
    week, _, _ = await won(tools, club, "Missed", "One\nTwo")
    assert (await making.make_catch_up(tools, caller=ANN, now=LATER)).playlist is not None
    await rating.rate(tools, caller=ANN, now=LATER, week=week.id, score="4")
    caught = await making.make_catch_up(tools, caller=ANN, now=LATER)
    assert titles(caught.playlist) == [], "the list is there, and has become empty"
