"""The text of a refused form, kept so that nothing a member typed is lost."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from bot.domain.catalog import visible
from bot.domain.errors import DraftGone
from bot.domain.ids import new_id
from bot.domain.people import Caller
from bot.services import people
from bot.services.tools import Tools
from db.queries import people as people_queries
from db.queries.club import drafts as queries

KEPT_FOR = timedelta(hours=24)
KEPT_PER_MEMBER = 20


async def keep_draft(tools: Tools, *, caller: Caller, now: datetime, form: str, fields: Mapping[str, Any]) -> UUID:
    """Keep what a member typed for a day; `fields` are plain JSON values. Of many only the latest twenty stay."""
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now, takes_part=False)
        await queries.forget_drafts(session, club.id, now - KEPT_FOR)
        draft_id = new_id(now)
        typed = {name: visible(value) if isinstance(value, str) else value for name, value in fields.items()}
        await queries.add_draft(
            session, club_id=club.id, draft_id=draft_id, user_id=member.user_id, form=form, fields=typed, now=now
        )
        await queries.forget_surplus(session, club.id, member.user_id, keep=KEPT_PER_MEMBER)
        return draft_id


async def take_draft(tools: Tools, *, caller: Caller, now: datetime, draft: UUID) -> tuple[str, dict[str, Any]]:
    """The form and the fields of the caller's own draft; it stays for its day, because a form can be closed again.

    Raises `DraftGone`.
    """
    async with tools.database.reading() as session:
        club = await people.club_here(session, caller.guild_id)
        user_id = await people_queries.user_by_discord(session, caller.discord_id)
        found = user_id and await queries.draft(
            session, club_id=club.id, draft_id=draft, user_id=user_id, since=now - KEPT_FOR
        )
        if not found:
            raise DraftGone
        return found
