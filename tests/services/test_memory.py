"""The memory of tracks: deposited once for each event, read by its member alone, forgotten for good."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from bot.domain.catalog import parse_track_list
from bot.domain.club.entries import Blurb
from bot.domain.club.rules import Rules
from bot.domain.club.week import Phase
from bot.domain.errors import TextTooLong
from bot.domain.library.memory import Deed, Deposit, MemoryRefused
from bot.domain.listening.plays import Source, Told
from bot.domain.post_errors import PlaylistRefused
from bot.services import playlists, posts
from bot.services.catalog import Resolved, set_tracks
from bot.services.club import guide, nominating, phases, rating, voting
from bot.services.library import memory, story
from bot.services.library import tracks as library
from bot.services.listening.taking import take_plays
from db.queries.club import nominations
from tests.factories import NOW, a_caller, make_club, make_member, make_nomination, make_tools, make_week
from tests.factories.library import make_track

LATER = NOW + timedelta(hours=1)
HOST = a_caller(50, name="Host", manages=True)
ANN, BEN, CAT = a_caller(1, name="Ann"), a_caller(2, name="Ben"), a_caller(3, name="Cat")
LIST = parse_track_list("One 3:00\nTwo 4:00\nThree 5:00")


@pytest.fixture
def tools(database):
    return make_tools(database)


@pytest.fixture
async def club(database):
    return await make_club(database, rules=Rules())


async def listed(tools, week, caller, title, pitch_track):
    """A nomination of an album whose track list is known."""
    other = await make_week(tools.database, await make_club(tools.database, guild_id=9_000 + week.number))
    known = await make_nomination(tools.database, other, caller=a_caller(80, guild_id=9_000 + week.number), title=title)
    tracks = await set_tracks(
        tools,
        caller=a_caller(50, guild_id=9_000 + week.number, manages=True),
        now=NOW,
        album_id=known.album.id,
        tracks=LIST,
    )
    made = await nominating.nominate(
        tools,
        caller=caller,
        now=NOW,
        album=Resolved(known.album, title, "An Artist", None),
        blurb=Blurb("Hear this", pitch_track),
        week=week.id,
    )
    return made.nomination, tracks


async def deeds(tools, caller, track, now=LATER):
    found = await memory.memory_of(tools, caller=caller, now=now, track=track)
    return sorted(str(entry.deed) for entry in found.entries)


async def test_a_week_leaves_what_each_did_and_nothing_of_how(tools, club):
    week = await make_week(tools.database, club)
    nomination, (one, two, _) = await listed(tools, week, ANN, "First", "Two")
    other = await make_nomination(tools.database, week, caller=BEN, title="Second")
    await nominating.edit_nomination(
        tools, caller=ANN, now=LATER, nomination=nomination.id, blurb=Blurb("Hear it", "two")
    )
    assert await deeds(tools, ANN, two.id) == ["nominated", "pitched"]
    await phases.advance_week(tools, caller=HOST, now=NOW, number=week.number)
    for choices in ([nomination.id], [other.id], [nomination.id, other.id]):
        await voting.cast_ballot(tools, caller=CAT, now=NOW, choices=choices, week=week.id)
    assert await deeds(tools, CAT, two.id) == []
    await phases.advance_week(tools, caller=HOST, now=NOW, number=week.number)
    assert await deeds(tools, CAT, two.id) == ["voted"]
    assert await deeds(tools, ANN, two.id) == ["nominated", "pitched", "won"]
    for score in ("2", "4.5", "3"):
        await rating.rate(tools, caller=CAT, now=NOW, week=week.id, score=score, favourite="One", review="Mine")
    assert await deeds(tools, CAT, two.id) == ["rated", "voted"]
    assert await deeds(tools, CAT, one.id) == ["favourite", "rated"]
    found = await memory.memory_of(tools, caller=CAT, now=LATER, track=one.id)
    assert {entry.words for entry in found.entries} == {""}
    assert {entry.about for entry in found.entries} == {week.label}


async def test_talk_and_playlists_are_remembered_without_their_words(tools, club):
    week = await make_week(tools.database, club, phase=Phase.LISTENING)
    assert week.winner_id is not None
    async with tools.database.reading() as session:
        winner = await nominations.nomination(session, club.id, week.winner_id)
    assert winner is not None
    one, *_ = await set_tracks(tools, caller=HOST, now=NOW, album_id=winner.album.id, tracks=LIST)
    post, *_ = await guide.prepare(tools, week=week.id, now=NOW)
    await posts.comment(tools, caller=ANN, now=NOW, post=post.id, text="Lovely", position="1:00")
    kept = await playlists.create_playlist(tools, caller=ANN, now=NOW, name="Drive")
    for _ in range(2):
        await playlists.add_track(tools, caller=ANN, now=NOW, playlist=kept.id, track=one.id)
        await playlists.remove_track(tools, caller=ANN, now=NOW, playlist=kept.id, track=one.id)
    found = await memory.memory_of(tools, caller=ANN, now=LATER, track=one.id)
    assert sorted((str(entry.deed), entry.about) for entry in found.entries) == [
        ("note_given", week.label),
        ("playlisted", "Drive"),
    ]
    assert {entry.words for entry in found.entries} == {""}


@pytest.mark.row("0-07")
async def test_old_events_deposited_again_change_nothing(tools, club):
    member = await make_member(tools.database, ANN)
    track = await make_track(tools.database, member.user_id)
    told = [Deposit(member.user_id, track, deed, "x", NOW, "Somewhere") for deed in Deed]
    for _ in range(3):
        async with tools.database.writing() as session:
            await memory.remember(session, *told, *told)
    assert len((await memory.memory_of(tools, caller=ANN, now=LATER, track=track)).entries) == len(Deed)
    assert await memory.forget(tools, caller=ANN, now=LATER, track=track) == len(Deed)
    async with tools.database.writing() as session:
        await memory.remember(session, *told)
    assert await deeds(tools, ANN, track) == []
    after = Deposit(member.user_id, track, Deed.POSTED, "y", LATER + timedelta(seconds=1))
    async with tools.database.writing() as session:
        await memory.remember(session, after)
    assert await deeds(tools, ANN, track) == ["posted"]


async def test_a_pitch_track_of_no_known_list_is_remembered_as_the_work_it_names(tools, club):
    week = await make_week(tools.database, club)
    made = await nominating.nominate(
        tools,
        caller=ANN,
        now=NOW,
        album=Resolved(None, "Nowhere", "An Artist", None),
        blurb=Blurb("", "A Song"),
        week=week.id,
    )
    (found,) = await memory.track_suggestions(tools, guild_id=ANN.guild_id, discord_id=ANN.discord_id, text="song")
    assert (found.title, found.artist) == ("A Song", "An Artist")
    # The list comes later: the same work, whichever of the two is asked for.
    tracks = await set_tracks(
        tools, caller=HOST, now=LATER, album_id=made.nomination.album.id, tracks=parse_track_list("A Song\nAnother")
    )
    assert await deeds(tools, ANN, tracks[0].id) == await deeds(tools, ANN, found.id) == ["nominated"]
    assert await deeds(tools, ANN, tracks[1].id) == []


async def test_the_first_and_the_hundredth_listen_are_remembered_when_somebody_looks(tools, club):
    member = await make_member(tools.database, ANN)
    week = await make_week(tools.database, club)
    found = await make_nomination(tools.database, week, caller=BEN)
    one, *_ = await set_tracks(tools, caller=HOST, now=NOW, album_id=found.album.id, tracks=LIST)
    plays = [
        Told(Source.LASTFM, "An Artist", "One", NOW - timedelta(days=200) + number * timedelta(hours=1))
        for number in range(99)
    ]
    async with tools.database.writing() as session:
        await take_plays(session, user_id=member.user_id, plays=plays)
    assert await deeds(tools, ANN, one.id) == ["first_listen"]
    async with tools.database.writing() as session:
        await take_plays(
            session, user_id=member.user_id, plays=[Told(Source.LASTFM, "An Artist", "One", NOW - timedelta(days=1))]
        )
    for _ in range(2):
        heard = await memory.memory_of(tools, caller=ANN, now=LATER, track=one.id)
        assert heard.plays == 100
        assert [(entry.deed, entry.happened_at) for entry in heard.entries] == [
            (Deed.HUNDREDTH_LISTEN, NOW - timedelta(days=1)),
            (Deed.FIRST_LISTEN, NOW - timedelta(days=200)),
        ]
    assert await deeds(tools, BEN, one.id) == []


# --- whose it is ----------------------------------------------------------------------------------------------------


@pytest.mark.row("0-04")
async def test_a_member_sees_only_their_own_memory_whoever_asks_and_with_whatever_key(tools, club):
    ann = await make_member(tools.database, ANN)
    track = await make_track(tools.database, ann.user_id)
    mine = await memory.note(tools, caller=ANN, now=NOW, track=track, text="Only mine")
    for other in (BEN, HOST, a_caller(1, guild_id=ANN.guild_id + 1)):
        if other.guild_id != ANN.guild_id:
            await make_club(tools.database, guild_id=other.guild_id)
        seen = await memory.memory_of(tools, caller=other, now=NOW, track=track)
        expected = ["Only mine"] if other.discord_id == ANN.discord_id else []
        assert [entry.words for entry in seen.entries] == expected
    for other in (BEN, HOST):
        with pytest.raises(MemoryRefused):
            await memory.forget_note(tools, caller=other, now=NOW, track=track, key=mine.entries[0].key)
        assert await memory.forget(tools, caller=other, now=NOW, track=track) == 0
        assert await memory.everything(tools, caller=other, now=NOW) == []
        assert (
            await memory.track_suggestions(tools, guild_id=other.guild_id, discord_id=other.discord_id, text="") == []
        )
    for key in (uuid4(), ann.user_id):
        with pytest.raises(PlaylistRefused):
            await memory.memory_of(tools, caller=BEN, now=NOW, track=key)
    assert [entry.words for entry, _, _ in await memory.everything(tools, caller=ANN, now=NOW)] == ["Only mine"]
    left = await memory.forget_note(tools, caller=ANN, now=NOW, track=track, key=mine.entries[0].key)
    assert left.entries == []


@pytest.mark.row("0-17")
@pytest.mark.row("0-05")
async def test_memory_is_out_of_sight_with_a_deleted_track_and_gone_when_that_is(tools, club):
    ann, _ = await make_member(tools.database, ANN), await make_member(tools.database, BEN)
    track = await make_track(tools.database, ann.user_id)
    for caller in (ANN, BEN):
        await memory.note(tools, caller=caller, now=NOW, track=track, text="Words")
    await library.delete(tools, caller=ANN, now=NOW, track=track)
    for caller in (ANN, BEN):
        with pytest.raises(PlaylistRefused) as refused:
            await memory.memory_of(tools, caller=caller, now=LATER, track=track)
        assert refused.value.reason == "no_track"
        assert await memory.everything(tools, caller=caller, now=LATER) == []
    await library.restore(tools, caller=ANN, now=LATER, track=track)
    assert await deeds(tools, BEN, track) == ["note"]


async def test_notes_need_words_that_fit(tools, club):
    ann = await make_member(tools.database, ANN)
    track = await make_track(tools.database, ann.user_id)
    with pytest.raises(MemoryRefused):
        await memory.note(tools, caller=ANN, now=NOW, track=track, text=" \u200b ")
    with pytest.raises(TextTooLong):
        await memory.note(tools, caller=ANN, now=NOW, track=track, text="x" * 2_001)
    secret = await make_track(tools.database, ann.user_id, "Secret", public=False)
    with pytest.raises(PlaylistRefused) as refused:
        await memory.note(tools, caller=BEN, now=NOW, track=secret, text="I know it")
    assert refused.value.reason == "no_access"


# --- a track's story ------------------------------------------------------------------------------------------------


async def test_a_story_is_told_from_public_events_and_never_from_memory_or_votes(tools, club):
    week = await make_week(tools.database, club)
    nomination, (one, two, _) = await listed(tools, week, ANN, "First", "Two")
    await make_nomination(tools.database, week, caller=BEN, title="Second")
    await memory.note(tools, caller=ANN, now=NOW, track=two.id, text="My secret note")
    await phases.advance_week(tools, caller=HOST, now=NOW, number=week.number)
    await voting.cast_ballot(tools, caller=CAT, now=NOW, choices=[nomination.id], week=week.id)

    async def told(track=two.id):
        found = await story.story_of(tools, caller=BEN, now=LATER, track=track)
        return [(one.kind, one.who, one.count) for one in found.chapters]

    assert await told() == [("nominated", "Ann", 0)]
    await phases.advance_week(tools, caller=HOST, now=NOW, number=week.number)
    await guide.prepare(tools, week=week.id, now=LATER)
    for caller in (BEN, CAT):
        await rating.rate(tools, caller=caller, now=NOW, week=week.id, score="4", favourite="One")
    assert sorted(await told()) == [("nominated", "Ann", 0), ("posted", "", 0), ("won", "", 0)]
    assert await told(one.id) == [("posted", "", 0)]
    for _ in range(2):
        await phases.advance_week(tools, caller=HOST, now=NOW, number=week.number)
    for name, public in (("Everybody's", True), ("Mine", False)):
        kept = await playlists.create_playlist(tools, caller=ANN, now=NOW, name=name, public=public)
        await playlists.add_track(tools, caller=ANN, now=NOW, playlist=kept.id, track=one.id)
    found = await story.story_of(tools, caller=BEN, now=LATER, track=one.id)
    assert {(each.kind, each.where, each.count) for each in found.chapters} == {
        ("posted", week.label, 0),
        ("favourite", week.label, 2),
        ("playlist", "Everybody's", 0),
    }
    assert found.public
    assert "secret" not in repr(found)


async def test_what_is_remembered_of_a_track_is_found_after_its_album_became_another(tools, club):
    week = await make_week(tools.database, club)
    albums = []
    for title, caller in (("Slow", BEN), ("Slow (Deluxe)", CAT)):
        made = await make_nomination(tools.database, week, caller=caller, title=title)
        tracks = await set_tracks(tools, caller=HOST, now=NOW, album_id=made.album.id, tracks=LIST)
        albums.append((made.album, tracks))
    (kept, kept_tracks), (merged, merged_tracks) = albums
    await memory.note(tools, caller=ANN, now=NOW, track=merged_tracks[1].id, text="Of the deluxe one")
    async with tools.database.writing() as session:
        await session.execute(
            text("UPDATE albums SET merged_into = :kept WHERE id = :merged"), {"kept": kept.id, "merged": merged.id}
        )
    assert await deeds(tools, ANN, kept_tracks[1].id) == ["note"]
    assert await deeds(tools, ANN, kept_tracks[0].id) == []
