"""A vault, and services that grant what a test tells them to."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from bot.domain.ids import new_id
from bot.domain.listening.accounts import Access, AccountRefused, Granted, HistoryPage, NowPlaying, Profile, Standing
from bot.domain.listening.plays import Source
from bot.domain.ports import Granter, ListenSource
from bot.domain.secret_keys import new_key
from bot.providers.vault import SecretVault
from bot.services.accounts.sealing import ACCESS, REFRESH, place_of
from bot.services.tools import Listening, Tools
from db.queries import accounts as queries
from db.session import Database
from tests.factories.people import NOW, MovableClock

WEB = "http://127.0.0.1:8910"


@dataclass
class FakeSource:
    """A service that knows some accounts by name or token, and refuses or fails when told to."""

    source: Source
    known: dict[str, Profile] = field(default_factory=dict[str, Profile])
    """By name in lower case, or by token."""
    trouble: Exception | None = None

    async def fetch_profile(self, access: Access) -> Profile:
        if self.trouble is not None:
            raise self.trouble
        found = self.known.get(access.token or access.name.lower())
        if found is None:
            raise AccountRefused(self.source, Standing.REVOKED if access.token else Standing.GONE, access.name)
        return found

    async def fetch_history(
        self, access: Access, *, since: datetime | None, until: datetime, cursor: str = "", newest: bool = False
    ) -> HistoryPage:
        return HistoryPage(())

    async def fetch_now_playing(self, access: Access) -> NowPlaying | None:
        return None


@dataclass
class FakeGranter:
    """Grants what lies in `grants` by code, and renews by refresh token; counts, and takes its time when told to."""

    source: Source
    grants: dict[str, Granted] = field(default_factory=dict[str, Granted])
    renewals: dict[str, Granted] = field(default_factory=dict[str, Granted])
    trouble: Exception | None = None
    takes: float = 0.0
    redeemed: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])
    renewed: list[str] = field(default_factory=list[str])

    def page_address(self, *, state: str, challenge: str, back_to: str, wanted: str = "") -> str:
        asked = {"state": state, "code_challenge": challenge, "redirect_uri": back_to, "scope": wanted}
        return f"https://accounts.{self.source}.example/authorize?{urlencode(asked)}"

    async def redeem(self, *, code: str, verifier: str, back_to: str) -> Granted:
        self.redeemed.append((code, verifier, back_to))
        await asyncio.sleep(self.takes)
        if self.trouble is not None:
            raise self.trouble
        granted = self.grants.pop(code, None)
        if granted is None:
            raise AccountRefused(self.source, Standing.REVOKED)
        return granted

    async def renew(self, refresh_token: str) -> Granted:
        self.renewed.append(refresh_token)
        await asyncio.sleep(self.takes)
        if self.trouble is not None:
            raise self.trouble
        granted = self.renewals.pop(refresh_token, None)
        if granted is None:
            raise AccountRefused(self.source, Standing.REVOKED)
        return granted


def a_grant(
    name: str = "ben", *, token: str = "access-1", refresh: str = "refresh-1", now: datetime = NOW, scopes: str = "read"
) -> Granted:
    """A grant as Spotify gives it: an hour, and half a year."""
    return Granted(
        Profile(f"id-of-{name}", name),
        token,
        refresh,
        now + timedelta(hours=1),
        scopes,
        now + timedelta(days=182),
    )


def renewed(granted: Granted, *, token: str, refresh: str = "", now: datetime) -> Granted:
    """The same grant with another access token."""
    return replace(
        granted,
        profile=None,
        access_token=token,
        refresh_token=refresh,
        expires_at=now + timedelta(hours=1),
        ends_at=None,
    )


def listening_tools(
    database: Database,
    *,
    sources: tuple[ListenSource, ...] = (),
    granters: tuple[Granter, ...] = (),
    vault: SecretVault | None = None,
    web: str = WEB,
) -> Tools:
    """Tools with a vault of its own and these services."""
    listening = Listening(
        {each.source: each for each in sources},
        {each.source: each for each in granters},
        vault or SecretVault([new_key()]),
        web,
    )
    return Tools(database, MovableClock(), listening=listening)


async def keep_account(
    tools: Tools,
    user_id: UUID,
    *,
    source: Source = Source.SPOTIFY,
    granted: Granted | None = None,
    now: datetime = NOW,
    proven: bool = True,
) -> UUID:
    """An account as linking leaves it."""
    granted = granted or a_grant(now=now)
    assert granted.profile is not None
    assert tools.listening.vault is not None
    vault, account_id = tools.listening.vault, new_id(now)
    async with tools.database.writing() as session:
        assert await queries.add_account(
            session,
            account_id=account_id,
            user_id=user_id,
            source=source,
            external_id=granted.profile.external_id,
            now=now,
        )
        token, refresh = granted.access_token, granted.refresh_token
        await queries.keep_grant(
            session,
            account_id,
            name=granted.profile.name,
            proven=proven,
            scopes=granted.scopes,
            access_token=vault.seal(token, place=place_of(account_id, ACCESS)) if token else None,
            refresh_token=vault.seal(refresh, place=place_of(account_id, REFRESH)) if refresh else None,
            token_expires_at=granted.expires_at,
            consent_ends_at=granted.ends_at,
            now=now,
        )
    return account_id
