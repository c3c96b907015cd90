"""What every test has: a database when it asks, and no way out of this machine."""

from __future__ import annotations

import gc
import ipaddress
import os
import socket
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.postgres import (  # noqa: F401 - fixtures are found by name in this module
    copied_database_url,
    database,
    database_url,
    empty_database_url,
    migrated_template,
    test_server,
)


def pytest_xdist_auto_num_workers() -> int:
    """Half as many workers again as there are processors: a third of the time each waits for the database."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return processors + max(1, processors // 2)


def pytest_collection_finish() -> None:
    """What is imported by now stays for good: the collector need not walk through it again and again."""
    gc.collect()
    gc.freeze()


class OutsideNetworkError(RuntimeError):
    """A test tried to reach another machine."""


def _is_here(address: Any) -> bool:
    if not isinstance(address, tuple):  # a Unix socket's path
        return True
    host = str(address[0])
    if host in {"localhost", urlsplit(os.environ.get("TEST_DATABASE_URL", "")).hostname}:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True, scope="session")
def no_outside_network() -> Any:
    """Refuse every connection that leaves the machine, except to the server of TEST_DATABASE_URL."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            original = getattr(socket.socket, name)

            def guarded(self: socket.socket, address: Any, original: Any = original) -> Any:
                if not _is_here(address):
                    raise OutsideNetworkError(f"tests stay on this machine; refused: {address}")
                return original(self, address)

            patch.setattr(socket.socket, name, guarded)
        yield
