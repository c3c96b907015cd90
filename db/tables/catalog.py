"""The catalogue: albums and their tracks, shared by all clubs."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base, Key, at_most


class Album(Base):
    """An album, once: its identity is the release group, else artist, title and year."""

    __tablename__ = "albums"
    __table_args__ = (
        at_most("title", 500),
        at_most("artist", 500),
        CheckConstraint("char_length(title) > 0", name="title_given"),
        Index("ix_albums_title_key", "title_key", postgresql_ops={"title_key": "text_pattern_ops"}),
        Index("ix_albums_artist_key", "artist_key", postgresql_ops={"artist_key": "text_pattern_ops"}),
    )

    id: Mapped[Key]
    title: Mapped[str]
    artist: Mapped[str]
    year: Mapped[int | None] = mapped_column(SmallInteger)
    identity_key: Mapped[str] = mapped_column(unique=True)
    title_key: Mapped[str]
    artist_key: Mapped[str]
    cover_url: Mapped[str | None]
    created_at: Mapped[datetime]


class AlbumLink(Base):
    """An album's id at a service."""

    __tablename__ = "album_links"

    service: Mapped[str] = mapped_column(primary_key=True)
    external_id: Mapped[str] = mapped_column(primary_key=True)
    album_id: Mapped[UUID] = mapped_column(ForeignKey("albums.id", ondelete="CASCADE"), index=True)
    url: Mapped[str]


class Track(Base):
    """A track of an album, in its order."""

    __tablename__ = "tracks"
    __table_args__ = (
        UniqueConstraint("album_id", "position"),
        UniqueConstraint("album_id", "id"),
        at_most("title", 500),
    )

    id: Mapped[Key]
    album_id: Mapped[UUID] = mapped_column(ForeignKey("albums.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(SmallInteger)
    title: Mapped[str]
    duration_ms: Mapped[int | None]
