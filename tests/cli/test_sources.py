"""What `doctor` says of the sources of albums, and which of them a running bot asks."""

from __future__ import annotations

import asyncio
import re
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from bot.app.life import App
from bot.config import Settings
from bot.doctor import keys_and_sources, sources_asked
from bot.domain.catalog import Service
from bot.domain.clock import SystemClock
from bot.domain.errors import Why
from bot.domain.listening.accounts import Access
from bot.domain.listening.plays import Source
from bot.domain.manners import Pace
from bot.providers.sources import WORLD
from bot.rehearsal.providers import SHOPS, Elsewhere, Fault, LoopbackProviders, shops_with, world_on
from bot.rehearsal.providers.catalogue import ALBUMS
from bot.services.manners import SharedManners
from db.session import Database
from tests.cli.process import Shell

POOL = 8
"""Connections that a process has for its transactions."""


def settings(**given) -> Settings:
    return Settings(_env_file=None, **given)  # pyright: ignore[reportCallIssue] - the settings of this test alone


def told(**given) -> dict[str, tuple[bool, str]]:
    return {finding.name: (finding.well, finding.detail) for finding in keys_and_sources(settings(**given))}


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for field in Settings.model_fields.values():
        monkeypatch.delenv(str(field.validation_alias.choices[0]), raising=False)  # type: ignore[union-attr]
    monkeypatch.chdir(tmp_path)


def test_without_any_key_two_sources_are_asked_and_the_others_name_what_they_need() -> None:
    found = told()
    assert found["MusicBrainz"] == (True, "asked; it needs no key")
    assert found["Deezer"] == (True, "asked; it needs no key")
    assert found["Spotify"] == (True, "not asked; it would be with SPOTIFY_CLIENT_ID and SPOTIFY_CLIENT_SECRET")
    assert found["Last.fm"] == (True, "not asked; it would be with LASTFM_API_KEY")
    assert found["LONGPLAY_CONTACT"][0]


def test_half_of_a_pair_of_keys_is_to_be_mended() -> None:
    found = told(spotify_client_id="an-id")
    assert found["SPOTIFY_CLIENT_SECRET"] == (
        False,
        "not set, though SPOTIFY_CLIENT_ID is: Spotify is not asked without both",
    )
    found = told(spotify_client_secret=SecretStr("s"))
    assert not found["SPOTIFY_CLIENT_ID"][0]


def test_what_is_set_or_left_out_is_said_without_its_value() -> None:
    found = told(
        spotify_client_id="an-id", spotify_client_secret=SecretStr("hush"), lastfm_api_key="k", sources="spotify"
    )
    assert found["Spotify"] == (True, "asked; SPOTIFY_CLIENT_ID and SPOTIFY_CLIENT_SECRET are set")
    assert found["Last.fm"] == (True, "not asked: LONGPLAY_SOURCES leaves it out")
    assert "hush" not in repr(found)


async def test_a_service_that_is_left_alone_is_told_with_the_hour(shell: Shell, database: Database) -> None:
    manners = SharedManners(database, SystemClock())
    await manners.wait_turn("spotify", Pace(1, timedelta(seconds=1)), within=1)
    await manners.failed("spotify", Why.BUSY, until=SystemClock().now() + timedelta(hours=13))
    ended = await shell.run("doctor")
    line = next(line for line in ended.out.splitlines() if "left alone" in line)
    assert re.fullmatch(r"ok    spotify: left alone until \d{4}-\d\d-\d\d \d\d:\d\d UTC: busy", line), line
    assert "ok    Deezer: asked; it needs no key" in ended.out


async def asked_by(given: Settings, **more) -> list[Service]:
    app = App(given, **more)
    try:
        await app.open_database(migrates=False)
        return [source.service for source in app.tools.album_sources]
    finally:
        await app.stop()


async def test_nobody_is_asked_unless_there_is_a_world(database_url: str, tmp_path: Path) -> None:
    keyless = settings(database_url=SecretStr(database_url), data_folder=tmp_path)
    assert await asked_by(keyless) == []
    assert await asked_by(keyless, world=WORLD) == [Service.MUSICBRAINZ, Service.DEEZER]


async def test_keys_open_the_other_sources(database_url: str, tmp_path: Path) -> None:
    given = settings(
        database_url=SecretStr(database_url),
        data_folder=tmp_path,
        spotify_client_id="id",
        spotify_client_secret=SecretStr("secret"),
        lastfm_api_key=SecretStr("key"),
    )
    assert set(await asked_by(given, world=WORLD)) == {
        Service.MUSICBRAINZ, Service.DEEZER, Service.SPOTIFY, Service.LASTFM,
    }  # fmt: skip
    chosen = given.model_copy(update={"sources": "lastfm"})
    assert await asked_by(chosen, world=WORLD) == [Service.LASTFM]


async def test_a_turn_is_had_while_every_connection_of_the_process_is_in_a_transaction(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    given = settings(database_url=SecretStr(database_url), data_folder=tmp_path)
    elsewhere = Elsewhere(SystemClock().now)
    elsewhere.joins_listenbrainz("ada")
    async with LoopbackProviders(shops_with(elsewhere)) as server, AsyncExitStack() as held:
        app = App(given, world=world_on(server))
        held.push_async_callback(app.stop)
        await app.open_database(migrates=False)
        for _ in range(POOL):
            session = await held.enter_async_context(app.tools.database.writing())
            await session.execute(text("SELECT 1"))
        async with asyncio.timeout(8):
            profile = await app.tools.listening.sources[Source.LISTENBRAINZ].fetch_profile(Access("ada", "ada"))
        assert profile.plays == 0


async def test_every_source_of_a_rehearsal_answers_from_this_machine(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    given = settings(
        database_url=SecretStr(database_url),
        data_folder=tmp_path,
        spotify_client_id="id",
        spotify_client_secret=SecretStr("secret"),
        lastfm_api_key=SecretStr("key"),
    )
    async with LoopbackProviders(SHOPS) as server:
        app = App(given, world=world_on(server))
        try:
            await app.open_database(migrates=False)
            for source in app.tools.album_sources:
                found = await source.search_albums("paper lanterns")
                assert [album.title for album in found] == ["Paper Lanterns"], source.service
                album = await source.fetch_album(found[0].links[0])
                assert album is not None
                assert [track.title for track in album.tracks] == [track.title for track in ALBUMS[4].tracks]
                assert album.cover_url is not None
                assert album.cover_url.startswith("https://"), "as people are shown it"
                assert app.tools.covers is not None
                picture = await app.tools.covers.fetcher.fetch_cover(album.cover_url)
                assert picture.cover.width == 300, source.service
        finally:
            await app.stop()
    kept = await SharedManners(database, SystemClock()).standings()
    assert set(kept) >= {"musicbrainz", "coverartarchive", "deezer"}


async def test_sources_that_are_asked_say_whether_they_answer(database_url: str, tmp_path: Path) -> None:
    given = settings(database_url=SecretStr(database_url), data_folder=tmp_path)
    async with LoopbackProviders(SHOPS) as server:
        server.add_fault(Fault("deezer/*", status=429, headers={"Retry-After": "48925"}))
        app = App(given, world=world_on(server))
        try:
            await app.open_database(migrates=False)
            found = {finding.name: finding async for finding in sources_asked(app)}
        finally:
            await app.stop()
    assert found["MusicBrainz's answer"].well
    assert not found["Deezer's answer"].well
    assert re.match(r"busy until \d{4}-\d\d-\d\d \d\d:\d\d UTC \(429 from 127.0.0.1", found["Deezer's answer"].detail)
