"""A stage for stories: a loopback Discord, the whole bot, and a database of its own."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Generator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.clock import SystemClock
from bot.rehearsal.loopback.schemas import Schemas
from bot.rehearsal.stage import Stage

SCHEMAS = Path(__file__).resolve().parents[3] / "shared" / "data" / "discord"


class Mishaps(logging.Handler):
    """What was logged as an error: a story in which something went wrong unseen has not gone well."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.seen.append(logging.Formatter("%(name)s: %(message)s").format(record))


@pytest.fixture(scope="session")
def schemas() -> Schemas | None:
    """Discord's own description, where it is at hand."""
    return Schemas.load(SCHEMAS)


@pytest.fixture
def mishaps() -> Generator[list[str]]:
    """The errors logged so far; a story that provokes one takes it out."""
    handler = Mishaps()
    logging.getLogger().addHandler(handler)
    yield handler.seen
    logging.getLogger().removeHandler(handler)


def monday_noon() -> datetime:
    """The next Monday at 12:00 UTC, so that a story does not depend on the hour and the day it is told."""
    today = SystemClock().now().replace(hour=12, minute=0, second=0, microsecond=0)
    return today + timedelta(days=7 - today.weekday())


@pytest.fixture
async def stage(database_url: str, schemas: Schemas | None, mishaps: list[str]) -> AsyncGenerator[Stage]:
    """A server with a channel for the club, and the bot in it, on a Monday; nothing may go wrong unseen."""
    async with Stage(database_url, schemas=schemas, starts_at=monday_noon()) as stage:
        yield stage
        assert stage.double.violations == []
    assert mishaps == []
