"""Grow the catalogue: kinds, genres, aliases, merges, ids of tracks, the search for names."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "3b1d0a5c9e21"
down_revision = "023c6d5b7c16"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _albums_tell_more()
    _aliases_and_merges()
    _tracks_have_ids()


def _albums_tell_more() -> None:
    op.add_column("albums", sa.Column("kind", sa.Text(), server_default="", nullable=False))
    op.add_column(
        "albums", sa.Column("genres", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False)
    )
    op.add_column("albums", sa.Column("country", sa.Text(), server_default="", nullable=False))
    op.add_column("albums", sa.Column("track_count", sa.SmallInteger(), nullable=True))
    op.add_column("albums", sa.Column("merged_into", sa.Uuid(), nullable=True))
    op.create_check_constraint(op.f("ck_albums_kind_length"), "albums", "char_length(kind) <= 50")
    op.create_check_constraint(op.f("ck_albums_country_length"), "albums", "char_length(country) <= 100")
    op.create_check_constraint(op.f("ck_albums_track_count_counts"), "albums", "track_count >= 0")
    op.create_check_constraint(op.f("ck_albums_merged_into_another"), "albums", "merged_into <> id")
    op.create_foreign_key(op.f("fk_albums_merged_into_albums"), "albums", "albums", ["merged_into"], ["id"])
    op.create_index(
        "ix_albums_merged_into",
        "albums",
        ["merged_into"],
        unique=False,
        postgresql_where=sa.text("merged_into IS NOT NULL"),
    )


def _aliases_and_merges() -> None:
    op.create_table(
        "album_aliases",
        sa.Column("alias_key", sa.Text(), nullable=False),
        sa.Column("album_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("char_length(alias_key) <= 500", name=op.f("ck_album_aliases_alias_key_length")),
        sa.CheckConstraint("char_length(alias_key) > 0", name=op.f("ck_album_aliases_alias_key_given")),
        sa.ForeignKeyConstraint(
            ["album_id"], ["albums.id"], name=op.f("fk_album_aliases_album_id_albums"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("alias_key", "album_id", name=op.f("pk_album_aliases")),
    )
    op.create_index(op.f("ix_album_aliases_album_id"), "album_aliases", ["album_id"], unique=False)
    op.create_table(
        "album_merges",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kept_id", sa.Uuid(), nullable=False),
        sa.Column("merged_id", sa.Uuid(), nullable=False),
        sa.Column("club_id", sa.Uuid(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("moved", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("split_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kept_id <> merged_id", name=op.f("ck_album_merges_two_albums")),
        sa.CheckConstraint("split_at >= merged_at", name=op.f("ck_album_merges_split_after_merge")),
        sa.ForeignKeyConstraint(
            ["club_id"], ["clubs.id"], name=op.f("fk_album_merges_club_id_clubs"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["kept_id"], ["albums.id"], name=op.f("fk_album_merges_kept_id_albums")),
        sa.ForeignKeyConstraint(["merged_id"], ["albums.id"], name=op.f("fk_album_merges_merged_id_albums")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_album_merges_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_album_merges")),
    )
    op.create_index("ix_album_merges_kept_id", "album_merges", ["kept_id"], unique=False)
    op.create_index(
        "uq_album_merges_merged_once",
        "album_merges",
        ["merged_id"],
        unique=True,
        postgresql_where=sa.text("split_at IS NULL"),
    )


def _tracks_have_ids() -> None:
    op.add_column("tracks", sa.Column("artist", sa.Text(), server_default="", nullable=False))
    op.add_column("tracks", sa.Column("isrc", sa.Text(), nullable=True))
    op.create_check_constraint(op.f("ck_tracks_artist_length"), "tracks", "char_length(artist) <= 500")
    op.create_check_constraint(op.f("ck_tracks_isrc_form"), "tracks", "isrc ~ '^[A-Z0-9]{12}$'")
    op.create_index("ix_tracks_isrc", "tracks", ["isrc"], unique=False, postgresql_where=sa.text("isrc IS NOT NULL"))
    op.create_table(
        "track_links",
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("track_id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["track_id"], ["tracks.id"], name=op.f("fk_track_links_track_id_tracks"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("service", "external_id", name=op.f("pk_track_links")),
    )
    op.create_index(op.f("ix_track_links_track_id"), "track_links", ["track_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_track_links_track_id"), table_name="track_links")
    op.drop_table("track_links")
    op.drop_index("ix_tracks_isrc", table_name="tracks", postgresql_where=sa.text("isrc IS NOT NULL"))
    op.drop_constraint(op.f("ck_tracks_isrc_form"), "tracks", type_="check")
    op.drop_constraint(op.f("ck_tracks_artist_length"), "tracks", type_="check")
    op.drop_column("tracks", "isrc")
    op.drop_column("tracks", "artist")
    op.drop_index(
        "uq_album_merges_merged_once", table_name="album_merges", postgresql_where=sa.text("split_at IS NULL")
    )
    op.drop_index("ix_album_merges_kept_id", table_name="album_merges")
    op.drop_table("album_merges")
    op.drop_index(op.f("ix_album_aliases_album_id"), table_name="album_aliases")
    op.drop_table("album_aliases")
    op.drop_index("ix_albums_merged_into", table_name="albums", postgresql_where=sa.text("merged_into IS NOT NULL"))
    op.drop_constraint(op.f("fk_albums_merged_into_albums"), "albums", type_="foreignkey")
    for column in ("merged_into", "track_count", "country", "genres", "kind"):
        op.drop_column("albums", column)
