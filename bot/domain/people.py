"""People: who asks, and what the club knows of a member."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

ACTIVE_FOR = timedelta(weeks=4)
"""A member is active for four weeks after taking part; turnout counts active members."""

FORMER_MEMBER = "former member"


@dataclass(frozen=True, slots=True)
class Caller:
    """The person behind an interaction, as Discord tells of them; nothing here is looked up."""

    guild_id: int
    discord_id: int
    name: str
    handle: str = ""
    guild_name: str = ""
    role_ids: frozenset[int] = field(default_factory=frozenset[int])
    manages: bool = False
    """Has Manage Server in this guild."""


@dataclass(frozen=True, slots=True)
class Member:
    """A person in a club."""

    club_id: UUID
    user_id: UUID
    discord_id: int
    name: str
    joined_at: datetime
    active_at: datetime
    left_at: datetime | None = None
    dm_reminders: bool = False

    @property
    def shown_name(self) -> str:
        """The name the club sees; people who left have none."""
        return self.name if self.left_at is None else FORMER_MEMBER


def is_active(member: Member, now: datetime) -> bool:
    """Whether the member counts for turnout: still here, and took part within four weeks."""
    return member.left_at is None and now - member.active_at <= ACTIVE_FOR
