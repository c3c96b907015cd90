"""After accounts were linked, read, refused, renewed and lost, no secret that occurred can be read anywhere.

Searched are the log at its most talkative, as an operator has it and as our own rooms write it, the audit log, and
every column of every table, as text and as the bytes of a sealed value.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from sqlalchemy import text

from bot.logs import SILENT, TALKATIVE, start_logging
from bot.rehearsal.loopback.schemas import Schemas
from bot.rehearsal.pilot import Member
from bot.rehearsal.providers.listeners import SECRET, Play
from bot.rehearsal.providers.server import Asked, Fault, Reply, Shop
from tests.stories.conftest import monday_noon
from tests.stories.elsewhere import Abroad, abroad, agree, link_of, state_of, way_back
from tests.stories.scene import told
from tests.web.browser import Browser

SENT = ("code", "code_verifier", "refresh_token", "sk", "api_sig", "token", "state", "code_challenge")
"""Fields of what services are sent."""
GOT = ("access_token", "refresh_token")
OURS = ("bot", "cogs", "db", "longplay")
FIELD = "Your ListenBrainz user token"


@dataclass
class Ears:
    """Hears every secret that goes over a counter."""

    secrets: set[str] = field(default_factory=set)

    def at(self, shop: Shop) -> Shop:
        def listening(asked: Asked) -> Reply | None:
            told = {**asked.query, **asked.form}
            self.note(*(told.get(name, "") for name in SENT))
            self.note(asked.headers.get("Authorization", "").partition(" ")[2])
            reply = shop(asked)
            if reply is not None and reply.body.startswith(b"{"):
                answer = json.loads(reply.body)
                self.note(*(str(answer.get(name) or "") for name in GOT))
            if reply is not None and b"<session>" in reply.body:
                self.note(reply.body.decode().partition("<key>")[2].partition("</key>")[0])
            return reply

        return listening

    def note(self, *words: str) -> None:
        self.secrets.update(word for word in words if word)


class Raw(logging.Handler):
    """What our own rooms write, before anything is struck out."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.partition(".")[0] in OURS:
            self.lines.append(logging.Formatter("%(name)s %(message)s").format(record))


@pytest.fixture
def raw(capsys: pytest.CaptureFixture[str]) -> Iterator[Raw]:
    """The log as `LONGPLAY_LOG_LEVEL=DEBUG` has it, knowing no secret by its value; `capsys` hears it."""
    loggers = [logging.getLogger(name) for name in (None, *TALKATIVE, *SILENT)]
    before = [(each.level, each.handlers) for each in loggers]
    start_logging("DEBUG")
    handler = Raw()
    logging.getLogger().addHandler(handler)
    yield handler
    for logger, (level, handlers) in zip(loggers, before, strict=True):
        logger.setLevel(level)
        logger.handlers = handlers


async def live(club: Abroad, ears: Ears) -> Member:
    """Everything that can happen to accounts, with the faults that services have."""
    scene, stage = club.scene, club.stage
    ben, chidi = scene.arrive("Ben", "Chidi")
    now = stage.clock.now()
    listener = club.elsewhere.joins_spotify("Benjamin", [Play(now, "Ash", "Slow")])
    club.elsewhere.joins_lastfm("slowben", [Play(now, "Ash", "Slow")])
    ears.note(token := club.elsewhere.joins_listenbrainz("ben").token)
    async with Browser() as browser, Browser() as thief:
        for kind in ("status", "garbage", "cut", ""):
            for service in ("spotify", "lastfm"):
                name = "Benjamin" if service == "spotify" else "slowben"
                start = link_of(await ben.command(f"link {service}"))
                back = await way_back(browser, start, name)
                ears.note(start.rpartition("/")[2], state_of(back))
                await thief.open(back)
                path = "spotify/api/token" if service == "spotify" else "lastfm/2.0/"
                echo = json.dumps({"error": back, "access_token": state_of(back)}).encode()
                fault = Fault(path, kind or "status", 503, body=echo, times=3 if kind else 0)  # type: ignore[arg-type]
                club.providers.add_fault(fault)
                page = await browser.open(back)
                assert ("is linked" in page.text) == (not kind), page.text
                await browser.open(back)
                club.providers.faults.clear()
                await scene.wait(minutes=15)  # who failed is left alone for a while
        ears.note(*browser.cookies, *thief.cookies)
        form = await ben.command("link listenbrainz")
        told(await ben.submit(form, {FIELD: token[::-1]}), "does not know this token")
        ears.note(token[::-1])
        told(await ben.submit(await ben.command("link listenbrainz"), {FIELD: token}), "is linked")
        form = await chidi.command("link listenbrainz")
        told(await chidi.submit(form, {FIELD: token}), "linked by another member")
        await stage.settle()
        club.spotify.spoil_tokens(listener)
        await scene.wait(hours=3)
        club.spotify.revoke(listener)
        club.lastfm.revoke(club.elsewhere.joins_lastfm("slowben"))
        await scene.wait(hours=3)
        await ben.command("accounts", hope="Needs you")
        again = link_of(await ben.command("link spotify"))
        assert (await agree(browser, again, "Benjamin")).title == "Linked again"
        ears.note(again.rpartition("/")[2])
        await stage.settle()
    asked = await ben.command("unlink", service="ListenBrainz")
    told(await ben.press(asked, "Delete them"), "no longer linked")
    return ben


async def every_cell(club: Abroad) -> str:
    """Every row of every table, as PostgreSQL writes it; bytes are in hexadecimal."""
    found: list[str] = []
    async with club.stage.tools.database.reading() as session:
        tables = await session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
        for table in tables.all():
            found += list(await session.scalars(text(f'SELECT t::text FROM "{table}" t')))
    return "\n".join(found)


async def test_no_secret_of_an_account_can_be_read_anywhere(
    database_url: str, schemas: Schemas | None, raw: Raw, capsys: pytest.CaptureFixture[str]
) -> None:
    ears = Ears()
    async with abroad(database_url, schemas, monday_noon()) as club:
        for name in ("spotify", "lastfm", "listenbrainz"):
            club.overhear(name, ears.at)
        ben = await live(club, ears)
        rows = await every_cell(club)
        keys = club.stage.app.vault.secrets()
        seen = json.dumps([*club.stage.double.dms(ben.person), *club.stage.double.channel_messages(club.scene.channel)])
    logged = capsys.readouterr().err
    secrets = {*ears.secrets, *keys, SECRET, "no-secret-of-anybody"}
    assert len(secrets) > 40, "the scan has heard what it is about"
    assert "linked on its page" in logged
    assert len(raw.lines) > 10
    places = {"log": logged, "our own log": "\n".join(raw.lines), "tables": rows, "messages": seen}
    leaks = [
        f"{secret[:6]}… in the {name}"
        for name, place in places.items()
        for secret in secrets
        if secret in place or secret.encode().hex() in place
    ]
    assert leaks == []
