"""What people pressed and sent, as far as a repeated event must find it done."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base, Snowflake


class ActedPress(Base):
    """An interaction whose use is done, beside what it changed: it is never done twice."""

    __tablename__ = "acted_presses"

    id: Mapped[Snowflake] = mapped_column(primary_key=True)
    """Discord's id of the interaction."""
    acted_at: Mapped[datetime]
