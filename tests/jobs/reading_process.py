"""A worker's process of its own, for a test that kills it: it asks the loopback services that it is told of."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

from pydantic import SecretStr

from bot.app.life import WORLD, App
from bot.cli import until_stopped
from bot.config import Settings


async def live(database_url: str, lastfm_at: str, folder: str) -> None:
    settings = Settings(
        _env_file=None,  # pyright: ignore[reportCallIssue] - no operator's settings
        database_url=SecretStr(database_url),
        data_folder=Path(folder),
        lastfm_api_key=SecretStr("no-key-of-anybody"),
        tick_seconds=0.2,
    )

    async def begin() -> App:
        return App(settings, world=replace(WORLD, lastfm_at=lastfm_at, loopback=True))

    async def work(longplay: App) -> None:
        await longplay.start_working()
        await asyncio.Event().wait()

    await until_stopped(begin(), work)


if __name__ == "__main__":
    asyncio.run(live(*sys.argv[1:]))
