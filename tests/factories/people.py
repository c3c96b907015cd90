"""Who acts in a test, and when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.domain.people import Caller, Member
from bot.domain.ports import AlbumSource
from bot.services import people
from bot.services.tools import Tools
from db.session import Database

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
"""A Monday evening in Berlin."""
GUILD = 900_000_000_000_000_001


class MovableClock:
    """Stands still until it is moved."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def move(self, by: timedelta) -> datetime:
        self.at += by
        return self.at


def make_tools(database: Database, *, album_sources: tuple[AlbumSource, ...] = ()) -> Tools:
    return Tools(database, MovableClock(), album_sources)


def a_caller(
    number: int = 1,
    *,
    name: str | None = None,
    guild_id: int = GUILD,
    manages: bool = False,
    role_ids: frozenset[int] = frozenset(),
) -> Caller:
    """The person behind an interaction: the same number is the same Discord account."""
    return Caller(
        guild_id=guild_id,
        discord_id=700_000_000_000_000_000 + number,
        name=name or f"Member {number}",
        handle=f"member{number}",
        guild_name="A server",
        role_ids=role_ids,
        manages=manages,
    )


async def make_member(database: Database, caller: Caller | None = None, *, now: datetime = NOW) -> Member:
    """A member of the caller's club, by way of joining it."""
    return await people.join(make_tools(database), caller=caller or a_caller(), now=now)
