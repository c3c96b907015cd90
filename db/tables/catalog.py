"""The catalogue: albums and their tracks, shared by all clubs."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, SmallInteger, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base, Key, at_most, one_of


class Album(Base):
    """An album, once: its identity is the release group, else artist, title and year."""

    __tablename__ = "albums"
    __table_args__ = (
        at_most("title", 500),
        at_most("artist", 500),
        at_most("kind", 50),
        at_most("country", 100),
        CheckConstraint("char_length(title) > 0", name="title_given"),
        CheckConstraint("track_count >= 0", name="track_count_counts"),
        CheckConstraint("merged_into <> id", name="merged_into_another"),
        Index("ix_albums_title_key", "title_key", postgresql_ops={"title_key": "text_pattern_ops"}),
        Index("ix_albums_artist_key", "artist_key", postgresql_ops={"artist_key": "text_pattern_ops"}),
        Index("ix_albums_search_keys", "search_keys", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
        Index("ix_albums_merged_into", "merged_into", postgresql_where=text("merged_into IS NOT NULL")),
    )

    id: Mapped[Key]
    title: Mapped[str]
    artist: Mapped[str]
    year: Mapped[int | None] = mapped_column(SmallInteger)
    identity_key: Mapped[str] = mapped_column(unique=True)
    title_key: Mapped[str]
    artist_key: Mapped[str]
    cover_url: Mapped[str | None]
    kind: Mapped[str] = mapped_column(server_default="")
    """`album`, `ep`, `live` and the like, in the source's words; empty when nobody told."""
    genres: Mapped[list[str]] = mapped_column(ARRAY(Text()), server_default=text("'{}'"))
    """The strongest first."""
    country: Mapped[str] = mapped_column(server_default="")
    """The artist's country."""
    track_count: Mapped[int | None] = mapped_column(SmallInteger)
    """How many tracks a source counts, also where the list itself is not known."""
    search_keys: Mapped[list[int]] = mapped_column(ARRAY(Integer()), server_default=text("'{}'"))
    """What it is found by while somebody types, of all its names; see `bot.domain.catalog.searching`."""
    merged_into: Mapped[UUID | None] = mapped_column(ForeignKey("albums.id"))
    """The album that stands for this one since a merge, never itself merged; no search shows a merged album."""
    created_at: Mapped[datetime]


class AlbumLink(Base):
    """An album's id at a service."""

    __tablename__ = "album_links"

    service: Mapped[str] = mapped_column(primary_key=True)
    external_id: Mapped[str] = mapped_column(primary_key=True)
    album_id: Mapped[UUID] = mapped_column(ForeignKey("albums.id", ondelete="CASCADE"), index=True)
    url: Mapped[str]


class AlbumAlias(Base):
    """Words under which an album was once picked, in their normalised spelling."""

    __tablename__ = "album_aliases"
    __table_args__ = (
        CheckConstraint("char_length(alias_key) > 0", name="alias_key_given"),
        at_most("alias_key", 500),
    )

    alias_key: Mapped[str] = mapped_column(primary_key=True)
    album_id: Mapped[UUID] = mapped_column(ForeignKey("albums.id", ondelete="CASCADE"), primary_key=True, index=True)
    source: Mapped[str]
    """Who said so: `guild:<id>` when members of one server picked it under these words, `member` when several did."""
    created_at: Mapped[datetime]


class AlbumMerge(Base):
    """That one album became another, and what moved with it, so that a split brings it back."""

    __tablename__ = "album_merges"
    __table_args__ = (
        CheckConstraint("kept_id <> merged_id", name="two_albums"),
        CheckConstraint("split_at >= merged_at", name="split_after_merge"),
        Index("uq_album_merges_merged_once", "merged_id", unique=True, postgresql_where=text("split_at IS NULL")),
        Index("ix_album_merges_kept_id", "kept_id"),
    )

    id: Mapped[Key]
    kept_id: Mapped[UUID] = mapped_column(ForeignKey("albums.id"))
    merged_id: Mapped[UUID] = mapped_column(ForeignKey("albums.id"))
    club_id: Mapped[UUID | None] = mapped_column(ForeignKey("clubs.id", ondelete="SET NULL"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    moved: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """The rows that went over to the kept album, by table, with what they were."""
    merged_at: Mapped[datetime]
    split_at: Mapped[datetime | None]


class ClubAlbum(Base):
    """That a club nominated an album, with the album's search keys made the club's own: one index serves all clubs."""

    __tablename__ = "club_albums"
    __table_args__ = (
        Index(
            "ix_club_albums_search_keys", "search_keys", postgresql_using="gin", postgresql_with={"fastupdate": "off"}
        ),
    )

    club_id: Mapped[UUID] = mapped_column(ForeignKey("clubs.id", ondelete="CASCADE"), primary_key=True)
    album_id: Mapped[UUID] = mapped_column(ForeignKey("albums.id", ondelete="CASCADE"), primary_key=True, index=True)
    nominated_at: Mapped[datetime]
    """The last time."""
    search_keys: Mapped[list[int]] = mapped_column(ARRAY(Integer()))


class NameWord(Base):
    """A word of some album's names, with the keys of the spellings close to it; words are never unlearned."""

    __tablename__ = "name_words"
    __table_args__ = (
        at_most("word", 32),
        Index("ix_name_words_near_keys", "near_keys", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
    )

    word: Mapped[str] = mapped_column(primary_key=True)
    near_keys: Mapped[list[int]] = mapped_column(ARRAY(Integer()))


class Track(Base):
    """A work with continuity, never a file: of an album's list in its order, as players name it, or a member's own.

    One that is known from plays alone has no album; its key is made from its names (`bot.domain.listening.names`).
    """

    __tablename__ = "tracks"
    __table_args__ = (
        UniqueConstraint("album_id", "position"),
        UniqueConstraint("album_id", "id"),
        one_of("kind", "catalog", "member"),
        CheckConstraint("btrim(title) <> ''", name="title_given"),
        CheckConstraint("char_length(title) <= CASE kind WHEN 'member' THEN 255 ELSE 500 END", name="title_length"),
        CheckConstraint("duration_ms > 0", name="duration_lasts"),
        CheckConstraint(
            "kind <> 'catalog' OR (album_id IS NOT NULL AND position IS NOT NULL)"
            " OR (album_id IS NULL AND position IS NULL AND artist <> '' AND title_key IS NOT NULL)",
            name="catalog_track_of_an_album_or_heard",
        ),
        at_most("artist", 500),
        CheckConstraint("isrc ~ '^[A-Z0-9]{12}$'", name="isrc_form"),
        CheckConstraint("(kind = 'member') = (user_id IS NOT NULL)", name="member_track_has_an_owner"),
        CheckConstraint(
            "kind <> 'member' OR (album_id IS NULL AND created_at IS NOT NULL AND updated_at IS NOT NULL)",
            name="member_track_is_dated",
        ),
        CheckConstraint("play_count >= 0", name="play_count_counts"),
        at_most("description", 2000),
        at_most("genre", 100),
        at_most("tags", 500),
        Index("ix_tracks_user_id", "user_id", postgresql_where=text("user_id IS NOT NULL")),
        Index("ix_tracks_created_at", text("created_at DESC"), postgresql_where=text("user_id IS NOT NULL")),
        Index("ix_tracks_is_public", "user_id", postgresql_where=text("is_public AND user_id IS NOT NULL")),
        Index("ix_tracks_origin_idea_id", "origin_idea_id", postgresql_where=text("origin_idea_id IS NOT NULL")),
        Index("ix_tracks_deleted_at", "deleted_at", postgresql_where=text("deleted_at IS NOT NULL")),
        Index("ix_tracks_isrc", "isrc", postgresql_where=text("isrc IS NOT NULL")),
        Index(
            "ix_tracks_title_key",
            "title_key",
            postgresql_ops={"title_key": "text_pattern_ops"},
            postgresql_where=text("title_key IS NOT NULL"),
        ),
    )

    id: Mapped[Key]
    kind: Mapped[str] = mapped_column(server_default="catalog")
    album_id: Mapped[UUID | None] = mapped_column(ForeignKey("albums.id", ondelete="CASCADE"))
    position: Mapped[int | None] = mapped_column(SmallInteger)
    title: Mapped[str]
    duration_ms: Mapped[int | None]
    artist: Mapped[str] = mapped_column(server_default="")
    """Who plays it, where it is not the album's artist."""
    isrc: Mapped[str | None]
    """The recording's code: twelve capitals and digits, no dashes."""
    title_key: Mapped[str | None]
    """Of a track known from plays: its title as it is compared."""
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    """Whose it is, of a member's own; everything below is said of those alone."""
    description: Mapped[str] = mapped_column(server_default="")
    genre: Mapped[str] = mapped_column(server_default="")
    tags: Mapped[str] = mapped_column(server_default="")
    """With commas between them."""
    is_public: Mapped[bool] = mapped_column(server_default=text("true"))
    play_count: Mapped[int] = mapped_column(server_default=text("0"))
    created_at: Mapped[datetime | None]
    updated_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    """Its owner has deleted it; it goes for good after a while."""
    hidden_at: Mapped[datetime | None]
    """Somebody has reported it, and hosts are to look at it."""
    origin_idea_id: Mapped[UUID | None] = mapped_column(ForeignKey("ideas.id", ondelete="SET NULL", use_alter=True))
    """The idea that it came from: the first that its member anchored to it."""


class TrackLink(Base):
    """A track's id at a service."""

    __tablename__ = "track_links"

    service: Mapped[str] = mapped_column(primary_key=True)
    external_id: Mapped[str] = mapped_column(primary_key=True)
    track_id: Mapped[UUID] = mapped_column(ForeignKey("tracks.id", ondelete="CASCADE"), index=True)
    url: Mapped[str]
