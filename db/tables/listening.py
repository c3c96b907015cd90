"""What members hear: plays, the names they come with, and counters that are always equal to a recount."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base, Key, one_of

SOURCES = (
    "lastfm",
    "spotify",
    "listenbrainz",
    "spotify_account",
    "spotify_extended",
    "lastfm_file",
    "listenbrainz_file",
    "maloja",
    "koito",
    "legacy",
)


class Artist(Base):
    """An artist as players name them; the key is made from the name (`bot.domain.listening.names`)."""

    __tablename__ = "artists"
    __table_args__ = (Index("ix_artists_name_key", "name_key", postgresql_ops={"name_key": "text_pattern_ops"}),)

    id: Mapped[Key]
    name: Mapped[str]
    """As it was first told."""
    name_key: Mapped[str]


class HeardAlbum(Base):
    """An album as players name it; the key is made from the names of artist and album."""

    __tablename__ = "heard_albums"
    __table_args__ = (
        Index("ix_heard_albums_title_key", "title_key", postgresql_ops={"title_key": "text_pattern_ops"}),
    )

    id: Mapped[Key]
    artist_id: Mapped[UUID] = mapped_column(ForeignKey("artists.id"), index=True)
    title: Mapped[str]
    title_key: Mapped[str]


class Listen(Base):
    """One play, kept once whoever told of it."""

    __tablename__ = "listen_events"
    __table_args__ = (
        one_of("source", *SOURCES),
        one_of("resolution", "second", "minute"),
        CheckConstraint("ordinal >= 0", name="ordinal_counts"),
        CheckConstraint("ms_played >= 0", name="ms_played_counts"),
        Index(
            "ix_listen_events_user_id_played_at_counted",
            "user_id",
            "played_at",
            postgresql_include=["artist_id", "album_id", "track_id"],
            postgresql_where=text("counts"),
        ),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    played_at: Mapped[datetime] = mapped_column(primary_key=True)
    """Start of the play."""
    track_id: Mapped[UUID] = mapped_column(ForeignKey("tracks.id"), primary_key=True)
    source: Mapped[str] = mapped_column(primary_key=True)
    ordinal: Mapped[int] = mapped_column(SmallInteger, primary_key=True, server_default=text("0"))
    """Tells apart equal rows of a source of minutes."""
    artist_id: Mapped[UUID] = mapped_column(ForeignKey("artists.id"))
    album_id: Mapped[UUID | None] = mapped_column(ForeignKey("heard_albums.id"))
    ended_at: Mapped[datetime | None]
    """As the source told it; none for sources that tell the start."""
    ms_played: Mapped[int | None] = mapped_column(Integer)
    resolution: Mapped[str]
    counts: Mapped[bool]
    """Heard long enough to be a play; what was skipped is kept, so that it is known when it is told again."""
    also: Mapped[list[str]] = mapped_column(ARRAY(Text()), server_default=text("'{}'"))
    """Further sources that told of the same play."""


class ListenTwin(Base):
    """The same play told by another source: what it told, which play it is, and by which rule."""

    __tablename__ = "listen_twins"
    __table_args__ = (
        one_of("source", *SOURCES),
        one_of("reason", "same", "minute", "end", "start", "pause"),
        ForeignKeyConstraint(
            ["user_id", "kept_played_at", "kept_track_id", "kept_source", "kept_ordinal"],
            [
                "listen_events.user_id",
                "listen_events.played_at",
                "listen_events.track_id",
                "listen_events.source",
                "listen_events.ordinal",
            ],
            ondelete="CASCADE",
            onupdate="CASCADE",
            name="fk_listen_twins_kept_listen_events",
        ),
        Index("ix_listen_twins_kept", "user_id", "kept_played_at", "kept_track_id", "kept_source", "kept_ordinal"),
    )

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    played_at: Mapped[datetime] = mapped_column(primary_key=True)
    track_id: Mapped[UUID] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(primary_key=True)
    ordinal: Mapped[int] = mapped_column(SmallInteger, primary_key=True, server_default=text("0"))
    ended_at: Mapped[datetime | None]
    ms_played: Mapped[int | None] = mapped_column(Integer)
    resolution: Mapped[str]
    counts: Mapped[bool]
    """Whether it would count if it were kept."""
    kept_played_at: Mapped[datetime]
    kept_track_id: Mapped[UUID]
    kept_source: Mapped[str]
    kept_ordinal: Mapped[int] = mapped_column(SmallInteger)
    reason: Mapped[str]


class ArtistPlays(Base):
    """How often a member heard an artist."""

    __tablename__ = "artist_plays"
    __table_args__ = (
        PrimaryKeyConstraint("user_id", "artist_id", postgresql_include=["plays", "last_at"]),
        CheckConstraint("plays > 0", name="plays_counted"),
        Index("ix_artist_plays_artist_id", "artist_id", "user_id"),
    )

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    artist_id: Mapped[UUID] = mapped_column(primary_key=True)
    plays: Mapped[int] = mapped_column(Integer)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]


class AlbumPlays(Base):
    """How often a member heard tracks of an album, as players name it."""

    __tablename__ = "album_plays"
    __table_args__ = (
        PrimaryKeyConstraint("user_id", "album_id", postgresql_include=["plays", "last_at"]),
        CheckConstraint("plays > 0", name="plays_counted"),
        Index("ix_album_plays_album_id", "album_id", "user_id"),
    )

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    album_id: Mapped[UUID] = mapped_column(primary_key=True)
    plays: Mapped[int] = mapped_column(Integer)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]


class TrackPlays(Base):
    """How often a member heard a track."""

    __tablename__ = "track_plays"
    __table_args__ = (
        PrimaryKeyConstraint("user_id", "track_id", postgresql_include=["plays", "last_at"]),
        CheckConstraint("plays > 0", name="plays_counted"),
        Index("ix_track_plays_track_id", "track_id", "user_id"),
    )

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    track_id: Mapped[UUID] = mapped_column(primary_key=True)
    plays: Mapped[int] = mapped_column(Integer)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]


class ClubListener(Base):
    """A member whose plays the club counts: one who is there and whom it may see.

    Who goes has to be counted out first (`bot.services.listening.club_counters`), or this key stands in the way.
    """

    __tablename__ = "club_listeners"
    __table_args__ = (
        ForeignKeyConstraint(["club_id", "user_id"], ["memberships.club_id", "memberships.user_id"]),
        Index("ix_club_listeners_user_id", "user_id"),
    )

    club_id: Mapped[UUID] = mapped_column(ForeignKey("clubs.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    since: Mapped[datetime]
    """Plays from then on count: what was heard before joining is none of the club's."""


class ClubPlays(Base):
    """How often a club heard an artist, an album or a track in a week that begins on a Monday of the club's time zone.

    It counts the plays of members who are in the club and show them there, from the day they joined.
    """

    __tablename__ = "club_plays"
    __table_args__ = (
        one_of("kind", "artist", "album", "track"),
        CheckConstraint("plays > 0", name="plays_counted"),
        Index("ix_club_plays_top", "club_id", "week_on", "kind", text("plays DESC")),
    )

    club_id: Mapped[UUID] = mapped_column(primary_key=True)
    week_on: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    plays: Mapped[int] = mapped_column(Integer)
