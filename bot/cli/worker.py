"""`longplay worker`: heavy work beside a running bot, on this machine or another one."""

from __future__ import annotations

import asyncio
import gc
import time
from typing import TYPE_CHECKING

from bot import BEGUN
from bot.cli import app, complete, log, settings_or_exit, until_stopped

if TYPE_CHECKING:
    from bot.app.life import App
    from bot.config import Settings


@app.command()
def worker() -> None:
    """Do heavy work beside a running bot, on any machine."""
    gc.disable()
    settings = settings_or_exit()
    complete(_work(settings), settings)


async def _work(settings: Settings) -> int:
    from bot.app import begin

    return await until_stopped(begin(settings), _work_on)


async def _work_on(longplay: App) -> None:
    await longplay.start_working()
    gc.freeze()
    gc.enable()
    log.info("working after %.1f s", time.monotonic() - BEGUN)
    await asyncio.Event().wait()
