"""What a process tells whoever watches it: which parts of it serve, and how much waits."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from bot.services import figures
from bot.web.status import Checks, Gauge, StatusServer

if TYPE_CHECKING:
    from bot.app.life import App

log = logging.getLogger(__name__)

ANSWER_SECONDS = 2.0
"""A database that takes longer does not serve."""

MEANINGS = {
    "clubs": "Clubs that were set up.",
    "open_weeks": "Weeks that are not over.",
    "overdue_weeks": "Weeks past their deadline; for more than a minute, nobody ticks.",
    "errands_due": "What Discord must show and does not yet.",
    "errands_waiting": "What Discord must show later.",
    "errands_dead": "What Discord could not be shown; /week resync tries again.",
    "tasks_waiting": "Heavy work that waits for a worker.",
    "tasks_failed": "Heavy work that was given up.",
}


async def open_status(longplay: App) -> StatusServer | None:
    """Listen where the settings say so; a port that is taken costs the status alone."""
    port = longplay.settings.status_port
    if port is None:
        return None

    async def checks() -> Checks:
        return await checks_of(longplay)

    async def gauges() -> list[Gauge]:
        counted = await figures.figures_of(longplay.tools, now=longplay.clock.now())
        return [Gauge(name, meaning, getattr(counted, name)) for name, meaning in MEANINGS.items()]

    host = longplay.settings.status_host
    server = StatusServer(host=host, port=port, checks=checks, gauges=gauges)
    try:
        await server.start()
    except OSError as error:
        log.warning("no status is served: %s:%d cannot be listened on (%s)", host, port, error.strerror)
        return None
    log.info("status is served on http://%s:%d", host, server.port)
    return server


async def checks_of(longplay: App) -> Checks:
    """What must hold before a process may be given work; a worker talks to no Discord."""
    database = await _database_answers(longplay)
    started = longplay.ready.is_set()
    if not hasattr(longplay, "client"):
        return {"database": database, "started": started}
    client = longplay.client
    halted = client.delivery is not None and client.delivery.halted
    return {
        "database": database,
        "started": started,
        "discord": client.is_ready() and not client.is_closed() and not halted,
    }


async def _database_answers(longplay: App) -> bool:
    if not hasattr(longplay, "tools"):
        return False
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            await longplay.tools.database.ping()
    except Exception as error:  # noqa: BLE001 - whatever it is: it does not answer
        log.warning("the database does not answer: %s", type(error).__name__)
        return False
    return True
