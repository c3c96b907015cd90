"""The gate's audit of dependencies has three outcomes, and is itself no fourth one that goes unseen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from aiohttp import web

from tests.audit import BROKEN, CLEAN, FOUND, audited, judged

HOLE: dict[str, Any] = {
    "id": "GHSA-test", "modified": "2026-01-01T00:00:00Z", "published": "2026-01-01T00:00:00Z", "summary": "A hole",
    "details": "…", "aliases": ["CVE-2026-1"],
    "affected": [{
        "package": {"ecosystem": "PyPI", "name": "pillow"},
        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "99.0"}]}],
    }],
}  # fmt: skip


class Osv:
    """A server that speaks as the database of vulnerabilities does."""

    def __init__(self) -> None:
        self.vulnerable: set[str] = set()
        self.away = False
        self.asked: list[str] = []
        self.url = ""

    async def query(self, request: web.Request) -> web.Response:
        if self.away:
            return web.Response(status=503)
        names = [each["package"]["name"] for each in (await request.json())["queries"]]
        self.asked += names
        known = [{"id": HOLE["id"], "modified": HOLE["modified"]}]
        return web.json_response({"results": [{"vulns": known} if each in self.vulnerable else {} for each in names]})

    async def tell(self, _request: web.Request) -> web.Response:
        return web.json_response(HOLE)


@pytest.fixture
async def osv() -> AsyncGenerator[Osv]:
    double = Osv()
    app = web.Application()
    app.add_routes([web.post("/v1/querybatch", double.query), web.get("/v1/vulns/{id}", double.tell)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    double.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    yield double
    await runner.cleanup()


async def test_every_locked_dependency_is_asked_about_and_a_clean_lock_passes(osv: Osv) -> None:
    code, said = await asyncio.to_thread(audited, osv.url)
    assert (code, said) == (CLEAN, f"{len(osv.asked)} dependencies, none of them known to be vulnerable.")
    assert {"discord-py", "sqlalchemy", "pillow", "pytest"} <= set(osv.asked)


async def test_a_known_fault_fails_and_is_named_with_its_remedy(osv: Osv) -> None:
    osv.vulnerable = {"pillow"}
    code, said = await asyncio.to_thread(audited, osv.url)
    assert code == FOUND
    assert said.startswith("pillow ")
    assert "GHSA-test (CVE-2026-1): A hole; mended in 99.0" in said


async def test_where_nobody_answers_it_is_said_loudly_and_the_gate_goes_on(osv: Osv) -> None:
    osv.away = True
    code, said = await asyncio.to_thread(audited, osv.url)
    assert code == CLEAN
    assert "DEPENDENCIES WERE NOT AUDITED" in said


@pytest.mark.parametrize(
    ("code", "out", "err"),
    [
        (2, "", "error: unexpected argument '--frozen' found"),
        (1, "", "error: The lockfile needs to be updated"),
        (0, "{}", ""),
        (1, '{"summary": {"audited_packages": 95}, "vulnerabilities": [], "adverse_statuses": []}', ""),
        (0, '{"summary": {"audited_packages": 0}, "vulnerabilities": [], "adverse_statuses": []}', ""),
    ],
)
def test_an_audit_that_did_not_happen_is_neither_clean_nor_away(code: int, out: str, err: str) -> None:
    assert judged(code, out, err)[0] == BROKEN


def test_a_package_that_its_makers_withdrew_fails_too() -> None:
    out = (
        '{"summary": {"audited_packages": 2}, "vulnerabilities": [],'
        ' "adverse_statuses": [{"name": "left-pad", "version": "1", "status": "archived"}]}'
    )
    code, said = judged(1, out, "")
    assert code == FOUND
    assert said.startswith("left-pad 1: ")
