"""The listening guide: the winner's tracks in its thread, liked and discussed; and the list before the vote."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.domain.catalog import parse_track_list
from bot.domain.people import Caller
from bot.domain.posts import Post
from bot.rehearsal.loopback import Answer, Fault
from bot.rehearsal.loopback.components import walk
from bot.rehearsal.pilot import Album, Member
from bot.rehearsal.stage import Stage
from bot.services import outbox, posts
from bot.services.catalog import set_tracks
from bot.services.library import automatic
from tests.stories.scene import ASH, LOW, MOTH, Scene, buttons, label_of, told

TRACKS = "1. Kite string 3:12\n2. Ash and rain 4:40\n3. The quiet stair 5:01\n4. Wax 2:58\n5. Home, late 6:20"
LONG = "\n".join(f"{place}. Movement {place}: {'lento ' * 6}1:00" for place in range(1, 46))
SONG = "https://open.spotify.com/track/2noRn2Aes5aoNVsU6iWThc"
GUIDE = "Listening guide · "
PICK = "Like or discuss a track"
COUNTED = 6
"""Seconds after which a counter has been drawn again."""


async def listening(stage: Stage, **settings: Any) -> tuple[Scene, list[Member]]:
    """A week whose only nomination is listened to."""
    scene = await Scene.opened(stage, **settings)
    people = scene.arrive("Ben", "Chidi", "Dana")
    await people[0].nominate(Album(ASH))
    await scene.advance()
    return scene, people


async def guided(
    stage: Stage, tracks: str = TRACKS, *, voted: bool = False, **settings: Any
) -> tuple[Scene, list[Member]]:
    """A week whose album is listened to; its track list was told under the guide."""
    scene, people = await (Scene.listening if voted else listening)(stage, **settings)
    await tell(people[0], scene.panel(scene.thread, GUIDE), tracks)
    await stage.settle()
    return scene, people


async def tell(member: Member, card: Any, tracks: str) -> Answer:
    form = await member.press(card, "Add the track list", hope="The album's track list")
    return await member.submit(form, {"Track list": tracks}, hope="noted")


async def pick(scene: Scene, member: Member, title: str) -> Answer:
    """The private card of a track that is chosen on the guide."""
    card = scene.panel(scene.thread, GUIDE)
    options = [one["label"] for part in walk(card["components"]) for one in part.get("options", ())]
    answer = await member.person.choose(card, PICK, [next(one for one in options if one.endswith(title))])
    told(answer, title)
    return answer


async def say(member: Member, card: Any, words: str, moment: str = "", hope: str = "") -> Answer:
    form = await member.press(card, "Comment", hope="What do you hear?")
    return await member.submit(form, {"What do you hear?": words, "At which moment?": moment}, hope=hope)


async def stored(scene: Scene) -> tuple[Post, ...]:
    """The posts of the week's guide."""
    view = await scene.view()
    caller = Caller(int(scene.stage.guild.id), int(scene.host.person.id), scene.host.name)
    return await posts.posts_of_week(scene.stage.tools, caller=caller, now=scene.stage.clock.now(), week=view.week.id)


async def replace_list(scene: Scene, tracks: str) -> None:
    """A host corrects the album's list."""
    view = await scene.view()
    assert view.winner is not None
    host = Caller(int(scene.stage.guild.id), int(scene.host.person.id), scene.host.name, manages=True)
    await set_tracks(
        scene.stage.tools,
        caller=host,
        now=scene.stage.clock.now(),
        album_id=view.winner.album.id,
        tracks=parse_track_list(tracks),
    )
    await scene.stage.settle()


def texts(scene: Scene, place: Any) -> list[str]:
    """What everybody reads in a thread, message by message."""
    return [scene.host.person.reads(each) for each in scene.stage.double.channel_messages(place)]


def messages(scene: Scene) -> list[str]:
    """What everybody reads in the album's thread."""
    return texts(scene, scene.thread)


def guides(scene: Scene) -> list[str]:
    return [text for text in messages(scene) if GUIDE in text]


async def none_dead(stage: Stage) -> None:
    unsettled = await outbox.unsettled(stage.tools, now=stage.clock.now())
    assert (unsettled.due, unsettled.dead) == (0, 0)


# --- one card -------------------------------------------------------------------------------------------------------


async def test_a_missing_track_list_is_told_under_the_guide_and_shown_there(stage: Stage) -> None:
    scene, (ben, chidi, _) = await listening(stage)
    card = scene.panel(scene.thread, GUIDE)
    assert "Nobody has told its track list yet" in guides(scene)[0]
    late = await chidi.press(card, "Add the track list")
    await tell(ben, card, TRACKS)
    await stage.settle()
    (text,) = guides(scene)
    assert "5 tracks, 22:11" in text
    assert "3. The quiet stair (5:01)" in text
    told(await chidi.submit(late, {"Track list": "1. Other"}), "has its track list already")
    shown = await stored(scene)
    assert [post.track.title for post in shown if post.track] == [line.title for line in parse_track_list(TRACKS)]
    assert {post.message_id for post in shown} == {int(scene.panel(scene.thread, GUIDE)["id"])}


@pytest.mark.parametrize("guide", ["card", "tracks"])
async def test_a_song_is_shown_with_its_link_and_nobody_is_asked_for_a_list(stage: Stage, guide: str) -> None:
    scene = await Scene.opened(stage, guide=guide)
    (ben,) = scene.arrive("Ben")
    await ben.nominate(Album(SONG, "Hurt", "Johnny Cash", link=SONG))
    await scene.advance()
    (text,) = guides(scene)
    assert "Hurt" in text
    assert "track list" not in text
    card = scene.panel(scene.thread, GUIDE)
    assert "Add the track list" not in buttons(card)
    assert SONG in str(card["components"])


async def test_ten_presses_of_like_are_one_like(stage: Stage) -> None:
    scene, (ben, chidi, _) = await guided(stage)
    card = await pick(scene, ben, "Wax")
    for answer in await asyncio.gather(*(ben.person.press(card.message, "Like") for _ in range(10))):
        told(answer, "1 like, yours among them")
    await scene.wait(seconds=COUNTED)
    assert "4. Wax (2:58) · 1 like\n" in guides(scene)[0]
    other = await pick(scene, chidi, "Wax")
    await chidi.press(other.message, "Like", hope="2 likes, yours among them")
    await ben.press(card.message, "Take your like back", hope="1 like, 0 comments")
    await scene.wait(seconds=COUNTED)
    assert [post.likes for post in await stored(scene)] == [0, 0, 0, 1, 0]
    assert "4. Wax (2:58) · 1 like\n" in guides(scene)[0]


async def test_a_comment_names_a_moment_and_what_is_refused_can_be_edited_again(stage: Stage) -> None:
    scene, (ben, chidi, _) = await guided(stage)
    card = await pick(scene, ben, "Kite string")
    for moment in ("soon", "3:13", "1:75"):
        told(await say(ben, card.message, "The strings!", moment), "is no moment of this track", "3:12")
    refused = await say(ben, card.message, "x" * 2_001, "1:23")
    told(refused, "2,001 characters", "2,000")
    again = await ben.press(refused.message, "Edit again", hope="What do you hear?")
    told(
        await ben.submit(again, {"What do you hear?": "The *strings* @everyone", "At which moment?": "1:23"}),
        "Ben at 1:23",
        "strings",
        "0 likes, 1 comment",
    )
    await scene.wait(seconds=COUNTED)
    assert "1. Kite string (3:12) · 1 comment\n" in guides(scene)[0]
    mine = await pick(scene, chidi, "Kite string")
    assert label_of(mine, "Ben: The *strings*")
    assert stage.double.state.pings == []


async def test_replies_stand_below_and_a_deleted_comment_leaves_its_place(stage: Stage) -> None:
    scene, (ben, chidi, _) = await guided(stage)
    said = await say(ben, (await pick(scene, ben, "Wax")).message, "Too short.", "2:58")
    mine = await pick(scene, chidi, "Wax")
    form = await chidi.person.choose(mine.message, "Answer a comment", [label_of(mine, "Ben: Too short.")])
    told(
        await chidi.submit(form, {"Your answer": "Just right.", "At which moment?": ""}),
        "2 comments",
        "↳ Chidi",
    )
    deleted = await ben.person.choose(said.message, "Delete one of your comments", ["Ben: Too short."])
    told(deleted, "A comment that was deleted.", "↳ Chidi", "1 comment.")
    with_reply = await chidi.person.choose(mine.message, "Answer a comment", ["Ben: Too short."])
    told(with_reply, "its author has deleted it")


async def test_a_long_list_is_chosen_from_page_by_page(stage: Stage) -> None:
    scene, (ben, *_) = await guided(stage, LONG)
    (text,) = guides(scene)
    assert "45 tracks, 45:00" in text
    assert "45. Movement 45" in text
    first = await ben.press(scene.panel(scene.thread, GUIDE), PICK, hope="page 1 of 2")
    second = await ben.press(first.message, "Later tracks", hope="page 2 of 2")
    chosen = await ben.person.choose(second.message, "Tracks 26–45", [label_of(second, "45. ")])
    told(chosen, "45. Movement 45")
    await ben.press(second.message, "Earlier tracks", hope="page 1 of 2")


async def test_a_guide_is_drawn_again_and_never_posted_twice(stage: Stage) -> None:
    scene, (ben, chidi, dana) = await guided(stage, voted=True)
    await ben.press((await pick(scene, ben, "Wax")).message, "Like")
    told(await scene.host.command("week reopen", until="+24h"), "Reopened", "The poll is open")
    await stage.settle()
    assert "being chosen again" in guides(scene)[0]
    assert scene.panel(scene.thread, GUIDE)["components"]
    told(await ben.command("vote", first="Slow"), "Slow")
    await scene.advance()
    (text,) = guides(scene)
    assert "4. Wax (2:58) · 1 like\n" in text
    told(await scene.host.command("week reopen", until="+24h"), "Reopened")
    for member in (chidi, dana):
        told(await member.command("vote", first="Glass Harbour"), "Glass Harbour")
    await scene.advance()
    (text,) = guides(scene)
    assert "Glass Harbour" in text
    assert "Wax" not in text
    await none_dead(stage)


async def test_a_closed_week_keeps_its_guide_without_buttons(stage: Stage) -> None:
    scene, (ben, *_) = await guided(stage)
    card = await pick(scene, ben, "Wax")
    form = await ben.press(card.message, "Comment")
    await scene.advance()
    await scene.advance()
    guide = scene.panel(scene.thread, GUIDE)
    assert [each for each in walk(guide["components"]) if "custom_id" in each] == []
    assert "4. Wax (2:58)" in guides(scene)[0]
    told(await ben.submit(form, {"What do you hear?": "Late."}), "the talk about its tracks")
    await scene.wait(seconds=COUNTED)
    assert scene.thread["thread_metadata"]["archived"]


async def test_without_a_guide_the_panel_lists_the_tracks(stage: Stage) -> None:
    scene, _ = await listening(stage, guide="off")
    await replace_list(scene, TRACKS)
    assert guides(scene) == []
    await scene.host.command("week resync", hope="drawn again")
    await stage.settle()
    assert "3. The quiet stair (5:01)" in "\n".join(messages(scene))


# --- a message for each track ---------------------------------------------------------------------------------------


async def test_every_track_has_a_message_in_order_that_counts(stage: Stage) -> None:
    scene, (ben, chidi, _) = await guided(stage, LONG, guide="tracks")
    shown = [text.split(".")[0].removeprefix("### ") for text in messages(scene) if "Movement" in text]
    assert shown == [str(place) for place in range(1, 46)]
    seventh = scene.panel(scene.thread, "7. Movement 7")
    likes = [await ben.press(seventh, "Like", hope="You like") for _ in range(10)]
    await say(chidi, seventh, "Seven is the one.", "0:59", hope="Chidi at 0:59")
    await scene.wait(seconds=COUNTED)
    seventh = scene.panel(scene.thread, "7. Movement 7")
    assert buttons(seventh) == ["Like (1)", "Comment", "Comments (1)"]
    assert "Seven is the one." in scene.host.person.reads(seventh)
    told(await chidi.press(seventh, "Comments (1)"), "1 like, 1 comment")
    told(await ben.press(likes[0].message, "Take it back"), "no longer like")
    await scene.wait(seconds=COUNTED)
    assert buttons(scene.panel(scene.thread, "7. Movement 7"))[0] == "Like"
    await none_dead(stage)


async def test_a_track_that_left_the_list_leaves_a_tombstone(stage: Stage) -> None:
    scene, (ben, *_) = await guided(stage, guide="tracks")
    wax = scene.panel(scene.thread, "4. Wax")
    await say(ben, wax, "Melts.", hope="Melts.")
    form = await ben.press(wax, "Comment")
    await replace_list(scene, "Kite Strings 3:12\nAsh and rain 4:40\nHome, late 6:20\nNew one 1:00")
    text = "\n".join(messages(scene))
    assert "1. Kite Strings (3:12)" in text
    assert "Kite string (" not in text
    assert text.count("A track that was removed") == 2
    assert "4. New one (1:00)" in text
    assert "Melts." in scene.host.person.reads(scene.panel(scene.thread, "Melts."))
    assert buttons(scene.panel(scene.thread, "Melts.")) == []
    told(await ben.submit(form, {"What do you hear?": "Gone?"}), "no longer on the album's list")
    await scene.advance()
    await scene.advance()
    left = [label for each in stage.double.channel_messages(scene.thread) for label in buttons(each)]
    assert not {"Like", "Comment"} & set(left)
    await none_dead(stage)


async def test_a_track_whose_answer_was_lost_is_posted_once(stage: Stage) -> None:
    scene, (ben, *_) = await listening(stage, guide="tracks")
    form = await ben.press(scene.panel(scene.thread, GUIDE), "Add the track list")
    stage.double.faults.add(Fault("POST", "/channels/*/messages", kind="status_after", status=503))
    stage.double.faults.add(Fault("POST", "/channels/*/messages", kind="reset_after"))
    await ben.submit(form, {"Track list": TRACKS}, hope="5 tracks noted")
    await scene.wait(minutes=10)
    assert stage.double.faults.unread == []
    titles = [text for text in messages(scene) if "Kite string" in text or "Home, late" in text]
    assert len(titles) == 2
    assert len([text for text in messages(scene) if "Comment" in text]) == 5
    await none_dead(stage)


async def test_a_thread_that_was_deleted_sends_no_tracks_to_the_channel(stage: Stage) -> None:
    scene, _ = await listening(stage, guide="tracks")
    stage.double.delete_channel(scene.thread)
    before = len(stage.double.channel_messages(scene.channel))
    await replace_list(scene, TRACKS)
    assert len(stage.double.channel_messages(scene.channel)) == before
    await none_dead(stage)


# --- before the vote ------------------------------------------------------------------------------------------------


async def nominate(member: Member, words: str, pitch_track: str, tracks: str = "") -> None:
    """Nominate an album with a track to start with, told a track list where one is given."""
    card = await member.propose(Album(words))
    if tracks:
        artist, title = words.split(" - ")
        form = await member.press(card, "Not it?", hope="Which album is it?")
        card = await member.submit(form, {"Artist": artist, "Title": title, "Track list": tracks}, hope="tracks known")
    form = await member.press(card, "Pitch it", hope="Your pitch")
    chosen: Any = [label_of(form, pitch_track)] if tracks else pitch_track
    named = "A track to start with"
    await member.submit(form, {"Your pitch": "", named: chosen}, hope="Nominated")


@pytest.mark.parametrize("anonymous", ["off", "on"])
async def test_before_the_vote_the_nominees_tracks_are_listed(stage: Stage, anonymous: str) -> None:
    scene = await Scene.opened(stage, anonymous=anonymous)
    ben, chidi, dana = scene.arrive("Ben", "Chidi", "Dana")
    await nominate(ben, LOW, "2. Ash and rain", TRACKS)
    await nominate(chidi, ASH, "Slower")
    await dana.nominate(Album(MOTH))
    await scene.advance()
    text = scene.host.person.reads(scene.panel(scene.thread, "Before you vote"))
    assert "2 tracks to hear first" in text
    assert "1. Ash and rain (4:40) · Glass Harbour" in text
    assert "2. Slower · Slow" in text
    assert "Lamp" not in text
    assert [name in text for name in ("Ben", "Chidi")] == [anonymous == "off"] * 2
    kept = await automatic.before_vote(stage.tools, week=(await scene.view()).week.id)
    assert kept is not None
    assert [entry.track.title for entry in kept.entries] == ["Ash and rain"]

    told(await scene.host.command("nomination remove", album="Glass Harbour", reason="a reissue"), "Removed")
    await stage.settle()
    text = scene.host.person.reads(scene.panel(scene.thread, "Before you vote"))
    assert "Ash and rain" not in text
    choosing = scene.thread
    told(await ben.command("vote", first="Lamp"), "Lamp")
    await scene.advance()
    assert "Chidi" in scene.host.person.reads(scene.panel(choosing, "Before you vote"))
    assert len([each for each in texts(scene, choosing) if "Before you vote" in each]) == 1


async def test_where_nobody_named_a_track_there_is_no_list(stage: Stage) -> None:
    scene, _ = await Scene.polling(stage)
    assert "Before you vote" not in scene.reads(scene.thread)
    await none_dead(stage)
