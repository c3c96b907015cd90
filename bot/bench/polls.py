"""Clubs whose polls are open, with people who may vote: in the database by the services, and on a loopback Discord."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.clock import SystemClock
from bot.domain.people import Caller
from bot.rehearsal.loopback import LoopbackDiscord
from bot.rehearsal.loopback.state import Entity, Guild
from bot.services import people
from bot.services.catalog import Resolved
from bot.services.club import nominating, phases, planning, setup
from bot.services.tools import Tools
from db.session import Database


@dataclass(frozen=True, slots=True)
class Polling:
    """A club on the loopback Discord, whose members vote."""

    guild: Guild
    channel: Entity
    people: Sequence[Entity]


def settle_people(double: LoopbackDiscord, clubs: int, members: int) -> list[Polling]:
    """Servers with so many people each."""
    found: list[Polling] = []
    for club in range(clubs):
        guild = double.add_guild(f"Club {club}")
        channel = double.add_channel(guild, "album-club")
        people = [double.add_user(f"member{club}x{number}", f"Member {number}") for number in range(members)]
        for person in people:
            double.join(guild, person)
        found.append(Polling(guild, channel, people))
    return found


async def open_polls(url: str, clubs: Sequence[Polling], nominations: int) -> None:
    """Each club has a week whose poll is open, with albums that its owner's friends have nominated."""
    database = Database.connect(url)
    tools = Tools(database, SystemClock())
    try:
        for one in clubs:
            await _open(tools, one, nominations, tools.clock.now())
    finally:
        await database.close()


async def _open(tools: Tools, club: Polling, nominations: int, now: datetime) -> None:
    guild_id, name = int(club.guild.id), str(club.guild["name"])
    host = Caller(guild_id, int(club.guild["owner_id"]), "Host", manages=True, guild_name=name)
    await setup.set_up(tools, caller=host, now=now, channel_id=int(club.channel.id), name=name)
    week = await planning.open_week(tools, caller=host, now=now)
    for number, person in enumerate(club.people):
        caller = Caller(guild_id, int(person.id), f"Member {number}", guild_name=name)
        await people.join(tools, caller=caller, now=now)
        if number >= nominations:
            continue
        album = Resolved(None, f"Album {number} of {name}", f"Artist {number}", 1990 + number)
        await nominating.nominate(tools, caller=caller, now=now, album=album, week=week.id)
    await phases.advance_week(tools, caller=host, now=now, week=week.id)
