"""Listening parties: an album heard together, each track's turn, and who came."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base, at_most, one_of
from db.tables.club import of_week

RUNNING = "state IN ('lobby', 'playing', 'paused')"


class Party(Base):
    """A listening party of a week; at most one at a time runs."""

    __tablename__ = "parties"
    __table_args__ = (
        of_week(),
        one_of("state", "lobby", "playing", "paused", "over", "stopped"),
        one_of("reason", "", "host", "away", "forgotten", "week", "club"),
        CheckConstraint("number >= 1", name="number_counts_from_one"),
        CheckConstraint("position >= 0", name="position_counts"),
        CheckConstraint("(state = 'paused') = (paused_at IS NOT NULL)", name="paused_since"),
        CheckConstraint(f"({RUNNING}) = (due_at IS NOT NULL)", name="due_while_it_runs"),
        CheckConstraint(f"({RUNNING}) = (ended_at IS NULL)", name="ended_when_it_is_over"),
        UniqueConstraint("club_id", "week_id", "number"),
        Index("uq_parties_one_at_a_time", "club_id", "week_id", unique=True, postgresql_where=text(RUNNING)),
        Index("ix_parties_id", "id"),
        Index("ix_parties_due_at", "due_at", postgresql_where=text("due_at IS NOT NULL")),
    )

    club_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    week_id: Mapped[UUID]
    number: Mapped[int] = mapped_column(SmallInteger)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    """The host who called it."""
    state: Mapped[str]
    starts_at: Mapped[datetime]
    position: Mapped[int] = mapped_column(SmallInteger)
    anchor_at: Mapped[datetime]
    """When the present turn would have begun had it never been held."""
    paused_at: Mapped[datetime | None]
    paused_for: Mapped[timedelta]
    due_at: Mapped[datetime | None]
    """When it changes by itself; NULL when it is over. The tick claims by it."""
    reason: Mapped[str]
    ended_at: Mapped[datetime | None]
    run: Mapped[int]
    created_at: Mapped[datetime]


class PartyTurn(Base):
    """A track's turn, with what the track was called when the party began."""

    __tablename__ = "party_turns"
    __table_args__ = (
        ForeignKeyConstraint(["club_id", "party_id"], ["parties.club_id", "parties.id"], ondelete="CASCADE"),
        one_of("outcome", "waiting", "playing", "played", "skipped", "missed", "cut"),
        at_most("title", 500),
        at_most("artist", 500),
        CheckConstraint("position >= 1", name="position_counts_from_one"),
        CheckConstraint("(outcome = 'waiting') = (began_at IS NULL)", name="begun_once_it_waits_no_more"),
        Index(
            "uq_party_turns_one_plays", "club_id", "party_id", unique=True, postgresql_where=text("outcome = 'playing'")
        ),
        Index("ix_party_turns_track_id", "track_id"),
    )

    club_id: Mapped[UUID] = mapped_column(primary_key=True)
    party_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    track_id: Mapped[UUID | None] = mapped_column(ForeignKey("tracks.id", ondelete="SET NULL"))
    title: Mapped[str]
    artist: Mapped[str]
    duration_ms: Mapped[int | None]
    outcome: Mapped[str]
    began_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class PartyMember(Base):
    """Somebody who came to a party, until they left it."""

    __tablename__ = "party_members"
    __table_args__ = (
        ForeignKeyConstraint(["club_id", "party_id"], ["parties.club_id", "parties.id"], ondelete="CASCADE"),
    )

    club_id: Mapped[UUID] = mapped_column(primary_key=True)
    party_id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
