"""The loopback services with accounts in them, and everything that asks them, without a database."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.domain.errors import Why
from bot.domain.listening.accounts import Access, HistoryPage
from bot.domain.manners import Pace
from bot.domain.ports import ListenSource
from bot.providers.http import Http
from bot.providers.lastfm_accounts import LastFmGranter
from bot.providers.lastfm_history import LastFmListens
from bot.providers.listenbrainz import ListenBrainz
from bot.providers.manners import Patience
from bot.providers.spotify_accounts import SpotifyGranter
from bot.providers.spotify_history import SpotifyListens
from bot.rehearsal.providers import Elsewhere, LoopbackProviders, Play, shops_with, world_on
from bot.rehearsal.providers.lastfm_listening import LastFmShop
from bot.rehearsal.providers.listeners import SECRET
from bot.rehearsal.providers.spotify_listening import SpotifyShop
from tests.factories.manners import FreeManners
from tests.factories.people import NOW, MovableClock

READ_KEY = "the-key-we-read-with"
AUTH_KEY = "the-key-that-members-see"
CLIENT_ID = "an-app-of-ours"
BACK_TO = "http://127.0.0.1:8080/link/callback"
SCOPES = "user-read-recently-played user-read-currently-playing user-top-read"
QUIET = Patience(total=10.0, call=5.0, tries=1, interactive=False)
HASTY = Patience(total=10.0, call=5.0, tries=1)


class NotingManners(FreeManners):
    """Remembers who waited in the background."""

    def __init__(self) -> None:
        super().__init__()
        self.people: list[bool] = []

    async def wait_turn(self, source: str, pace: Pace, *, within: float, interactive: bool = True) -> None:
        await super().wait_turn(source, pace, within=within, interactive=interactive)
        self.people.append(interactive)

    @property
    def troubles(self) -> list[Why]:
        return [why for _, why in self.told if why is not None]


@dataclass
class Town:
    """Services, accounts, and those who ask for them."""

    clock: MovableClock
    elsewhere: Elsewhere
    server: LoopbackProviders
    http: Http
    manners: NotingManners
    lastfm: LastFmListens
    lastfm_granter: LastFmGranter
    spotify: SpotifyListens
    spotify_granter: SpotifyGranter
    listenbrainz: ListenBrainz

    @property
    def lastfm_shop(self) -> LastFmShop:
        shop = self.server.shops["lastfm"]
        assert isinstance(shop, LastFmShop)
        return shop

    @property
    def spotify_shop(self) -> SpotifyShop:
        shop = self.server.shops["spotify"]
        assert isinstance(shop, SpotifyShop)
        return shop

    def spotify_access(self, name: str, scopes: str = SCOPES) -> Access:
        """An account as it is asked after its member's consent."""
        listener = self.elsewhere.spotify[name]
        return Access(listener.account_id, name, self.spotify_shop.grant(listener, scopes)[0])

    async def walk(
        self,
        source: ListenSource,
        access: Access,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        newest: bool = False,
    ) -> list[HistoryPage]:
        """Every page of a history, from the newest to the end."""
        pages, cursor = [], ""
        until = until or self.clock.now()
        while not pages or cursor:
            assert len(pages) < 200, "it never ends"
            pages.append(await source.fetch_history(access, since=since, until=until, cursor=cursor, newest=newest))
            cursor = pages[-1].cursor
        return pages


@asynccontextmanager
async def a_town(*, patience: Patience = QUIET, hurried: Patience = HASTY) -> AsyncGenerator[Town]:
    """Loopback services without any account yet."""
    clock = MovableClock()
    elsewhere, manners = Elsewhere(clock.now), NotingManners()
    http = Http(clock=clock, loopback=True, secrets=(READ_KEY, AUTH_KEY, SECRET))
    async with LoopbackProviders(shops_with(elsewhere)) as server:
        world = world_on(server)
        asked: Any = {"patience": patience, "hurried": hurried}
        yield Town(
            clock,
            elsewhere,
            server,
            http,
            manners,
            LastFmListens(
                http, manners, api_key=READ_KEY, auth_key=AUTH_KEY, secret=SECRET, address=world.lastfm_at, **asked
            ),
            LastFmGranter(
                http, manners, api_key=AUTH_KEY, secret=SECRET, address=world.lastfm_at, page=world.lastfm_page_at
            ),
            SpotifyListens(http, manners, address=world.spotify_at, **asked),
            SpotifyGranter(
                http,
                manners,
                client_id=CLIENT_ID,
                address=world.spotify_at,
                accounts=world.spotify_accounts_at,
                page=world.spotify_page_at,
            ),
            ListenBrainz(http, manners, address=world.listenbrainz_at, **asked),
        )
        await http.close()


def heard_before(count: int, *, until: datetime = NOW, apart: int = 200, names: str = "Song") -> list[Play]:
    """So many plays one after the other, oldest first, the last of them over at an instant."""
    starts = (until - timedelta(seconds=apart * number) for number in range(count, 0, -1))
    return [Play(at, "Artist", f"{names} {place}", "Album", seconds=apart - 20) for place, at in enumerate(starts)]


def titles(pages: list[HistoryPage]) -> list[str]:
    """What was told, in order."""
    return [play.title for page in pages for play in page.plays]
