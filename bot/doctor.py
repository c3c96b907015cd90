"""`longplay doctor`: what is missing, by exact name, and what to do about it."""

from __future__ import annotations

import platform
import sys
from collections.abc import AsyncIterator, Callable
from importlib.metadata import version

import typer

from bot.app import App, explain
from bot.config import Settings, SettingsFault
from bot.services.club import setup
from cogs.shared.checkup import Finding, club_permissions, clock_skew
from db import migrate

PACKAGES = ("discord.py", "sqlalchemy", "asyncpg", "alembic", "apscheduler", "tzdata")
REFUSED = {"alembic": "1.20.0"}
"""Releases that are known to break something."""


async def examine(read: Callable[[], Settings]) -> int:
    """Print every finding; the exit code is 1 when one of them is not well."""
    ill = 0
    async for finding in _findings(read):
        typer.echo(f"{'ok  ' if finding.well else 'MISS'}  {finding.name}: {finding.detail}")
        ill += not finding.well
    typer.echo("All is well." if not ill else f"{ill} to mend.")
    return 1 if ill else 0


async def _findings(read: Callable[[], Settings]) -> AsyncIterator[Finding]:
    supported = sys.version_info >= (3, 11)
    yield Finding("Python", supported, platform.python_version() + ("" if supported else ": 3.11 or newer is needed"))
    for package in PACKAGES:
        installed = version(package)
        yield Finding(package, REFUSED.get(package) != installed, installed)
    try:
        settings = read()
    except SettingsFault as error:
        for fault in error.faults:
            name, _, detail = fault.partition(": ")
            yield Finding(name, False, detail)
        return
    async for finding in _world(settings):
        yield finding


async def _world(settings: Settings) -> AsyncIterator[Finding]:
    """The database, and Discord where there is a token."""
    longplay = App(settings)
    try:
        try:
            async for finding in _database(longplay):
                yield finding
        except Exception as error:
            yield Finding("Database", False, explain(error) or f"{type(error).__name__}: {error}")
            return
        if settings.discord_token is None:
            yield Finding("DISCORD_TOKEN", False, "not set: `longplay run` needs it, `longplay rehearse` does not")
            return
        async for finding in _discord(longplay):
            yield finding
    finally:
        await longplay.stop()


async def _database(longplay: App) -> AsyncIterator[Finding]:
    url = await longplay.home.open()
    if longplay.home.server is not None:
        status = longplay.home.server.status()
        size = f"{status.data_bytes / 1_000_000:.0f} MB in {status.folder}"
        yield Finding("Embedded PostgreSQL", status.state == "running", f"{status.version}, {status.state}, {size}")
    current, head = await migrate.head_state(url)
    yield Finding(
        "Migrations",
        True,
        f"at {current}" if current == head else f"at {current or 'nothing'}; the next start brings it to {head}",
    )


async def _discord(longplay: App) -> AsyncIterator[Finding]:
    yield await clock_skew(longplay.settings.discord_api_url, longplay.clock.now())
    try:
        await longplay.log_in(delivers=False)
    except Exception as error:
        yield Finding("DISCORD_TOKEN", False, explain(error) or f"{type(error).__name__}: {error}")
        return
    yield Finding("DISCORD_TOKEN", True, f"{longplay.client.user}")
    for club in await setup.all_clubs(longplay.tools):
        yield await club_permissions(longplay.client, club)
        if club.trouble:
            yield Finding(f"Club {club.name}", False, club.trouble)
