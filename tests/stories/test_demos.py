"""The Demo Desk as members go through it: a file becomes a track, is posted, talked about, hidden and deleted."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from typing import Any

import aiohttp
import pytest

from bot.rehearsal.loopback.schemas import Schemas
from bot.rehearsal.providers import SHOPS, LoopbackProviders
from bot.rehearsal.stage import Stage
from tests.factories.audio import mp3, samples, wav
from tests.stories.conftest import monday_noon
from tests.stories.scene import Scene, buttons, told

TUNE = mp3(samples(5.0), artist="A name nobody shall read")


@pytest.fixture
async def stage(database_url: str, schemas: Schemas | None, mishaps: list[str]) -> AsyncGenerator[Stage]:
    """A stage whose bot may fetch what members attach, on this machine."""
    providers = LoopbackProviders(SHOPS)
    async with Stage(database_url, schemas=schemas, starts_at=monday_noon(), providers=providers) as stage:
        yield stage
        assert stage.double.violations == []
    assert mishaps == []


def demo(scene: Scene) -> Any:
    return stage_messages(scene)[-1]


def stage_messages(scene: Scene) -> list[Any]:
    return scene.stage.double.channel_messages(scene.channel)


@pytest.mark.row("1-38")
@pytest.mark.row("1-11")
@pytest.mark.row("1-08")
async def test_a_track_is_shared_posted_talked_about_hidden_and_deleted(stage: Stage) -> None:
    scene = await Scene.founded(stage)
    ben, dana = scene.arrive("Ben", "Dana")
    card = await ben.command("demo share", file=("kite_string.mp3", TUNE), genre="Dream *pop*", tags="#tape, lo-fi")
    told(card, "Listening to")
    await stage.settle()
    await ben.watch(card, "is in your library")
    told(card, "kite string", "0:05 · MP3, 44.1 kHz, stereo", "LUFS", "dBTP")
    assert buttons(card.message) == ["Post it here", "Add to a playlist", "Library only"]

    form = await ben.press(card, "Post it here", hope="May you share it?")
    told(await ben.submit(form, {"What should we listen for?": "The *snare*", "May you share it?": "no"}), "Before")
    form = await ben.press(card, "Post it here")
    sent = {"What should we listen for?": "The *snare* @everyone", "May you share it?": "yes"}
    told(await ben.submit(form, sent), "being posted here")
    await stage.settle()
    message = demo(scene)
    text = dana.person.reads(message)
    assert "kite string" in text
    assert "By Ben" in text
    assert "@everyone" not in text.replace("@\u200b", "")
    assert "A name nobody" not in text
    names = [each["filename"] for each in message["attachments"]]
    assert any(name.startswith("kite-string-v1-") and name.endswith(".mp3") for name in names), names
    assert any(name.endswith(".png") for name in names), "its waveform"
    assert buttons(message) == ["Like", "Comment", "Add to playlist", "Report"]

    await stage.restart_bot()
    told(await dana.press(message, "Like"), "You like kite string")
    form = await dana.press(message, "Comment", hope="At which moment?")
    told(await dana.submit(form, {"What do you hear?": "Snare is late", "At which moment?": "0:03"}), "at 0:03")
    form = await dana.press(message, "Comment")
    told(await dana.submit(form, {"What do you hear?": "x", "At which moment?": "9:99"}), "no moment of this track")
    await scene.wait(seconds=6)
    assert "Snare is late" in ben.person.reads(demo(scene))
    assert buttons(demo(scene))[:3] == ["Like (1)", "Comment", "Comments (1)"]
    told(await dana.press(message, "Add to playlist"), "goes into")

    told(await ben.command("demo about", text="I hum into a *tape* machine"), "above your tracks")
    again = await dana.command("demo library", member=ben.person.user)
    told(again, "Tracks by Ben", "kite string", "I hum into a")
    told(await ben.command("demo private", track="kite"), "yours alone now")
    await stage.settle()
    assert dana.person.reads(demo(scene)).strip() == "A track that Ben posted is private now."
    assert demo(scene)["attachments"] == []
    told(await dana.command("demo library", member=ben.person.user), "Nothing public is in it")
    told(await ben.command("demo public", track="kite"), "Everybody here may hear it")
    await stage.settle()
    assert "Snare is late" in dana.person.reads(demo(scene))

    asked = await ben.command("demo delete", track="kite", hope="1 post keeps its place")
    told(await ben.press(asked, "Delete it"), "is deleted")
    await stage.settle()
    assert "was deleted" in dana.person.reads(demo(scene))
    library = await ben.command("demo library", hope="to be brought back")
    told(await ben.press(library, "Bring back kite string"), "It is back")
    await stage.settle()
    assert "Snare is late" in dana.person.reads(demo(scene))


@pytest.mark.row("1-15")
async def test_a_version_an_edit_and_a_report(stage: Stage) -> None:
    scene = await Scene.founded(stage)
    ben, dana = scene.arrive("Ben", "Dana")
    card = await ben.command("demo share", file=("a.mp3", TUNE), title="Lamp", private=True)
    await stage.settle()
    await ben.watch(card, "for you alone")
    second = await ben.command("demo version", track="Lamp", file=("b.wav", wav(samples(2.0))), note="New snare")
    await stage.settle()
    await ben.watch(second, "Version 2 of Lamp")
    told(second, "Opus", "to 1, as Opus to stream")
    same = await ben.command("demo share", file=("renamed.mp3", TUNE))
    await stage.settle()
    await ben.watch(same, "already in your library")
    form = await ben.command("demo edit", track="Lamp", hope="About it")
    told(await ben.submit(form, {"Title": "Night **lamp**", "About it": "A hum"}), "Saved", "New snare", "private")
    shown = await ben.command("demo show", track="night", hope="v2")
    heard = await ben.press(shown, "Listen")
    assert heard.message is not None
    assert heard.message["attachments"][0]["filename"].endswith(".ogg")
    form = await ben.press(shown, "Make it public and post it", hope="Post Night")
    told(await ben.submit(form, {"May you share it?": "yes"}), "being posted")
    await stage.settle()
    message = demo(scene)
    assert "v2 · 0:02" in dana.person.reads(message)
    form = await dana.press(message, "Report", hope="What is wrong")
    told(await dana.submit(form, {"What is wrong with it?": "That is my hum"}), "hidden until a host")
    await stage.settle()
    assert "was reported" in dana.person.reads(demo(scene))
    told(await ben.command("demo reports"), "host")
    told(await dana.command("demo posts"), "out of reach")
    reports = await scene.host.command("demo reports", hope="That is my hum")
    told(await scene.host.press(reports, "Show Night **lamp** again"), "No reported track")
    await stage.settle()
    assert "Night" in dana.person.reads(demo(scene))
    told(await dana.command("demo posts"), "by Ben")


@pytest.mark.row("1-12")
@pytest.mark.row("1-13")
async def test_what_cannot_be_shared_is_refused_in_words(stage: Stage) -> None:
    scene = await Scene.founded(stage)
    (ben,) = scene.arrive("Ben")
    told(await ben.command("demo share", file=("x.mp3", b"#EXTM3U\nhttp://127.0.0.1/")), "Supported: MP3, WAV, FLAC")
    told(await ben.command("demo share", file=("x.wav", b"OggS" + bytes(99))), "This is Ogg")
    told(await ben.command("demo delete", track="Lamp"), "no track in your library")
    cut = wav(samples(1.0), said=4_000_000)
    card = await ben.command("demo share", file=("cut.wav", cut))
    await stage.settle()
    await ben.watch(card, "Send the whole file")
    told(await ben.command("demo library"), "Nothing is in it yet")


async def test_a_larger_file_comes_by_a_page_and_the_card_goes_on_by_itself(stage: Stage) -> None:
    scene = await Scene.founded(stage)
    (ben,) = scene.arrive("Ben")
    card = await ben.command("demo share", title="The long one", hope="up to 50MB")
    address = re.search(r"http://127\.0\.0\.1:\d+/upload/[\w-]{43}", told(card))
    assert address is not None
    form = aiohttp.FormData()
    form.add_field("file", TUNE, filename="long.mp3")
    async with aiohttp.ClientSession() as browser, browser.post(address[0], data=form) as page:
        assert page.status == 200
        assert "It is here" in await page.text()
    await stage.settle()
    await ben.watch(card, "The long one is in your library")
    assert "Post it here" in buttons(card.message)
    told(await ben.press(card, "Library only"), "stays in your library")
