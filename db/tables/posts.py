"""Posts that present tracks, what members say about them, and playlists; all of a club."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base, Snowflake, at_most, one_of
from db.tables.club import of_week


class Post(Base):
    """A message that presents a track; likes and comments hang on it.

    A trigger stamps `track_removed_at` when the track is deleted, so that the post stays as a tombstone.
    """

    __tablename__ = "posts"
    __table_args__ = (
        of_week(),
        ForeignKeyConstraint(
            ["club_id", "nomination_id", "week_id"],
            ["nominations.club_id", "nominations.id", "nominations.week_id"],
            name="fk_posts_nomination_of_this_week",
        ),
        one_of("post_type", "text", "audio"),
        at_most("content", 4000),
        CheckConstraint(
            "CASE post_type WHEN 'audio' THEN track_id IS NOT NULL OR track_removed_at IS NOT NULL"
            " ELSE track_id IS NULL END",
            name="audio_has_a_track",
        ),
        CheckConstraint("(channel_id IS NULL) = (message_id IS NULL)", name="message_in_a_channel"),
        CheckConstraint("(week_id IS NULL) = (ordinal IS NULL)", name="ordinal_within_a_week"),
        UniqueConstraint("club_id", "week_id", "ordinal"),
        Index("ix_posts_track_id", "track_id"),
        Index("ix_posts_club_id_created_at", "club_id", "created_at"),
        Index(
            "uq_posts_track_once_in_a_guide",
            "club_id",
            "nomination_id",
            "track_id",
            unique=True,
            postgresql_where=text("nomination_id IS NOT NULL AND track_id IS NOT NULL"),
        ),
    )

    club_id: Mapped[UUID] = mapped_column(ForeignKey("clubs.id", ondelete="CASCADE"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    """Who posted it; NULL for the club's own posts, such as those of a listening guide."""
    week_id: Mapped[UUID | None]
    nomination_id: Mapped[UUID | None]
    """The nomination whose album's guide it belongs to."""
    ordinal: Mapped[int | None] = mapped_column(SmallInteger)
    """Its number among the week's posts, from 1; stable."""
    content: Mapped[str] = mapped_column(server_default="")
    post_type: Mapped[str]
    track_id: Mapped[UUID | None] = mapped_column(ForeignKey("tracks.id", ondelete="SET NULL"))
    track_removed_at: Mapped[datetime | None]
    channel_id: Mapped[Snowflake | None]
    message_id: Mapped[Snowflake | None]
    """One message may show several posts: the card of a guide shows them all."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class PostLike(Base):
    """A member likes a post, once."""

    __tablename__ = "post_likes"
    __table_args__ = (ForeignKeyConstraint(["club_id", "post_id"], ["posts.club_id", "posts.id"], ondelete="CASCADE"),)

    club_id: Mapped[UUID] = mapped_column(primary_key=True)
    post_id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    created_at: Mapped[datetime]


class Comment(Base):
    """What a member says about a post, at a moment of the track where they name one; replies name their parent."""

    __tablename__ = "comments"
    __table_args__ = (
        ForeignKeyConstraint(["club_id", "post_id"], ["posts.club_id", "posts.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(
            ["club_id", "post_id", "parent_id"],
            ["comments.club_id", "comments.post_id", "comments.id"],
            name="fk_comments_parent_on_the_same_post",
        ),
        UniqueConstraint("club_id", "post_id", "id"),
        CheckConstraint("parent_id <> id", name="parent_is_another"),
        CheckConstraint(
            "CASE WHEN deleted_at IS NULL THEN char_length(content) BETWEEN 1 AND 2000 ELSE content = '' END",
            name="content_length",
        ),
        CheckConstraint("position_ms >= 0", name="position_within_the_track"),
        Index("ix_comments_parent", "club_id", "post_id", "parent_id"),
    )

    club_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    post_id: Mapped[UUID]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    parent_id: Mapped[UUID | None]
    content: Mapped[str]
    position_ms: Mapped[int | None]
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    """A deleted comment that has replies stays without its words."""


class Playlist(Base):
    """An ordered list of tracks."""

    __tablename__ = "playlists"
    __table_args__ = (
        of_week(),
        CheckConstraint("btrim(name) <> ''", name="name_given"),
        at_most("name", 255),
        at_most("description", 2000),
        one_of("automatic", "nominees", "winners", "favourites"),
        one_of("made_of", "blend", "catchup"),
        CheckConstraint("automatic IS NULL OR user_id IS NULL", name="automatic_is_the_clubs"),
        CheckConstraint("made_of IS NULL OR user_id IS NOT NULL", name="made_for_a_member"),
        CheckConstraint(
            "(with_user_id IS NOT NULL) = (made_of IS NOT DISTINCT FROM 'blend')"
            " AND coalesce(with_user_id <> user_id, true)",
            name="blended_with_another",
        ),
        Index(
            "uq_playlists_automatic",
            "club_id",
            "automatic",
            "week_id",
            unique=True,
            postgresql_where=text("automatic IS NOT NULL"),
            postgresql_nulls_not_distinct=True,
        ),
        Index(
            "uq_playlists_made_once",
            "club_id",
            "user_id",
            "made_of",
            "with_user_id",
            unique=True,
            postgresql_where=text("made_of IS NOT NULL"),
            postgresql_nulls_not_distinct=True,
        ),
        Index("ix_playlists_with_user_id", "with_user_id", postgresql_where=text("with_user_id IS NOT NULL")),
        Index("ix_playlists_club_id_user_id", "club_id", "user_id"),
    )

    club_id: Mapped[UUID] = mapped_column(ForeignKey("clubs.id", ondelete="CASCADE"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    """Whose it is; NULL for the club's own."""
    week_id: Mapped[UUID | None]
    """The week it is about, where it is about one."""
    automatic: Mapped[str | None]
    """What the club's own holds: `nominees` or `favourites` of a week, or all `winners`."""
    made_of: Mapped[str | None]
    """What a member's holds that was made for them: a `blend` with somebody, or winners to `catchup` with."""
    with_user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    """Whose taste beside its owner's; it goes with either."""
    name: Mapped[str]
    description: Mapped[str] = mapped_column(server_default="")
    is_public: Mapped[bool] = mapped_column(server_default=text("true"))
    cover_image_url: Mapped[str | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class PlaylistShare(Base):
    """A message that shows a playlist to everybody. It outlives its playlist, so that it can say that it is gone."""

    __tablename__ = "playlist_shares"
    __table_args__ = (Index("ix_playlist_shares_club_id_playlist_id", "club_id", "playlist_id"),)

    club_id: Mapped[UUID] = mapped_column(ForeignKey("clubs.id", ondelete="CASCADE"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    playlist_id: Mapped[UUID]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    """Who shared it."""
    channel_id: Mapped[Snowflake]
    message_id: Mapped[Snowflake | None]
    """NULL until it is posted."""
    shared_at: Mapped[datetime]


class PlaylistTrack(Base):
    """A track at its place in a playlist. Places may be swapped within a transaction, and must differ at its end.

    A trigger closes the gap that a row leaves behind, also where its track was deleted.
    """

    __tablename__ = "playlist_tracks"
    __table_args__ = (
        ForeignKeyConstraint(["club_id", "playlist_id"], ["playlists.club_id", "playlists.id"], ondelete="CASCADE"),
        UniqueConstraint("club_id", "playlist_id", "track_id", name="uq_playlist_tracks_track_once"),
        UniqueConstraint(
            "club_id",
            "playlist_id",
            "position",
            name="uq_playlist_tracks_position",
            deferrable=True,
            initially="DEFERRED",
        ),
        CheckConstraint("position >= 0", name="position_counts_from_zero"),
        Index("ix_playlist_tracks_track_id", "track_id"),
    )

    club_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    playlist_id: Mapped[UUID]
    track_id: Mapped[UUID] = mapped_column(ForeignKey("tracks.id", ondelete="CASCADE"))
    position: Mapped[int]
    added_at: Mapped[datetime]
