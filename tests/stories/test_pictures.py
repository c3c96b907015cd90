"""Pictures in a club: a collage that is made again by its button, the hours of a day, the poster of a week."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.domain.pictures.painting import Painted, PictureRefused, Theme, Unpainted
from bot.domain.pictures.sketches import Sketch
from bot.pictures.kept import KeptPictures
from bot.pictures.painter import PooledPainter
from bot.rehearsal.loopback.components import walk
from bot.rehearsal.stage import Stage
from tests.factories.listening import MINUTES, a_play, hear
from tests.stories.scene import Scene, buttons, told
from tests.stories.test_listening import DAY, audience, shown, user_of

GALLERY = 12


class Broken:
    """A painter that cannot."""

    async def paint(self, sketch: Sketch, *, theme: Theme = Theme.DARK) -> Painted:
        raise PictureRefused(Unpainted.BUSY)


@pytest_asyncio.fixture
async def painter(stage: Stage, tmp_path: Path) -> AsyncIterator[PooledPainter]:
    """Somebody who draws, for the bot on the stage."""
    painting = PooledPainter(kept=KeptPictures(tmp_path / "pictures"))
    object.__setattr__(stage.tools, "painter", painting)
    yield painting
    await painting.close()


def picture(message: Any) -> dict[str, Any]:
    """The one picture of a message, which must be uploaded with it and be said in words."""
    (gallery,) = [part for part in walk(message["components"]) if part["type"] == GALLERY]
    ((item,), (file,)) = (gallery["items"], message["attachments"])
    assert item["media"]["url"] == file["url"]
    assert 0 < len(item["description"]) <= 1_024
    assert item["description"] == file["description"]
    return file


def four_albums(stage: Stage) -> list[Any]:
    at = stage.clock.now() - DAY
    heard = [name for place, name in enumerate(("Blue", "Red", "Green *Gold*", "東京")) for _ in range(5 - place)]
    return [a_play(at + 5 * place * MINUTES, "Low", f"{name} song", name) for place, name in enumerate(heard)]


async def test_a_collage_is_shown_with_its_words_and_made_again_by_its_button(
    stage: Stage, painter: PooledPainter
) -> None:
    ben, chidi, _ = await audience(stage)
    told(await ben.command("chart"), "nothing you have heard yet")
    await hear(stage.tools.database, await user_of(stage, ben), four_albums(stage))
    few = await ben.command("chart")
    told(few, "Not enough albums: 4 albums found, 9 needed")
    form = await ben.press(few.message, "Edit")
    assert form.modal is not None
    told(await ben.submit(form, {"Size": "2x2"}), "Your albums, last 7 days · 2×2")
    told(await ben.command("chart", size="gigantic"), "no size of a collage")

    seen = await shown(ben.command("chart", size="2 2"), "Ben’s albums, last 7 days · 2×2", "1. Blue — Low", "4. 東京")
    first = picture(seen.message)
    assert first["filename"].startswith("collage-")
    assert first["description"].startswith("4 albums heard most by Ben, last 7 days: #1 Blue by Low.")
    assert stage.double.state.files[first["id"]].content.startswith(b"\x89PNG"), "no cover is known here"
    assert buttons(seen.message) == ["Edit"]
    told(await chidi.press(seen.message, "Edit"), "Only who asked")
    form = await ben.press(seen.message, "Edit")
    again = await ben.submit(form, {"Period": "all", "Ground": "Light"})
    assert "Ben’s albums, all time · 2×2" in again.text
    assert picture(again.message)["filename"] != first["filename"]
    form = await ben.press(again.message, "Edit")
    refused = await ben.submit(form, {"Size": "5x5"})
    told(refused, "4 albums found, 25 needed")


async def test_hours_and_days_are_pictures_and_what_cannot_be_drawn_is_said(
    stage: Stage, painter: PooledPainter
) -> None:
    ben, chidi, _ = await audience(stage)
    await hear(stage.tools.database, await user_of(stage, ben), four_albums(stage))
    seen = await shown(chidi.command("picture", shows="clock", member=ben.person), "When Ben listens, last 365 days")
    assert picture(seen.message)["filename"].startswith("clock-")
    private = await ben.command("picture", shows="calendar", period="month", private=True)
    told(private, "Days on which Ben listened")
    told(await ben.command("picture", shows="genres"), "does not know the genres")
    object.__setattr__(stage.tools, "painter", Broken())
    seen = await shown(ben.command("picture", shows="clock"), "Most at 1", "Many pictures are being drawn")
    assert seen.message is not None
    assert seen.message["attachments"] == []


@pytest.mark.parametrize("draws", [True, False], ids=["drawn", "not drawn"])
async def test_a_recap_comes_with_its_poster_and_never_waits_for_one(
    stage: Stage, painter: PooledPainter, draws: bool
) -> None:
    scene, (ben, chidi, _) = await Scene.listening(stage)
    if not draws:
        object.__setattr__(stage.tools, "painter", Broken())
    await ben.command("rate", score="4.5")
    await chidi.command("rate", score="3")
    await scene.advance()
    await scene.advance()
    recap = scene.panel(scene.thread, "Recap")
    assert "on average from 2 ratings" in scene.host.person.reads(recap)
    if not draws:
        assert recap["attachments"] == []
        return
    poster = picture(recap)
    assert "Mean 3.75, median 3.75 from 2 ratings, most often 3 and 4.5" in poster["description"]
    await scene.host.command("week resync", week=1)
    await stage.settle()
    assert picture(scene.panel(scene.thread, "Recap"))["id"] == poster["id"], "the same picture is not sent again"
