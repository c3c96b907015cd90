"""Grow the catalogue: kinds, genres, aliases, merges, ids of tracks, the search for names."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from bot.domain.catalog.searching import keys_of_club, learnable, name_keys, near_keys, words_of

revision = "3b1d0a5c9e21"
down_revision = "023c6d5b7c16"
branch_labels = None
depends_on = None

NAME_INDEXES = (
    ("ix_albums_search_keys", "albums", "search_keys"),
    ("ix_club_albums_search_keys", "club_albums", "search_keys"),
    ("ix_name_words_near_keys", "name_words", "near_keys"),
)
BATCH_SIZE = 1_000
BATCH = sa.text(
    "SELECT id, title_key, artist_key FROM albums WHERE CAST(:last AS uuid) IS NULL OR id > :last ORDER BY id LIMIT :size"
)
_KEYS = sa.bindparam("keys", type_=postgresql.ARRAY(sa.Integer()))
LEARN_ALBUM = sa.text("UPDATE albums SET search_keys = :keys WHERE id = :id").bindparams(_KEYS)
LEARN_WORD = sa.text(
    "INSERT INTO name_words (word, near_keys) VALUES (:word, :keys) ON CONFLICT DO NOTHING"
).bindparams(_KEYS)
NOMINATED = sa.text(
    "SELECT club_id, guild_id, album_id, max(nominated_at) AS nominated_at, search_keys FROM nominations"
    " JOIN clubs ON clubs.id = club_id JOIN albums ON albums.id = album_id"
    " GROUP BY club_id, guild_id, album_id, search_keys"
)
LEARN_NOMINATED = sa.text(
    "INSERT INTO club_albums (club_id, album_id, nominated_at, search_keys)"
    " VALUES (:club_id, :album_id, :nominated_at, :keys)"
).bindparams(_KEYS)


def upgrade() -> None:
    _albums_tell_more()
    _aliases_and_merges()
    _tracks_have_ids()
    _names_are_found()


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


def _names_are_found() -> None:
    op.create_table(
        "name_words",
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("near_keys", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.CheckConstraint("char_length(word) <= 32", name=op.f("ck_name_words_word_length")),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_name_words")),
    )
    op.add_column(
        "albums",
        sa.Column("search_keys", postgresql.ARRAY(sa.Integer()), server_default=sa.text("'{}'"), nullable=False),
    )
    op.create_table(
        "club_albums",
        sa.Column("club_id", sa.Uuid(), nullable=False),
        sa.Column("album_id", sa.Uuid(), nullable=False),
        sa.Column("nominated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("search_keys", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.ForeignKeyConstraint(
            ["album_id"], ["albums.id"], name=op.f("fk_club_albums_album_id_albums"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["club_id"], ["clubs.id"], name=op.f("fk_club_albums_club_id_clubs"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("club_id", "album_id", name=op.f("pk_club_albums")),
    )
    op.create_index(op.f("ix_club_albums_album_id"), "club_albums", ["album_id"], unique=False)
    _learn_names(op.get_bind())
    _learn_nominations(op.get_bind())
    for index, table, column in NAME_INDEXES:
        op.create_index(
            index, table, [column], unique=False, postgresql_using="gin", postgresql_with={"fastupdate": "off"}
        )


def _learn_names(connection: sa.Connection) -> None:
    """The albums that are there get their keys, a batch at a time, before the indexes, which are then built at once."""
    last: Any = None
    while batch := connection.execute(BATCH, {"last": last, "size": BATCH_SIZE}).all():
        words: dict[str, list[int]] = {}
        for album_id, title_key, artist_key in batch:
            connection.execute(LEARN_ALBUM, {"id": album_id, "keys": name_keys((title_key, artist_key))})
            for word in {learnable(word) for key in (title_key, artist_key) for word in words_of(key)} - {""}:
                words[word] = near_keys(word)
        for word, keys in words.items():
            connection.execute(LEARN_WORD, {"word": word, "keys": keys})
        last = batch[-1][0]


def _learn_nominations(connection: sa.Connection) -> None:
    """What clubs nominated so far is near to their members."""
    for values in connection.execute(NOMINATED).mappings().all():
        keys = keys_of_club(values["guild_id"], values["search_keys"])
        connection.execute(LEARN_NOMINATED, {**values, "keys": keys})


def downgrade() -> None:
    for index, table, _ in NAME_INDEXES:
        op.drop_index(index, table_name=table, postgresql_using="gin", postgresql_with={"fastupdate": "off"})
    op.drop_index(op.f("ix_club_albums_album_id"), table_name="club_albums")
    op.drop_table("club_albums")
    op.drop_column("albums", "search_keys")
    op.drop_table("name_words")
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
