"""How a process begins: the database's server starts while Python loads the rest, which takes about as long."""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import TYPE_CHECKING, Any

from bot.app.home import DatabaseHome

if TYPE_CHECKING:
    from bot.app.life import App
    from bot.config import Settings


async def begin(settings: Settings, *, works: bool = False) -> App:
    """A process that asks the real world, with its database's server begun; where it `works` it takes tasks too.

    Raises `DatabaseUnfit` where the server does not start.
    """
    home = DatabaseHome(settings)
    opening = asyncio.create_task(home.open())
    try:
        life = await asyncio.to_thread(_loaded)
        await opening
    except BaseException:
        opening.cancel()
        await asyncio.gather(opening, return_exceptions=True)
        await home.close()
        raise
    return life.App(settings, world=life.WORLD, home=home, works=works)


def _loaded() -> Any:
    life = import_module("bot.app.life")
    for face in life.FACES:
        import_module(face)
    return life
