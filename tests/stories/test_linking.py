"""Members link what they listen with, by every way there is, and unlink it; each no is told once, with what to do."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.rehearsal.loopback.schemas import Schemas
from bot.rehearsal.providers.listeners import Play
from tests.stories.conftest import monday_noon
from tests.stories.elsewhere import Abroad, abroad, agree, link_of
from tests.stories.scene import buttons, told
from tests.web.browser import Browser


@pytest.fixture
async def club(database_url: str, schemas: Schemas | None, mishaps: list[str]) -> AsyncGenerator[Abroad]:
    async with abroad(database_url, schemas, monday_noon()) as place:
        yield place
    assert mishaps == []


def heard(club: Abroad, count: int = 5) -> list[Play]:
    """Some plays of the last hours."""
    now = club.stage.clock.now()
    return [
        Play(now - timedelta(minutes=10 * number), "Ash", f"Slow {number}", "Slow") for number in range(1, count + 1)
    ]


async def plays(club: Abroad) -> int:
    async with club.stage.tools.database.reading() as session:
        return int(await session.scalar(text("SELECT count(*) FROM listen_events")) or 0)


async def test_lastfm_by_name_and_by_login(club: Abroad) -> None:
    ben, chidi = club.scene.arrive("Ben", "Chidi")
    club.elsewhere.joins_lastfm("slowben", heard(club))
    ways = await ben.command("link lastfm", hope="Link Last.fm")
    assert buttons(ways.message) == ["Log in at Last.fm", "Only my name"]
    form = await ben.press(ways, "Only my name", hope="Your name on Last.fm")
    no = await ben.submit(form, {"Your name on Last.fm": "nobody-there"}, hope="knows nobody called")
    form = await ben.press(no, "Edit again")
    linked = await ben.submit(form, {"Your name on Last.fm": "https://www.last.fm/user/SlowBen"}, hope="is linked")
    told(linked, "slowben", "There are 5 plays to read", "By its name alone")
    await club.stage.settle()
    assert await plays(club) == 5
    shown = await ben.command("accounts", hope="Last.fm: slowben")
    told(shown, "by its name", "Last read", "The whole history is read")
    assert buttons(shown.message) == ["Read now", "Unlink"]
    told(await ben.press(shown, "Read now"), "read")

    # Somebody else logs in there: it is theirs, and Ben is told.
    async with Browser() as browser:
        ways = await chidi.command("link lastfm")
        start = await browser.open(link_of(ways))
        assert "For Chidi (@chidi) on Discord" in start.text
        done = await agree(browser, link_of(ways), "slowben")
    assert (done.title, "Your Last.fm account slowben is linked" in done.text) == ("Linked", True)
    await club.stage.settle()
    (message,) = club.stage.double.dms(ben.person)
    assert "proven it theirs" in ben.person.reads(message)
    told(await chidi.command("accounts"), "Last.fm: slowben", "logged in")
    told(await ben.command("accounts"), "You have linked no account")
    told(await ben.command("unlink", service="Last.fm"), "linked no Last.fm account")


async def test_spotify_with_pkce_unlinked_with_and_without_what_was_heard(club: Abroad) -> None:
    (ben,) = club.scene.arrive("Ben")
    club.elsewhere.joins_spotify("Benjamin", heard(club))
    async with Browser() as browser:
        for answer, left in (("Keep the listens", 5), ("Delete them", 0)):
            ways = await ben.command("link spotify", hope="last fifty plays only")
            assert (await agree(browser, link_of(ways), "Benjamin")).title == "Linked"
            await club.stage.settle()
            assert await plays(club) == 5
            told(await ben.command("accounts"), "Spotify: Benjamin", "Ends by itself on", "Last read")
            asked = await ben.command("unlink", service="Spotify", hope="Delete them")
            told(await ben.press(asked, answer), "no longer linked", "www.spotify.com/account/apps")
            assert await plays(club) == left
    told(await ben.command("accounts"), "You have linked no account")


async def test_listenbrainz_by_a_token_that_is_typed_into_a_form_alone(club: Abroad) -> None:
    (ben,) = club.scene.arrive("Ben")
    token = club.elsewhere.joins_listenbrainz("ben", heard(club)).token
    form = await ben.command("link listenbrainz", hope="Your ListenBrainz user token")
    wrong = await ben.submit(form, {"Your ListenBrainz user token": "not-my-token"}, hope="does not know this token")
    assert not wrong.followups, "what was typed is not repeated"
    assert "not-my-token" not in wrong.text
    form = await ben.press(wrong, "Try again", hope="Your ListenBrainz user token")
    told(await ben.submit(form, {"Your ListenBrainz user token": token}), "is linked")
    await club.stage.settle()
    assert await plays(club) == 5
    asked = await ben.command("unlink", service="ListenBrainz")
    told(await ben.press(asked, "Delete them"), "What it told is deleted", "listenbrainz.org/settings")
    assert await plays(club) == 0
    async with club.stage.tools.database.reading() as session:
        assert await session.scalar(text("SELECT count(*) FROM form_drafts")) == 0, "a token is kept as no draft"


async def test_each_no_of_a_service_is_a_page_with_what_to_do(club: Abroad) -> None:
    ben, chidi = club.scene.arrive("Ben", "Chidi")
    listener = club.elsewhere.joins_spotify("Benjamin")
    async with Browser() as browser, Browser() as other:

        async def comes_back(**changes: object) -> str:
            for name, value in changes.items():
                setattr(listener, name, value)
            return (await agree(browser, link_of(await ben.command("link spotify")), "Benjamin")).text

        assert "is not on its list" in await comes_back(allowed=False)
        assert "leave every box ticked" in await comes_back(allowed=True, grants=("user-top-read",))
        page = await browser.go_on(link_of(await ben.command("link spotify")))
        denied = await browser.open((await browser.open(f"{page}&deny=1")).location)
        assert "You said no at Spotify" in denied.text
        told(await ben.command("accounts"), "You have linked no account")
        assert "is linked" in await comes_back(grants=None)
        theirs = await agree(other, link_of(await chidi.command("link spotify")), "Benjamin")
        assert (theirs.status, theirs.title) == (409, "Somebody else's")


async def test_a_grant_that_was_taken_back_is_told_once_with_the_button_that_mends_it(club: Abroad) -> None:
    ben, chidi = club.scene.arrive("Ben", "Chidi")
    ours = [club.elsewhere.joins_spotify(name) for name in ("Benjamin", "Chidi")]
    async with Browser() as browser:
        for member, listener in zip((ben, chidi), ours, strict=True):
            await agree(browser, link_of(await member.command("link spotify")), listener.name)
        await club.stage.settle()
        club.stage.double.close_dms(chidi.person)
        for listener in ours:
            club.spotify.revoke(listener)
        await club.scene.wait(hours=3)

        (message,) = club.stage.double.dms(ben.person)
        assert "no longer lets Longplay read your account" in ben.person.reads(message)
        told(await ben.command("accounts"), "Needs you")
        privately = club.stage.double.person(ben.person.user, None)
        ways = await privately.press(message, "Link it again")
        assert (await agree(browser, link_of(ways), "Benjamin")).title == "Linked again"
        await club.scene.wait(hours=1)
        assert len(club.stage.double.dms(ben.person)) == 1
        assert "Needs you" not in (await ben.command("accounts")).text

        shown = await chidi.command("accounts", hope="Needs you")
        told(shown, "Private messages do not reach you")
        told(await chidi.press(shown, "Write to me again"), "told by private message again")
        told(await chidi.press(shown, "Mend it"), "Link Spotify")
