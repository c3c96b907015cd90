"""The text of refused forms, kept for a day behind an "Edit again" button."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables.club import FormDraft


async def add_draft(
    session: AsyncSession,
    *,
    club_id: UUID,
    draft_id: UUID,
    user_id: UUID,
    form: str,
    fields: Mapping[str, Any],
    now: datetime,
) -> None:
    """What a member typed into a form that was refused."""
    await session.execute(
        insert(FormDraft).values(
            club_id=club_id, id=draft_id, user_id=user_id, form=form, fields=dict(fields), kept_at=now
        )
    )


async def draft(
    session: AsyncSession, *, club_id: UUID, draft_id: UUID, user_id: UUID, since: datetime
) -> tuple[str, dict[str, Any]] | None:
    """A member's own draft, kept since an instant: which form, and its fields."""
    row = (
        await session.execute(
            select(FormDraft.form, FormDraft.fields).where(
                FormDraft.club_id == club_id,
                FormDraft.id == draft_id,
                FormDraft.user_id == user_id,
                FormDraft.kept_at >= since,
            )
        )
    ).one_or_none()
    return None if row is None else (row.form, dict(row.fields))


async def forget_drafts(session: AsyncSession, club_id: UUID, before: datetime) -> None:
    """Drafts of the club older than an instant are gone."""
    await session.execute(delete(FormDraft).where(FormDraft.club_id == club_id, FormDraft.kept_at < before))


async def forget_surplus(session: AsyncSession, club_id: UUID, user_id: UUID, *, keep: int) -> None:
    """Of a member's drafts only the latest few stay."""
    own = (FormDraft.club_id == club_id, FormDraft.user_id == user_id)
    latest = select(FormDraft.id).where(*own).order_by(FormDraft.kept_at.desc(), FormDraft.id.desc()).limit(keep)
    await session.execute(delete(FormDraft).where(*own, FormDraft.id.not_in(latest)))
