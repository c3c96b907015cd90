"""The pages on the way to a service and back: bound to a member, a press and a browser, clear when it goes wrong."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import logging
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from sqlalchemy import text

from bot.domain.errors import Unavailable, Why
from bot.domain.listening.accounts import AccountRefused, GrantTooSmall, Standing
from bot.domain.listening.linking import Account
from bot.domain.listening.plays import Source
from bot.domain.people import Caller
from bot.domain.secret_keys import new_key
from bot.providers.vault import SecretVault
from bot.services.accounts import linking
from bot.services.tools import Tools
from bot.web import WebServer, serves_pages
from db.queries import accounts as queries
from db.queries.people import user_by_discord
from db.session import Database
from tests.factories.accounts import FakeGranter, FakeSource, a_grant, listening_tools
from tests.factories.club import make_club
from tests.factories.people import NOW, MovableClock, a_caller
from tests.web.browser import Browser

BEN, CHIDI = a_caller(1, name="Ben <b>"), a_caller(2, name="Chidi")


@dataclass
class Site:
    """Our pages on a free port, with services that grant what a test tells them."""

    tools: Tools
    server: WebServer
    spotify: FakeGranter
    presses: int = 0

    async def ticket(self, caller: Caller = BEN, source: Source = Source.SPOTIFY) -> str:
        self.presses += 1
        ticket = await linking.begin(
            self.tools,
            caller=caller,
            now=self.now,
            source=source,
            pressed_id=self.presses,
        )
        return ticket.address

    def answer(self, page: str, *, code: str = "code-1", source: Source = Source.SPOTIFY, **more: str) -> str:
        """Where the service sends the browser back to, from the page it was sent to."""
        asked = parse_qs(urlsplit(page).query)
        told = {"state": asked["state"][0], **({"code": code} if code else {}), **more}
        return f"{asked['redirect_uri'][0]}?{urlencode(told)}"

    @property
    def now(self) -> datetime:
        return self.tools.clock.now()

    def wait(self, **length: float) -> None:
        assert isinstance(self.tools.clock, MovableClock)
        self.tools.clock.move(timedelta(**length))

    async def account(self, caller: Caller = BEN) -> Account | None:
        async with self.tools.database.reading() as session:
            user_id = await user_by_discord(session, caller.discord_id)
            return None if user_id is None else await queries.account_of_user(session, user_id, Source.SPOTIFY)


@pytest.fixture
async def site(database: Database) -> AsyncGenerator[Site]:
    await make_club(database)
    spotify = FakeGranter(Source.SPOTIFY, grants={"code-1": a_grant()})
    sources = (FakeSource(Source.SPOTIFY), FakeSource(Source.LASTFM))
    tools = listening_tools(database, sources=sources, granters=(spotify, FakeGranter(Source.LASTFM)))
    server = WebServer(tools, host="127.0.0.1", port=0)
    await server.start()
    tools = replace(tools, listening=replace(tools.listening, web_address=f"http://127.0.0.1:{server.port}"))
    server.tools = tools
    yield Site(tools, server, spotify)
    await server.stop()


async def test_a_member_walks_to_the_service_and_back(site: Site) -> None:
    async with Browser() as browser:
        address = await site.ticket()
        start = await browser.open(address)
        assert start.title == "Link Spotify"
        assert "For Ben <b> (@member1) on Discord" in start.text
        assert "<b>" not in start.source, "names are text"
        page = await browser.go_on(address)
        done = await browser.open(site.answer(page))
    assert (done.status, done.title) == (200, "Linked")
    assert "Your Spotify account ben is linked." in done.text
    account = await site.account()
    assert account is not None
    assert (account.external_id, account.proven, account.scopes) == ("id-of-ben", True, "read")
    asked = parse_qs(urlsplit(page).query)
    (code, verifier, back), *_ = site.spotify.redeemed
    assert (code, back) == ("code-1", asked["redirect_uri"][0])
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    assert asked["code_challenge"] == [digest], "PKCE by S256"
    assert 43 <= len(verifier) <= 128


async def test_every_page_keeps_to_itself(site: Site) -> None:
    async with Browser() as browser:
        address = await site.ticket()
        pages = [await browser.open(address), await browser.open(f"{site.tools.listening.web_address}/nothing")]
        page = await browser.go_on(address)
        pages += [await browser.open(site.answer(page)), await browser.open(site.answer(page))]
    assert [page.status for page in pages] == [200, 404, 200, 410]
    for shown in pages:
        assert shown.headers["cache-control"] == "no-store"
        assert shown.headers["referrer-policy"] == "no-referrer"
        assert shown.headers["x-content-type-options"] == "nosniff"
        policy = shown.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert "unsafe" not in policy
        style = shown.source.partition("<style>")[2].partition("</style>")[0]
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy, "a browser would not draw it"
        assert "<script" not in shown.source
        assert "http" not in shown.source.replace(" http-equiv", ""), "nothing from elsewhere"
        assert '<meta name="viewport"' in shown.source
    assert "form-action 'self' https://accounts.spotify.example;" in pages[0].headers["content-security-policy"]


async def test_the_cookie_is_for_this_host_and_no_script(site: Site) -> None:
    async with Browser() as browser:
        page = await browser.open(await site.ticket())
    cookie = page.headers["set-cookie"]
    assert all(part in cookie for part in ("HttpOnly", "SameSite=Lax", "Max-Age=600", "Path=/"))
    secure = replace(site.tools.listening, web_address="https://club.example")
    site.server.tools = replace(site.tools, listening=secure)
    async with Browser() as browser:
        page = await browser.open(await site.ticket())
    assert page.headers["set-cookie"].startswith("__Host-longplay=")
    assert "Secure" in page.headers["set-cookie"]


async def test_states_codes_and_cookies_lie_in_no_row(site: Site) -> None:
    async with Browser() as browser:
        address = await site.ticket()
        page = await browser.go_on(address)
        words = [address.rpartition("/")[2], parse_qs(urlsplit(page).query)["state"][0], *browser.cookies]
        await browser.open(site.answer(page))
    words += [site.spotify.redeemed[0][1], "access-1", "refresh-1"]
    async with site.tools.database.engine.connect() as connection:
        rows = [*await connection.execute(text("SELECT link_attempts::text FROM link_attempts"))]
        rows += [*await connection.execute(text("SELECT linked_accounts::text FROM linked_accounts"))]
    told = " ".join(str(row[0]) for row in rows)
    for word in words:
        assert word not in told
        assert word.encode().hex() not in told


async def test_a_page_works_once(site: Site) -> None:
    async with Browser() as browser:
        address = await site.ticket()
        page = await browser.go_on(address)
        await browser.open(site.answer(page))
        again = await browser.open(site.answer(page, code="code-2"))
        start = await browser.open(address)
    assert (again.status, again.title) == (410, "Used already")
    assert (start.status, start.title) == (410, "Used already")
    assert len(site.spotify.redeemed) == 1


async def test_two_answers_at_once_count_as_one(site: Site) -> None:
    site.spotify.takes = 0.2
    async with Browser() as browser:
        page = await browser.go_on(await site.ticket())
        both = await asyncio.gather(*(browser.open(site.answer(page)) for _ in range(2)))
    assert sorted(each.title for each in both) == ["Linked", "Used already"]
    assert len(site.spotify.redeemed) == 1


async def test_going_on_again_makes_the_state_before_worthless(site: Site) -> None:
    async with Browser() as browser:
        address = await site.ticket()
        first, second = await browser.go_on(address), await browser.go_on(address)
        assert (await browser.open(site.answer(first))).status == 404
        assert (await browser.open(site.answer(second))).title == "Linked"


async def test_ten_minutes_are_enough(site: Site) -> None:
    async with Browser() as browser:
        address = await site.ticket()
        page = await browser.go_on(address)
        site.wait(minutes=10)
        late = await browser.open(site.answer(page))
        assert (late.status, late.title) == (410, "Too late")
        assert (await browser.open(address)).title == "Too late"
    assert not site.spotify.redeemed


async def test_a_stolen_answer_is_worth_nothing_without_the_cookie(site: Site) -> None:
    async with Browser() as browser, Browser() as thief:
        page = await browser.go_on(await site.ticket())
        stolen = await thief.open(site.answer(page))
        assert (stolen.status, stolen.title) == (403, "No cookie")
        await thief.open(await site.ticket(CHIDI))
        stolen = await thief.open(site.answer(page))
        assert (stolen.status, stolen.title) == (403, "Another browser")
        assert await site.account() is None
        assert (await browser.open(site.answer(page))).title == "Linked", "a thief uses nothing up"


async def test_another_members_ticket_does_not_open_in_a_second_browser(site: Site) -> None:
    async with Browser() as browser, Browser() as other:
        address = await site.ticket()
        await browser.go_on(address)
        await other.open(address)
        assert (await other.open(address, method="POST")).title == "Another browser"


async def test_an_answer_belongs_to_whoever_began(site: Site) -> None:
    async with Browser() as browser:
        page = await browser.go_on(await site.ticket(CHIDI))
        await browser.open(site.answer(page))
    assert await site.account(BEN) is None
    assert await site.account(CHIDI) is not None


@pytest.mark.parametrize("state", ["", "x", "A" * 43, "é" * 43])
async def test_an_unknown_state_is_no_way(site: Site, state: str) -> None:
    async with Browser() as browser:
        await browser.open(await site.ticket())
        query = urlencode({"state": state, "code": "code-1"})
        shown = await browser.open(f"{site.tools.listening.web_address}/callback/spotify?{query}")
    assert (shown.status, shown.title) == (404, "No such way")


async def test_a_state_of_one_service_is_none_of_anothers(site: Site) -> None:
    async with Browser() as browser:
        page = await browser.go_on(await site.ticket())
        shown = await browser.open(site.answer(page).replace("/callback/spotify", "/callback/lastfm"))
    assert shown.status == 404


async def test_without_cookies_nobody_goes_on(site: Site) -> None:
    async with Browser(keeps_cookies=False) as browser:
        address = await site.ticket()
        await browser.open(address)
        assert (await browser.open(address, method="POST")).title == "No cookie"


async def test_a_no_at_the_service_is_a_no(site: Site) -> None:
    async with Browser() as browser:
        page = await browser.go_on(await site.ticket())
        denied = await browser.open(site.answer(page, code="", error="access_denied"))
        page = await browser.go_on(await site.ticket())
        failed = await browser.open(site.answer(page, code="", error="server_error"))
    assert (denied.status, denied.title) == (200, "Not linked")
    assert "You said no at Spotify" in denied.text
    assert failed.status == 502
    assert await site.account() is None


@pytest.mark.parametrize(
    ("trouble", "status", "words"),
    [
        (Unavailable("spotify", Why.DOWN), 503, "Spotify is not answering"),
        (AccountRefused(Source.SPOTIFY, Standing.NOT_ALLOWED), 403, "is not on its list"),
        (AccountRefused(Source.SPOTIFY, Standing.REVOKED), 403, "did not take the answer"),
        (GrantTooSmall(Source.SPOTIFY, Standing.REVOKED), 403, "leave every box ticked"),
    ],
    ids=lambda each: type(each).__name__ if isinstance(each, Exception) else None,
)
async def test_what_the_service_refuses_is_one_clear_sentence(
    site: Site, trouble: Exception, status: int, words: str
) -> None:
    site.spotify.trouble = trouble
    async with Browser() as browser:
        page = await browser.go_on(await site.ticket())
        shown = await browser.open(site.answer(page))
        assert (shown.status, words in shown.text) == (status, True), shown.text
        assert await site.account() is None
        site.spotify.trouble = None
        page = await browser.go_on(await site.ticket())
        assert (await browser.open(site.answer(page))).title == "Linked"


async def test_an_account_of_another_member_stays_theirs(site: Site) -> None:
    site.spotify.grants["code-2"] = a_grant(token="access-2")
    async with Browser() as browser:
        page = await browser.go_on(await site.ticket(CHIDI))
        await browser.open(site.answer(page))
        page = await browser.go_on(await site.ticket())
        shown = await browser.open(site.answer(page, code="code-2"))
    assert (shown.status, shown.title) == (409, "Somebody else's")
    assert await site.account() is None


async def test_a_lost_key_is_the_operators_matter(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    async with Browser() as browser:
        page = await browser.go_on(await site.ticket())
        other = replace(site.tools.listening, vault=SecretVault([new_key()]))
        site.server.tools = replace(site.tools, listening=other)
        with caplog.at_level(logging.CRITICAL):
            shown = await browser.open(site.answer(page))
    assert (shown.status, "longplay doctor" in shown.text) == (503, True)


async def test_a_bug_is_told_with_a_reference_and_without_the_address(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    site.spotify.trouble = RuntimeError("a bug")
    async with Browser() as browser:
        page = await browser.go_on(await site.ticket())
        shown = await browser.open(site.answer(page))
    assert shown.status == 500
    reference = shown.source.partition("<code>")[2].partition("</code>")[0]
    assert f"reference {reference}" in caplog.text
    assert parse_qs(urlsplit(page).query)["state"][0] not in caplog.text


async def test_a_port_that_is_taken_is_an_error_that_can_be_told(site: Site) -> None:
    with pytest.raises(OSError, match="in use"):
        await WebServer(site.tools, host="127.0.0.1", port=site.server.port).start()


async def test_a_port_is_known_to_be_ours_or_somebody_elses(site: Site) -> None:
    assert await serves_pages("127.0.0.1", site.server.port)
    stranger = await asyncio.start_server(_hello, "127.0.0.1", 0)
    async with stranger:
        assert not await serves_pages("127.0.0.1", stranger.sockets[0].getsockname()[1])
    assert not await serves_pages("127.0.0.1", 1)


async def _hello(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nServer: nobody\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    writer.close()
    await writer.wait_closed()


async def test_old_walks_are_forgotten(site: Site) -> None:
    await site.ticket()
    site.wait(days=2)
    await site.ticket()
    async with site.tools.database.engine.connect() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM link_attempts")) == 1
    assert site.now == NOW + timedelta(days=2)
