"""Files of listening history that members had read in, and how far each is."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Double, ForeignKey, Index, Integer, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base, Key, at_most, one_of


class ListenImport(Base):
    """An import; the file itself lies in the data folder under the same key until it was dealt with."""

    __tablename__ = "listen_imports"
    __table_args__ = (
        one_of("state", "looking", "asked", "running", "done", "cancelled", "failed"),
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256_is_a_hash"),
        CheckConstraint("share BETWEEN 0 AND 1", name="share_range"),
        CheckConstraint("rows_done >= 0", name="rows_counted"),
        at_most("name", 200),
        at_most("zone", 100),
        Index("ix_listen_imports_user_id_began_at", "user_id", "began_at"),
        Index(
            "uq_listen_imports_one_at_a_time",
            "user_id",
            unique=True,
            postgresql_where=text("state IN ('looking', 'running')"),
        ),
    )

    id: Mapped[Key]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    sha256: Mapped[str]
    """Of the file."""
    kinds: Mapped[str]
    """What the file is, with commas between where an archive holds several kinds."""
    name: Mapped[str]
    """What the file was called."""
    zone: Mapped[str]
    """In which times without a zone are read."""
    state: Mapped[str]
    share: Mapped[float] = mapped_column(Double, server_default=text("0"))
    """How much of the file was read."""
    rows_done: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    """Rows that were dealt with: their plays are committed with this number."""
    report: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    """What came of these rows, or would come of them."""
    reason: Mapped[str] = mapped_column(server_default="")
    """Why it failed."""
    began_at: Mapped[datetime]
    alive_at: Mapped[datetime]
    """When it last showed a sign of life."""
    ended_at: Mapped[datetime | None]
