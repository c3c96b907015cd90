"""No address of a member's or a service's making leads to this machine or its network."""

from __future__ import annotations

import socket

import pytest
from aiohttp.abc import AbstractResolver

from bot.domain.errors import Unavailable, Why
from bot.providers.guard import AddressRefused, PublicResolver, check_address, is_public
from bot.providers.http import Http
from bot.rehearsal.providers import Fault, LoopbackProviders, Reply

PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 1_000


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "ftp://example.org/cover.png",
        "//example.org/cover.png",
        "https://",
        "",
        "https://user:pass@example.org/",
        "https://user@example.org/",
        "https://@example.org/",
        "https://example.org:6379/",
        "https://example.org\\@127.0.0.1/",
        "https://example.org/\r\nHost: evil",
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://①②⑦.⓪.⓪.①/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://[fe80::1%25eth0]/",
        "http://0.0.0.0/",
        "http://10.0.0.1/",
        "http://172.16.1.1/",
        "http://192.168.1.1/",
        "http://100.64.0.1/",
        "http://169.254.169.254/latest/meta-data",
        "http://224.0.0.1/",
        "http://127.0.0.1./",
    ],
)
def test_an_address_that_is_odd_or_leads_inside_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        check_address(url)


@pytest.mark.parametrize(
    "url",
    ["https://example.org/a?b=c#d", "http://example.org:80/", "https://8.8.8.8/x", "https://[2001:4860:4860::8888]/"],
)
def test_an_address_of_the_open_web_may_be_asked(url: str) -> None:
    assert str(check_address(url)).startswith("http")


def test_hosts_are_compared_whole() -> None:
    hosts = ("coverartarchive.org", ".archive.org")
    for good in ("coverartarchive.org", "archive.org", "ia800.us.archive.org", "COVERARTARCHIVE.ORG"):
        check_address(f"https://{good}/x", hosts)
    for bad in ("evilarchive.org", "archive.org.evil.example", "sub.coverartarchive.org", "coverartarchive.org.evil"):
        with pytest.raises(AddressRefused):
            check_address(f"https://{bad}/x", hosts)


def test_a_rehearsal_stays_on_its_machine() -> None:
    check_address("http://127.0.0.1:8123/x", ("example.org",), loopback=True)
    for url in ("http://10.0.0.1/", "http://localhost:99/", "https://example.org/", "http://[2001:4860:4860::8888]/"):
        with pytest.raises(AddressRefused):
            check_address(url, loopback=True)


@pytest.mark.parametrize("address", ["10.1.2.3", "::", "fc00::1", "ff02::1", "240.0.0.1", "no address", "198.51.100.7"])
def test_only_what_everybody_can_reach_is_public(address: str) -> None:
    assert not is_public(address)


class Liar(AbstractResolver):
    """Names that resolve to what a test wants; counts how often it was asked."""

    def __init__(self, **addresses: str) -> None:
        self.addresses = {name.replace("_", "."): address for name, address in addresses.items()}
        self.asked = 0

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET) -> list:
        self.asked += 1
        return [
            {"hostname": host, "host": each, "port": port, "family": socket.AF_INET, "proto": 0, "flags": 0}
            for each in self.addresses[host].split()
        ]

    async def close(self) -> None:
        return


@pytest.fixture
async def server():
    def shop(asked):
        if asked.path == "/cover.png":
            return Reply(PNG, content_type="image/png")
        if asked.path == "/moved":
            return Reply(status=302, headers={"Location": asked.query["to"]})
        return None

    async with LoopbackProviders({"web": shop}) as running:
        yield running


@pytest.fixture
async def http():
    session = Http(loopback=True)
    yield session
    await session.close()


async def refusal(session: Http, url: str, **more) -> Unavailable:
    with pytest.raises(Unavailable) as caught:
        await session.fetch(url, limit_bytes=100_000, **more)
    return caught.value


async def test_a_file_is_fetched_with_its_claimed_type(server: LoopbackProviders, http: Http) -> None:
    fetched = await http.fetch(server.address("web") + "/cover.png", limit_bytes=5_000)
    assert fetched is not None
    assert (fetched.content_type, fetched.body) == ("image/png", PNG)
    assert await http.fetch(server.address("web") + "/nothing", limit_bytes=5_000) is None


async def test_a_redirect_is_followed_and_the_last_address_told(server: LoopbackProviders, http: Http) -> None:
    fetched = await http.fetch(server.address("web") + "/moved?to=/web/cover.png", limit_bytes=5_000)
    assert fetched is not None
    assert fetched.url == server.address("web") + "/cover.png"


@pytest.mark.parametrize(
    "target", ["http://10.0.0.1/x", "file:///etc/passwd", "https://me@example.org/", "http://[::ffff:7f00:1]:1/"]
)
async def test_every_step_of_a_redirect_is_checked(server: LoopbackProviders, http: Http, target: str) -> None:
    told = await refusal(http, server.address("web") + f"/moved?to={target}")
    assert told.why is Why.REFUSED


async def test_a_redirect_out_of_a_rehearsal_leads_nowhere(server: LoopbackProviders, http: Http) -> None:
    told = await refusal(http, server.address("web") + "/moved?to=https://example.org/x")
    assert told.why is Why.REFUSED
    assert "example.org" in told.detail


async def test_redirects_that_go_round_end(server: LoopbackProviders, http: Http) -> None:
    url = server.address("web") + "/moved?to=/web/moved%3Fto%3D/web/moved"
    server.shops["web"] = lambda asked: Reply(status=307, headers={"Location": asked.origin + "/moved"})
    assert (await refusal(http, url)).why is Why.REFUSED
    assert len(server.calls) == 6


async def test_more_bytes_than_allowed_are_not_read_whatever_was_promised(
    server: LoopbackProviders, http: Http
) -> None:
    server.shops["web"] = lambda asked: Reply(b"x" * 300_000, content_type="image/png")
    told = await refusal(http, server.address("web") + "/cover.png")
    assert told.why is Why.GARBLED
    assert "more than 100000 bytes" in told.detail


async def test_a_server_that_does_not_answer_is_given_up(server: LoopbackProviders, http: Http) -> None:
    server.add_fault(Fault("web/*", "slow"))
    assert (await refusal(http, server.address("web") + "/cover.png", seconds=0.2)).why is Why.SLOW


async def test_a_name_that_resolves_inside_is_refused_at_the_moment_of_connecting() -> None:
    resolver = Liar(evil_example="127.0.0.1 10.0.0.1")
    session = Http(resolver=resolver)
    told = await refusal(session, "http://evil.example/cover.png")
    assert told.why is Why.REFUSED
    assert resolver.asked == 1
    await session.close()


async def test_of_a_names_addresses_only_the_public_ones_are_left() -> None:
    found = await PublicResolver(Liar(mixed_example="10.0.0.1 93.184.215.14 ::1")).resolve("mixed.example")
    assert [each["host"] for each in found] == ["93.184.215.14"]


async def test_what_a_name_resolves_to_is_asked_again_for_every_connection(server: LoopbackProviders) -> None:
    resolver = Liar(turning_example="127.0.0.1")
    session = Http(resolver=resolver)
    for _ in range(2):
        await refusal(session, "http://turning.example/x")
    assert resolver.asked == 2
    await session.close()


async def test_a_short_link_is_opened_one_step_far(server: LoopbackProviders, http: Http) -> None:
    start = server.address("web")
    leads_to = await http.next_address(f"{start}/moved?to=https://open.spotify.com/album/1", hosts=("spotify.link",))
    assert leads_to == "https://open.spotify.com/album/1"
    assert await http.next_address(start + "/cover.png", hosts=()) is None
    with pytest.raises(Unavailable):
        await http.next_address("https://example.org/x", hosts=("spotify.link",))
    assert len(server.calls) == 2
