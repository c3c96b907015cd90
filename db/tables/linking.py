"""Linking accounts: who began where, so that whoever comes back from a service is the same person."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base, Key, Snowflake, one_of


class LinkAttempt(Base):
    """One walk to a service's page and back. Tickets, states and cookies are kept as hashes only."""

    __tablename__ = "link_attempts"
    __table_args__ = (
        one_of("provider", "spotify", "lastfm", "listenbrainz"),
        one_of("outcome", "open", "linked", "denied", "refused", "failed"),
        CheckConstraint("(state_hash IS NULL) = (verifier IS NULL)", name="state_with_verifier"),
        Index("uq_link_attempts_ticket_hash", "ticket_hash", unique=True),
        Index("uq_link_attempts_state_hash", "state_hash", unique=True),
        Index("uq_link_attempts_pressed_id_provider", "pressed_id", "provider", unique=True),
        Index("ix_link_attempts_ends_at", "ends_at"),
    )

    id: Mapped[Key]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    provider: Mapped[str]
    pressed_id: Mapped[Snowflake]
    """The interaction at Discord that it came from."""
    ticket_hash: Mapped[bytes] = mapped_column(LargeBinary)
    """Of the word in the address that the member was given."""
    browser_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Of the cookie of the browser that went on with it; no other browser may."""
    state_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Of the word that the service sends back."""
    verifier: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Sealed; proves to the service that we are who asked."""
    wanted: Mapped[str] = mapped_column(server_default="")
    """What shall be granted beside what linking takes, as the service names it."""
    began_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    """When the state came back; it counts once."""
    outcome: Mapped[str]
