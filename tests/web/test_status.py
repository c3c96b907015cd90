"""Whoever watches a process learns whether it lives, whether it serves, and how much waits, and nothing of members."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import aiohttp

from bot.app.status import MEANINGS
from bot.services.figures import Figures, figures_of
from bot.services.tools import Tools
from bot.web.status import Gauge, StatusServer
from db.session import Database

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
LINE = re.compile(r"(# HELP longplay_\w+ .+|# TYPE longplay_\w+ gauge|longplay_\w+ [0-9.e+]+)")


async def ask(database: bool, path: str) -> tuple[int, str]:
    async def checks() -> dict[str, bool]:
        return {"database": database, "started": True}

    async def gauges() -> list[Gauge]:
        assert database, "nobody counts in a database that is away"
        return [Gauge("clubs", "Clubs that were set up.", 3)]

    server = StatusServer(host="127.0.0.1", port=0, checks=checks, gauges=gauges)
    await server.start()
    try:
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://127.0.0.1:{server.port}{path}") as answer:
                return answer.status, await answer.text()
    finally:
        await server.stop()


async def test_a_process_whose_database_is_away_lives_and_serves_nobody() -> None:
    assert await ask(False, "/health") == (200, "alive\n")
    assert await ask(False, "/ready") == (503, "database: no\nstarted: yes\n")
    code, metrics = await ask(False, "/metrics")
    assert code == 200
    assert "longplay_ready 0" in metrics
    assert "clubs" not in metrics


async def test_figures_are_lines_that_prometheus_reads() -> None:
    code, metrics = await ask(True, "/metrics")
    assert code == 200
    assert "longplay_clubs 3" in metrics
    assert all(LINE.fullmatch(line) for line in metrics.splitlines()), metrics


async def test_an_empty_database_has_nothing_of_anything(database: Database) -> None:
    counted = await figures_of(Tools(database, None), now=NOW)  # type: ignore[arg-type] - nobody asks for the time
    assert counted == Figures(0, 0, 0, 0, 0, 0, 0, 0)
    assert all(hasattr(counted, name) for name in MEANINGS)


async def test_there_is_nothing_else_to_ask() -> None:
    assert (await ask(True, "/"))[0] == 404
