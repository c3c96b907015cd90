"""A loopback Discord for the real process, and a shell to start it from."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from bot.domain.clock import SystemClock
from bot.domain.people import Caller
from bot.rehearsal.loopback import LoopbackDiscord, Person
from bot.rehearsal.loopback.schemas import Schemas
from bot.services.club import setup
from bot.services.tools import Tools
from db.session import Database
from tests.cli.nursery import Nursery, nursery
from tests.cli.process import PATIENCE, Shell, usual_environment

SCHEMAS = Path(__file__).resolve().parents[3] / "shared" / "data" / "discord"


@pytest.fixture(scope="session")
def schemas() -> Schemas | None:
    """Discord's own description, where it is at hand."""
    return Schemas.load(SCHEMAS)


@pytest.fixture
async def discord(schemas: Schemas | None) -> AsyncGenerator[LoopbackDiscord]:
    """A Discord on the machine's own time, asked nothing wrong."""
    double = LoopbackDiscord(SystemClock().now, schemas)
    double.first_answer = PATIENCE  # three seconds are the rehearsal's to test; here a busy machine may take its time
    await double.start()
    yield double
    await double.stop()
    assert double.violations == []


@pytest.fixture(scope="session")
def bytecode(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the processes of all tests keep what they compiled."""
    return tmp_path_factory.getbasetemp().parent / "bytecode"


@pytest.fixture(scope="session")
async def forking(bytecode: Path) -> AsyncGenerator[Nursery]:
    """Where a worker's tests have their processes forked."""
    with TemporaryDirectory(prefix="longplay-") as folder:  # a socket's path must be short
        environment = {**usual_environment(), "PYTHONPYCACHEPREFIX": str(bytecode)}
        async with nursery(Path(folder), environment) as found:
            yield found


@pytest.fixture
async def bare(tmp_path: Path, bytecode: Path, forking: Nursery) -> AsyncGenerator[Shell]:
    """A shell with nothing set."""
    shell = Shell(tmp_path, bytecode, forking)
    yield shell
    await shell.close()


@pytest.fixture
async def shell(
    tmp_path: Path, bytecode: Path, forking: Nursery, database_url: str, discord: LoopbackDiscord
) -> AsyncGenerator[Shell]:
    """A shell with a token, a Discord that knows it, and a database at head."""
    settings = {"DISCORD_TOKEN": discord.token, "DISCORD_API_URL": discord.api_url, "DATABASE_URL": database_url}
    shell = Shell(tmp_path, bytecode, forking, **settings)
    yield shell
    await shell.close()


@dataclass(frozen=True)
class Ground:
    """A server with a club on it, and its host."""

    guild: Any
    channel: Any
    host: Person
    caller: Caller
    tools: Tools


@pytest.fixture
async def ground(database: Database, discord: LoopbackDiscord) -> Ground:
    """A club that was set up before the process starts."""
    guild = discord.add_guild("The Listening Room")
    channel = discord.add_channel(guild, "album-club")
    caller = Caller(int(guild.id), int(guild["owner_id"]), "Owner", guild_name=guild["name"], manages=True)
    tools = Tools(database, SystemClock())
    await setup.set_up(tools, caller=caller, now=tools.clock.now(), channel_id=int(channel.id))
    return Ground(guild, channel, discord.person(guild["owner_id"], guild), caller, tools)
