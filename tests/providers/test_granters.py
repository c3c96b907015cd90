"""Members grant access on pages of the services: what comes back, what is refused, and that nothing secret is told."""

from __future__ import annotations

import logging
from base64 import urlsafe_b64encode
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from bot.domain.errors import Unavailable, Why
from bot.domain.listening.accounts import Access, AccountRefused, Granted, GrantTooSmall, Standing
from bot.domain.listening.plays import Source
from bot.providers.lastfm_accounts import LastFmGranter
from bot.providers.sources import Keys, Sources, World
from bot.providers.spotify_accounts import months_later
from bot.rehearsal.providers import Fault, as_json, as_member, world_on
from tests.factories import NOW, MovableClock
from tests.factories.elsewhere import (
    AUTH_KEY,
    BACK_TO,
    CLIENT_ID,
    READ_KEY,
    SCOPES,
    SECRET,
    Town,
    a_town,
    heard_before,
)
from tests.factories.manners import FreeManners

VERIFIER = "a-verifier-of-forty-three-characters-or-more-x"
CHALLENGE = urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
STATE = "a-state-that-is-used-once"


@pytest.fixture
async def town() -> AsyncGenerator[Town]:
    async with a_town() as town:
        yield town


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


async def agree(address: str, name: str, **more: str) -> dict[str, str]:
    """What a member's browser brings back to us from the service's page."""
    extra = "".join(f"&{key}={value}" for key, value in more.items())
    async with aiohttp.ClientSession() as browser:
        async with browser.get(as_member(address, name) + extra, allow_redirects=False) as answer:
            assert answer.status == 302, await answer.text()
            location = answer.headers["Location"]
    assert location.startswith(BACK_TO)
    return {key: values[0] for key, values in parse_qs(urlsplit(location).query).items()}


def spotify_page(town: Town, back_to: str = BACK_TO) -> str:
    return town.spotify_granter.page_address(state=STATE, challenge=CHALLENGE, back_to=back_to)


async def spotify_code(town: Town, name: str = "ada") -> str:
    return (await agree(spotify_page(town), name))["code"]


async def redeemed(town: Town, code: str, *, verifier: str = VERIFIER, back_to: str = BACK_TO) -> Granted:
    return await town.spotify_granter.redeem(code=code, verifier=verifier, back_to=back_to)


# Last.fm


async def lastfm_token(town: Town, name: str = "ada", back_to: str = BACK_TO) -> str:
    address = town.lastfm_granter.page_address(state=STATE, challenge="", back_to=back_to)
    back = await agree(address, name)
    assert back["state"] == STATE
    return back["token"]


async def test_lastfm_grants_a_session_key_that_opens_a_hidden_account(town: Town) -> None:
    town.elsewhere.joins_lastfm("Ada", heard_before(3)).hides = True
    granted = await town.lastfm_granter.redeem(code=await lastfm_token(town), verifier="", back_to=BACK_TO)
    assert granted.profile is not None
    assert (granted.profile.external_id, granted.profile.name) == ("ada", "Ada")
    assert (granted.expires_at, granted.ends_at, granted.refresh_token) == (None, None, "")
    access = Access("ada", "Ada", granted.access_token)
    assert len((await town.lastfm.fetch_history(access, since=None, until=NOW)).plays) == 3


async def test_lastfms_page_shows_the_key_for_members_and_brings_our_state_along(town: Town) -> None:
    address = town.lastfm_granter.page_address(state=STATE, challenge=CHALLENGE, back_to=f"{BACK_TO}?way=1")
    query = parse_qs(urlsplit(address).query)
    assert query["api_key"] == [AUTH_KEY]
    assert READ_KEY not in address
    assert query["cb"] == [f"{BACK_TO}?way=1&state={STATE}"]
    real = LastFmGranter(town.http, FreeManners(), api_key="k", secret="s")
    assert real.page_address(state="s", challenge="", back_to=BACK_TO).startswith("https://www.last.fm/api/auth/?")


async def test_a_token_of_lastfm_works_once_and_for_an_hour(town: Town) -> None:
    town.elsewhere.joins_lastfm("Ada")
    used, late = await lastfm_token(town), await lastfm_token(town)
    await town.lastfm_granter.redeem(code=used, verifier="", back_to=BACK_TO)
    town.clock.move(timedelta(minutes=61))
    for code in (used, late, "nothing-of-the-kind"):
        with pytest.raises(AccountRefused) as caught:
            await town.lastfm_granter.redeem(code=code, verifier="", back_to=BACK_TO)
        assert caught.value.source is Source.LASTFM


async def test_a_wrong_secret_of_ours_is_no_members_fault(town: Town) -> None:
    town.elsewhere.joins_lastfm("Ada")
    address = f"{town.server.address('lastfm')}/2.0/"
    granter = LastFmGranter(town.http, town.manners, api_key=AUTH_KEY, secret="another", address=address)
    with pytest.raises(Unavailable) as caught:
        await granter.redeem(code=await lastfm_token(town), verifier="", back_to=BACK_TO)
    assert caught.value.why is Why.REFUSED


async def test_a_session_key_is_never_renewed(town: Town) -> None:
    with pytest.raises(AccountRefused) as caught:
        await town.lastfm_granter.renew("a-session-key")
    assert caught.value.standing is Standing.REVOKED


# Spotify


async def test_spotify_grants_by_a_code_and_its_verifier(town: Town) -> None:
    ada = town.elsewhere.joins_spotify("ada", heard_before(3))
    back = await agree(spotify_page(town), "ada")
    assert back["state"] == STATE
    granted = await redeemed(town, back["code"])
    assert granted.profile is not None
    assert (granted.profile.external_id, granted.profile.name) == (ada.account_id, "ada")
    assert granted.scopes == SCOPES
    assert granted.expires_at == NOW + timedelta(hours=1)
    assert granted.ends_at == datetime(2027, 5, 23, 18, 0, tzinfo=UTC)
    assert granted.refresh_token
    access = Access(ada.account_id, "ada", granted.access_token)
    assert len((await town.spotify.fetch_history(access, since=None, until=NOW)).plays) == 3


async def test_spotifys_page_is_asked_for_what_we_use_and_nothing_else(town: Town) -> None:
    query = {key: values[0] for key, values in parse_qs(urlsplit(spotify_page(town)).query).items()}
    assert query == {
        "client_id": CLIENT_ID, "response_type": "code", "redirect_uri": BACK_TO, "state": STATE,
        "code_challenge_method": "S256", "code_challenge": CHALLENGE, "scope": SCOPES,
    }  # fmt: skip


async def test_a_code_of_spotify_works_once_for_ten_minutes_and_for_who_began(town: Town) -> None:
    town.elsewhere.joins_spotify("ada")
    used = await spotify_code(town)
    await redeemed(town, used)
    tries: list[Callable[[], Awaitable[Granted]]] = [lambda: redeemed(town, used), lambda: redeemed(town, "none")]
    stolen, astray = await spotify_code(town), await spotify_code(town)
    tries.append(lambda: redeemed(town, stolen, verifier="another-verifier-that-somebody-guessed-in-vain"))
    tries.append(lambda: redeemed(town, astray, back_to="https://elsewhere.example/callback"))
    for attempt in tries:
        with pytest.raises(AccountRefused) as caught:
            await attempt()
        assert caught.value.standing is Standing.REVOKED
    late = await spotify_code(town)
    town.clock.move(timedelta(minutes=11))
    with pytest.raises(AccountRefused):
        await redeemed(town, late)


async def test_who_denies_brings_no_code(town: Town) -> None:
    town.elsewhere.joins_spotify("ada")
    back = await agree(spotify_page(town), "ada", deny="1")
    assert back == {"error": "access_denied", "state": STATE}


async def test_a_grant_that_is_too_small_is_noticed_when_it_is_given(town: Town) -> None:
    ada = town.elsewhere.joins_spotify("ada")
    ada.grants = ("user-read-currently-playing",)
    with pytest.raises(GrantTooSmall) as caught:
        await redeemed(town, await spotify_code(town))
    assert caught.value.missing == ("user-read-recently-played",)
    ada.grants = ("user-read-recently-played",)
    assert (await redeemed(town, await spotify_code(town))).scopes == "user-read-recently-played"


async def test_an_account_that_is_not_on_the_apps_list_is_told_so_at_once(town: Town) -> None:
    town.elsewhere.joins_spotify("ada").allowed = False
    with pytest.raises(AccountRefused) as caught:
        await redeemed(town, await spotify_code(town))
    assert caught.value.standing is Standing.NOT_ALLOWED


async def test_a_renewed_grant_has_a_new_refresh_token_and_the_old_one_is_over(town: Town) -> None:
    town.elsewhere.joins_spotify("ada")
    first = await redeemed(town, await spotify_code(town))
    second = await town.spotify_granter.renew(first.refresh_token)
    assert second.profile is None
    assert second.ends_at is None, "renewing prolongs nothing"
    assert second.refresh_token not in ("", first.refresh_token)
    assert second.access_token != first.access_token
    with pytest.raises(AccountRefused) as caught:
        await town.spotify_granter.renew(first.refresh_token)
    assert caught.value.standing is Standing.REVOKED
    assert (await town.spotify_granter.renew(second.refresh_token)).access_token


async def test_where_the_refresh_token_stays_none_is_told(town: Town) -> None:
    town.elsewhere.joins_spotify("ada").rotates = False
    first = await redeemed(town, await spotify_code(town))
    assert (await town.spotify_granter.renew(first.refresh_token)).refresh_token == ""
    assert (await town.spotify_granter.renew(first.refresh_token)).access_token


async def test_a_grant_ends_by_itself_or_is_taken_back(town: Town) -> None:
    ada = town.elsewhere.joins_spotify("ada")
    granted, other = await redeemed(town, await spotify_code(town)), await redeemed(town, await spotify_code(town))
    town.spotify_shop.revoke(ada)
    with pytest.raises(AccountRefused) as caught:
        await town.spotify_granter.renew(other.refresh_token)
    assert caught.value.standing is Standing.REVOKED
    granted = await redeemed(town, await spotify_code(town))
    assert granted.ends_at is not None
    town.clock.at = granted.ends_at
    with pytest.raises(AccountRefused) as caught:
        await town.spotify_granter.renew(granted.refresh_token)
    assert caught.value.standing is Standing.ENDED


TOKEN = "spotify/api/token"
REFUSED_CLIENT = b'{"error":"invalid_client","error_description":"Invalid client"}'
ACCOUNTS_TROUBLE = {
    "down, in text": (Fault(TOKEN, "status", status=503, body=b"upstream connect error"), Why.DOWN, None),
    "busy": (Fault(TOKEN, "status", status=429, headers={"Retry-After": "7"}), Why.BUSY, 7),
    "an app that is none": (Fault(TOKEN, "status", status=400, body=REFUSED_CLIENT), Why.REFUSED, None),
    "moved away": (Fault(TOKEN, "status", status=302, headers={"Location": "http://10.0.0.1/"}), Why.REFUSED, None),
    "gone": (Fault(TOKEN, "status", status=404), Why.REFUSED, None),
    "a page": (Fault(TOKEN, "garbage"), Why.GARBLED, None),
    "no token": (Fault(TOKEN, "garbage", body=b'{"access_token":"","expires_in":3600}'), Why.GARBLED, None),
    "no time": (Fault(TOKEN, "garbage", body=b'{"access_token":"tok-en","expires_in":"x"}'), Why.GARBLED, None),
    "endless time": (Fault(TOKEN, "garbage", body=b'{"access_token":"tok-en","expires_in":1e300}'), Why.GARBLED, None),
    "a list": (Fault(TOKEN, "garbage", body=b"[1]"), Why.GARBLED, None),
    "cut off": (Fault(TOKEN, "truncated"), Why.GARBLED, None),
    "hung up": (Fault(TOKEN, "cut"), Why.DOWN, None),
}


@pytest.mark.parametrize("name", ACCOUNTS_TROUBLE)
async def test_trouble_with_spotifys_accounts_is_no_members_fault(town: Town, name: str) -> None:
    fault, why, waits = ACCOUNTS_TROUBLE[name]
    fault.met = 0
    town.elsewhere.joins_spotify("ada")
    code = await spotify_code(town)
    town.server.add_fault(fault)
    for ask in (redeemed(town, code), town.spotify_granter.renew("a-refresh-token")):
        with pytest.raises(Unavailable) as caught:
            await ask
        assert caught.value.why is why
        assert caught.value.until == (None if waits is None else NOW + timedelta(seconds=waits))
        assert "tok-en" not in caught.value.detail
    assert fault.met == 2, "a code is not tried twice"


async def test_where_nothing_is_said_of_scopes_all_are_granted(town: Town) -> None:
    body = {"access_token": "a", "expires_in": 60, "account_id": "abc", "id": "ada"}
    town.server.shops["spotify"] = lambda asked: as_json(body)
    assert (await redeemed(town, "code")).scopes == SCOPES


@pytest.mark.parametrize(
    ("day", "later"),
    [((2026, 11, 20), (2027, 5, 20)), ((2026, 8, 31), (2027, 2, 28)), ((2027, 8, 31), (2028, 2, 29))],
)
def test_six_months_later_is_the_same_day_or_the_months_last(
    day: tuple[int, int, int], later: tuple[int, int, int]
) -> None:
    assert months_later(datetime(*day, 12, 30, tzinfo=UTC), 6) == datetime(*later, 12, 30, tzinfo=UTC)


# What is secret


async def everything(town: Town, faults: list[Fault]) -> tuple[list[str], list[BaseException]]:
    """Link, read and renew everywhere; what must be told to nobody, and what was raised on the way."""
    secret, raised = [READ_KEY, SECRET, VERIFIER, STATE], []

    async def attempt(work: Awaitable[Any]) -> Any:
        try:
            return await work
        except (Unavailable, AccountRefused) as error:
            raised.append(error)
            return None

    code, token = await spotify_code(town), await lastfm_token(town)
    access, refresh = town.spotify_shop.grant(town.elsewhere.spotify["ada"], SCOPES)
    key = town.lastfm_shop.session_of(town.elsewhere.lastfm["ada"], AUTH_KEY)
    own = town.elsewhere.listenbrainz["ada"].token
    secret += [code, token, access, refresh, key, own]
    for fault in faults:
        town.server.add_fault(fault)
    for granted in (
        await attempt(redeemed(town, code)),
        await attempt(town.lastfm_granter.redeem(code=token, verifier=VERIFIER, back_to=BACK_TO)),
        await attempt(town.spotify_granter.renew(refresh)),
    ):
        if granted is not None:
            assert granted.access_token not in repr(granted)
            secret += [each for each in (granted.access_token, granted.refresh_token) if each]
    accounts = ((town.lastfm, key), (town.spotify, access), (town.listenbrainz, own))
    for source, held in accounts:
        account = Access("ada", "Ada", held)
        assert held not in repr(account)
        await attempt(source.fetch_history(account, since=None, until=NOW))
        await attempt(source.fetch_profile(account))
        await attempt(source.fetch_now_playing(account))
    return secret, raised


ECHOES = {
    "all is well": [],
    "refused": [Fault("*", "status", status=403)],
    "unauthorized": [Fault("*", "status", status=401)],
    "bad request": [Fault("*", "status", status=400, body=b'{"error":"invalid_grant"}')],
    "failed": [Fault("*", "status", status=500)],
    "garbage": [Fault("*", "garbage")],
    "another shape": [Fault("*", "garbage", body=b'{"error": 9}')],
    "cut off": [Fault("*", "truncated")],
    "hung up": [Fault("*", "cut")],
}


@pytest.mark.parametrize("name", ECHOES)
async def test_nothing_secret_is_told_whatever_goes_wrong(town: Town, lines: list[str], name: str) -> None:
    for joins in (town.elsewhere.joins_lastfm, town.elsewhere.joins_spotify, town.elsewhere.joins_listenbrainz):
        joins("ada", heard_before(3))
    for fault in ECHOES[name]:
        fault.met = 0
    secret, raised = await everything(town, ECHOES[name])
    assert bool(raised) is bool(ECHOES[name])
    told = [*lines]
    for error in raised:
        while error is not None:
            told += [str(error), repr(error), str(getattr(error, "detail", ""))]
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    assert len(secret) > 8
    for line in told:
        assert not any(each in line for each in secret), line
    for call in town.server.calls:
        if call.path not in ("/authorize", "/api/auth/"):
            assert not any(each in f"{call.path}{call.query}" for each in secret), "addresses are logged everywhere"


async def test_what_an_operator_was_given_decides_who_can_be_linked() -> None:
    def built(keys: Keys) -> tuple[set[Source], set[Source]]:
        sources = Sources(World(), FreeManners(), MovableClock(), keys=keys)
        return set(sources.listens), set(sources.granters)

    both = {Source.LASTFM, Source.SPOTIFY}
    assert built(Keys()) == ({Source.LISTENBRAINZ}, set())
    assert built(Keys(lastfm="key")) == ({Source.LASTFM, Source.LISTENBRAINZ}, set())
    assert built(Keys(lastfm="key", lastfm_secret="secret"))[1] == {Source.LASTFM}
    assert built(Keys(spotify_id="app", lastfm="key", lastfm_secret="secret")) == ({*both, Source.LISTENBRAINZ}, both)
    keys = Keys("app", "one", "two", "three", "four")
    assert set(keys.secrets) == {"one", "two", "three", "four"}


async def test_a_rehearsals_services_are_all_on_this_machine(town: Town) -> None:
    world = world_on(town.server)
    keys = Keys(spotify_id="app", lastfm="key", lastfm_secret=SECRET)
    sources = Sources(world, FreeManners(), town.clock, keys=keys)
    for granter in sources.granters.values():
        assert granter.page_address(state="s", challenge="c", back_to=BACK_TO).startswith("http://127.0.0.1:")
    ada = town.elsewhere.joins_listenbrainz("ada", heard_before(2))
    page = await sources.listens[Source.LISTENBRAINZ].fetch_history(
        Access("ada", "ada", ada.token), since=None, until=NOW
    )
    assert len(page.plays) == 2
    await sources.close()
