"""Post tracks: posts that present a track, likes, comments, playlists."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "6e4a3d8f2b54"
down_revision = "5d3f2c7e1a43"
branch_labels = None
depends_on = None

KIND_KNOWN = "ck_tracks_kind_known"
TITLE_LENGTH = "ck_tracks_title_length"
TITLE_GIVEN = "ck_tracks_title_given"
DURATION_LASTS = "ck_tracks_duration_lasts"
OF_AN_ALBUM = "ck_tracks_catalog_track_of_an_album"

STAMP = """
CREATE FUNCTION stamp_removed_track() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.track_id IS NOT NULL THEN
        NEW.track_removed_at := NULL;
    ELSIF OLD.track_id IS NOT NULL AND NEW.post_type = 'audio' THEN
        NEW.track_removed_at := coalesce(NEW.track_removed_at, now());
    END IF;
    RETURN NEW;
END
$$
"""
"""ON DELETE SET NULL is an UPDATE of the post: the moment is noted before the CHECK looks."""


def upgrade() -> None:
    _tracks_have_kinds()
    _posts()
    _likes()
    _comments()
    _playlists()
    op.create_index(
        "uq_outbox_one_guide_refresh_waiting",
        "outbox",
        ["week_id", "ordinal"],
        unique=True,
        postgresql_where=sa.text("kind = 'guide_refresh' AND state = 'pending' AND attempts = 0"),
    )


def _tracks_have_kinds() -> None:
    op.add_column("tracks", sa.Column("kind", sa.Text(), server_default="catalog", nullable=False))
    op.alter_column("tracks", "album_id", nullable=True)
    op.alter_column("tracks", "position", nullable=True)
    # What the new checks would refuse is put right first.
    op.execute("UPDATE tracks SET title = 'Track ' || position WHERE btrim(title) = ''")
    op.execute("UPDATE tracks SET duration_ms = NULL WHERE duration_ms <= 0")
    op.drop_constraint(op.f(TITLE_LENGTH), "tracks", type_="check")
    for name, rule in (
        (KIND_KNOWN, "kind IN ('catalog', 'member')"),
        (TITLE_GIVEN, "btrim(title) <> ''"),
        (TITLE_LENGTH, "char_length(title) <= CASE kind WHEN 'member' THEN 255 ELSE 500 END"),
        (DURATION_LASTS, "duration_ms > 0"),
        (OF_AN_ALBUM, "kind <> 'catalog' OR (album_id IS NOT NULL AND position IS NOT NULL)"),
    ):
        op.create_check_constraint(op.f(name), "tracks", rule)


def _posts() -> None:
    op.create_table(
        "posts",
        sa.Column("club_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("week_id", sa.Uuid(), nullable=True),
        sa.Column("nomination_id", sa.Uuid(), nullable=True),
        sa.Column("ordinal", sa.SmallInteger(), nullable=True),
        sa.Column("content", sa.Text(), server_default="", nullable=False),
        sa.Column("post_type", sa.Text(), nullable=False),
        sa.Column("track_id", sa.Uuid(), nullable=True),
        sa.Column("track_removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("channel_id", sa.BigInteger(), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "CASE post_type WHEN 'audio' THEN track_id IS NOT NULL OR track_removed_at IS NOT NULL ELSE track_id IS NULL END",
            name=op.f("ck_posts_audio_has_a_track"),
        ),
        sa.CheckConstraint("post_type IN ('text', 'audio')", name=op.f("ck_posts_post_type_known")),
        sa.CheckConstraint("(channel_id IS NULL) = (message_id IS NULL)", name=op.f("ck_posts_message_in_a_channel")),
        sa.CheckConstraint("(week_id IS NULL) = (ordinal IS NULL)", name=op.f("ck_posts_ordinal_within_a_week")),
        sa.CheckConstraint("char_length(content) <= 4000", name=op.f("ck_posts_content_length")),
        sa.ForeignKeyConstraint(
            ["club_id", "nomination_id", "week_id"],
            ["nominations.club_id", "nominations.id", "nominations.week_id"],
            name="fk_posts_nomination_of_this_week",
        ),
        sa.ForeignKeyConstraint(
            ["club_id", "week_id"],
            ["weeks.club_id", "weeks.id"],
            name=op.f("fk_posts_club_id_week_id_weeks"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["club_id"], ["clubs.id"], name=op.f("fk_posts_club_id_clubs"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["track_id"], ["tracks.id"], name=op.f("fk_posts_track_id_tracks"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_posts_user_id_users")),
        sa.PrimaryKeyConstraint("club_id", "id", name=op.f("pk_posts")),
        sa.UniqueConstraint("club_id", "week_id", "ordinal", name=op.f("uq_posts_club_id_week_id_ordinal")),
    )
    op.create_index("ix_posts_club_id_created_at", "posts", ["club_id", "created_at"], unique=False)
    op.create_index("ix_posts_track_id", "posts", ["track_id"], unique=False)
    op.create_index(
        "uq_posts_track_once_in_a_guide",
        "posts",
        ["club_id", "nomination_id", "track_id"],
        unique=True,
        postgresql_where=sa.text("nomination_id IS NOT NULL AND track_id IS NOT NULL"),
    )
    op.execute(STAMP)
    op.execute(
        "CREATE TRIGGER posts_stamp_removed_track BEFORE UPDATE OF track_id ON posts"
        " FOR EACH ROW EXECUTE FUNCTION stamp_removed_track()"
    )


def _likes() -> None:
    op.create_table(
        "post_likes",
        sa.Column("club_id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["club_id", "post_id"],
            ["posts.club_id", "posts.id"],
            name=op.f("fk_post_likes_club_id_post_id_posts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_post_likes_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("club_id", "post_id", "user_id", name=op.f("pk_post_likes")),
    )


def _comments() -> None:
    op.create_table(
        "comments",
        sa.Column("club_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("position_ms", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "CASE WHEN deleted_at IS NULL THEN char_length(content) BETWEEN 1 AND 2000 ELSE content = '' END",
            name=op.f("ck_comments_content_length"),
        ),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_comments_parent_is_another")),
        sa.CheckConstraint("position_ms >= 0", name=op.f("ck_comments_position_within_the_track")),
        sa.ForeignKeyConstraint(
            ["club_id", "post_id", "parent_id"],
            ["comments.club_id", "comments.post_id", "comments.id"],
            name="fk_comments_parent_on_the_same_post",
        ),
        sa.ForeignKeyConstraint(
            ["club_id", "post_id"],
            ["posts.club_id", "posts.id"],
            name=op.f("fk_comments_club_id_post_id_posts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_comments_user_id_users")),
        sa.PrimaryKeyConstraint("club_id", "id", name=op.f("pk_comments")),
        sa.UniqueConstraint("club_id", "post_id", "id", name=op.f("uq_comments_club_id_post_id_id")),
    )
    op.create_index("ix_comments_parent", "comments", ["club_id", "post_id", "parent_id"], unique=False)


def _playlists() -> None:
    op.create_table(
        "playlists",
        sa.Column("club_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("week_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("is_public", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("cover_image_url", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("btrim(name) <> ''", name=op.f("ck_playlists_name_given")),
        sa.CheckConstraint("char_length(description) <= 2000", name=op.f("ck_playlists_description_length")),
        sa.CheckConstraint("char_length(name) <= 255", name=op.f("ck_playlists_name_length")),
        sa.ForeignKeyConstraint(
            ["club_id", "week_id"],
            ["weeks.club_id", "weeks.id"],
            name=op.f("fk_playlists_club_id_week_id_weeks"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["club_id"], ["clubs.id"], name=op.f("fk_playlists_club_id_clubs"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_playlists_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("club_id", "id", name=op.f("pk_playlists")),
    )
    op.create_index("ix_playlists_club_id_user_id", "playlists", ["club_id", "user_id"], unique=False)
    op.create_index(
        "uq_playlists_before_you_vote",
        "playlists",
        ["club_id", "week_id"],
        unique=True,
        postgresql_where=sa.text("user_id IS NULL AND week_id IS NOT NULL"),
    )
    op.create_table(
        "playlist_tracks",
        sa.Column("club_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("playlist_id", sa.Uuid(), nullable=False),
        sa.Column("track_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("position >= 0", name=op.f("ck_playlist_tracks_position_counts_from_zero")),
        sa.ForeignKeyConstraint(
            ["club_id", "playlist_id"],
            ["playlists.club_id", "playlists.id"],
            name=op.f("fk_playlist_tracks_club_id_playlist_id_playlists"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["track_id"], ["tracks.id"], name=op.f("fk_playlist_tracks_track_id_tracks"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("club_id", "id", name=op.f("pk_playlist_tracks")),
        sa.UniqueConstraint(
            "club_id",
            "playlist_id",
            "position",
            deferrable=True,
            initially="DEFERRED",
            name="uq_playlist_tracks_position",
        ),
        sa.UniqueConstraint("club_id", "playlist_id", "track_id", name="uq_playlist_tracks_track_once"),
    )
    op.create_index("ix_playlist_tracks_track_id", "playlist_tracks", ["track_id"], unique=False)


def downgrade() -> None:
    op.drop_index("uq_outbox_one_guide_refresh_waiting", table_name="outbox")
    for table in ("playlist_tracks", "playlists", "comments", "post_likes", "posts"):
        op.drop_table(table)
    op.execute("DROP FUNCTION stamp_removed_track()")
    for name in (OF_AN_ALBUM, DURATION_LASTS, TITLE_LENGTH, TITLE_GIVEN, KIND_KNOWN):
        op.drop_constraint(op.f(name), "tracks", type_="check")
    op.execute("DELETE FROM tracks WHERE album_id IS NULL OR position IS NULL")
    op.create_check_constraint(op.f(TITLE_LENGTH), "tracks", "char_length(title) <= 500")
    op.alter_column("tracks", "position", nullable=False)
    op.alter_column("tracks", "album_id", nullable=False)
    op.drop_column("tracks", "kind")
