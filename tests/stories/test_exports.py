"""A playlist goes to Spotify: asked for at that moment, made once, and each no of the service in words."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest

from bot.rehearsal.loopback import Answer
from bot.rehearsal.loopback.schemas import Schemas
from bot.rehearsal.pilot import Member
from bot.rehearsal.providers.listeners import Play, as_member
from bot.rehearsal.stage import Stage
from tests.factories.listening import hear
from tests.stories.conftest import monday_noon
from tests.stories.elsewhere import Abroad, abroad, agree, link_of
from tests.stories.scene import buttons, told
from tests.stories.test_blends import plays_of
from tests.stories.test_listening import user_of
from tests.web.browser import Browser


@pytest.fixture
async def club(database_url: str, schemas: Schemas | None, mishaps: list[str]) -> AsyncGenerator[Abroad]:
    async with abroad(database_url, schemas, monday_noon()) as place:
        yield place
    assert mishaps == []


async def settled(stage: Stage, answer: Answer, words: str) -> str:
    """What a private card says once the queue has done its work."""
    for _ in range(200):
        await stage.settle()
        if words in answer.text:
            return answer.text
    raise AssertionError(answer.text)


async def two_who_hear_the_same(club: Abroad) -> tuple[Member, Member]:
    ben, chidi = club.scene.arrive("Ben", "Chidi")
    for member in (ben, chidi):
        await member.command("club join")
        counts = {"The Low Tides/Ferry song": 4, "Nobody/*Known* nowhere": 3}
        await hear(club.stage.tools.database, await user_of(club.stage, member), plays_of(club.stage, counts))
    return ben, chidi


async def test_a_blend_goes_to_spotify_once_its_member_has_allowed_it_there(club: Abroad) -> None:
    ben, chidi = await two_who_hear_the_same(club)
    club.elsewhere.joins_spotify("slowben", [Play(club.stage.clock.now(), "Ash", "Slow", "Slow")])
    made = await ben.command("blend", member=chidi.person)
    assert buttons(made.message) == ["To Spotify", "Links", "Make it anew"]
    asked = await ben.press(made, "To Spotify")
    told(asked, "may make private playlists in your account", "It links your Spotify account here, too")
    assert club.spotify.shelf.lists == []
    async with Browser() as browser:
        address = link_of(asked, "Allow it at")
        start = await browser.open(address)
        assert "Make a private playlist in your account for each that you export" in start.text
        page = await browser.go_on(address)
        assert "playlist-modify-private" in page
        back = await browser.open(as_member(page, "slowben"))
        done = await browser.open(back.location)
        assert "Back on Discord, press Export now." in done.text
    going = await ben.press(asked, "Export now")
    text = await settled(club.stage, going, "It is on Spotify")
    assert "with 1 of 2 tracks" in text
    assert "*Known* nowhere — Nobody" in text
    (listing,) = club.spotify.shelf.lists
    assert (listing.name, len(listing.tracks)) == ("Blend: Ben and Chidi", 1)
    told(await ben.command("playlist export", playlist="Blend: Ben and Chidi"), "exported a moment ago")
    links = await ben.command("playlist links", playlist="Blend: Ben and Chidi")
    told(links, "Ferry song — The Low Tides", "Search YouTube")


async def test_whoever_linked_without_it_is_asked_again_and_may_say_no(club: Abroad) -> None:
    ben, chidi = await two_who_hear_the_same(club)
    listener = club.elsewhere.joins_spotify("slowben")
    async with Browser() as browser:
        await agree(browser, link_of(await ben.command("link spotify")), "slowben")
    made = await ben.command("blend", member=chidi.person)
    asked = await ben.press(made, "To Spotify")
    assert "links your Spotify account" not in asked.text
    listener.grants = ("user-read-recently-played", "user-read-currently-playing")
    async with Browser() as browser:
        done = await agree(browser, link_of(asked, "Allow it at"), "slowben")
        assert "none is exported" in done.text
    told(await ben.press(asked, "Export now"), "Allow it at Spotify")
    listener.grants = None
    async with Browser() as browser:
        await agree(browser, link_of(await ben.press(asked, "Export now"), "Allow it at"), "slowben")
    listener.allowed = False
    going = await ben.press(asked, "Export now")
    await settled(club.stage, going, "Ask whoever runs the bot")
    listener.allowed = True
    await settled(club.stage, await ben.press(going, "Try again"), "It is on Spotify")
