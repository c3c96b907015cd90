"""A stage for stories: a loopback Discord, the whole bot, and a database of its own."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.rehearsal.loopback.schemas import Schemas
from bot.rehearsal.stage import Stage

SCHEMAS = Path(__file__).resolve().parents[3] / "shared" / "data" / "discord"


@pytest.fixture(scope="session")
def schemas() -> Schemas | None:
    """Discord's own description, where it is at hand."""
    return Schemas.load(SCHEMAS)


@pytest.fixture
async def stage(database_url: str, schemas: Schemas | None) -> AsyncGenerator[Stage]:
    """A server with a channel for the club, and the bot in it; in the end nothing may have gone wrong unseen."""
    async with Stage(database_url, schemas=schemas) as stage:
        yield stage
        assert stage.double.violations == []
