"""Covers: which pictures are kept, and what came of asking for each album's."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base, at_most, one_of


class Cover(Base):
    """A picture whose bytes lie in the store under their hash."""

    __tablename__ = "covers"
    __table_args__ = (
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256_is_a_hash"),
        one_of("media_type", "image/jpeg"),
        CheckConstraint("width > 0 AND height > 0 AND size > 0", name="is_a_picture"),
        Index("ix_covers_used_at", "used_at"),
    )

    sha256: Mapped[str] = mapped_column(primary_key=True)
    media_type: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    size: Mapped[int]
    """Bytes."""
    fetched_at: Mapped[datetime]
    used_at: Mapped[datetime]
    """When it was last shown; what was not shown for longest makes room first."""


class AlbumCover(Base):
    """What an album's cover was asked from last, and what came of it."""

    __tablename__ = "album_covers"
    __table_args__ = (
        at_most("source_url", 2048),
        at_most("outcome", 50),
        CheckConstraint("sha256 IS NULL OR outcome = 'kept'", name="only_kept_is_there"),
    )

    album_id: Mapped[UUID] = mapped_column(ForeignKey("albums.id", ondelete="CASCADE"), primary_key=True)
    sha256: Mapped[str | None] = mapped_column(ForeignKey("covers.sha256", ondelete="SET NULL"), index=True)
    """Empty where it was not taken, and where it had to make room."""
    source_url: Mapped[str]
    checked_at: Mapped[datetime]
    outcome: Mapped[str]


class HeardCover(Base):
    """What came of looking for the cover of an album that members heard, which the catalogue need not know."""

    __tablename__ = "heard_covers"
    __table_args__ = (
        at_most("source_url", 2048),
        at_most("outcome", 50),
        CheckConstraint("sha256 IS NULL OR outcome = 'kept'", name="only_kept_is_there"),
    )

    heard_album_id: Mapped[UUID] = mapped_column(ForeignKey("heard_albums.id", ondelete="CASCADE"), primary_key=True)
    sha256: Mapped[str | None] = mapped_column(ForeignKey("covers.sha256", ondelete="SET NULL"), index=True)
    """Empty where none was found, and where it had to make room."""
    source_url: Mapped[str]
    """Where it was found; empty where nobody knew of one."""
    checked_at: Mapped[datetime]
    outcome: Mapped[str]
