"""Services of the world that we ask: how often, and when they are left alone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Double, Integer
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base, one_of


class ProviderLimit(Base):
    """Where all processes together stand with a service; its row is locked by whoever takes a turn."""

    __tablename__ = "provider_limits"
    __table_args__ = (
        one_of("blocked_why", "refused", "busy", "down", "slow", "garbled"),
        CheckConstraint("(blocked_until IS NULL) = (blocked_why IS NULL)", name="blocked_with_a_reason"),
        CheckConstraint("failures >= 0", name="failures_counted"),
    )

    source: Mapped[str] = mapped_column(primary_key=True)
    tokens: Mapped[float] = mapped_column(Double)
    """Calls that may be made now; below zero, so many callers stand in line."""
    refilled_at: Mapped[datetime]
    blocked_until: Mapped[datetime | None]
    blocked_why: Mapped[str | None]
    failures: Mapped[int] = mapped_column(Integer, server_default="0")
    probing_until: Mapped[datetime | None]
    """Until then one caller tries whether the service is back."""
