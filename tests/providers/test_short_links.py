"""Short links lead where their service says, and nowhere else."""

from __future__ import annotations

import pytest

from bot.domain.catalog import Link, LinkKind, Service
from bot.domain.errors import Unavailable, Why
from bot.providers.http import Http
from bot.providers.short_links import ShortLinks
from bot.rehearsal.providers import Fault, LoopbackProviders, Reply

ALBUM = "https://www.deezer.com/album/302127?deferredFl=1"
LEADS = {
    "/link.deezer.com/s/abcdef": ALBUM,
    "/deezer.page.link/twice": "https://link.deezer.com/s/abcdef",
    "/deezer.page.link/round": "https://deezer.page.link/round",
}


def short(host: str, path: str) -> Link:
    return Link(Service.DEEZER, LinkKind.UNKNOWN, path, f"https://{host}/{path}")


@pytest.fixture
async def server():
    def shop(asked):
        leads_to = LEADS.get(asked.path)
        return Reply(status=302, headers={"Location": leads_to}) if leads_to else None

    async with LoopbackProviders({"short": shop}) as running:
        yield running


@pytest.fixture
async def links(server):
    http = Http(loopback=True)
    yield ShortLinks(http, address=server.address("short"))
    await http.close()


async def test_a_short_link_leads_to_an_album(links) -> None:
    assert await links.follow(short("link.deezer.com", "s/abcdef")) == ALBUM


async def test_a_short_link_may_lead_to_another(links) -> None:
    assert await links.follow(short("deezer.page.link", "twice")) == ALBUM


async def test_one_that_is_not_there_or_goes_round_leads_nowhere(links, server) -> None:
    assert await links.follow(short("link.deezer.com", "s/gone")) is None
    assert await links.follow(short("deezer.page.link", "round")) is None
    assert len(server.calls) < 8


async def test_a_service_that_is_down_is_told(links, server) -> None:
    server.add_fault(Fault("short/*", status=502))
    with pytest.raises(Unavailable) as caught:
        await links.follow(short("link.deezer.com", "s/abcdef"))
    assert caught.value.why is Why.DOWN


async def test_outside_a_rehearsal_only_those_who_make_short_links_are_asked() -> None:
    class Recorder:
        def __init__(self) -> None:
            self.hosts: object = None

        async def next_address(self, url, *, hosts):
            self.hosts = set(hosts)
            return "https://open.spotify.com/album/1"

        async def fetch(self, url, *, limit_bytes, hosts=None):
            raise AssertionError

    web = Recorder()
    link = Link(Service.SPOTIFY, LinkKind.UNKNOWN, "abc", "https://spotify.link/abc")
    assert await ShortLinks(web).follow(link) == "https://open.spotify.com/album/1"
    assert web.hosts == {"spotify.link", "spotify.app.link", "deezer.page.link", "dzr.page.link", "link.deezer.com"}
