"""Playlists that go elsewhere."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base, one_of


class PlaylistExport(Base):
    """A list in an account of somebody who reads it, or on its way there; once for each of them and each service."""

    __tablename__ = "playlist_exports"
    __table_args__ = (
        ForeignKeyConstraint(["club_id", "playlist_id"], ["playlists.club_id", "playlists.id"], ondelete="CASCADE"),
        one_of("provider", "spotify"),
        one_of("state", "waiting", "working", "done", "failed"),
        CheckConstraint("looked BETWEEN 0 AND total", name="looked_counts"),
        CheckConstraint("(state = 'failed') = (hitch <> '')", name="failed_for_a_reason"),
        Index("ix_playlist_exports_user_id", "user_id"),
    )

    club_id: Mapped[UUID] = mapped_column(primary_key=True)
    playlist_id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    """Whose account it goes to; the list may be another's."""
    provider: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str]
    external_id: Mapped[str] = mapped_column(server_default="")
    """The list at the service; empty until it is known to be there."""
    url: Mapped[str] = mapped_column(server_default="")
    total: Mapped[int] = mapped_column(server_default=text("0"))
    looked: Mapped[int] = mapped_column(server_default=text("0"))
    found: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    """What each track is called at the service."""
    missing: Mapped[list[str]] = mapped_column(JSONB, server_default=text("'[]'"))
    """Tracks that are not to be had there, by name."""
    hitch: Mapped[str] = mapped_column(server_default="")
    """What kept it from getting there."""
    until: Mapped[datetime | None]
    """When the service may be asked again, where it told."""
    asked_at: Mapped[datetime]
    alive_at: Mapped[datetime]
