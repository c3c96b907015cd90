"""What Discord must show, what it shows, and who did what."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, ForeignKeyConstraint, Identity, Index, Integer, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base, Key, Snowflake, one_of


class Errand(Base):
    """One effect to perform; unique by what it means, so that recording it twice changes nothing."""

    __tablename__ = "outbox"
    __table_args__ = (
        one_of("state", "pending", "sending", "unknown", "done", "skipped", "dead"),
        Index("uq_outbox_key", "key", unique=True),
        Index(
            "ix_outbox_lane_seq_unfinished",
            "lane",
            "seq",
            postgresql_where=text("state IN ('pending', 'sending', 'unknown')"),
        ),
        Index(
            "uq_outbox_one_refresh_waiting",
            "week_id",
            unique=True,
            postgresql_where=text("kind = 'refresh' AND state = 'pending' AND attempts = 0"),
        ),
        Index(
            "uq_outbox_one_guide_refresh_waiting",
            "week_id",
            "ordinal",
            unique=True,
            postgresql_where=text("kind = 'guide_refresh' AND state = 'pending' AND attempts = 0"),
        ),
        Index(
            "uq_outbox_one_hearing_refresh_waiting",
            "week_id",
            unique=True,
            postgresql_where=text("kind = 'hearing_refresh' AND state = 'pending' AND attempts = 0"),
        ),
    )

    id: Mapped[Key]
    seq: Mapped[int] = mapped_column(BigInteger, Identity())
    club_id: Mapped[UUID] = mapped_column(ForeignKey("clubs.id", ondelete="CASCADE"))
    week_id: Mapped[UUID | None]
    lane: Mapped[str]
    """Errands of one lane are performed in order, one at a time."""
    key: Mapped[str]
    phase: Mapped[str]
    run: Mapped[int]
    kind: Mapped[str]
    ordinal: Mapped[int]
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[str]
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    not_before: Mapped[datetime]
    first_attempt_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    lease_epoch: Mapped[int] = mapped_column(server_default=text("0"))
    holder: Mapped[int | None]
    """The number of the process that holds it; see `db.presence`."""
    discord_id: Mapped[Snowflake | None]
    last_error: Mapped[str | None]
    recorded_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class Panel(Base):
    """A message of ours that can be drawn again: which one shows what."""

    __tablename__ = "panels"
    __table_args__ = (
        ForeignKeyConstraint(["club_id", "week_id"], ["weeks.club_id", "weeks.id"], ondelete="CASCADE"),
        Index("ix_panels_message_id", "message_id"),
    )

    club_id: Mapped[UUID] = mapped_column(primary_key=True)
    week_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    ordinal: Mapped[int] = mapped_column(Integer, primary_key=True)
    channel_id: Mapped[Snowflake]
    message_id: Mapped[Snowflake]
    drawn: Mapped[str | None]
    """A digest of what was last drawn, so that an equal edit is not sent."""


class AuditEntry(Base):
    """Something a host did."""

    __tablename__ = "audit_log"
    __table_args__ = (Index("ix_audit_log_club_id_at", "club_id", "at"),)

    id: Mapped[Key]
    club_id: Mapped[UUID] = mapped_column(ForeignKey("clubs.id", ondelete="CASCADE"))
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    week_id: Mapped[UUID | None]
    action: Mapped[str]
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    at: Mapped[datetime]


class CommandSync(Base):
    """Which commands Discord was last given, per guild or globally."""

    __tablename__ = "command_syncs"

    scope: Mapped[str] = mapped_column(primary_key=True)
    """`global`, or a guild's id."""
    digest: Mapped[str]
    synced_at: Mapped[datetime]
