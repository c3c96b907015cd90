"""A stage with services where people have accounts, and browsers in which they are signed in there."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from bot.rehearsal.clock import RehearsalClock
from bot.rehearsal.loopback import Answer
from bot.rehearsal.loopback.components import BUTTON, walk
from bot.rehearsal.loopback.schemas import Schemas
from bot.rehearsal.providers import LoopbackProviders
from bot.rehearsal.providers.lastfm_listening import LastFmShop
from bot.rehearsal.providers.listeners import Elsewhere, as_member
from bot.rehearsal.providers.server import Shop
from bot.rehearsal.providers.spotify_listening import SpotifyShop
from bot.rehearsal.providers.world import shops_with
from bot.rehearsal.stage import Stage
from tests.stories.scene import Scene
from tests.web.browser import Browser, Page


@dataclass
class Abroad:
    """A club whose people have accounts elsewhere."""

    scene: Scene
    elsewhere: Elsewhere
    providers: LoopbackProviders
    spotify: SpotifyShop
    lastfm: LastFmShop

    @property
    def stage(self) -> Stage:
        return self.scene.stage

    def overhear(self, shop: str, by: Callable[[Shop], Shop]) -> None:
        """Somebody listens at the counter of a shop from now on."""
        self.providers.shops[shop] = by(self.providers.shops[shop])


@asynccontextmanager
async def abroad(database_url: str, schemas: Schemas | None, starts_at: datetime) -> AsyncGenerator[Abroad]:
    """The stage, with a club on it; nothing may be asked that is not there."""
    clock = RehearsalClock(starts_at)
    elsewhere = Elsewhere(clock.now)
    providers = LoopbackProviders(shops_with(elsewhere))
    spotify, lastfm = providers.shops["spotify"], providers.shops["lastfm"]
    assert isinstance(spotify, SpotifyShop)
    assert isinstance(lastfm, LastFmShop)
    async with Stage(database_url, schemas=schemas, clock=clock, providers=providers) as stage:
        yield Abroad(await Scene.founded(stage), elsewhere, providers, spotify, lastfm)
        assert stage.double.violations == []


def link_of(answer: Answer, start: str = "Log in at") -> str:
    """The address behind a button of a private answer."""
    assert answer.message is not None, answer
    found = [
        str(each["url"])
        for each in walk(answer.message["components"])
        if each["type"] == BUTTON and str(each.get("label", "")).startswith(start) and "url" in each
    ]
    assert len(found) == 1, answer
    return found[0]


async def agree(browser: Browser, address: str, name: str) -> Page:
    """Go on from our start page to the service, agree there as this account, and come back."""
    return await browser.open(await way_back(browser, address, name))


async def way_back(browser: Browser, address: str, name: str) -> str:
    """The address that the service sends the browser back to."""
    page = await browser.go_on(address)
    service = await browser.open(as_member(page, name))
    assert service.status == 302, service.text
    return service.location


def state_of(address: str) -> str:
    return parse_qs(urlsplit(address).query)["state"][0]
