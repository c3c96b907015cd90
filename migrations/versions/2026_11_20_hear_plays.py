"""Hear plays: what members listen to, kept once, and counters that equal a recount."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "8a6c5f0b4d76"
down_revision = "7f5b4e9a3c65"
branch_labels = None
depends_on = None

UNCOUNT = (
    """
CREATE FUNCTION uncount_user() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM artist_plays WHERE user_id = OLD.id;
    DELETE FROM album_plays WHERE user_id = OLD.id;
    DELETE FROM track_plays WHERE user_id = OLD.id;
    RETURN NULL;
END
$$
""",
    """
CREATE FUNCTION uncount_club() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM club_plays WHERE club_id = OLD.id;
    RETURN NULL;
END
$$
""",
    "CREATE TRIGGER users_uncount AFTER DELETE ON users FOR EACH ROW EXECUTE FUNCTION uncount_user()",
    "CREATE TRIGGER clubs_uncount AFTER DELETE ON clubs FOR EACH ROW EXECUTE FUNCTION uncount_club()",
)
"""Counters go with who they count. A foreign key would ask for the user at every counter of every page, which took a
seventh of the time; they are written in the statement that writes the plays, and those have the key."""


def upgrade() -> None:
    """Names, plays, counters; and what accounts and members need for them."""
    op.create_table(
        "artists",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_artists")),
    )
    op.create_index(
        "ix_artists_name_key", "artists", ["name_key"], unique=False, postgresql_ops={"name_key": "text_pattern_ops"}
    )
    op.create_table(
        "album_plays",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("album_id", sa.Uuid(), nullable=False),
        sa.Column("plays", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("plays > 0", name=op.f("ck_album_plays_plays_counted")),
        sa.PrimaryKeyConstraint("user_id", "album_id", name=op.f("pk_album_plays")),
    )
    op.create_index("ix_album_plays_album_id", "album_plays", ["album_id", "user_id"], unique=False)
    op.create_table(
        "artist_plays",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("artist_id", sa.Uuid(), nullable=False),
        sa.Column("plays", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("plays > 0", name=op.f("ck_artist_plays_plays_counted")),
        sa.PrimaryKeyConstraint("user_id", "artist_id", name=op.f("pk_artist_plays")),
    )
    op.create_index("ix_artist_plays_artist_id", "artist_plays", ["artist_id", "user_id"], unique=False)
    op.create_table(
        "club_plays",
        sa.Column("club_id", sa.Uuid(), nullable=False),
        sa.Column("week_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("plays", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('artist', 'album', 'track')", name=op.f("ck_club_plays_kind_known")),
        sa.CheckConstraint("plays > 0", name=op.f("ck_club_plays_plays_counted")),
        sa.PrimaryKeyConstraint("club_id", "week_on", "kind", "subject_id", name=op.f("pk_club_plays")),
    )
    op.create_index(
        "ix_club_plays_top", "club_plays", ["club_id", "week_on", "kind", sa.literal_column("plays DESC")], unique=False
    )
    op.create_table(
        "club_listeners",
        sa.Column("club_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["club_id"], ["clubs.id"], name=op.f("fk_club_listeners_club_id_clubs"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["club_id", "user_id"],
            ["memberships.club_id", "memberships.user_id"],
            name=op.f("fk_club_listeners_club_id_user_id_memberships"),
        ),
        sa.PrimaryKeyConstraint("club_id", "user_id", name=op.f("pk_club_listeners")),
    )
    op.create_index("ix_club_listeners_user_id", "club_listeners", ["user_id"], unique=False)
    op.execute(
        "INSERT INTO club_listeners (club_id, user_id, since)"
        " SELECT club_id, user_id, joined_at FROM memberships WHERE left_at IS NULL"
    )
    for statement in UNCOUNT:
        op.execute(statement)
    op.create_table(
        "heard_albums",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("artist_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["artist_id"], ["artists.id"], name=op.f("fk_heard_albums_artist_id_artists")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_heard_albums")),
    )
    op.create_index(op.f("ix_heard_albums_artist_id"), "heard_albums", ["artist_id"], unique=False)
    op.create_index(
        "ix_heard_albums_title_key",
        "heard_albums",
        ["title_key"],
        unique=False,
        postgresql_ops={"title_key": "text_pattern_ops"},
    )
    op.create_table(
        "track_plays",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("track_id", sa.Uuid(), nullable=False),
        sa.Column("plays", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("plays > 0", name=op.f("ck_track_plays_plays_counted")),
        sa.PrimaryKeyConstraint("user_id", "track_id", name=op.f("pk_track_plays")),
    )
    op.create_index("ix_track_plays_track_id", "track_plays", ["track_id", "user_id"], unique=False)
    op.create_table(
        "listen_events",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("played_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("track_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("artist_id", sa.Uuid(), nullable=False),
        sa.Column("album_id", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ms_played", sa.Integer(), nullable=True),
        sa.Column("resolution", sa.Text(), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("also", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.CheckConstraint("resolution IN ('second', 'minute')", name=op.f("ck_listen_events_resolution_known")),
        sa.CheckConstraint(
            "source IN ('lastfm', 'spotify', 'listenbrainz', 'spotify_account', 'spotify_extended', 'lastfm_file', 'listenbrainz_file', 'maloja', 'koito', 'legacy')",
            name=op.f("ck_listen_events_source_known"),
        ),
        sa.CheckConstraint("ms_played >= 0", name=op.f("ck_listen_events_ms_played_counts")),
        sa.CheckConstraint("ordinal >= 0", name=op.f("ck_listen_events_ordinal_counts")),
        sa.ForeignKeyConstraint(["album_id"], ["heard_albums.id"], name=op.f("fk_listen_events_album_id_heard_albums")),
        sa.ForeignKeyConstraint(["artist_id"], ["artists.id"], name=op.f("fk_listen_events_artist_id_artists")),
        sa.ForeignKeyConstraint(["track_id"], ["tracks.id"], name=op.f("fk_listen_events_track_id_tracks")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_listen_events_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "played_at", "track_id", "source", "ordinal", name=op.f("pk_listen_events")),
    )
    op.create_index(
        "ix_listen_events_user_id_played_at_counted",
        "listen_events",
        ["user_id", "played_at"],
        unique=False,
        postgresql_include=["artist_id", "album_id", "track_id"],
        postgresql_where=sa.text("counts"),
    )
    op.create_table(
        "listen_twins",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("played_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("track_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ms_played", sa.Integer(), nullable=True),
        sa.Column("resolution", sa.Text(), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("kept_played_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kept_track_id", sa.Uuid(), nullable=False),
        sa.Column("kept_source", sa.Text(), nullable=False),
        sa.Column("kept_ordinal", sa.SmallInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "reason IN ('same', 'minute', 'end', 'start', 'pause')", name=op.f("ck_listen_twins_reason_known")
        ),
        sa.CheckConstraint(
            "source IN ('lastfm', 'spotify', 'listenbrainz', 'spotify_account', 'spotify_extended', 'lastfm_file', 'listenbrainz_file', 'maloja', 'koito', 'legacy')",
            name=op.f("ck_listen_twins_source_known"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id", "kept_played_at", "kept_track_id", "kept_source", "kept_ordinal"],
            [
                "listen_events.user_id",
                "listen_events.played_at",
                "listen_events.track_id",
                "listen_events.source",
                "listen_events.ordinal",
            ],
            name="fk_listen_twins_kept_listen_events",
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", "played_at", "track_id", "source", "ordinal", name=op.f("pk_listen_twins")),
    )
    op.create_index(
        "ix_listen_twins_kept",
        "listen_twins",
        ["user_id", "kept_played_at", "kept_track_id", "kept_source", "kept_ordinal"],
        unique=False,
    )
    op.add_column("linked_accounts", sa.Column("proven", sa.Boolean(), server_default=sa.text("true"), nullable=False))
    op.add_column("linked_accounts", sa.Column("scopes", sa.Text(), server_default="", nullable=False))
    op.add_column("linked_accounts", sa.Column("consent_ends_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "linked_accounts", sa.Column("told_of_end", sa.SmallInteger(), server_default=sa.text("0"), nullable=False)
    )
    op.add_column("linked_accounts", sa.Column("standing", sa.Text(), server_default="well", nullable=False))
    op.add_column("linked_accounts", sa.Column("standing_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("linked_accounts", sa.Column("told_standing", sa.Text(), server_default="well", nullable=False))
    op.create_check_constraint(
        op.f("ck_linked_accounts_standing_known"),
        "linked_accounts",
        "standing IN ('well', 'private', 'gone', 'revoked', 'not_allowed', 'ended')",
    )
    op.add_column(
        "memberships", sa.Column("shows_hearing", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("tracks", sa.Column("title_key", sa.Text(), nullable=True))
    op.create_index(
        "ix_tracks_title_key",
        "tracks",
        ["title_key"],
        unique=False,
        postgresql_ops={"title_key": "text_pattern_ops"},
        postgresql_where=sa.text("title_key IS NOT NULL"),
    )
    op.drop_constraint(op.f("ck_tracks_catalog_track_of_an_album"), "tracks", type_="check")
    op.create_check_constraint(
        op.f("ck_tracks_catalog_track_of_an_album_or_heard"),
        "tracks",
        "kind <> 'catalog' OR (album_id IS NOT NULL AND position IS NOT NULL) OR (album_id IS NULL AND position IS NULL AND artist <> '' AND title_key IS NOT NULL)",
    )
    op.add_column("users", sa.Column("visibility", sa.Text(), server_default="club", nullable=False))
    op.create_check_constraint(op.f("ck_users_visibility_known"), "users", "visibility IN ('club', 'followers', 'me')")
    op.add_column("users", sa.Column("zone", sa.Text(), nullable=True))


def downgrade() -> None:
    """Forget what was heard; tracks known from plays alone go with it."""
    op.execute("DROP TRIGGER users_uncount ON users")
    op.execute("DROP TRIGGER clubs_uncount ON clubs")
    op.execute("DROP FUNCTION uncount_user()")
    op.execute("DROP FUNCTION uncount_club()")
    op.execute("DELETE FROM listen_events")
    op.execute("DELETE FROM tracks WHERE kind = 'catalog' AND album_id IS NULL")
    op.drop_column("users", "zone")
    op.drop_constraint(op.f("ck_users_visibility_known"), "users", type_="check")
    op.drop_column("users", "visibility")
    op.drop_constraint(op.f("ck_tracks_catalog_track_of_an_album_or_heard"), "tracks", type_="check")
    op.create_check_constraint(
        op.f("ck_tracks_catalog_track_of_an_album"),
        "tracks",
        "kind <> 'catalog'::text OR album_id IS NOT NULL AND \"position\" IS NOT NULL",
    )
    op.drop_index(
        "ix_tracks_title_key",
        table_name="tracks",
        postgresql_ops={"title_key": "text_pattern_ops"},
        postgresql_where=sa.text("title_key IS NOT NULL"),
    )
    op.drop_column("tracks", "title_key")
    op.drop_column("memberships", "shows_hearing")
    op.drop_constraint(op.f("ck_linked_accounts_standing_known"), "linked_accounts", type_="check")
    op.drop_column("linked_accounts", "told_standing")
    op.drop_column("linked_accounts", "standing_at")
    op.drop_column("linked_accounts", "standing")
    op.drop_column("linked_accounts", "told_of_end")
    op.drop_column("linked_accounts", "consent_ends_at")
    op.drop_column("linked_accounts", "scopes")
    op.drop_column("linked_accounts", "proven")
    op.drop_index("ix_listen_twins_kept", table_name="listen_twins")
    op.drop_table("listen_twins")
    op.drop_index(
        "ix_listen_events_user_id_played_at_counted",
        table_name="listen_events",
        postgresql_include=["artist_id", "album_id", "track_id"],
        postgresql_where=sa.text("counts"),
    )
    op.drop_table("listen_events")
    op.drop_index("ix_track_plays_track_id", table_name="track_plays")
    op.drop_table("track_plays")
    op.drop_index(
        "ix_heard_albums_title_key", table_name="heard_albums", postgresql_ops={"title_key": "text_pattern_ops"}
    )
    op.drop_index(op.f("ix_heard_albums_artist_id"), table_name="heard_albums")
    op.drop_table("heard_albums")
    op.drop_index("ix_club_listeners_user_id", table_name="club_listeners")
    op.drop_table("club_listeners")
    op.drop_index("ix_club_plays_top", table_name="club_plays")
    op.drop_table("club_plays")
    op.drop_index("ix_artist_plays_artist_id", table_name="artist_plays")
    op.drop_table("artist_plays")
    op.drop_index("ix_album_plays_album_id", table_name="album_plays")
    op.drop_table("album_plays")
    op.drop_index("ix_artists_name_key", table_name="artists", postgresql_ops={"name_key": "text_pattern_ops"})
    op.drop_table("artists")
