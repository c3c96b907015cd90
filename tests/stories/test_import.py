"""A member brings their history: they see what it would do, say yes, watch it, and it is there once."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.domain.listening.imports import ATTACHED_BYTES
from bot.rehearsal.loopback.schemas import Schemas
from bot.rehearsal.providers import SHOPS, LoopbackProviders
from bot.rehearsal.stage import Stage
from tests.factories.histories import SMALL, as_json, extended_row, zipped
from tests.stories.conftest import monday_noon
from tests.stories.scene import Scene, buttons, told


@pytest.fixture
async def stage(database_url: str, schemas: Schemas | None, mishaps: list[str]) -> AsyncGenerator[Stage]:
    """A stage whose bot may fetch what members attach, on this machine."""
    providers = LoopbackProviders(SHOPS)
    async with Stage(database_url, schemas=schemas, starts_at=monday_noon(), providers=providers) as stage:
        yield stage
        assert stage.double.violations == []
    assert mishaps == []


def luggage(stage: Stage) -> list[Path]:
    return list((stage.app.settings.data_folder / "imports").glob("*"))


async def test_a_history_is_looked_at_first_and_read_in_after_a_yes(stage: Stage) -> None:
    scene = await Scene.founded(stage)
    (ben,) = scene.arrive("Ben")
    told(await ben.command("import"), "imported nothing yet")
    rows = [extended_row(f"Song {n}", f"2024-03-01T10:{n:02}:00Z") for n in range(30)]
    rows.append(extended_row(None, episode_name="@everyone", episode_show_name="**Show**"))
    archive = zipped({"MyData/endsong_0.json": as_json(rows), "MyData/ReadMe.pdf": b"%PDF"})
    card = await ben.command("import", file=("my_spotify_data.zip", archive))
    told(card, "Looking at")
    assert len(luggage(stage)) == 1
    await stage.settle()
    await ben.watch(card, "Shall it be imported?")
    text = told(card, "Spotify extended streaming history of 31 rows", "30 new plays to import", "Moth – Song 0")
    assert "1 podcast episode left out: line 31 of endsong_0.json" in text
    assert "@everyone" not in text.replace("@\u200b", "")
    assert buttons(card.message) == ["Import", "Cancel"]

    await stage.restart_bot()
    told(await ben.press(card, "Import"), "Importing")
    told(await ben.command("import", file=("more.json", SMALL["koito"])), "Another import of yours is under way")
    await stage.settle()
    await ben.watch(card, "Imported: my_spotify_data.zip")
    told(card, "30 new plays")
    assert luggage(stage) == []
    told(await ben.command("import"), "Imported", "30 new plays")

    again = await ben.command("import", file=("again.zip", archive))
    await stage.settle()
    await ben.watch(again, "nothing in it that is not known already")
    assert buttons(again.message) == ["Cancel"]
    told(await ben.press(again, "Cancel"), "Cancelled")
    assert luggage(stage) == []


async def test_times_without_a_zone_are_shown_before_anything_is_written(stage: Stage) -> None:
    scene = await Scene.founded(stage)
    (ben,) = scene.arrive("Ben")
    card = await ben.command("import", file=("scrobbles.csv", SMALL["lastfm_csv_minutes"]), zone="Asia/Tokyo")
    await stage.settle()
    await ben.watch(card, "Asia/Tokyo")
    told(card, "The file names no time zone", "1 row without a time left out: line 1 (Moth – Kora)", "2 new plays")
    told(await ben.press(card, "Cancel"), "Cancelled: nothing of")


async def test_what_cannot_be_imported_is_refused_in_words(stage: Stage) -> None:
    scene = await Scene.founded(stage)
    (ben,) = scene.arrive("Ben")
    told(await ben.command("import", file=("diary.txt", b"Dear diary")), "no listening history", "Last.fm")
    told(await ben.command("import", file=("empty.json", b"")), "nothing in this file")
    told(await ben.command("import", file=("cut.json", b'[{"endTime": "20')), "damaged")
    told(await ben.command("import", file=("x.json", SMALL["koito"]), zone="Nowhere"), "is no time zone")
    large = b" " * (ATTACHED_BYTES + 1)
    told(await ben.command("import", file=("large.json", large)), "longplay import listens")
    assert luggage(stage) == []
