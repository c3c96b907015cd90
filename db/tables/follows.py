"""Who may follow whom: who asked to, and who may not any more. That somebody follows is `follows` itself."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base


class FollowRequest(Base):
    """One user asks to follow another, who shows what they hear to their followers alone."""

    __tablename__ = "follow_requests"
    __table_args__ = (CheckConstraint("follower_id <> followee_id", name="not_oneself"),)

    follower_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    followee_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True)
    asked_at: Mapped[datetime]


class FollowBlock(Base):
    """A user whom another one does not let follow them."""

    __tablename__ = "follow_blocks"
    __table_args__ = (CheckConstraint("user_id <> blocked_user_id", name="not_oneself"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    blocked_user_id: Mapped[UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    blocked_at: Mapped[datetime]
