"""The painter with its processes: real pictures, and what becomes of those that take too much."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from bot.domain.pictures.painting import Theme
from bot.pictures.painter import PooledPainter
from tests.factories.sketches import sketches


@pytest_asyncio.fixture
async def painter() -> AsyncIterator[PooledPainter]:
    painting = PooledPainter()
    yield painting
    await painting.close()


async def test_every_kind_is_painted(painter: PooledPainter) -> None:
    for sketch in sketches().values():
        painted = await painter.paint(sketch, theme=Theme.LIGHT)
        assert painted.content.startswith(b"\x89PNG")
        assert painted.width <= 1_200
        assert painted.alt
    assert painter.pool.started == 1
