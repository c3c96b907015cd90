"""`longplay doctor`: what is missing, by exact name, and what to do about it. It changes nothing on Discord."""

from __future__ import annotations

import asyncio
import platform
import sys
import tempfile
import zoneinfo
from collections.abc import AsyncIterator, Iterator
from importlib.metadata import version
from pathlib import Path

import typer

from bot.app.life import WORLD, App, explain
from bot.config import Settings, SettingsFault, read_settings
from bot.domain.catalog import Service, service_name
from bot.domain.errors import Unavailable
from bot.domain.secret_keys import KeyFault
from bot.logs import start_logging, strike
from bot.pictures import checkup
from bot.services.accounts.resealing import count_sealed
from bot.services.club import setup
from bot.services.manners import SharedManners
from bot.services.taste import learning
from cogs.shared.checkup import Finding, clock_skew, club_permissions, commands_known, gateway_starts
from db import migrate

PACKAGES = ("discord.py", "sqlalchemy", "asyncpg", "alembic", "apscheduler")
REFUSED = {"alembic": "1.20.0"}
"""Releases that are known to break something."""
TRIED = "kind of blue"
"""Words for which every source has an album."""


async def examine(*, asks_sources: bool = False) -> int:
    """Print every finding; the exit code is 1 when one of them is not well.

    The sources of albums are only asked where that is wanted; what keys are there is said in any case.
    """
    ill = 0
    for finding in _machine():
        ill += _tell(finding)
    try:
        settings = read_settings()
    except SettingsFault as error:
        for fault in error.faults:
            name, _, detail = fault.partition(": ")
            ill += _tell(Finding(name, False, detail))
    else:
        start_logging(settings.log_level, as_json=settings.log_json, secrets=settings.secrets())
        for finding in (*keys_and_sources(settings), *accounts_elsewhere(settings)):
            ill += _tell(finding, settings.secrets())
        for name, well, detail in await checkup.findings():
            ill += _tell(Finding(name, well, detail))
        async for finding in _world(settings, asks_sources):
            ill += _tell(finding, settings.secrets())
    typer.echo("All is well." if not ill else f"{ill} to mend.")
    return 1 if ill else 0


def _tell(finding: Finding, secrets: tuple[str, ...] = ()) -> bool:
    """Print a finding; whether something is to be mended."""
    typer.echo(strike(f"{'ok  ' if finding.well else 'MISS'}  {finding.name}: {finding.detail}", secrets))
    return not finding.well


def _machine() -> Iterator[Finding]:
    """Python, the packages that a release is known to break, and the time zones."""
    supported = sys.version_info >= (3, 11)
    yield Finding("Python", supported, platform.python_version() + ("" if supported else ": 3.11 or newer is needed"))
    for package in PACKAGES:
        installed = version(package)
        refused = REFUSED.get(package) == installed
        yield Finding(package, not refused, f"{installed} breaks something: take another" if refused else installed)
    yield Finding("Time zones", True, _time_zones())


def _time_zones() -> str:
    """Which release of the time-zone database counts: the system's where it has one, as Python looks there first."""
    for folder in zoneinfo.TZPATH:
        if (Path(folder) / "Europe").is_dir():
            release = Path(folder) / "tzdata.zi"
            named = release.read_text(encoding="utf-8").split("\n", 1)[0] if release.exists() else "# version unknown"
            return f"{named.removeprefix('# version ')}, this system's in {folder}"
    return f"{version('tzdata')}, of the package tzdata"


def keys_and_sources(settings: Settings) -> Iterator[Finding]:
    """Which sources of albums are asked and what for; a key that is not there is no fault, half of a pair is one."""
    spotify = {"SPOTIFY_CLIENT_ID": settings.spotify_client_id, "SPOTIFY_CLIENT_SECRET": settings.spotify_client_secret}
    lastfm = {"LASTFM_API_KEY": settings.lastfm_api_key}
    keyless: dict[str, object] = {}
    wanted = {"musicbrainz": keyless, "deezer": keyless, "spotify": spotify, "lastfm": lastfm}
    for source, keys in wanted.items():
        name = service_name(Service(source))
        missing = [variable for variable, value in keys.items() if not value]
        if source not in settings.asked_sources:
            yield Finding(name, True, "not asked: LONGPLAY_SOURCES leaves it out")
        elif not keys:
            yield Finding(name, True, "asked; it needs no key")
        elif not missing:
            yield Finding(name, True, f"asked; {' and '.join(keys)} {'are' if len(keys) > 1 else 'is'} set")
        elif len(missing) < len(keys):
            there = next(variable for variable in keys if variable not in missing)
            yield Finding(missing[0], False, f"not set, though {there} is: {name} is not asked without both")
        else:
            yield Finding(name, True, f"not asked; it would be with {' and '.join(missing)}")
    told = settings.contact or "not set; services then have no way to reach whoever runs this bot"
    yield Finding("LONGPLAY_CONTACT", True, told)


def accounts_elsewhere(settings: Settings) -> Iterator[Finding]:
    """How members can link accounts, and what the services must be told; less than everything is no fault."""
    address = settings.web_address
    ways = ["ListenBrainz by its token"]
    if settings.lastfm_api_key:
        ways.append("Last.fm by its name")
    if settings.lastfm_api_secret and not settings.lastfm_api_key:
        yield Finding("LASTFM_API_KEY", False, "not set, though LASTFM_API_SECRET is: nobody logs in at Last.fm")
    if address and settings.lastfm_api_key and settings.lastfm_api_secret:
        ways.append("Last.fm by logging in there")
    if address and settings.spotify_client_id:
        ways.append(f"Spotify (its dashboard must know {address}/callback/spotify as a redirect URI)")
    yield Finding("Linked accounts", True, "; ".join(ways))
    if address:
        yield Finding("LONGPLAY_WEB_ADDRESS", True, f"{address}, served on {settings.web_host}:{settings.listens_on}")
    else:
        yield Finding("LONGPLAY_WEB_ADDRESS", True, "not set: nobody can log in at Spotify or Last.fm")
    given = len(settings.vault_keys)
    where = f"{given} given" if given else f"a file in {settings.data_folder}, made when it is needed"
    yield Finding("LONGPLAY_SECRET_KEYS", True, where)


async def sealed_tokens(longplay: App) -> Finding:
    """Whether the members' sealed tokens open."""
    try:
        found = await count_sealed(longplay.tools, longplay.vault)
    except KeyFault as fault:
        return Finding("Sealed tokens", False, str(fault))
    if found.broken:
        advice = "put the missing key back into LONGPLAY_SECRET_KEYS, or into secret.keys in the data folder"
        return Finding("Sealed tokens", False, f"{found.broken} open with none of the keys: {advice}")
    old = f"; {found.old} under an older key: longplay rotate-key brings them over" if found.old else ""
    return Finding("Sealed tokens", True, f"{found.fresh + found.old} open{old}")


async def genres_known(longplay: App) -> Finding:
    """How far it is known what members hear: services are asked about it in the background, most heard first."""
    far = await learning.how_far(longplay.tools)
    waiting = f"; {far.waiting:,} were not asked about yet" if far.waiting else ""
    return Finding("Genres", True, f"known of {far.described:,} of {far.heard:,} artists that are heard{waiting}")


async def sources_asked(longplay: App) -> AsyncIterator[Finding]:
    """Services that are left alone for a while, and one search at each source where they shall be asked."""
    now = longplay.clock.now()
    for name, standing in (await SharedManners(longplay.tools.database, longplay.clock).standings()).items():
        if standing.blocked_until is not None and standing.blocked_until > now:
            until = f"{standing.blocked_until:%Y-%m-%d %H:%M} UTC"
            yield Finding(name, True, f"left alone until {until}: {standing.blocked_why}")
    for source in longplay.tools.album_sources:
        name = f"{service_name(source.service)}'s answer"
        try:
            found = await source.search_albums(TRIED, limit=1)
        except Unavailable as failure:
            until = f" until {failure.until:%Y-%m-%d %H:%M} UTC" if failure.until else ""
            yield Finding(name, False, f"{failure.why}{until} ({failure.detail})")
        else:
            yield Finding(name, True, f"came, with {len(found)} album for “{TRIED}”")


async def _world(settings: Settings, asks_sources: bool = False) -> AsyncIterator[Finding]:
    """The database, Discord where there is a token, and the sources of albums where they shall be asked."""
    longplay = App(settings, world=WORLD if asks_sources else None)
    try:
        if settings.database_url is None:
            yield _data_folder(settings.data_folder)
        at_head = False
        try:
            at_head = await longplay.open_database(migrates=False)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
            yield Finding("Database", False, _words(error))
        else:
            async for finding in _database(longplay):
                yield finding
            if at_head:
                yield await sealed_tokens(longplay)
                yield await genres_known(longplay)
                async for finding in sources_asked(longplay):
                    yield finding
        if settings.discord_token is None:
            yield Finding("DISCORD_TOKEN", False, "not set: `longplay run` needs it, `longplay rehearse` does not")
        elif hasattr(longplay, "tools"):
            async for finding in _discord(longplay, at_head):
                yield finding
    finally:
        await longplay.stop()


def _data_folder(folder: Path) -> Finding:
    """Whether the embedded database can be written where it shall live."""
    nearest = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
    try:
        with tempfile.TemporaryFile(dir=nearest):
            return Finding("Data folder", True, f"{folder.absolute()} can be written")
    except OSError as error:
        return Finding("LONGPLAY_DATA", False, f"{nearest} cannot be written ({error.strerror}): choose another folder")


async def _database(longplay: App) -> AsyncIterator[Finding]:
    facts = await longplay.tools.database.facts()
    yield Finding("Database", True, f"PostgreSQL {facts.version}, {facts.encoding}")
    if longplay.home.server is not None:
        status = await asyncio.to_thread(longplay.home.server.status)
        size = f"{status.data_bytes / 1_000_000:.0f} MB in {status.folder}"
        yield Finding("Embedded server", status.state == "running", f"{status.state}, {size}")
    current, head = await migrate.head_state(longplay.tools.database)
    if current is not None and current != head and not migrate.knows(current):
        beside = f"at {current}, of a newer Longplay, which only added to it: this one can work beside it"
        bears = await migrate.bears(longplay.tools.database)
        yield Finding("Migrations", bears, beside if bears else str(migrate.UnknownRevision(current)))
    else:
        ahead = f"at {current or 'nothing'}; the next start, or `longplay migrate`, brings it to {head}"
        yield Finding("Migrations", True, f"at {current}" if current == head else ahead)


async def _discord(longplay: App, at_head: bool) -> AsyncIterator[Finding]:
    """Asked over REST alone: a second gateway session would be sent what people do."""
    clock = await clock_skew(longplay.settings.discord_api_url, longplay.clock.now())
    yield clock
    try:
        await longplay.log_in(delivers=False)
    except Exception as error:  # noqa: BLE001 - as above
        yield Finding("DISCORD_TOKEN", False, _words(error))
        return
    yield Finding("DISCORD_TOKEN", True, f"{longplay.client.user}, application {longplay.client.application_id}")
    yield await gateway_starts(longplay.client)
    if not at_head:
        return
    yield await commands_known(longplay.client, longplay.tools, now=longplay.clock.now())
    for club in await setup.all_clubs(longplay.tools):
        yield await club_permissions(longplay.client, club)
        if club.trouble:
            yield Finding(f"Club {club.name}", False, club.trouble)


def _words(error: Exception) -> str:
    return explain(error) or f"{type(error).__name__}: {error}"
