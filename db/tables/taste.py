"""Taste: what is known of music, sums of what members hear, and the profiles made of them.

Sums are whole numbers, so that adding and taking away leaves what a recount would find. They carry no foreign key to
the user, which would be asked at every row; a trigger removes them.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Double,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    SmallInteger,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base, one_of

KINDS = ("artist", "album")
SCOPES = ("week", "month", "quarter", "year", "all")


class TasteSubject(Base):
    """An artist or an album that members hear, and how far its facts are known.

    Its key is that of `artists` or `heard_albums`.
    """

    __tablename__ = "taste_subjects"
    __table_args__ = (
        one_of("kind", *KINDS),
        Index("ix_taste_subjects_unasked", "kind", text("plays DESC"), postgresql_where=text("due_at IS NULL")),
        Index("ix_taste_subjects_due_at", "due_at"),
    )

    kind: Mapped[str] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    plays: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    """Of all members together: what is heard most is asked for first."""
    rev: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    """Which of its traits stand; 0 while nothing is known."""
    version: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    """Of the mapping by which they were derived (`bot.domain.taste.facts.FACTS_VERSION`)."""
    due_at: Mapped[datetime | None]
    """When somebody is asked next; none while nobody ever was. Until then it is claimed where somebody is at it."""
    failures: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))


class TasteTold(Base):
    """What a source told of an artist or an album, as it came."""

    __tablename__ = "taste_told"
    __table_args__ = (one_of("kind", *KINDS), one_of("source", "lastfm", "musicbrainz", "catalogue"))

    kind: Mapped[str] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(primary_key=True)
    tags: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    """Pairs of tag and weight."""
    country: Mapped[str] = mapped_column(server_default="")
    year: Mapped[int | None] = mapped_column(SmallInteger)
    found: Mapped[bool]
    """False where the source does not know it: it is not asked again soon."""
    fetched_at: Mapped[datetime]


class TasteTrait(Base):
    """A genre, country or decade of an artist or an album, as a share of the whole in thousandths.

    Rows of a `rev` never change; the ones that stand are those of `taste_subjects.rev`. Older ones stay, because sums
    that were made by them are corrected by them.
    """

    __tablename__ = "taste_traits"
    __table_args__ = (
        one_of("kind", *KINDS),
        one_of("fact", "genre", "country", "decade"),
        CheckConstraint("share BETWEEN 1 AND 1000", name="share_of_the_whole"),
    )

    kind: Mapped[str] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    rev: Mapped[int] = mapped_column(Integer, primary_key=True)
    fact: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)
    share: Mapped[int] = mapped_column(SmallInteger)
    sources: Mapped[list[str]] = mapped_column(ARRAY(Text()), server_default=text("'{}'"))


class TrackFeatures(Base):
    """How a track sounds, as one source measured it; each figure may be missing."""

    __tablename__ = "track_features"
    __table_args__ = (
        one_of("source", "own", "reccobeats", "acousticbrainz", "legacy"),
        CheckConstraint("tempo > 0", name="tempo_beats"),
        *(
            CheckConstraint(f"{name} BETWEEN 0 AND 1", name=f"{name}_share")
            for name in ("energy", "danceability", "valence", "acousticness", "instrumentalness")
        ),
    )

    track_id: Mapped[UUID] = mapped_column(ForeignKey("tracks.id", ondelete="CASCADE"), primary_key=True)
    source: Mapped[str] = mapped_column(primary_key=True)
    tempo: Mapped[float | None] = mapped_column(Double)
    """Beats a minute."""
    energy: Mapped[float | None] = mapped_column(Double)
    danceability: Mapped[float | None] = mapped_column(Double)
    valence: Mapped[float | None] = mapped_column(Double)
    acousticness: Mapped[float | None] = mapped_column(Double)
    instrumentalness: Mapped[float | None] = mapped_column(Double)
    loudness: Mapped[float | None] = mapped_column(Double)
    """LUFS."""
    version: Mapped[str] = mapped_column(server_default="")
    """Of the data set or the analysis."""
    measured_at: Mapped[datetime]


class TasteState(Base):
    """How far a member's taste is worked out, and who is at it."""

    __tablename__ = "taste_states"
    __table_args__ = (
        Index("ix_taste_states_stale", "user_id", postgresql_where=text("stale")),
        Index("ix_taste_states_as_of", "as_of"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    stale: Mapped[bool] = mapped_column(server_default=text("true"))
    """Something they heard or rated is not in their profile yet; set in the transaction that wrote it."""
    as_of: Mapped[date | None]
    """The day on which the windows of the sums end."""
    zone: Mapped[str] = mapped_column(server_default="")
    """Whose days those are."""
    rules: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    """By which rules the sums were made; other ones make them anew."""
    changes: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    """Grows with every refresh that changed something, for whoever derives something from profiles."""
    claimed_until: Mapped[datetime | None]
    """Until then a task of the queue is on its way to it."""
    refreshed_at: Mapped[datetime | None]


class TasteStaleDay(Base):
    """A day (UTC) of a member's plays or ratings that changed since the profile was refreshed."""

    __tablename__ = "taste_stale_days"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)


class TasteStaleSubject(Base):
    """An artist or album in a member's sums of which other facts are known since."""

    __tablename__ = "taste_stale_subjects"
    __table_args__ = (one_of("kind", *KINDS),)

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(primary_key=True)


class TasteDay(Base):
    """What a day of the member's own zone put into the sums, so that it can be taken out again exactly."""

    __tablename__ = "taste_days"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    artists: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    artist_plays: Mapped[list[int]] = mapped_column(ARRAY(Integer()))
    artist_extras: Mapped[list[int]] = mapped_column(ARRAY(Integer()))
    """What ratings add, in plays; beside `artist_plays`."""
    albums: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    album_plays: Mapped[list[int]] = mapped_column(ARRAY(Integer()))
    album_extras: Mapped[list[int]] = mapped_column(ARRAY(Integer()))
    sums: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """Hours of the week and features: kind → value → sum."""


class TasteWeight(Base):
    """How much an artist or album weighs in a member's profile of a scope."""

    __tablename__ = "taste_weights"
    __table_args__ = (
        one_of("scope", *SCOPES),
        one_of("kind", *KINDS),
        CheckConstraint("weight > 0 AND plays >= 0", name="something_weighs"),
        # Partial: where the planner knows nothing of the table yet, an index that any question fits would be taken for
        # the key, and a look-up of one row would read all of a scope.
        Index(
            "ix_taste_weights_top", "user_id", "scope", text("weight DESC"), postgresql_where=text("kind = 'artist'")
        ),
        Index("ix_taste_weights_subject", "kind", "subject_id", postgresql_where=text("scope = 'all'")),
    )

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    scope: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    plays: Mapped[int] = mapped_column(Integer)
    weight: Mapped[Decimal] = mapped_column(Numeric())
    rev: Mapped[int] = mapped_column(Integer)
    """The traits by which it went into the shares."""


class TasteShare(Base):
    """A line of a histogram of a member's profile of a scope: a genre, country, decade, hour of the week, feature."""

    __tablename__ = "taste_shares"
    __table_args__ = (
        one_of("scope", *SCOPES),
        one_of("kind", "genre", "country", "decade", "slot", "feature", "measured", "total"),
    )

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    scope: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)
    weight: Mapped[Decimal] = mapped_column(Numeric())


class TasteProfile(Base):
    """A member's taste in a scope, as it is shown."""

    __tablename__ = "taste_profiles"
    __table_args__ = (one_of("scope", *SCOPES),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    scope: Mapped[str] = mapped_column(primary_key=True)
    profile: Mapped[dict[str, Any]] = mapped_column(JSONB)
    plays: Mapped[int] = mapped_column(Integer)
    complete: Mapped[bool]
    """False where too little was heard to say much."""
    as_of: Mapped[date]
    refreshed_at: Mapped[datetime]


class TastePrior(Base):
    """What a service says a member likes, before Longplay knows much of what they hear."""

    __tablename__ = "taste_priors"
    __table_args__ = (
        one_of("source", "lastfm", "spotify"),
        Index("ix_taste_priors_due_at", "due_at"),
        Index("ix_taste_priors_artists", "artists", postgresql_using="gin"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    source: Mapped[str] = mapped_column(primary_key=True)
    told: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    """Artists, albums, tracks and tags with their weights (`bot.domain.taste.priors`)."""
    artists: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()), server_default=text("'{}'"))
    """Whose genres it is understood by."""
    told_at: Mapped[datetime | None]
    """None where it never told anything."""
    due_at: Mapped[datetime]
    """When it is asked next; until then it is claimed where somebody is at it."""
    why: Mapped[str] = mapped_column(server_default="")
    """What kept it from telling the last time; empty when it did."""
