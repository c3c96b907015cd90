"""A club whose members link what they listen with learns what it hears, by itself."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest

from bot.rehearsal.loopback.schemas import Schemas
from bot.rehearsal.pilot import Member
from bot.rehearsal.providers.catalogue import ALBUMS
from bot.rehearsal.providers.listeners import Play
from tests.stories.conftest import monday_noon
from tests.stories.elsewhere import Abroad, abroad
from tests.stories.scene import told


@pytest.fixture
async def club(database_url: str, schemas: Schemas | None, mishaps: list[str]) -> AsyncGenerator[Abroad]:
    async with abroad(database_url, schemas, monday_noon()) as place:
        yield place
    assert mishaps == []


def heard(club: Abroad, rounds: int, *artists: str) -> list[Play]:
    """Every track of some artists' albums, some times over, one an hour."""
    began = club.stage.clock.now() - timedelta(days=40)
    tracks = [
        (album.artist.name, track.title, album.title)
        for album in ALBUMS
        if album.artist.name in artists
        for track in album.tracks
    ]
    return [Play(began + timedelta(hours=place), *names) for place, names in enumerate(tracks * rounds)]


async def give_name(member: Member, name: str) -> None:
    """Link Last.fm by a name."""
    form = await member.press(await member.command("link lastfm"), "Only my name")
    await member.submit(form, {"Your name on Last.fm": name}, hope="is linked")


async def test_what_members_hear_gets_genres_and_a_newcomer_is_known_by_what_lastfm_says(club: Abroad) -> None:
    ben, fay = club.scene.arrive("Ben", "Fay")
    club.elsewhere.joins_lastfm("bensneedle", heard(club, 12, "The Low Tides", "Moth"))
    newcomer = club.elsewhere.joins_lastfm("fay", heard(club, 1, "Fenn")[:4])
    newcomer.tags = {"jazz": 3}
    for member, name in ((ben, "bensneedle"), (fay, "fay")):
        await give_name(member, name)
    for _ in range(3):
        await club.stage.settle()
    card = told(
        await ben.command("taste", private=True), "Genres:", "indie rock", "Countries:", "United Kingdom", "Canada"
    )
    assert "Decades:" in card
    assert "not known" not in card
    told(await fay.command("taste", private=True), "Last.fm says so far; it fades as plays arrive", "slowcore", "jazz")
    told(await ben.command("picture", shows="genres", private=True), "indie rock")
