"""Playlists: each track once, places without gaps, seen and changed by whom they belong to."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from bot.domain.catalog import parse_track_list
from bot.domain.club.entries import Blurb
from bot.domain.club.rules import Rules
from bot.domain.club.week import Phase
from bot.domain.errors import TextTooLong
from bot.domain.post_errors import PlaylistRefused
from bot.services import playlists
from bot.services.catalog import set_tracks
from bot.services.club import guide
from bot.services.club.nominating import remove_nomination
from bot.services.library import automatic
from db.queries.club import nominations
from tests.factories import NOW, a_caller, errands_of, make_club, make_nomination, make_tools, make_week

LATER = NOW + timedelta(hours=1)
HOST = a_caller(50, name="Host", manages=True)
ANN, BEN = a_caller(1, name="Ann"), a_caller(2, name="Ben")


@pytest.fixture
def tools(database):
    return make_tools(database)


@pytest.fixture
async def club(database):
    return await make_club(database, rules=Rules())


async def some_tracks(tools, week, titles="One\nTwo\nThree\nFour", *, title="An Album", caller=ANN, pitch_track=""):
    found = await make_nomination(
        tools.database, week, caller=caller, title=title, blurb=Blurb(pitch_track=pitch_track)
    )
    lines = parse_track_list(titles)
    return found, await set_tracks(tools, caller=HOST, now=NOW, album_id=found.album.id, tracks=lines)


@pytest.fixture
async def tracks(tools, club):
    week = await make_week(tools.database, club)
    return (await some_tracks(tools, week))[1]


async def mine(tools, *, public=True):
    return await playlists.create_playlist(tools, caller=ANN, now=NOW, name="  Night \n drive ", public=public)


async def add(tools, playlist, track=None, caller=ANN, *, post=None, position=None):
    asked = {"playlist": playlist.id, "track": track, "post": post, "position": position}
    return await playlists.add_track(tools, caller=caller, now=LATER, **asked)


def order(playlist):
    return [(entry.position, entry.track.title) for entry in playlist.entries]


@pytest.mark.row("1-18")
@pytest.mark.row("1-38")
async def test_tracks_join_at_the_end_or_at_a_place(tools, tracks):
    one, two, three, four = (track.id for track in tracks)
    playlist = await mine(tools)
    assert (playlist.name, playlist.track_count) == ("Night drive", 0)
    for track in (one, two):
        await add(tools, playlist, track)
    await add(tools, playlist, three, position=0)
    last = await add(tools, playlist, four, position=2)
    assert order(last) == [(0, "Three"), (1, "One"), (2, "Four"), (3, "Two")]
    assert {entry.album for entry in last.entries} == {"An Album"}


@pytest.mark.row("1-51")
@pytest.mark.row("1-18")
@pytest.mark.row("1-38")
async def test_a_track_stands_in_a_playlist_once_however_many_add_it(tools, tracks):
    playlist = await mine(tools)
    done = await asyncio.gather(*(add(tools, playlist, tracks[0].id) for _ in range(6)), return_exceptions=True)
    refused = [one for one in done if isinstance(one, PlaylistRefused)]
    assert len(refused) == 5
    assert {(one.reason, one.name) for one in refused} == {("held", "One")}
    both = await asyncio.gather(*(add(tools, playlist, track.id) for track in tracks[1:]))
    assert max(one.track_count for one in both) == 4


@pytest.mark.row("1-18")
async def test_leaving_closes_the_gap(tools, tracks):
    playlist = await mine(tools)
    for track in tracks:
        await add(tools, playlist, track.id)
    left = await playlists.remove_track(tools, caller=ANN, now=LATER, playlist=playlist.id, track=tracks[1].id)
    assert order(left) == [(0, "One"), (1, "Three"), (2, "Four")]
    with pytest.raises(PlaylistRefused) as refused:
        await playlists.remove_track(tools, caller=ANN, now=LATER, playlist=playlist.id, track=tracks[1].id)
    assert refused.value.reason == "no_track"


@pytest.mark.row("1-18")
@pytest.mark.row("1-38")
async def test_what_is_no_track_and_no_place_is_refused(tools, tracks):
    playlist = await mine(tools)
    for track, post, position, reason in (
        (uuid4(), None, None, "no_track"),
        (None, None, None, "no_track"),
        (None, uuid4(), None, "no_track"),
        (tracks[0].id, None, 1, "no_place"),
        (tracks[0].id, None, -1, "no_place"),
    ):
        with pytest.raises(PlaylistRefused) as refused:
            await add(tools, playlist, track, post=post, position=position)
        assert refused.value.reason == reason


@pytest.mark.row("1-19")
@pytest.mark.row("1-38")
async def test_a_post_lends_its_track(tools, club):
    week = await make_week(tools.database, club, phase=Phase.LISTENING)
    assert week.winner_id is not None
    async with tools.database.reading() as session:
        winner = await nominations.nomination(session, club.id, week.winner_id)
    assert winner is not None
    await set_tracks(tools, caller=HOST, now=NOW, album_id=winner.album.id, tracks=parse_track_list("One\nTwo"))
    _, second = await guide.prepare(tools, week=week.id, now=NOW)
    playlist = await mine(tools)
    assert order(await add(tools, playlist, post=second.id)) == [(0, "Two")]


@pytest.mark.row("1-20")
@pytest.mark.row("1-19")
async def test_a_playlist_is_changed_by_its_owner_and_a_private_one_seen_by_nobody_else(tools, tracks):
    public, private = await mine(tools), await mine(tools, public=False)

    async def seen(playlist, caller):
        return await playlists.playlist_of(tools, caller=caller, now=LATER, playlist=playlist.id)

    assert await seen(public, BEN) == replace(public, mine=False)
    assert await seen(private, ANN) == private
    assert await seen(private, BEN) is None
    assert await playlists.playlist_of(tools, caller=ANN, now=LATER, playlist=uuid4()) is None
    for playlist, reason in ((public, "not_yours"), (private, "unknown")):
        with pytest.raises(PlaylistRefused) as refused:
            await add(tools, playlist, tracks[0].id, BEN)
        assert refused.value.reason == reason


async def test_a_playlist_needs_a_name_that_fits(tools, club):
    with pytest.raises(PlaylistRefused) as refused:
        await playlists.create_playlist(tools, caller=ANN, now=NOW, name=" \u200b")
    assert refused.value.reason == "no_name"
    with pytest.raises(TextTooLong):
        await playlists.create_playlist(tools, caller=ANN, now=NOW, name="x" * 256)


async def test_pitch_tracks_make_the_week_s_list_in_the_order_of_the_ballot(tools, club):
    week = await make_week(tools.database, club, phase=Phase.POLL)
    first, (_, two, *_) = await some_tracks(tools, week, title="First", pitch_track="two!")
    await some_tracks(tools, week, title="Second", caller=BEN, pitch_track="Of no list")
    third, tracks = await some_tracks(tools, week, title="Third", caller=a_caller(3), pitch_track="Four")
    named = await automatic.keep_before_vote(tools, week=week.id, now=NOW)
    assert named == {first.id: two, third.id: tracks[3]}
    await asyncio.gather(*(automatic.keep_before_vote(tools, week=week.id, now=LATER) for _ in range(3)))
    kept = await automatic.before_vote(tools, week=week.id)
    assert kept is not None
    assert (kept.name, kept.user_id) == (f"Before you vote · {week.label}", None)
    assert order(kept) == [(0, "Two"), (1, "Four")]
    await remove_nomination(tools, caller=HOST, now=LATER, nomination=first.id)
    panels = [errand.payload["panel"] for errand in await errands_of(tools.database) if errand.kind == "redraw"]
    assert panels == ["poll_panel", "before_vote"]
    await automatic.keep_before_vote(tools, week=week.id, now=LATER)
    kept = await automatic.before_vote(tools, week=week.id)
    assert kept is not None
    assert order(kept) == [(0, "Four")]


async def test_a_week_without_known_pitch_tracks_has_no_list(tools, club):
    week = await make_week(tools.database, club, phase=Phase.POLL)
    await some_tracks(tools, week)
    assert await automatic.keep_before_vote(tools, week=week.id, now=NOW) == {}
    assert await automatic.before_vote(tools, week=week.id) is None
