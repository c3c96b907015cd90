"""A listening party through the real client: its card, its tracks in time, a pause, a skip, crashes, and its recap."""

from __future__ import annotations

import asyncio
import re
from datetime import datetime, timedelta
from typing import Any

from bot.domain.catalog import TrackLine
from bot.domain.party import Party
from bot.domain.people import Caller
from bot.rehearsal.loopback import permissions as bits
from bot.rehearsal.pilot import Member
from bot.rehearsal.stage import Stage
from bot.services import records
from bot.services.catalog import set_tracks
from bot.services.club.party_course import party_of
from tests.stories.scene import Scene, buttons, told

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
SIX = [(f"Song {place}", 120 + 10 * place) for place in range(1, 7)]
"""Six tracks with their seconds."""
HEADING = re.compile(r"^(\d+)\. Song \d+$", re.MULTILINE)
ON_TIME = 2 * SECOND
"""A track is posted so soon after its moment."""


async def with_tracks(stage: Stage, tracks: list[tuple[str, int | None]]) -> tuple[Scene, list[Member]]:
    """A week that listens to Slow by Ash, whose tracks are known."""
    scene, people = await Scene.listening(stage)
    await give_tracks(scene, tracks)
    return scene, people


async def give_tracks(scene: Scene, tracks: list[tuple[str, int | None]]) -> None:
    """The album that is listened to gets its tracks."""
    stage, view = scene.stage, await scene.view()
    assert view.winner is not None
    caller = Caller(int(stage.guild.id), int(scene.host.person.id), scene.host.name, manages=True)
    lines = [
        TrackLine(place, title, None if seconds is None else seconds * 1_000)
        for place, (title, seconds) in enumerate(tracks, start=1)
    ]
    now = stage.clock.now()
    await set_tracks(stage.tools, caller=caller, now=now, album_id=view.winner.album.id, tracks=lines)


async def the_party(stage: Stage) -> Party:
    rows = (await records.everything(stage.tools))["parties"]
    return (await party_of(stage.tools, party=rows[-1]["id"])).party


def messages(scene: Scene, words: str) -> list[Any]:
    """The messages of the album's thread that have these words, oldest first."""
    person = scene.host.person
    return [one for one in scene.stage.double.channel_messages(scene.thread) if words in person.reads(one)]


def track_messages(scene: Scene) -> list[tuple[int, Any]]:
    """Position and message of every track, in the order of posting."""
    person = scene.host.person
    found = [(HEADING.search(person.reads(one)), one) for one in scene.stage.double.channel_messages(scene.thread)]
    return [(int(heading[1]), message) for heading, message in found if heading is not None]


def track_message(scene: Scene, position: int) -> Any:
    return dict(track_messages(scene))[position]


def tracks_posted(scene: Scene) -> list[tuple[int, datetime]]:
    """Position and instant of every track's message, in the order of posting."""
    return [(place, datetime.fromisoformat(message["timestamp"])) for place, message in track_messages(scene)]


async def begins_next(stage: Stage) -> None:
    """Time passes until the next track begins."""
    await stage.move_to((await the_party(stage)).ends_at)


def kept_time(scene: Scene, party: Party) -> None:
    """Every track was posted once, in order, when its turn began or when a bot was there again."""
    posted = tracks_posted(scene)
    assert [position for position, _ in posted] == list(range(1, party.position + 1))
    for position, at in posted:
        began = party.turns[position - 1].began_at
        assert began is not None
        there = [ready for ready in scene.stage.ready_at if began <= ready < began + MINUTE]
        # Discord's own stamps are whole milliseconds.
        assert began - SECOND / 100 <= at <= max([began, *there]) + ON_TIME, f"track {position}: {began}, {at}"


async def test_a_party_outlives_a_pause_a_skip_and_two_crashes(stage: Stage) -> None:
    scene, (ben, chidi, _) = await with_tracks(stage, list(SIX))
    begins = stage.clock.now() + 30 * MINUTE
    told(await scene.host.command("party start", at=f"<t:{int(begins.timestamp())}:F>"), "The party begins")
    await stage.settle()
    card = scene.panel(scene.thread, "Listening party")
    assert {"Join", "Leave", "Start now", "Stop"} == set(buttons(card))
    told(await ben.press(card, "Join"), "You are at the party", "2 members are here")
    told(await chidi.press(card, "Join"), "3 members are here")
    await stage.move_to(begins + SECOND)
    assert "Here: Ada, Ben and Chidi." in scene.reads(scene.thread)

    await begins_next(stage)
    await stage.move_to(stage.clock.now() + MINUTE)
    told(await scene.host.command("party pause", where=scene.thread), "Paused")
    await stage.settle()
    assert "Paused at 1:0" in scene.host.person.reads(track_message(scene, 2))
    await stage.move_to(stage.clock.now() + 20 * MINUTE)
    held = track_message(scene, 2)
    assert buttons(held)[:4] == ["Join", "Resume", "Next", "Stop"]
    told(await scene.host.press(held, "Resume"), "track 2 of 6")
    await begins_next(stage)
    told(await scene.host.press(track_message(scene, 3), "Next"), "track 4 of 6")
    await stage.settle()
    assert "Skipped" in scene.host.person.reads(track_message(scene, 3))

    await stage.move_to(stage.clock.now() + 30 * SECOND)
    await stage.kill_bot()
    await stage.start_bot()
    told(await chidi.press(card, "Leave"), "You have left")
    await begins_next(stage)
    assert [position for position, _ in tracks_posted(scene)] == [1, 2, 3, 4, 5]
    # Dead when the next track should begin: it comes as soon as a bot is there, and the schedule stands.
    due = (await the_party(stage)).ends_at
    await stage.kill_bot()
    stage.clock.advance(to=due + ON_TIME / 4)
    await stage.start_bot()
    await stage.settle()
    await begins_next(stage)

    party = await the_party(stage)
    assert [str(turn.outcome) for turn in party.turns].count("played") == 5
    kept_time(scene, party)
    assert party.ended_at is not None
    lengths = sum((turn.length for turn in party.turns if turn.position != 3), timedelta(0))
    third = party.turns[2]
    assert third.ended_at is not None
    assert third.began_at is not None
    assert party.ended_at - begins.replace(microsecond=0) == lengths + party.paused_for + (
        third.ended_at - third.began_at
    )
    recap = scene.panel(scene.thread, "The party's recap")
    text = scene.host.person.reads(recap)
    for words in ("5 of 6 tracks heard", "Skipped: 3. Song 3", "Ben", "Also came: Chidi"):
        assert words in text, text
    assert set(buttons(recap)) == {"Rate the album", "I've heard it"}
    told(await ben.press(recap, "I've heard it"), "Noted")
    assert buttons(card_now(scene)) == []
    assert all(buttons(one) == ["Like", "Comment"] for _, one in track_messages(scene))
    assert all("until" not in scene.host.person.reads(one) for _, one in track_messages(scene))


def card_now(scene: Scene) -> Any:
    return messages(scene, "Listening party")[0]


async def started(stage: Stage, *seconds: int | None) -> tuple[Scene, list[Member], Party]:
    """A party that has just begun, with tracks of these lengths."""
    tracks = [(f"Song {place}", length) for place, length in enumerate(seconds, start=1)]
    scene, people = await with_tracks(stage, tracks)
    told(await scene.host.command("party start"), "Now: track 1")
    await stage.settle()
    return scene, people, await the_party(stage)


async def test_a_short_absence_names_what_went_by_and_a_long_one_waits_for_a_host(stage: Stage) -> None:
    scene, (ben, *_), party = await started(stage, 60, 60, 60, 300, 60)
    await stage.kill_bot()
    stage.clock.advance(to=party.ends_at + 150 * SECOND)
    await stage.start_bot()
    await stage.settle()
    assert [position for position, _ in tracks_posted(scene)] == [1, 4]
    text = scene.host.person.reads(track_message(scene, 4))
    assert "While Longplay was away, these went by: 2. Song 2, 3. Song 3." in text
    due = (await the_party(stage)).ends_at
    assert due == party.ends_at + 420 * SECOND

    await stage.kill_bot()
    stage.clock.advance(to=due + 15 * MINUTE)
    await stage.start_bot()
    await stage.settle()
    assert "For the hosts: Longplay was away" in scene.reads(scene.thread)
    card = messages(scene, "Listening party")[0]
    assert "Paused. Longplay was away for a while, so the party waits. Track 5 comes next." in ben.person.reads(card)
    told(await ben.press(card, "Resume"), "Only the club's hosts")
    told(await scene.host.press(card, "Resume"), "track 5 of 5")
    await begins_next(stage)
    assert [position for position, _ in tracks_posted(scene)] == [1, 4, 5]
    assert "Went by unannounced: 2. Song 2, 3. Song 3" in scene.host.person.reads(scene.panel(scene.thread, "recap"))


async def test_a_track_comes_at_its_moment_though_nobody_wakes_the_bot(stage: Stage) -> None:
    """The tick comes every five minutes here: what rings is the alarm that the host's command has set."""
    scene, _, party = await started(stage, 100, 100)
    await stage.move_to(party.ends_at - 3 * SECOND / 2)
    await scene.host.command("party pause", hope="Paused")
    await scene.host.command("party resume", hope="track 1")
    for _ in range(300):
        if len(tracks_posted(scene)) == 2:
            break
        await asyncio.sleep(0.05)
    kept_time(scene, await the_party(stage))


async def test_everybody_may_come_and_only_hosts_move_it(stage: Stage) -> None:
    scene, (ben, *_), _ = await started(stage, 60, 60)
    message = track_message(scene, 1)
    assert buttons(message) == ["Join", "Pause", "Next", "Stop", "Like", "Comment"]
    told(await ben.press(message, "Like"), "You like", "Song 1")
    for button in ("Pause", "Next", "Stop"):
        told(await ben.press(message, button), "Only the club's hosts")
    for command in ("start", "pause", "resume", "skip", "stop"):
        told(await ben.command(f"party {command}"), "Only the club's hosts")
    newcomer = scene.arrive("Dora")[0]
    told(await newcomer.press(message, "Join"), "You are at the party")
    told(await newcomer.command("party skip"), "Only the club's hosts")
    told(await scene.host.press(message, "Next"), "track 2 of 2")
    # The button still names the first track, so pressing it again skips nothing.
    told(await scene.host.press(message, "Next"), "That track is over already")
    await stage.settle()
    assert "Ada and Dora" in scene.host.person.reads(messages(scene, "Listening party")[0])
    told(await scene.host.command("party resume"), "nothing to resume")
    card = messages(scene, "Listening party")[0]
    await stage.app.client.http.delete_message(int(card["channel_id"]), int(card["id"]))
    await scene.host.command("week resync", hope="drawn again")
    await stage.settle()
    assert "Ada and Dora" in scene.host.person.reads(messages(scene, "Listening party")[0])
    await scene.host.command("week cancel", hope="Cancelled")
    await stage.settle()
    assert not (await the_party(stage)).is_running
    assert "The week is over, and its party with it." in scene.host.person.reads(scene.panel(scene.thread, "recap"))
    assert [position for position, _ in tracks_posted(scene)] == [1, 2]


async def test_what_a_party_lacks_is_said_with_what_to_do(stage: Stage) -> None:
    scene, (ben, *_) = await Scene.polling(stage)
    told(await scene.host.command("party start"), "no album to listen to yet")
    told(await scene.host.command("party pause"), "No listening party is on")
    await ben.command("vote", first="Slow", hope="Slow")
    await scene.advance()
    lacking = await scene.host.command("party start")
    told(lacking, "track list is not known")
    assert buttons(lacking.message) == ["Add the track list"]
    await give_tracks(scene, [("Song 1", None), ("Song 2", 60)])
    mute = stage.double.bot_role(stage.guild)
    stage.double.overwrite(scene.channel, mute, deny=bits.SEND_MESSAGES_IN_THREADS)
    told(await scene.host.command("party start"), "Send Messages in Threads")
    stage.double.overwrite(scene.channel, mute)
    told(await scene.host.command("party start", at="2020-01-01 19:00"), "has passed")
    told(await scene.host.command("party start", at="in 60 days"), "closes", "before that")
    told(await scene.host.command("party start", at="in 2 hours"), "The party begins")
    told(await scene.host.command("party start"), "has a listening party already", "Start now")
    await stage.settle()
    card = scene.panel(scene.thread, "Listening party")
    assert "The length of 1 track is not known; 4:00 are given" in scene.host.person.reads(card)
    told(await scene.host.press(card, "Stop"), "over")
    await stage.settle()
    assert "A host has called the party off." in scene.reads(scene.thread)
    assert buttons(messages(scene, "Listening party")[0]) == []

    told(await scene.host.command("party start", at="in 2 hours"), "The party begins")
    await stage.settle()
    card = next(one for one in reversed(messages(scene, "Listening party")) if buttons(one))
    told(await scene.host.press(card, "Start now"), "track 1 of 2")
    told(await scene.host.press(card, "Start now"), "begun already")
    await stage.settle()
    assert "length unknown, 4:00 given" in scene.host.person.reads(track_message(scene, 1))
