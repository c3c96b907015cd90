"""Who stands at a poll's box: all that a ballot needs to know of its voter and its week, in one question."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.domain.club.entries import Album, Contender
from bot.domain.club.week import Week
from db.queries.club.weeks import COLUMNS, week_from
from db.queries.people import DISCORD
from db.session import Asking, driving


@dataclass(frozen=True, slots=True)
class AtBox:
    """A member at the box of a week that is held, so that it does not close before their ballot is in."""

    week: Week
    user_id: UUID
    name: str
    """As the club knows them."""
    active_at: datetime
    seen_at: datetime
    is_here: bool
    """A member who has not left, and whose plays the club counts if it should."""


AT_BOX = f"""
SELECT {", ".join(f"w.{name}" for name in COLUMNS)}, m.user_id, m.display_name, m.active_at, m.seen_at,
  m.left_at IS NULL AND EXISTS (SELECT FROM club_listeners l WHERE l.club_id = m.club_id AND l.user_id = m.user_id)
FROM weeks w JOIN clubs c ON c.id = w.club_id
JOIN linked_accounts p ON p.provider = '{DISCORD}' AND p.external_id = $2
JOIN memberships m ON m.club_id = w.club_id AND m.user_id = p.user_id
WHERE w.id = $3 AND c.guild_id = $1 FOR SHARE OF w
"""


async def at_box(asking: Asking, *, guild_id: int, discord_id: int, week_id: UUID) -> AtBox | None:
    """The member and the week of their club, held as ballots hold it; None where either is not known there."""
    row = await (await driving(asking)).fetchrow(AT_BOX, guild_id, str(discord_id), week_id)
    if row is None:
        return None
    values = tuple(row)
    return AtBox(week_from(dict(zip(COLUMNS, values, strict=False))), *values[len(COLUMNS) :])


CONTENDERS = """
SELECT n.id, n.user_id, a.id, a.title, a.artist, a.year FROM nominations n JOIN albums a ON a.id = n.album_id
WHERE n.club_id = $1 AND n.week_id = $2 AND n.standing = 'standing' ORDER BY n.ordinal
"""


async def contenders(asking: Asking, week: Week) -> list[Contender]:
    """The albums in the race of a week, in the order of nominating, without what only their cards show."""
    rows = await (await driving(asking)).fetch(CONTENDERS, week.club_id, week.id)
    return [Contender(row[0], row[1], Album(*tuple(row)[2:])) for row in rows]
