"""A day of a busy club, hour by hour: what a bot process and its database hold in the evening they held before noon.

Some hours are played always; `LONGPLAY_WHOLE_DAY=1` plays all twenty-four.
"""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from bot.rehearsal.kills.clock import LeadingClock
from bot.rehearsal.kills.stage import ProcessStage
from bot.rehearsal.kills.vitals import STATUS, Vitals
from bot.rehearsal.kills.week import first_monday
from bot.rehearsal.pilot import Album, Member
from bot.rehearsal.providers import LoopbackProviders
from bot.rehearsal.providers.catalogue import ALBUMS
from bot.rehearsal.providers.listeners import Elsewhere, Play
from bot.rehearsal.providers.world import shops_with
from bot.services import outbox

WHOLE = os.environ.get("LONGPLAY_WHOLE_DAY") == "1"
HOURS, MORNING = (24, 6) if WHOLE else (4, 2)
"""How many hours are played, and after how many everything has been used once."""
PEOPLE = ("Ada", "Ben", "Cleo", "Dan")
MEGABYTE = 1 << 20

MORE_BYTES = 16 * MEGABYTE
"""What the heap may still stretch: a leak of 10 kB in each interaction of the whole day would be more."""
MORE_OBJECTS = 6_000
"""What the drivers' caches of statements, a hundred for each connection, may still take in; in a whole day's afternoon
and evening it is three objects for each of 1,800 acts."""
MORE_OF_OURS_AN_HOUR = 25
"""Of any one kind of the bot's, its faces' or the client library's: fewer than one for every second act."""
OURS = ("bot.", "cogs.", "db.", "discord.", "procrastinate.")
MORE_FILES, MORE_TASKS, MORE_THREADS = 4, 4, 4
MOST_CONNECTIONS = 24
"""One bot: its pool of 8, 2 for looks, 2 for turns, one that shows it is there, and the queue's own 4, with air."""

pytestmark = pytest.mark.skipif(not STATUS.exists(), reason="this system does not say how much memory a process uses")


@dataclass
class Evening:
    """What was seen at the end of each hour."""

    vitals: list[Vitals] = field(default_factory=list[Vitals])
    connections: list[int] = field(default_factory=list[int])


@dataclass
class Day:
    """A club whose weeks last an hour."""

    stage: ProcessStage
    elsewhere: Elsewhere
    host: Member
    people: list[Member]
    evening: Evening

    async def begin(self) -> None:
        proposed = await self.host.command("club setup", hope="Set up")
        await self.host.press(proposed, "Save", hope="The club is ready")
        for member in self.people:
            await member.command("club join", hope="in the club")
            self.elsewhere.joins_lastfm(f"{member.name.lower()}hears", self.heard(40))
            form = await member.press(await member.command("link lastfm"), "Only my name")
            await member.submit(form, {"Your name on Last.fm": f"{member.name.lower()}hears"}, hope="is linked")
        await self.stage.settle()

    def heard(self, number: int) -> list[Play]:
        """What is heard in the four minutes each before now."""
        now = self.stage.clock.now()
        return [
            Play(now - (place + 1) * timedelta(minutes=4), album.artist.name, album.tracks[0].title, album.title)
            for place in range(number)
            for album in [ALBUMS[place % len(ALBUMS)]]
        ]

    async def hour(self, number: int) -> None:
        """A week from its opening to its close, what people look up meanwhile, and lost connections."""
        began = self.stage.clock.now()
        await self.host.command("week open", theme=f"Hour {number}", hope="Opened")
        await self.stage.settle()
        await self.choose(number)
        await self.look()
        await self.hear(number)
        if number % 2:
            await self.stage.double.reconnect()
        else:
            await self.stage.double.drop_gateway()
        await self.stage.move_to(began + timedelta(hours=1))
        (bot,) = self.stage.living
        self.evening.vitals.append(await bot.keep_up())
        self.evening.connections.append(await self.count("pg_stat_activity WHERE datname = current_database()"))

    async def choose(self, number: int) -> None:
        for place, member in enumerate(self.people[:3]):
            await member.nominate(Album(f"Artist {place} - Record {number}.{place}"))
        again = await self.people[0].command("nominate", album="Nobody - Nothing", hope="one nomination a week")
        assert again.ephemeral
        await self.advance()
        panel = await self.people[0].find(self.stage.channel, "Vote")
        for place, member in enumerate(self.people):
            ballot = await member.vote(panel, f"{1 + (place + 1) % 3}. ")
            await member.press(ballot, "Change", hope="Your ballot")  # a form that nobody sends
        await self.advance()

    async def look(self) -> None:
        """Lists, pictures, suggestions, help, and a refusal or two."""
        ada, ben, cleo, dan = self.people
        for member in self.people:
            self.elsewhere.joins_lastfm(f"{member.name.lower()}hears", self.heard(3))
        await ada.command("week show")
        await ben.command("help")
        await cleo.command("top artists")
        await dan.command("recent")
        await ada.command("np")
        await ben.command("club charts")
        await cleo.command("whoknows album")
        await dan.command("taste")
        await ada.command("chart", size="2 2")
        await ben.command("recommend")
        await cleo.person.autocomplete(self.stage.channel, "whoknows album", "album", album="a")
        await dan.command("week advance", hope="Only the club's hosts")
        await self.stage.settle()

    async def hear(self, number: int) -> None:
        card = await self.people[0].find(self.stage.channel, "Rate the album")
        await self.people[0].press(card, "I've heard it", hope="Noted")
        for place, member in enumerate(self.people):
            await member.rate(card, f"{3 + place % 2}.5", review=f"Heard in hour {number}.")
        await self.advance()
        await self.advance()

    async def advance(self) -> None:
        await self.host.command("week advance", hope="Done")
        await self.stage.settle()

    async def count(self, rows: str) -> int:
        async with self.stage.tools.database.reading() as session:
            return await session.scalar(text(f"SELECT count(*) FROM {rows}")) or 0


@pytest.fixture
async def day(database_url: str) -> AsyncGenerator[Day]:
    """A club in the morning, on a bot that is a process of its own and asks services for covers and plays."""
    clock = LeadingClock(first_monday(datetime.now(UTC)))
    elsewhere = Elsewhere(clock.now)
    providers = LoopbackProviders(shops_with(elsewhere))
    async with ProcessStage(database_url, starts_at=clock.now(), clock=clock, providers=providers) as stage:
        host = Member(stage.owner(), stage.channel)
        people = [Member(stage.arrives(name.lower(), name), stage.channel) for name in PEOPLE]
        yield Day(stage, elsewhere, host, people, Evening())
        assert stage.errors == []
        assert stage.double.violations == []
        assert stage.deaths == 0


async def test_a_day_leaves_nothing_behind(day: Day, record_property: Any) -> None:
    await day.begin()
    for number in range(HOURS):
        await day.hour(number)
    seen = day.evening
    morning, evening = seen.vitals[MORNING - 1], seen.vitals[-1]
    hours = HOURS - MORNING
    ours = {kind: more for kind, more in evening.grown(morning).items() if kind.startswith(OURS)}
    told = {
        "hours": HOURS,
        "MB": [round(each.resident / MEGABYTE, 1) for each in seen.vitals],
        "objects": [each.objects for each in seen.vitals],
        "files": [each.files for each in seen.vitals],
        "tasks": [each.tasks for each in seen.vitals],
        "threads": [each.threads for each in seen.vitals],
        "connections": seen.connections,
        "grown": dict(list(evening.grown(morning).items())[:12]),
        "of ours": ours,
        "errands": await day.count("outbox"),
    }
    record_property("day", told)
    print(told)

    assert evening.resident - morning.resident < MORE_BYTES
    assert evening.objects - morning.objects < MORE_OBJECTS, evening.grown(morning)
    assert max(ours.values(), default=0) < MORE_OF_OURS_AN_HOUR * hours, ours
    assert evening.files - morning.files <= MORE_FILES
    assert evening.tasks - morning.tasks <= MORE_TASKS
    assert evening.threads - morning.threads <= MORE_THREADS
    assert max(seen.connections) <= MOST_CONNECTIONS
    waiting = await outbox.unsettled(day.stage.tools, now=day.stage.clock.now())
    assert (waiting.due, waiting.dead) == (0, 0)
    assert await day.count("procrastinate_jobs WHERE status <> 'todo'") == 0
    assert await day.count("weeks WHERE phase = 'closed'") == HOURS
