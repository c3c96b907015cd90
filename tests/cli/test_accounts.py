"""What an operator is told of linked accounts: how they are linked, whether tokens open, and a port that is taken."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest
from discord.http import Route
from pydantic import SecretStr

from bot.app.life import App
from bot.config import Settings
from bot.doctor import accounts_elsewhere, sealed_tokens
from bot.domain.secret_keys import new_key
from bot.providers.vault import SecretVault
from bot.rehearsal.loopback import LoopbackDiscord
from bot.rehearsal.providers import LoopbackProviders, world_on
from db.session import Database
from tests.factories.accounts import keep_account, listening_tools
from tests.factories.club import make_club
from tests.factories.people import make_member


def settings_with(**given: Any) -> Settings:
    return Settings(_env_file=None, **given)  # pyright: ignore[reportCallIssue] - nothing of whoever runs the tests


def lines(**given: Any) -> dict[str, str]:
    return {one.name: ("" if one.well else "MISS ") + one.detail for one in accounts_elsewhere(settings_with(**given))}


def test_what_can_be_linked_follows_from_what_is_set() -> None:
    bare = lines()
    assert bare["Linked accounts"] == "ListenBrainz by its token"
    assert bare["LONGPLAY_WEB_ADDRESS"].startswith("not set")
    full = lines(
        lastfm_api_key=SecretStr("a"),
        lastfm_api_secret=SecretStr("b"),
        spotify_client_id="c",
        web_address="https://club.example",
        secret_keys=SecretStr(new_key().text),
    )
    assert "Last.fm by its name; Last.fm by logging in there" in full["Linked accounts"]
    assert "https://club.example/callback/spotify" in full["Linked accounts"]
    assert full["LONGPLAY_WEB_ADDRESS"] == "https://club.example, served on 127.0.0.1:8910"
    assert full["LONGPLAY_SECRET_KEYS"] == "1 given"
    half = lines(lastfm_api_secret=SecretStr("b"))
    assert half["LASTFM_API_KEY"].startswith("MISS not set")


async def test_tokens_that_do_not_open_are_counted(database: Database, tmp_path: Path) -> None:
    await make_club(database)
    key = new_key()
    tools = listening_tools(database, vault=SecretVault([key]))
    await keep_account(tools, (await make_member(database)).user_id)

    async def told(*keys: str) -> tuple[bool, str]:
        given = {"secret_keys": SecretStr(",".join(keys))} if keys else {}
        app = App(settings_with(database_url=SecretStr(database.url), data_folder=tmp_path, **given))
        try:
            await app.open_database()
            finding = await sealed_tokens(app)
        finally:
            await app.stop()
        return finding.well, finding.detail

    assert await told(key.text) == (True, "2 open")
    well, detail = await told(new_key().text, key.text)
    assert (well, "longplay rotate-key" in detail) == (True, True)
    for wrong in ((), (new_key().text,)):
        well, detail = await told(*wrong)
        assert (well, detail.startswith("2 open with none of the keys")) == (False, True)


async def test_a_port_that_is_taken_costs_the_pages_alone(
    database_url: str, tmp_path: Path, discord: LoopbackDiscord, caplog: pytest.LogCaptureFixture
) -> None:
    usual = Route.BASE
    discord.add_channel(discord.add_guild("The Listening Room"), "album-club")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        async with LoopbackProviders() as providers:
            app = App(
                settings_with(
                    database_url=SecretStr(database_url),
                    data_folder=tmp_path,
                    discord_token=SecretStr(discord.token),
                    discord_api_url=discord.api_url,
                    web_address=f"http://127.0.0.1:{port}",
                ),
                world=world_on(providers),
            )
            try:
                await app.start()
                assert app.tools.listening.web_address == ""
                assert app.client.tools.listening.web_address == ""
            finally:
                await app.stop()
                Route.BASE = usual
    assert f"no pages are served: 127.0.0.1:{port} cannot be listened on" in caplog.text
