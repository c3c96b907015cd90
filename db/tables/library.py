"""The library: files by their content, versions of members' tracks, uploads on their way, and who vouched for what."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Numeric,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base, Key, at_most, one_of


class Asset(Base):
    """A stored file, once whoever delivered it how often; the bytes lie in the data folder under their hash."""

    __tablename__ = "assets"
    __table_args__ = (
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256_is_a_hash"),
        CheckConstraint("size_bytes > 0", name="size_given"),
        CheckConstraint("duration_ms > 0", name="duration_lasts"),
        CheckConstraint("channels BETWEEN 1 AND 8", name="channels_range"),
        CheckConstraint("rate BETWEEN 8000 AND 192000", name="rate_range"),
        one_of("format", "mp3", "wav", "flac", "opus"),
        Index("ix_assets_created_at", "created_at"),
    )

    id: Mapped[Key]
    sha256: Mapped[str] = mapped_column(unique=True)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    mime_type: Mapped[str]
    format: Mapped[str]
    duration_ms: Mapped[int]
    rate: Mapped[int]
    channels: Mapped[int] = mapped_column(SmallInteger)
    bit_rate: Mapped[int]
    loudness_lufs: Mapped[float | None] = mapped_column(Double)
    true_peak_db: Mapped[float | None] = mapped_column(Double)
    waveform: Mapped[bytes] = mapped_column(LargeBinary)
    """The highest level of each part of it, a byte each."""
    created_at: Mapped[datetime]


class TrackVersion(Base):
    """One delivered file of a member's track, with what became of it on its way.

    A trigger refuses a version of a track that is not its member's.
    """

    __tablename__ = "track_versions"
    __table_args__ = (
        UniqueConstraint("track_id", "number"),
        UniqueConstraint("user_id", "source_sha256", name="uq_track_versions_file_once_in_a_library"),
        CheckConstraint("number >= 1", name="number_counts"),
        CheckConstraint("source_sha256 ~ '^[0-9a-f]{64}$'", name="source_is_a_hash"),
        CheckConstraint("original_file_size > 0", name="original_size_given"),
        CheckConstraint("compression_ratio > 0", name="ratio_positive"),
        at_most("file_name", 255),
        at_most("note", 1000),
        Index("ix_track_versions_asset_id", "asset_id"),
    )

    id: Mapped[Key]
    track_id: Mapped[UUID] = mapped_column(ForeignKey("tracks.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(SmallInteger)
    asset_id: Mapped[UUID] = mapped_column(ForeignKey("assets.id"))
    source_sha256: Mapped[str]
    """Of the file as it came; a member has each once."""
    file_name: Mapped[str]
    note: Mapped[str] = mapped_column(server_default="")
    original_file_size: Mapped[int] = mapped_column(BigInteger)
    compression_ratio: Mapped[Decimal] = mapped_column(Numeric(4, 2), server_default=text("1.0"))
    compression_applied: Mapped[bool] = mapped_column(server_default=text("false"))
    compression_quality: Mapped[str] = mapped_column(server_default="")
    compression_ms: Mapped[int] = mapped_column(server_default=text("0"))
    original_bit_rate: Mapped[int] = mapped_column(server_default=text("0"))
    stored_bit_rate: Mapped[int] = mapped_column(server_default=text("0"))
    created_at: Mapped[datetime]


class DemoCopy(Base):
    """What a club hears of a version in a demo week: its sound alone, without tags, pictures or a name."""

    __tablename__ = "demo_copies"

    version_id: Mapped[UUID] = mapped_column(ForeignKey("track_versions.id", ondelete="CASCADE"), primary_key=True)
    asset_id: Mapped[UUID] = mapped_column(ForeignKey("assets.id"), index=True)
    made_at: Mapped[datetime]


class Upload(Base):
    """A file on its way into the library; the file itself lies in the data folder under the same key meanwhile."""

    __tablename__ = "uploads"
    __table_args__ = (
        one_of("state", "waiting", "arriving", "working", "done", "failed"),
        ForeignKeyConstraint(["club_id"], ["clubs.id"], ondelete="CASCADE"),
        at_most("file_name", 255),
        at_most("note", 1000),
        CheckConstraint("size_bytes >= 0", name="size_counts"),
        Index("ix_uploads_user_id_began_at", "user_id", "began_at"),
        Index("uq_uploads_ticket_hash", "ticket_hash", unique=True),
    )

    id: Mapped[Key]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    club_id: Mapped[UUID]
    state: Mapped[str]
    fields: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """What its member says of the track."""
    file_name: Mapped[str] = mapped_column(server_default="")
    size_bytes: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    compress: Mapped[bool] = mapped_column(server_default=text("true"))
    track_id: Mapped[UUID | None] = mapped_column(ForeignKey("tracks.id", ondelete="SET NULL"))
    is_version: Mapped[bool] = mapped_column(server_default=text("false"))
    note: Mapped[str] = mapped_column(server_default="")
    ticket_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Of the word in the address of its page."""
    ticket_ends_at: Mapped[datetime | None]
    duplicate: Mapped[bool] = mapped_column(server_default=text("false"))
    restored: Mapped[bool] = mapped_column(server_default=text("false"))
    code: Mapped[str] = mapped_column(server_default="")
    reason: Mapped[str] = mapped_column(server_default="")
    detail: Mapped[str] = mapped_column(server_default="")
    began_at: Mapped[datetime]
    alive_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class RightsAttestation(Base):
    """That a member said they may share what they share, and which words they said it by."""

    __tablename__ = "rights_attestations"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    attested_at: Mapped[datetime]


class TrackReport(Base):
    """That somebody reported a track: it is hidden until hosts have looked at it."""

    __tablename__ = "track_reports"
    __table_args__ = (
        ForeignKeyConstraint(["club_id"], ["clubs.id"], ondelete="CASCADE"),
        at_most("reason", 1000),
        Index("ix_track_reports_track_id", "track_id"),
        UniqueConstraint("club_id", "track_id", "user_id", name="uq_track_reports_once_each"),
    )

    id: Mapped[Key]
    club_id: Mapped[UUID]
    track_id: Mapped[UUID] = mapped_column(ForeignKey("tracks.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    reason: Mapped[str] = mapped_column(server_default="")
    reported_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    """When a host has looked at it."""
