"""Nothing that a service gave an operator stands in a log, whatever goes wrong."""

from __future__ import annotations

import logging
from collections.abc import Generator

import pytest

from bot.domain.errors import Unavailable
from bot.providers.sources import Keys, Sources
from bot.rehearsal.providers import SHOPS, Fault, LoopbackProviders, world_on
from tests.factories import MovableClock
from tests.factories.manners import FreeManners

KEYS = Keys("an-id-of-spotify", "a-secret-of-spotify", "a-key-of-lastfm")
FAULTS = (
    None,
    Fault(status=403),
    Fault(status=500),
    Fault(kind="garbage"),
    Fault(kind="truncated"),
    Fault(kind="cut"),
)


@pytest.fixture
def lines() -> Generator[list[str]]:
    """Every line of every logger, at every level."""
    written: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(self.format(record))

    root, listener = logging.getLogger(), Listener(logging.NOTSET)
    level = root.level
    root.addHandler(listener)
    root.setLevel(logging.DEBUG)
    yield written
    root.setLevel(level)
    root.removeHandler(listener)


@pytest.mark.parametrize(
    "fault", FAULTS, ids=lambda fault: "all well" if fault is None else f"{fault.kind} {fault.status}"
)
async def test_no_key_and_no_token_is_ever_written_down(fault: Fault | None, lines: list[str]) -> None:
    async with LoopbackProviders(SHOPS) as server:
        sources = Sources(world_on(server), FreeManners(), MovableClock(), keys=KEYS)
        if fault is not None:
            server.add_fault(fault)
        told: list[str] = []
        for source in sources.albums:
            try:
                for found in await source.search_albums("glass harbour"):
                    await source.fetch_album(found.links[0])
            except Unavailable as failure:
                told.append(f"{failure} {failure.detail}")
        await sources.close()
    assert len(sources.albums) == 4
    assert bool(told) is (fault is not None)
    for line in [*lines, *told]:
        assert not any(secret in line for secret in KEYS.secrets), line
        assert "access_token" not in line or "struck out" in line, line
