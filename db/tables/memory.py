"""The memory of tracks, and what members plan around them; all of a person, of no club."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base, Key, Snowflake, at_most, one_of


class MemoryEntry(Base):
    """What a member did with a track, once for each event. A trigger refuses every change of a row.

    It goes with its track and with its member; while a track is only out of sight, so is its memory.
    """

    __tablename__ = "memory_entries"
    __table_args__ = (
        one_of(
            "deed",
            *("nominated", "pitched", "voted", "won", "rated", "favourite", "posted", "note_given", "version_added"),
            *("playlisted", "first_listen", "hundredth_listen", "note"),
        ),
        at_most("source_key", 200),
        at_most("about", 300),
        at_most("words", 2000),
        Index("ix_memory_entries_track_id", "track_id"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    track_id: Mapped[UUID] = mapped_column(ForeignKey("tracks.id", ondelete="CASCADE"), primary_key=True)
    source_key: Mapped[str] = mapped_column(primary_key=True)
    """The event's own key: told again, it changes nothing."""
    deed: Mapped[str]
    about: Mapped[str] = mapped_column(server_default="")
    words: Mapped[str] = mapped_column(server_default="")
    happened_at: Mapped[datetime]


class ForgottenTrack(Base):
    """A member wants nothing remembered of a track up to a moment: what is told again of the time before stays out."""

    __tablename__ = "forgotten_tracks"
    __table_args__ = (Index("ix_forgotten_tracks_track_id", "track_id"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    track_id: Mapped[UUID] = mapped_column(ForeignKey("tracks.id", ondelete="CASCADE"), primary_key=True)
    forgotten_at: Mapped[datetime]


class Idea(Base):
    """A thought before there is a track."""

    __tablename__ = "ideas"
    __table_args__ = (
        CheckConstraint("char_length(content) BETWEEN 1 AND 2000", name="content_length"),
        at_most("tag", 60),
        Index("ix_ideas_user_id", "user_id"),
        Index("ix_ideas_track_id", "track_id", postgresql_where=text("track_id IS NOT NULL")),
    )

    id: Mapped[Key]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    content: Mapped[str]
    tag: Mapped[str] = mapped_column(server_default="")
    position_x: Mapped[float | None]
    """Where it lies on a board; for whoever imports one."""
    position_y: Mapped[float | None]
    is_starter: Mapped[bool] = mapped_column(server_default=text("false"))
    """It was given to the member to begin with."""
    track_id: Mapped[UUID | None] = mapped_column(ForeignKey("tracks.id", ondelete="SET NULL"))
    """Set when the idea is anchored."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class PitchDraft(Base):
    """Words around a track that wait for a week."""

    __tablename__ = "pitch_drafts"
    __table_args__ = (
        CheckConstraint("char_length(btrim(name)) BETWEEN 1 AND 200", name="name_length"),
        one_of("pitch_type", "nomination"),
        Index("ix_pitch_drafts_user_id", "user_id"),
        Index("ix_pitch_drafts_track_id", "track_id", postgresql_where=text("track_id IS NOT NULL")),
    )

    id: Mapped[Key]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str]
    pitch_type: Mapped[str] = mapped_column(server_default="nomination")
    sections: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """The fields of the form it fills, by name."""
    track_id: Mapped[UUID | None] = mapped_column(ForeignKey("tracks.id", ondelete="SET NULL"))
    """Set when the pitch is written for a track."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class TimelineEvent(Base):
    """A milestone: a day that matters."""

    __tablename__ = "timeline_events"
    __table_args__ = (
        CheckConstraint("char_length(btrim(title)) BETWEEN 1 AND 200", name="title_length"),
        at_most("lane", 60),
        at_most("description", 2000),
        Index("ix_timeline_events_user_id", "user_id", "event_date"),
        Index("ix_timeline_events_track_id", "track_id", postgresql_where=text("track_id IS NOT NULL")),
    )

    id: Mapped[Key]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    lane: Mapped[str] = mapped_column(server_default="release")
    title: Mapped[str]
    event_date: Mapped[date]
    description: Mapped[str] = mapped_column(server_default="")
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text()), server_default=text("'{}'"))
    opportunity_id: Mapped[UUID | None]
    """Keys of rows elsewhere that an import carried over; nothing here reads them."""
    tracker_campaign_id: Mapped[UUID | None]
    thread_id: Mapped[Snowflake | None]
    """Where it was made."""
    track_id: Mapped[UUID | None] = mapped_column(ForeignKey("tracks.id", ondelete="SET NULL"))
    """Set when the milestone is of a track."""
    remind_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
