"""A ballot cast by hand: the checks, rows and the errand of `bot.services.club.voting`, with the driver alone."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from bot.domain.ids import new_id
from cogs.shared.dynamic import decode_key

CLUB = "SELECT id, name FROM clubs WHERE guild_id = $1"
USER = "SELECT user_id FROM linked_accounts WHERE provider = 'discord' AND external_id = $1"
SEEN = """
INSERT INTO memberships (club_id, user_id, display_name, joined_at, active_at, seen_at) VALUES ($1, $2, $3, $4, $4, $4)
ON CONFLICT (club_id, user_id) DO UPDATE SET display_name = $3, seen_at = $4, active_at = $4, left_at = NULL
RETURNING EXISTS (SELECT FROM club_listeners WHERE club_id = $1 AND user_id = $2)
"""
WEEK = "SELECT number, phase, rules, run, poll_close_at FROM weeks WHERE id = $1 AND club_id = $2 FOR SHARE"
RACE = """
SELECT n.id, n.user_id, a.title, a.artist FROM nominations n LEFT JOIN albums a ON a.id = n.album_id
WHERE n.club_id = $1 AND n.week_id = $2 AND n.standing = 'standing' ORDER BY n.ordinal
"""
BALLOT = """
INSERT INTO ballots (club_id, week_id, user_id, cast_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (club_id, week_id, user_id) DO UPDATE SET cast_at = $4
"""
VOTES = "SELECT nomination_id FROM votes WHERE club_id = $1 AND week_id = $2 AND user_id = $3 ORDER BY rank"
FORGET = "DELETE FROM votes WHERE club_id = $1 AND week_id = $2 AND user_id = $3"
CHANGED = "UPDATE ballots SET changes = changes + 1 WHERE club_id = $1 AND week_id = $2 AND user_id = $3"
VOTE = """
INSERT INTO votes (club_id, week_id, user_id, rank, nomination_id)
SELECT $1, $2, $3, rank, nomination_id FROM unnest($4::uuid[]) WITH ORDINALITY AS chosen (nomination_id, rank)
"""
HOLD = """
SELECT id FROM nominations WHERE club_id = $1 AND week_id = $2 AND standing = 'standing' ORDER BY id
FOR NO KEY UPDATE
"""
VOTERS = "SELECT user_id FROM ballots WHERE club_id = $1 AND week_id = $2"
ERRAND = """
INSERT INTO outbox (id, club_id, week_id, lane, key, phase, run, kind, ordinal, payload, state, not_before, recorded_at)
VALUES ($1, $2, $3, $4, $5, 'poll', $6, $7, 0, $8, 'pending', $9, $9)
"""
NOTE = f"{ERRAND} ON CONFLICT DO NOTHING"
REFRESH = f"""
{ERRAND} ON CONFLICT (week_id) WHERE kind = 'refresh' AND state = 'pending' AND attempts = 0
DO UPDATE SET payload = outbox.payload || excluded.payload
"""


class ByHand:
    """Casts ballots as somebody would who has nothing but the driver."""

    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def cast(self, interaction: Any) -> str:
        """Cast the ballot of a form; what to answer."""
        data = interaction.data
        week_id = decode_key(data["custom_id"].split(":")[2])
        choices = [UUID(value) for label in data["components"] for value in label["component"]["values"]]
        now = datetime.now(UTC)  # noqa: TID251 - a plain client asks the machine
        async with self.pool.acquire() as connection, connection.transaction():
            club = await connection.fetchrow(CLUB, interaction.guild_id)
            user_id = await connection.fetchval(USER, str(interaction.user.id))
            if club is None or user_id is None:
                return "You are in no club here."
            await connection.fetchval(SEEN, club["id"], user_id, interaction.user.display_name[:80], now)
            week = await connection.fetchrow(WEEK, week_id, club["id"])
            if week is None or week["phase"] != "poll" or week["poll_close_at"] <= now:
                return "The poll is closed."
            race = {row["id"]: row for row in await connection.fetch(RACE, club["id"], week_id)}
            rules = json.loads(week["rules"])
            fault = _fault(choices, race, rules, user_id)
            if fault:
                return fault
            await self._write(connection, (club["id"], week_id, user_id), choices, now)
            await self._errands(connection, (club["id"], week_id, user_id), race, week["run"], now)
        names = "\n".join(f"{race[one]['title']} by {race[one]['artist']}" for one in choices)
        return f"Your ballot, week {week['number']}\n{names}\nYou can change it until the poll closes."

    async def _write(self, connection: Any, ballot: tuple[UUID, UUID, UUID], choices: list[UUID], now: Any) -> None:
        await connection.execute(BALLOT, *ballot, now)
        before = [row["nomination_id"] for row in await connection.fetch(VOTES, *ballot)]
        if before != choices:
            if before:
                await connection.execute(FORGET, *ballot)
                await connection.execute(CHANGED, *ballot)
            await connection.execute(VOTE, *ballot, choices)

    async def _errands(
        self, connection: Any, ballot: tuple[UUID, UUID, UUID], race: dict[UUID, Any], run: int, now: Any
    ) -> None:
        club_id, week_id, user_id = ballot
        owed = {row["user_id"] for row in race.values()}
        if user_id in owed:
            await connection.execute(HOLD, club_id, week_id)
            if owed <= {row["user_id"] for row in await connection.fetch(VOTERS, club_id, week_id)}:
                note = (f"{week_id}::0:host_note:0:close_early", run, "host_note", '{"words": "close_early"}', now)
                await connection.execute(NOTE, new_id(now), club_id, week_id, str(week_id), *note)
        errand_id = new_id(now)
        refresh = (f"{week_id}:poll:{run}:refresh:0::{errand_id}", run, "refresh", "{}", now)
        await connection.execute(REFRESH, errand_id, club_id, week_id, str(week_id), *refresh)


def _fault(choices: list[UUID], race: dict[UUID, Any], rules: dict[str, Any], user_id: UUID) -> str:
    """What is wrong with a ballot; empty where nothing is."""
    if not choices or len(choices) > rules["ranks"] or len(set(choices)) < len(choices):
        return "That is no ballot."
    if any(one not in race or (race[one]["user_id"] == user_id and not rules["own_vote"]) for one in choices):
        return "You cannot vote for that."
    return ""
