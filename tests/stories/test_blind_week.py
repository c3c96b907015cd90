"""A blind demo week: whatever members read, hear and download, nothing tells who made what before the result."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Iterable
from typing import Any

import pytest

from bot.rehearsal.loopback import Answer
from bot.rehearsal.loopback.schemas import Schemas
from bot.rehearsal.pilot import Member
from bot.rehearsal.providers import SHOPS, LoopbackProviders
from bot.rehearsal.stage import Stage
from tests.factories.audio import mp3, samples
from tests.stories.conftest import monday_noon
from tests.stories.scene import Scene, told

MAKER = "Benedikt"
TAGS = {"artist": "Benedikt Tagwriter", "title": "Working title", "comment": "made by Benedikt"}
TUNE = mp3(samples(3.0), **TAGS)
FILE = "benedikt_demo_final.mp3"
TELLING = (MAKER, "benedikt", "Tagwriter", "Working title", "demo_final")
"""What would give the maker away, in words and in bytes."""


@pytest.fixture
async def stage(database_url: str, schemas: Schemas | None, mishaps: list[str]) -> AsyncGenerator[Stage]:
    """A stage whose bot may fetch what members attach, on this machine."""
    providers = LoopbackProviders(SHOPS)
    async with Stage(database_url, schemas=schemas, starts_at=monday_noon(), providers=providers) as stage:
        yield stage
        assert stage.double.violations == []
    assert mishaps == []


def files(stage: Stage, messages: Iterable[Any]) -> list[tuple[str, bytes]]:
    """Every file of some messages, as whoever reads them downloads it."""
    found = []
    for message in messages:
        for each in message.get("attachments", ()):
            stored = stage.double.state.file_at(each["url"])
            assert stored is not None, each
            found.append((each["filename"], stored.content))
    return found


def tells(stage: Stage, messages: Iterable[Any]) -> list[str]:
    """What in some messages, or in the bytes of their files, tells of the maker."""
    messages = list(messages)
    shown = [json.dumps(each, ensure_ascii=False) for each in messages]
    found = [
        f"{word}: …{each[max(0, each.index(word) - 150) :][:250]}…"
        for each in shown
        for word in TELLING
        if word in each
    ]
    for name, content in files(stage, messages):
        found += [f"{name}: {word}" for word in TELLING if word.encode() in content or word in name]
        found += [f"{name}: as UTF-16" for word in TELLING if word.encode("utf-16-le") in content]
    return found


async def offered(scene: Scene, reader: Member, words: str) -> str:
    """The key behind a track that is offered for the playlist."""
    given = {"playlist": "Finds", "track": "kite"}
    choices = await reader.person.autocomplete(scene.channel, "playlist add", "track", **given)
    return next(str(one["value"]) for one in choices if one["name"] == words)


async def everywhere(scene: Scene, reader: Member, maker: Member) -> list[Any]:
    """All that a member can read about the demo, in public and in private."""
    stage = scene.stage
    library = told(await reader.command("demo library", member=maker.person.user), f"Tracks by {MAKER}")
    assert "Kite" not in library, "a title beside its maker"
    read: list[Any] = [
        message for place in (scene.channel, scene.thread) for message in stage.double.channel_messages(place)
    ]
    answers: list[Answer] = [
        await reader.command("demo posts"),
        await reader.command("playlist show", playlist="Finds"),
        await reader.command("week show"),
        await reader.command("memory export"),
        await reader.command("privacy export"),
    ]
    offered = await reader.person.autocomplete(scene.channel, "playlist add", "track", playlist="Finds", track="kite")
    heard = await reader.person.autocomplete(scene.channel, "memory track", "track", track="kite")
    ballot = await reader.person.autocomplete(scene.channel, "vote", "first", first="")
    return [*read, *(one.message for one in answers if one.message is not None), *offered, *heard, *ballot]


async def test_nothing_tells_who_made_a_demo_before_the_result(stage: Stage) -> None:
    scene = await Scene.founded(stage)
    ben, chidi, dana = scene.arrive(MAKER, "Chidi", "Dana")
    for member, file, title in ((ben, FILE, "Kite string"), (chidi, "c.mp3", "Wax")):
        sound = TUNE if member is ben else mp3(samples(2.0, hertz=330), artist="Chidi")
        card = await member.command("demo share", file=(file, sound), title=title)
        await stage.settle()
        await member.watch(card, "is in your library")
        await member.press(card, "Library only")
    # Before the week it was posted, heard, commented on and kept by others.
    form = await ben.command("demo post", track="Kite", hope="Post Kite string")
    await ben.submit(form, {"What should we listen for?": "Benedikt's best", "May you share it?": "yes"}, hope="posted")
    await stage.settle()
    message = stage.double.channel_messages(scene.channel)[-1]
    assert tells(stage, [message]), "the search finds what is to be found"
    form = await dana.press(message, "Comment")
    await dana.submit(form, {"What do you hear?": "Lovely, Benedikt"}, hope="Lovely")
    await dana.command("playlist create", name="Finds", hope="is made")
    track = await offered(scene, dana, "Kite string — Benedikt")
    told(await dana.command("playlist add", playlist="Finds", track=track), "number 1 of 1")
    told(await dana.command("memory note", track=track, text="Ask for the stems"), "Ask for the stems")
    await dana.command("playlist share", playlist="Finds", hope="posted here")
    await scene.wait(seconds=10)

    await scene.host.command("week open", kind="demo", hope="Opened")
    for member, title in ((ben, "Kite string"), (chidi, "Wax")):
        form = await member.command("nomination demo", track=title, hope=f"Nominate {title}")
        await member.submit(form, {"What should we listen for?": "The end"}, hope="Nominated")
    await stage.settle()
    await scene.wait(seconds=10)
    card = next(one for one in stage.double.channel_messages(scene.thread) if "Kite string" in dana.person.reads(one))
    ((name, sound),) = files(stage, [card])
    assert (name, sound[:4], b"OpusHead" in sound) == ("demo-1.ogg", b"OggS", True)
    assert tells(stage, await everywhere(scene, dana, ben)) == []
    assert "It is here again with the result" in dana.person.reads(message)
    # Whatever key or message they send, too.
    for answer in (
        await dana.command("track story", track=track),
        await dana.command("memory track", track=track),
        await dana.menu(message, "Add to playlist"),
    ):
        assert tells(stage, [answer.message]) == [], answer.text
    # Its owner has it, and is told why it is not posted again.
    told(await ben.command("demo library"), "Kite string")
    told(await ben.command("demo show", track="Kite"), "in the race of a demo week")
    form = await ben.command("demo post", track="Kite", hope="Post Kite string")
    told(await ben.submit(form, {}), "give you away")

    await scene.advance()
    assert tells(stage, await everywhere(scene, dana, ben)) == []
    await dana.command("vote", first="Kite string", hope="Kite string")
    told(await scene.host.command("week show"), "1 ballot")
    assert tells(stage, [one.message for one in (await scene.host.command("week show"),)]) == []
    await scene.advance()
    await scene.wait(seconds=10)
    assert "Kite string — Benedikt" in dana.person.reads(scene.panel(scene.channel, "Winner"))
    assert "Lovely, Benedikt" in dana.person.reads(message), "it is back where it was posted"
    told(await dana.command("demo library", member=ben.person.user), "Kite string")
    told(await dana.command("playlist show", playlist="Finds"), "Kite string")
    told(await dana.command("memory track", track=track), "Ask for the stems")
