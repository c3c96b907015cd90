"""Who answers the crowd, each in a process of its own: the whole bot, and two plain clients that are its floors."""

# asyncpg ships no types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
from __future__ import annotations

import asyncio
import gc
import logging
import multiprocessing
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import asyncpg
import discord
import discord.gateway
import discord.http
import yarl
from pydantic import SecretStr

from bot.app.life import App
from bot.bench.ballot_by_hand import ByHand
from bot.config import Settings
from db.address import driver_url
from db.session import SERVER_SETTINGS

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

CONNECTIONS = 8
"""As many as the bot has."""
READY_SECONDS = 60.0
PRESSED = "bench:press"
"""The id of the plain client's button."""
ROW = "CREATE TABLE pressed (id bigserial PRIMARY KEY, member bigint NOT NULL, at timestamptz NOT NULL DEFAULT now())"


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answerer works."""

    api_url: str
    token: str
    database_url: str


class Answerer:
    """A process that answers; the crowd asks it for the seconds of processor it has used."""

    def __init__(self, name: str, work: Callable[[Connection, Place], None], place: Place) -> None:
        spawn = multiprocessing.get_context("spawn")
        self.name = name
        self._ours, theirs = spawn.Pipe()
        self._process = spawn.Process(target=work, args=(theirs, place), daemon=True)
        self._process.start()

    async def ready(self) -> None:
        """Wait until it is connected; raises `TimeoutError`."""
        if not await asyncio.to_thread(self._ours.poll, READY_SECONDS):
            raise TimeoutError(f"{self.name} did not connect")
        self._ours.recv()

    def processor(self) -> float:
        """Seconds of processor it has used so far."""
        self._ours.send("processor")
        return float(self._ours.recv())

    async def stop(self) -> None:
        """End it in order, so that it leaves its database."""
        if self._process.is_alive():
            self._ours.send("stop")
            await asyncio.to_thread(self._process.join, READY_SECONDS)
        self._process.terminate()
        self._process.join()


async def _obey(orders: Connection) -> None:
    """Answer what the crowd asks, until it says stop."""
    while await asyncio.to_thread(orders.recv) != "stop":
        orders.send(time.process_time())


# --- the whole bot --------------------------------------------------------------------------------------------------


def longplay(orders: Connection, place: Place) -> None:
    """Answer as `longplay run` does."""
    asyncio.run(_longplay(orders, place))


async def _longplay(orders: Connection, place: Place) -> None:
    logging.basicConfig(level=logging.WARNING)
    settings = Settings(
        _env_file=None,  # pyright: ignore[reportCallIssue] - a bench obeys no operator's settings
        discord_token=SecretStr(place.token),
        discord_api_url=place.api_url,
        database_url=SecretStr(place.database_url),
    )
    app = App(settings)
    try:
        await app.start()
        await app.settle()
        gc.freeze()  # as `longplay run` does
        orders.send("ready")
        await _obey(orders)
    finally:
        await app.stop()


# --- the floors -----------------------------------------------------------------------------------------------------


class PlainClient(discord.Client):
    """A client of the library alone, with a pool of the driver's connections."""

    def __init__(self, pool: Any) -> None:
        super().__init__(
            intents=discord.Intents(guilds=True),
            chunk_guilds_at_startup=False,
            member_cache_flags=discord.MemberCacheFlags.none(),
            max_messages=None,
        )
        self.pool = pool
        self.by_hand = ByHand(pool)

    async def setup_hook(self) -> None:
        """Lead the gateway to where the REST address is, and answer a button."""
        _, address, _ = await self.http.get_bot_gateway()
        discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(address)
        self.add_view(Pressed(self.pool))

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Cast a ballot that comes as a form, all of it by hand."""
        if interaction.type is discord.InteractionType.modal_submit:
            await interaction.response.send_message(await self.by_hand.cast(interaction), ephemeral=True)


class Pressed(discord.ui.View):
    """A button that writes one row."""

    def __init__(self, pool: Any) -> None:
        super().__init__(timeout=None)
        self.pool = pool

    @discord.ui.button(label="Press", custom_id=PRESSED)
    async def press(self, interaction: discord.Interaction[Any], _: discord.ui.Button[Any]) -> None:
        """Write the row and say so."""
        await self.pool.execute("INSERT INTO pressed (member) VALUES ($1)", interaction.user.id)
        await interaction.response.send_message("Written.", ephemeral=True)


def plain(orders: Connection, place: Place) -> None:
    """Answer with the library and the driver alone."""
    asyncio.run(_plain(orders, place))


async def _plain(orders: Connection, place: Place) -> None:
    discord.http.Route.BASE = place.api_url
    pool = await asyncpg.create_pool(
        driver_url(place.database_url),
        min_size=CONNECTIONS,
        max_size=CONNECTIONS,
        server_settings=dict(SERVER_SETTINGS),
    )
    client = PlainClient(pool)
    try:
        await client.login(place.token)
        gateway = asyncio.create_task(client.connect())
        await client.wait_until_ready()
        gc.freeze()
        orders.send("ready")
        await _obey(orders)
        await client.close()
        await asyncio.gather(gateway, return_exceptions=True)
    finally:
        await pool.close()
