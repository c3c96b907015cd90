"""Who is close to whom in a club, and what members are recommended."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    SmallInteger,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base, at_most, one_of


def _membership(*columns: str, name: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        list(columns), ["memberships.club_id", "memberships.user_id"], ondelete="CASCADE", name=name
    )


class MatchBasis(Base):
    """Which state of what a member hears and rates there is; every change counts it up."""

    __tablename__ = "match_bases"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger)
    changed_at: Mapped[datetime]


class ClubMatching(Base):
    """How a club's pairs were last judged: by which calibration, and from which states of whom."""

    __tablename__ = "club_matchings"
    __table_args__ = (CheckConstraint("spread > 0", name="spread_apart"),)

    club_id: Mapped[UUID] = mapped_column(ForeignKey("clubs.id", ondelete="CASCADE"), primary_key=True)
    epoch: Mapped[int] = mapped_column(BigInteger)
    """Grows with every judgement; whoever read an older one writes nothing."""
    basis: Mapped[str]
    """A digest of the members that were compared and of their states."""
    ordinary: Mapped[float] = mapped_column(Double)
    spread: Mapped[float] = mapped_column(Double)
    pairs: Mapped[int] = mapped_column(Integer)
    """How many of its pairs said something."""
    computed_at: Mapped[datetime]


class Compatibility(Base):
    """How close the tastes of two members of a club are; a pair is stored once, smaller key first.

    Whoever shares two clubs has a score in each: what is ordinary, and what is rare, is the club's.
    """

    __tablename__ = "compatibilities"
    __table_args__ = (
        _membership("club_id", "user_a", name="fk_compatibilities_a_memberships"),
        _membership("club_id", "user_b", name="fk_compatibilities_b_memberships"),
        CheckConstraint("user_a < user_b", name="ordered_pair"),
        CheckConstraint("score BETWEEN 0 AND 100", name="score_range"),
        Index("ix_compatibilities_b", "club_id", "user_b", text("closeness DESC")),
        Index("ix_compatibilities_a", "club_id", "user_a", text("closeness DESC")),
    )

    club_id: Mapped[UUID] = mapped_column(primary_key=True)
    user_a: Mapped[UUID] = mapped_column(primary_key=True)
    user_b: Mapped[UUID] = mapped_column(primary_key=True)
    score: Mapped[int] = mapped_column(SmallInteger)
    closeness: Mapped[float] = mapped_column(Double)
    """What the score is made of; no two pairs of a club are ordered by the score alone."""
    shared: Mapped[float] = mapped_column(Double)
    genres: Mapped[float] = mapped_column(Double)
    agreement: Mapped[float] = mapped_column(Double)
    rated: Mapped[int] = mapped_column(SmallInteger)
    """Albums that both rated."""
    whole: Mapped[bool]
    """False where so little is known of one of them that the score may still change much."""
    reasons: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    """Of close pairs, the artists that speak most for it."""
    version_a: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    version_b: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    """The states (`match_bases`) of the two that were compared."""
    epoch: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    computed_at: Mapped[datetime]


class UserRecommendation(Base):
    """An album that a member of a club is recommended, as the list was last made."""

    __tablename__ = "user_recommendations"
    __table_args__ = (
        _membership("club_id", "user_id", name="fk_user_recommendations_memberships"),
        CheckConstraint("place >= 1", name="place_counts_from_one"),
        at_most("title", 500),
        at_most("artist", 500),
    )

    club_id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    album_key: Mapped[UUID] = mapped_column(primary_key=True)
    """Of the album's names (`bot.domain.listening.names.heard_album_id`)."""
    place: Mapped[int] = mapped_column(SmallInteger)
    title: Mapped[str]
    artist: Mapped[str]
    score: Mapped[float] = mapped_column(Double)
    reasons: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    """Kinds of reasons alone: who loves it is asked anew at each look, so that nobody who hides since is named."""
    basis: Mapped[str]
    """What it was made from: the club's judgement, and the member's own state."""
    computed_at: Mapped[datetime]


class RecommendationWord(Base):
    """What a member said to an album they were recommended."""

    __tablename__ = "recommendation_words"
    __table_args__ = (one_of("word", "more", "not", "heard", "saved"), at_most("title", 500), at_most("artist", 500))

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    album_key: Mapped[UUID] = mapped_column(primary_key=True)
    word: Mapped[str]
    title: Mapped[str]
    artist: Mapped[str]
    said_at: Mapped[datetime]


class RecommendationLetter(Base):
    """A member who asked for a weekly private message with what to hear next."""

    __tablename__ = "recommendation_letters"
    __table_args__ = (
        _membership("club_id", "user_id", name="fk_recommendation_letters_memberships"),
        CheckConstraint("closed_at IS NULL OR next_at IS NULL", name="closed_is_off"),
        Index("ix_recommendation_letters_due", "next_at", postgresql_where=text("next_at IS NOT NULL")),
    )

    club_id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    asked_at: Mapped[datetime]
    last_on: Mapped[date | None]
    """The day on which the last one was written; no week has two."""
    next_at: Mapped[datetime | None]
    """When the next one is due; none while it is off."""
    closed_at: Mapped[datetime | None]
    """Discord did not let one through then; it is off until the member asks again, and they are told once."""
