"""People: users, their identities elsewhere, and who knows whom. Users are global; memberships belong to a club."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base, Key, at_most, one_of


class User(Base):
    """A person, whatever services know them."""

    __tablename__ = "users"
    __table_args__ = (one_of("visibility", "club", "followers", "me"), at_most("bio", 500))

    id: Mapped[Key]
    display_name: Mapped[str]
    handle: Mapped[str | None]
    """The name people type; not unique, services reuse theirs."""
    bio: Mapped[str] = mapped_column(server_default="")
    """What they say of themselves above their tracks."""
    legacy_user_id: Mapped[str | None] = mapped_column(unique=True)
    """The string key of the legacy database, where the person came from it."""
    created_at: Mapped[datetime]
    visibility: Mapped[str] = mapped_column(server_default="club")
    """Who sees what the person listens to: the `club`s, `followers`, or `me` alone."""
    zone: Mapped[str | None]
    """The time zone of the person's days; the club's where they named none."""
    dms_closed_at: Mapped[datetime | None]
    """When Discord last refused a private message about their accounts; none is sent until they ask for it."""


class LinkedAccount(Base):
    """A user's identity at a service; tokens are sealed before they come here."""

    __tablename__ = "linked_accounts"
    __table_args__ = (
        one_of("provider", "discord", "spotify", "lastfm", "listenbrainz"),
        one_of("standing", "well", "private", "gone", "revoked", "not_allowed", "ended"),
        Index("uq_linked_accounts_provider_external_id", "provider", "external_id", unique=True),
        Index("uq_linked_accounts_user_id_provider", "user_id", "provider", unique=True),
    )

    id: Mapped[Key]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    provider: Mapped[str]
    external_id: Mapped[str]
    external_name: Mapped[str | None]
    access_token: Mapped[bytes | None] = mapped_column(LargeBinary)
    refresh_token: Mapped[bytes | None] = mapped_column(LargeBinary)
    token_expires_at: Mapped[datetime | None]
    linked_at: Mapped[datetime]
    proven: Mapped[bool] = mapped_column(server_default=text("true"))
    """The service itself said that the account is theirs; false for a public name that was typed."""
    scopes: Mapped[str] = mapped_column(server_default="")
    """What was granted, as the service named it."""
    consent_ends_at: Mapped[datetime | None]
    """When the grant ends whatever we do; none where it has no end."""
    told_of_end: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    """Of the coming end the owner was told: not yet (0), a month ahead (1), a week ahead (2)."""
    standing: Mapped[str] = mapped_column(server_default="well")
    """Whether the account can be read, and what only its owner can mend."""
    standing_at: Mapped[datetime | None]
    """Since when."""
    told_standing: Mapped[str] = mapped_column(server_default="well")
    """What the owner was last told of it, so that they are told once."""


class Membership(Base):
    """A user in a club."""

    __tablename__ = "memberships"

    club_id: Mapped[UUID] = mapped_column(ForeignKey("clubs.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True)
    display_name: Mapped[str]
    joined_at: Mapped[datetime]
    active_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    seen_at: Mapped[datetime]
    """When Discord last confirmed that the person is on the server."""
    dm_reminders: Mapped[bool] = mapped_column(server_default=text("false"))
    shows_hearing: Mapped[bool] = mapped_column(server_default=text("false"))
    """Whether the week's card may say how much of the album the member has heard."""


class Follow(Base):
    """One user follows another."""

    __tablename__ = "follows"
    __table_args__ = (CheckConstraint("follower_id <> followee_id", name="not_oneself"),)

    follower_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    followee_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True)
    followed_at: Mapped[datetime]
