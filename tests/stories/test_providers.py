"""A bot among providers: found, covered and linked where they answer, never stuck where they do not."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator

import pytest

from bot.rehearsal.loopback.schemas import Schemas
from bot.rehearsal.pilot import Album
from bot.rehearsal.providers import SHOPS, Fault, LoopbackProviders
from bot.rehearsal.stage import Stage
from tests.stories.conftest import monday_noon
from tests.stories.scene import Scene, told

DISCORD_WAITS = 15 * 60
"""Seconds within which a deferred answer must come; nobody waits so long, and no answer here takes a hundredth."""


@pytest.fixture
def providers() -> LoopbackProviders:
    return LoopbackProviders(SHOPS)


@pytest.fixture
async def stage(
    database_url: str, schemas: Schemas | None, mishaps: list[str], providers: LoopbackProviders
) -> AsyncGenerator[Stage]:
    """As every stage, with all four sources, the cover archive and short links on this machine."""
    async with Stage(database_url, schemas=schemas, starts_at=monday_noon(), providers=providers) as stage:
        yield stage
        assert stage.double.violations == []
    assert mishaps == []


async def test_an_album_is_found_by_words_with_a_slip_and_its_cover_is_uploaded(
    stage: Stage, providers: LoopbackProviders
) -> None:
    scene = await Scene.opened(stage)
    (ben,) = scene.arrive("Ben")
    card = await ben.command("nominate", album="low tides - glass harbor")
    told(card, "Glass Harbour — The Low Tides (1997)", "10 tracks known")
    told(await ben.press(card, "Nominate now"), "Nominated")
    await stage.settle()
    public = scene.panel(scene.thread, "Glass Harbour")
    assert any(each["filename"].endswith(".jpg") for each in public["attachments"])
    assert {call.shop for call in providers.calls} >= {"musicbrainz", "deezer", "spotify", "lastfm"}


async def test_a_short_link_is_opened_and_a_restart_changes_nothing(stage: Stage) -> None:
    scene = await Scene.opened(stage)
    ben, chidi = scene.arrive("Ben", "Chidi")
    told(await ben.command("nominate", album="https://link.deezer.com/s/seaLevel"), "Sea Level — Ines Vale (2009)")
    await stage.restart_bot()
    told(await chidi.command("nominate", album="https://spotify.link/nightbus"), "Night Bus — Moth")


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=502),
        Fault(status=401),
        Fault(status=403, body=b"Forbidden", content_type="text/plain"),
        Fault(status=429, headers={"Retry-After": "48925"}),
        Fault(kind="slow", seconds=60),
        Fault(kind="garbage"),
        Fault(kind="cut"),
    ],
    ids=["down", "key refused", "endpoint withdrawn", "hours of rest", "slow", "garbled", "cut off"],
)
async def test_whatever_the_sources_do_a_member_can_nominate(
    stage: Stage, providers: LoopbackProviders, fault: Fault
) -> None:
    scene = await Scene.opened(stage)
    (ben,) = scene.arrive("Ben")
    fault.met = 0
    providers.add_fault(fault)
    began = time.monotonic()
    await ben.nominate(Album("The Low Tides - Glass Harbour (1997)"))
    assert time.monotonic() - began < DISCORD_WAITS / 30  # half of what the slow answer would take
    assert fault.met
    await stage.settle()
    assert "Glass Harbour" in scene.reads(scene.thread)
