from __future__ import annotations

import socket

import pytest
from sqlalchemy import text

from tests.conftest import OutsideNetworkError


@pytest.mark.parametrize("address", [("192.0.2.1", 443), ("2001:db8::1", 443), ("example.org", 443)])
def test_no_test_reaches_another_machine(address):
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(family) as outward, pytest.raises(OutsideNetworkError):
        outward.connect(address)


def test_a_test_reaches_its_own_machine():
    with socket.create_server(("127.0.0.1", 0)) as server:
        with socket.create_connection(server.getsockname(), timeout=5):
            pass


@pytest.mark.parametrize("_", range(2))
async def test_a_database_shows_nothing_of_another_tests(database, _):
    async with database.writing() as session:
        await session.execute(text("CREATE TABLE only_here (id int)"))
