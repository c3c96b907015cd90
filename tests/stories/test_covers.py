"""Covers in a club: uploaded once with words for those who do not see them, kept by every redraw, never waited for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.domain.covers import CoverOutcome, CoverRefused, Picture
from bot.domain.errors import Unavailable, Why
from bot.providers.covers import redrawn
from bot.providers.files import FileStore
from bot.rehearsal.loopback import Fault
from bot.rehearsal.loopback import permissions as bits
from bot.rehearsal.loopback.components import walk
from bot.rehearsal.loopback.schemas import Schemas
from bot.rehearsal.pilot import Album, Member
from bot.rehearsal.providers import SHOPS, LoopbackProviders
from bot.rehearsal.stage import Stage
from bot.services.tools import Covers
from tests.factories.pictures import PAGE, SVG, a_picture, a_png_bomb
from tests.stories.conftest import monday_noon
from tests.stories.scene import ASH, LOW, Scene

THUMBNAIL = 11
HARBOUR = "https://covers.example/harbour.jpg"


class World:
    """Pictures at their addresses; what is there is judged and drawn anew as every other cover."""

    def __init__(self) -> None:
        self.pictures: dict[str, bytes | Exception] = {HARBOUR: a_picture(size=(640, 640))}
        self.asked: list[str] = []

    async def fetch_cover(self, url: str) -> Picture:
        self.asked.append(url)
        found = self.pictures.get(url, CoverRefused(CoverOutcome.MISSING))
        if isinstance(found, Exception):
            raise found
        return redrawn(found)


@pytest.fixture
def world(stage: Stage, tmp_path: Path) -> World:
    """A world with one cover in it, for the bot on the stage."""
    world = World()
    # The tools are one value that every part of the running bot holds.
    object.__setattr__(stage.tools, "covers", Covers(world, FileStore(tmp_path / "covers")))
    return world


async def nominate(member: Member, words: str, cover: str) -> None:
    """Nominate an album and tell where its cover is."""
    artist, _, title = words.partition(" - ")
    card = await member.propose(Album(words))
    form = await member.press(card, "Not it?")
    card = await member.submit(form, {"Artist": artist, "Title": title, "Links": cover}, hope="Is this the album?")
    await member.press(card, "Nominate now", hope="Nominated")


def thumbnails(message: Any) -> Iterator[dict[str, Any]]:
    return (part for part in walk(message["components"]) if part["type"] == THUMBNAIL)


def uploads(stage: Stage) -> int:
    return len(stage.double.state.files)


def shows_cover(stage: Stage, message: Any) -> bool:
    """Whether a message has its cover from a file of its own; a message with half of it is a failure."""
    shown, held = list(thumbnails(message)), message["attachments"]
    assert len(shown) == len(held) <= 1, (shown, held)
    for part, file in zip(shown, held, strict=True):
        assert part["media"]["url"] == file["url"]
        assert part["description"] == "Cover of Glass Harbour by Low Tides" == file["description"]
        assert stage.double.state.files[file["id"]].content.startswith(b"\xff\xd8\xff")
    return bool(shown)


async def test_a_nominations_cover_is_uploaded_once_and_kept_by_every_redraw(stage: Stage, world: World) -> None:
    scene = await Scene.opened(stage)
    (ben,) = scene.arrive("Ben")
    await nominate(ben, LOW, HARBOUR)
    await stage.settle()
    card = scene.panel(scene.thread, "Nomination 1 of")
    assert shows_cover(stage, card)
    (before,) = card["attachments"]
    for pitch in ("Loud.", "Louder."):
        form = await ben.command("nomination edit", album="Glass")
        await ben.submit(form, {"Your pitch": pitch}, hope="Glass Harbour")
        await stage.settle()
        card = scene.panel(scene.thread, "Nomination 1 of")
        assert pitch in scene.host.person.reads(card)
        assert shows_cover(stage, card)
        assert card["attachments"] == [before], "the same file"
    assert (uploads(stage), world.asked) == (1, [HARBOUR])


async def test_an_album_that_is_found_by_a_search_brings_its_cover(
    database_url: str, schemas: Schemas | None, mishaps: list[str]
) -> None:
    providers = LoopbackProviders(SHOPS)
    async with Stage(database_url, schemas=schemas, starts_at=monday_noon(), providers=providers) as stage:
        scene = await Scene.opened(stage)
        (ben,) = scene.arrive("Ben")
        await ben.nominate(Album("low tides glass harbour"))
        await stage.settle()
        card = scene.panel(scene.thread, "Nomination 1 of")
        (shown,) = thumbnails(card)
        assert shown["description"] == "Cover of Glass Harbour by The Low Tides"
        assert (uploads(stage), len(card["attachments"])) == (1, 1)
        assert sum(call.shop == "covers" for call in providers.calls) == 1
        assert stage.double.violations == []
    assert mishaps == []


async def test_a_withdrawn_nomination_takes_its_cover_with_it(stage: Stage, world: World) -> None:
    scene = await Scene.opened(stage)
    (ben,) = scene.arrive("Ben")
    await nominate(ben, LOW, HARBOUR)
    await stage.settle()
    await ben.command("nomination withdraw", album="Glass")
    await stage.settle()
    card = scene.panel(scene.thread, "was withdrawn")
    assert (card["attachments"], list(thumbnails(card))) == ([], [])


async def test_the_winners_cards_show_the_cover_that_is_kept(stage: Stage, world: World) -> None:
    scene = await Scene.opened(stage)
    ben, chidi = scene.arrive("Ben", "Chidi")
    await nominate(ben, LOW, HARBOUR)
    await chidi.nominate(Album(ASH))
    await scene.advance()
    await ben.command("vote", first="Glass Harbour", hope="Glass Harbour")
    await scene.advance()
    week = (await scene.view()).week.label
    places = [scene.card(), scene.panel(scene.channel, "Winner"), scene.panel(scene.thread, "Ratings close")]
    assert all(shows_cover(stage, message) for message in places)
    sent = uploads(stage)
    every = [message for room in (scene.channel, *scene.threads()) for message in stage.double.channel_messages(room)]
    assert sent == sum(len(message["attachments"]) for message in every), "no file was sent in vain"
    await chidi.press(scene.card(), "I've heard it")
    await scene.wait(minutes=5)
    assert "1 member has heard it" in scene.host.person.reads(scene.card())
    assert shows_cover(stage, scene.card())
    assert uploads(stage) == sent, f"{week}'s card keeps its picture"
    shown = await ben.command("week show", hope="Glass Harbour")
    assert shown.message is not None
    assert shows_cover(stage, shown.message), "and whoever asks sees it too"
    assert world.asked == [HARBOUR]


HOSTILE: dict[str, bytes | Exception] = {
    "svg": SVG,
    "page": PAGE,
    "bomb": a_png_bomb(30_000, 30_000),
    "cut": a_picture()[:400],
    "tiny": a_picture(size=(8, 8)),
    "private": Unavailable("covers.example", Why.REFUSED),
    "slow": Unavailable("covers.example", Why.SLOW),
    "missing": CoverRefused(CoverOutcome.MISSING),
}


async def test_covers_that_cannot_be_had_leave_their_cards_without(stage: Stage, world: World) -> None:
    scene = await Scene.opened(stage)
    for name, member in zip(HOSTILE, scene.arrive(*HOSTILE), strict=True):
        address = f"https://covers.example/{name}.jpg"
        world.pictures[address] = HOSTILE[name]
        await nominate(member, f"Artist {name} - Title {name}", address)
    await stage.settle()
    for name in HOSTILE:
        assert not shows_cover(stage, scene.panel(scene.thread, f"Title {name}"))
    await scene.advance()
    assert uploads(stage) == 0
    assert len(world.asked) == len(set(world.asked)) == len(HOSTILE), "asked for once, and remembered"


async def test_a_cover_that_comes_later_is_shown_by_the_next_redraw(stage: Stage, world: World) -> None:
    picture, world.pictures[HARBOUR] = world.pictures[HARBOUR], Unavailable("covers.example", Why.DOWN)
    scene = await Scene.opened(stage)
    (ben,) = scene.arrive("Ben")
    await nominate(ben, LOW, HARBOUR)
    await stage.settle()
    assert not shows_cover(stage, scene.panel(scene.thread, "Nomination 1 of"))
    world.pictures[HARBOUR] = picture
    await scene.wait(hours=1)
    form = await ben.command("nomination edit", album="Glass")
    await ben.submit(form, {"Your pitch": "Loud."}, hope="Glass Harbour")
    await stage.settle()
    assert shows_cover(stage, scene.panel(scene.thread, "Nomination 1 of"))


@pytest.mark.parametrize("kind", ["reset_before", "reset_after"])
async def test_an_upload_whose_answer_is_lost_makes_one_card(stage: Stage, world: World, kind: Any) -> None:
    scene = await Scene.opened(stage)
    (ben,) = scene.arrive("Ben")
    stage.double.faults.add(Fault("POST", "/channels/*/messages", kind=kind, status=503))
    await nominate(ben, LOW, HARBOUR)
    await scene.wait(seconds=20)
    assert stage.double.faults.unread == []
    assert scene.reads(scene.thread).count("Nomination 1 of") == 1
    assert shows_cover(stage, scene.panel(scene.thread, "Nomination 1 of"))


async def test_where_files_may_not_be_attached_the_card_comes_without(stage: Stage, world: World) -> None:
    scene = await Scene.opened(stage)
    (ben,) = scene.arrive("Ben")
    stage.double.overwrite(stage.channel, stage.double.bot_role(stage.guild), deny=bits.ATTACH_FILES)
    await nominate(ben, LOW, HARBOUR)
    await stage.settle()
    assert not shows_cover(stage, scene.panel(scene.thread, "Nomination 1 of"))
