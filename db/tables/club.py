"""Clubs and their weeks. Every table has the key (club_id, …), so that clubs can live apart later."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Numeric,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base, Key, Snowflake, at_most, one_of


class Club(Base):
    """One Discord server with its settings."""

    __tablename__ = "clubs"

    id: Mapped[Key]
    guild_id: Mapped[Snowflake] = mapped_column(unique=True)
    name: Mapped[str]
    channel_id: Mapped[Snowflake]
    zone: Mapped[str]
    rules: Mapped[dict[str, Any]] = mapped_column(JSONB)
    schedule: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    host_role_id: Mapped[Snowflake | None]
    reminder_role_id: Mapped[Snowflake | None]
    paused_until: Mapped[datetime | None]
    trouble: Mapped[str | None]
    created_at: Mapped[datetime]


class SkippedDate(Base):
    """A date on which the template opens no week."""

    __tablename__ = "skipped_dates"

    club_id: Mapped[UUID] = mapped_column(ForeignKey("clubs.id", ondelete="CASCADE"), primary_key=True)
    on: Mapped[date] = mapped_column(primary_key=True)
    skipped_at: Mapped[datetime]


PHASES = ("scheduled", "nominations", "poll", "listening", "ratings", "closed", "cancelled")


class Week(Base):
    """One session of the club."""

    __tablename__ = "weeks"
    __table_args__ = (
        one_of("phase", *PHASES),
        one_of("kind", "album", "demo"),
        one_of("cancelled_from", *PHASES),
        one_of("deciding_step", "points", "firsts", "head_to_head", "draw", "method", "unopposed", "host"),
        at_most("theme", 200),
        UniqueConstraint("club_id", "number"),
        CheckConstraint(
            "opens_at <= nominations_close_at AND nominations_close_at <= poll_close_at"
            " AND poll_close_at <= discussion_at AND discussion_at <= ratings_close_at",
            name="deadlines_in_order",
        ),
        CheckConstraint("(phase = 'cancelled') = (cancel_reason IS NOT NULL)", name="cancelled_with_reason"),
        CheckConstraint("(winner_id IS NULL) = (deciding_step IS NULL)", name="winner_with_step"),
        CheckConstraint(
            "phase NOT IN ('listening', 'ratings', 'closed') OR winner_id IS NOT NULL", name="announced_with_winner"
        ),
        ForeignKeyConstraint(
            ["club_id", "winner_id", "id"],
            ["nominations.club_id", "nominations.id", "nominations.week_id"],
            name="fk_weeks_winner_of_this_week",
            use_alter=True,
        ),
        Index("ix_weeks_id", "id"),
        Index(
            "uq_weeks_one_being_chosen",
            "club_id",
            "kind",
            unique=True,
            postgresql_where=text("phase IN ('nominations', 'poll')"),
        ),
        Index("ix_weeks_being_heard", "club_id", postgresql_where=text("phase IN ('listening', 'ratings')")),
        Index(
            "ix_weeks_next_transition_at", "next_transition_at", postgresql_where=text("next_transition_at IS NOT NULL")
        ),
    )

    club_id: Mapped[UUID] = mapped_column(ForeignKey("clubs.id", ondelete="CASCADE"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int]
    opens_on: Mapped[date]
    kind: Mapped[str] = mapped_column(server_default="album")
    theme: Mapped[str] = mapped_column(server_default="")
    phase: Mapped[str]
    run: Mapped[int]
    rules: Mapped[dict[str, Any]] = mapped_column(JSONB)
    from_template: Mapped[bool]
    opens_at: Mapped[datetime]
    nominations_close_at: Mapped[datetime]
    poll_close_at: Mapped[datetime]
    discussion_at: Mapped[datetime]
    ratings_close_at: Mapped[datetime]
    next_transition_at: Mapped[datetime | None]
    """The deadline of the present phase; NULL when the week is over. The tick claims by it."""
    phase_began_at: Mapped[datetime | None]
    nominations_extended: Mapped[bool] = mapped_column(server_default=text("false"))
    poll_extended: Mapped[bool] = mapped_column(server_default=text("false"))
    winner_id: Mapped[UUID | None]
    deciding_step: Mapped[str | None]
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    cancelled_from: Mapped[str | None]
    cancel_reason: Mapped[str | None]
    reopened: Mapped[bool] = mapped_column(server_default=text("false"))
    nominations_thread_id: Mapped[Snowflake | None]
    poll_thread_id: Mapped[Snowflake | None]
    listening_thread_id: Mapped[Snowflake | None]
    ratings_thread_id: Mapped[Snowflake | None]
    event_id: Mapped[Snowflake | None]
    created_at: Mapped[datetime]


def of_week() -> ForeignKeyConstraint:
    """The composite key to the week, carrying the club."""
    return ForeignKeyConstraint(["club_id", "week_id"], ["weeks.club_id", "weeks.id"], ondelete="CASCADE")


class Nomination(Base):
    """An album put forward by a member; in a demo week a track of their own."""

    __tablename__ = "nominations"
    __table_args__ = (
        of_week(),
        one_of("standing", "standing", "withdrawn", "void"),
        at_most("pitch", 2000),
        at_most("pitch_track", 500),
        at_most("genre", 100),
        at_most("decade", 20),
        at_most("country", 100),
        UniqueConstraint("club_id", "week_id", "ordinal"),
        UniqueConstraint("club_id", "id", "week_id"),
        CheckConstraint("slot >= 1", name="slot_counts_from_one"),
        Index(
            "uq_nominations_album_once_a_week",
            "club_id",
            "week_id",
            "album_id",
            unique=True,
            postgresql_where=text("standing <> 'withdrawn'"),
        ),
        Index(
            "uq_nominations_slot_of_member",
            "club_id",
            "week_id",
            "user_id",
            "slot",
            unique=True,
            postgresql_where=text("standing <> 'withdrawn'"),
        ),
        CheckConstraint(
            "CASE WHEN of_track THEN album_id IS NULL ELSE album_id IS NOT NULL AND track_id IS NULL END",
            name="album_or_track",
        ),
        CheckConstraint("of_track OR version_id IS NULL", name="version_of_a_track"),
        Index("ix_nominations_version_id", "version_id", postgresql_where=text("version_id IS NOT NULL")),
        Index(
            "uq_nominations_track_once_a_week",
            "club_id",
            "week_id",
            "track_id",
            unique=True,
            postgresql_where=text("standing <> 'withdrawn' AND track_id IS NOT NULL"),
        ),
        Index("ix_nominations_track_id", "track_id", postgresql_where=text("track_id IS NOT NULL")),
        Index("ix_nominations_club_id_album_id", "club_id", "album_id"),
    )

    club_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    week_id: Mapped[UUID]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    album_id: Mapped[UUID | None] = mapped_column(ForeignKey("albums.id"))
    of_track: Mapped[bool] = mapped_column(server_default=text("false"))
    track_id: Mapped[UUID | None] = mapped_column(ForeignKey("tracks.id", ondelete="SET NULL"))
    """The member's track; NULL once that is gone for good, and the nomination stays."""
    version_id: Mapped[UUID | None] = mapped_column(ForeignKey("track_versions.id", ondelete="SET NULL"))
    """The version that the club hears: the newest one when it was put forward."""
    ordinal: Mapped[int] = mapped_column(SmallInteger)
    slot: Mapped[int] = mapped_column(SmallInteger)
    """The member's n-th nomination of the week; two at once cannot both take the last one."""
    standing: Mapped[str]
    pitch: Mapped[str] = mapped_column(server_default="")
    pitch_track: Mapped[str] = mapped_column(server_default="")
    genre: Mapped[str] = mapped_column(server_default="")
    decade: Mapped[str] = mapped_column(server_default="")
    country: Mapped[str] = mapped_column(server_default="")
    host_pick: Mapped[bool] = mapped_column(server_default=text("false"))
    edits: Mapped[int] = mapped_column(server_default=text("0"))
    nominated_at: Mapped[datetime]


class Second(Base):
    """A member who stands behind somebody else's nomination."""

    __tablename__ = "seconds"
    __table_args__ = (
        ForeignKeyConstraint(
            ["club_id", "nomination_id"], ["nominations.club_id", "nominations.id"], ondelete="CASCADE"
        ),
    )

    club_id: Mapped[UUID] = mapped_column(primary_key=True)
    nomination_id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    seconded_at: Mapped[datetime]


class Ballot(Base):
    """That a member voted; its row is the lock under which the votes change."""

    __tablename__ = "ballots"
    __table_args__ = (of_week(),)

    club_id: Mapped[UUID] = mapped_column(primary_key=True)
    week_id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    cast_at: Mapped[datetime]
    changes: Mapped[int] = mapped_column(server_default=text("0"))


class Vote(Base):
    """One rank of a ballot; five by points, as many as there are albums where a club counts approval."""

    __tablename__ = "votes"
    __table_args__ = (
        CheckConstraint("rank BETWEEN 1 AND 50", name="rank_range"),
        UniqueConstraint("club_id", "nomination_id", "user_id", name="uq_votes_one_rank_per_nomination"),
        ForeignKeyConstraint(
            ["club_id", "week_id", "user_id"],
            ["ballots.club_id", "ballots.week_id", "ballots.user_id"],
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["club_id", "nomination_id", "week_id"],
            ["nominations.club_id", "nominations.id", "nominations.week_id"],
            name="fk_votes_nomination_of_this_week",
        ),
    )

    club_id: Mapped[UUID] = mapped_column(primary_key=True)
    week_id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    rank: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    nomination_id: Mapped[UUID]


class Rating(Base):
    """A member's rating of a week's album, or of its demo."""

    __tablename__ = "ratings"
    __table_args__ = (
        of_week(),
        CheckConstraint("score BETWEEN 1 AND 5 AND score * 2 = trunc(score * 2)", name="score_in_half_steps"),
        at_most("favourite", 500),
        at_most("review", 2000),
        ForeignKeyConstraint(
            ["album_id", "favourite_track_id"],
            ["tracks.album_id", "tracks.id"],
            name="fk_ratings_favourite_on_the_album",
        ),
        Index("ix_ratings_user_id_rated_at", "user_id", "rated_at"),
        Index("ix_ratings_album_id", "album_id"),
    )

    club_id: Mapped[UUID] = mapped_column(primary_key=True)
    week_id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    album_id: Mapped[UUID | None] = mapped_column(ForeignKey("albums.id"))
    """NULL in a demo week."""
    score: Mapped[Decimal] = mapped_column(Numeric(2, 1))
    favourite: Mapped[str] = mapped_column(server_default="")
    favourite_track_id: Mapped[UUID | None]
    review: Mapped[str] = mapped_column(server_default="")
    official: Mapped[bool]
    rated_at: Mapped[datetime]


class Hearing(Base):
    """A member says they have heard a week's album; no account is needed for it."""

    __tablename__ = "hearings"
    __table_args__ = (of_week(),)

    club_id: Mapped[UUID] = mapped_column(primary_key=True)
    week_id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    heard_at: Mapped[datetime]
    said: Mapped[bool] = mapped_column(server_default=text("true"))
    """They said so themselves; false where it only follows from their rating."""


class ShelfItem(Base):
    """An album a member keeps for a later week."""

    __tablename__ = "shelf_items"

    club_id: Mapped[UUID] = mapped_column(ForeignKey("clubs.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    album_id: Mapped[UUID] = mapped_column(ForeignKey("albums.id"), primary_key=True)
    shelved_at: Mapped[datetime]


class FormDraft(Base):
    """The text of a refused form, kept behind an "Edit again" button."""

    __tablename__ = "form_drafts"

    club_id: Mapped[UUID] = mapped_column(ForeignKey("clubs.id", ondelete="CASCADE"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    form: Mapped[str]
    fields: Mapped[dict[str, Any]] = mapped_column(JSONB)
    kept_at: Mapped[datetime]
