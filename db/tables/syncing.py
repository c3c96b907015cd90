"""Reading linked accounts: when each is due, what of its history is covered, and pages that are not plays yet."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Index, Integer, SmallInteger, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base


class SyncAccount(Base):
    """How far an account is read, and when it is read next."""

    __tablename__ = "sync_accounts"
    __table_args__ = (
        CheckConstraint("cardinality(covered_since) = cardinality(covered_until)", name="spans_have_both_ends"),
        Index("ix_sync_accounts_next_due_at", "next_due_at"),
        Index("ix_sync_accounts_lease_until", "lease_until", postgresql_where=text("lease_until IS NOT NULL")),
        Index("ix_sync_accounts_refused", "account_id", postgresql_where=text("refused")),
    )

    account_id: Mapped[UUID] = mapped_column(ForeignKey("linked_accounts.id", ondelete="CASCADE"), primary_key=True)
    next_due_at: Mapped[datetime]
    """When it is taken up next, for whatever."""
    newest_due_at: Mapped[datetime]
    """When it is asked next for what is new; in between its history is backfilled."""
    claim: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    """Which task may take it up: the one that was made when it was found due the last time."""
    epoch: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    """Grows whenever somebody takes it up. Every write names the writer's: one that was overtaken writes nothing."""
    lease_until: Mapped[datetime | None]
    """Until then it is in somebody's hands; none when it is in nobody's."""
    covered_since: Mapped[list[datetime]] = mapped_column(ARRAY(DateTime(timezone=True)), server_default="{}")
    covered_until: Mapped[list[datetime]] = mapped_column(ARRAY(DateTime(timezone=True)), server_default="{}")
    """Times of which every play is known, in order; what lies between is a hole."""
    window: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    """What is being read: its limits, and the page to go on with."""
    deep_at: Mapped[datetime | None]
    """When a fortnight was last read again."""
    last_play_at: Mapped[datetime | None]
    doubted: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    """Plays that were not told the last time; they go when they are missing again."""
    failures: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    """In a row."""
    why: Mapped[str] = mapped_column(server_default="")
    """What kept it from being read the last time; empty when it was."""
    refused: Mapped[bool] = mapped_column(server_default=text("false"))
    """Only its owner can mend it."""
    synced_at: Mapped[datetime | None]
    """When it was last read with success."""
    asked_at: Mapped[datetime | None]
    """When a member last had it read at once."""
    read: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    """Plays of the history that were read."""
    left: Mapped[int | None]
    """Plays of the history that are still to be read, where the service tells."""


class StagedPage(Base):
    """A page of the window that is being read; it becomes plays when the last one is there."""

    __tablename__ = "staged_pages"

    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("sync_accounts.account_id", ondelete="CASCADE"), primary_key=True
    )
    page: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    plays: Mapped[str]
    """As JSON in a text: what a service calls a name may hold what jsonb refuses."""
