"""Know tastes: facts of music, sums of what members hear, and the profiles made of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "7a55a2f88399"
down_revision = "dfb0ae5092cb"
branch_labels = None
depends_on = None


FORGET = (
    """
CREATE FUNCTION forget_taste() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM taste_stale_days WHERE user_id = OLD.id;
    DELETE FROM taste_stale_subjects WHERE user_id = OLD.id;
    DELETE FROM taste_days WHERE user_id = OLD.id;
    DELETE FROM taste_weights WHERE user_id = OLD.id;
    DELETE FROM taste_shares WHERE user_id = OLD.id;
    RETURN NULL;
END
$$
""",
    "CREATE TRIGGER users_forget_taste AFTER DELETE ON users FOR EACH ROW EXECUTE FUNCTION forget_taste()",
)
"""Sums go with whom they are of; a foreign key would be asked at every row of every refresh."""


def upgrade() -> None:
    """Facts, sums, profiles; whoever has plays already is stale from the beginning."""
    op.create_table(
        "taste_days",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("artists", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("artist_plays", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("artist_extras", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("albums", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("album_plays", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("album_extras", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("sums", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "day", name=op.f("pk_taste_days")),
    )
    op.create_table(
        "taste_shares",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("weight", sa.Numeric(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('genre', 'country', 'decade', 'slot', 'feature', 'measured', 'total')",
            name=op.f("ck_taste_shares_kind_known"),
        ),
        sa.CheckConstraint(
            "scope IN ('week', 'month', 'quarter', 'year', 'all')", name=op.f("ck_taste_shares_scope_known")
        ),
        sa.PrimaryKeyConstraint("user_id", "scope", "kind", "value", name=op.f("pk_taste_shares")),
    )
    op.create_table(
        "taste_stale_days",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "day", name=op.f("pk_taste_stale_days")),
    )
    op.create_table(
        "taste_stale_subjects",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("kind IN ('artist', 'album')", name=op.f("ck_taste_stale_subjects_kind_known")),
        sa.PrimaryKeyConstraint("user_id", "kind", "subject_id", name=op.f("pk_taste_stale_subjects")),
    )
    op.create_table(
        "taste_subjects",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("plays", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("rev", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("kind IN ('artist', 'album')", name=op.f("ck_taste_subjects_kind_known")),
        sa.PrimaryKeyConstraint("kind", "subject_id", name=op.f("pk_taste_subjects")),
    )
    op.create_index("ix_taste_subjects_due_at", "taste_subjects", ["due_at"], unique=False)
    op.create_index(
        "ix_taste_subjects_unasked",
        "taste_subjects",
        [sa.literal_column("plays DESC")],
        unique=False,
        postgresql_where=sa.text("due_at IS NULL"),
    )
    op.create_table(
        "taste_told",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column(
            "tags", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
        sa.Column("country", sa.Text(), server_default="", nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=True),
        sa.Column("found", sa.Boolean(), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('artist', 'album')", name=op.f("ck_taste_told_kind_known")),
        sa.CheckConstraint("source IN ('lastfm', 'musicbrainz', 'catalogue')", name=op.f("ck_taste_told_source_known")),
        sa.PrimaryKeyConstraint("kind", "subject_id", "source", name=op.f("pk_taste_told")),
    )
    op.create_table(
        "taste_traits",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("fact", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("share", sa.SmallInteger(), nullable=False),
        sa.Column("sources", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.CheckConstraint("fact IN ('genre', 'country', 'decade')", name=op.f("ck_taste_traits_fact_known")),
        sa.CheckConstraint("kind IN ('artist', 'album')", name=op.f("ck_taste_traits_kind_known")),
        sa.CheckConstraint("share BETWEEN 1 AND 1000", name=op.f("ck_taste_traits_share_of_the_whole")),
        sa.PrimaryKeyConstraint("kind", "subject_id", "rev", "fact", "value", name=op.f("pk_taste_traits")),
    )
    op.create_table(
        "taste_weights",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("plays", sa.Integer(), nullable=False),
        sa.Column("weight", sa.Numeric(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('artist', 'album')", name=op.f("ck_taste_weights_kind_known")),
        sa.CheckConstraint(
            "scope IN ('week', 'month', 'quarter', 'year', 'all')", name=op.f("ck_taste_weights_scope_known")
        ),
        sa.CheckConstraint("weight > 0 AND plays >= 0", name=op.f("ck_taste_weights_something_weighs")),
        sa.PrimaryKeyConstraint("user_id", "scope", "kind", "subject_id", name=op.f("pk_taste_weights")),
    )
    op.create_index(
        "ix_taste_weights_subject",
        "taste_weights",
        ["kind", "subject_id"],
        unique=False,
        postgresql_where=sa.text("scope = 'all'"),
    )
    op.create_index(
        "ix_taste_weights_top",
        "taste_weights",
        ["user_id", "scope", "kind", sa.literal_column("weight DESC")],
        unique=False,
    )
    op.create_table(
        "taste_priors",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column(
            "told", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("source IN ('lastfm', 'spotify')", name=op.f("ck_taste_priors_source_known")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_taste_priors_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "source", name=op.f("pk_taste_priors")),
    )
    op.create_index("ix_taste_priors_due_at", "taste_priors", ["due_at"], unique=False)
    op.create_table(
        "taste_profiles",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("profile", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("plays", sa.Integer(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("refreshed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "scope IN ('week', 'month', 'quarter', 'year', 'all')", name=op.f("ck_taste_profiles_scope_known")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_taste_profiles_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "scope", name=op.f("pk_taste_profiles")),
    )
    op.create_table(
        "taste_states",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("stale", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("zone", sa.Text(), server_default="", nullable=False),
        sa.Column("rules", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("changes", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refreshed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_taste_states_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_taste_states")),
    )
    op.create_index("ix_taste_states_as_of", "taste_states", ["as_of"], unique=False)
    op.create_index(
        "ix_taste_states_stale", "taste_states", ["user_id"], unique=False, postgresql_where=sa.text("stale")
    )
    op.create_table(
        "track_features",
        sa.Column("track_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("tempo", sa.Double(), nullable=True),
        sa.Column("energy", sa.Double(), nullable=True),
        sa.Column("danceability", sa.Double(), nullable=True),
        sa.Column("valence", sa.Double(), nullable=True),
        sa.Column("acousticness", sa.Double(), nullable=True),
        sa.Column("instrumentalness", sa.Double(), nullable=True),
        sa.Column("loudness", sa.Double(), nullable=True),
        sa.Column("version", sa.Text(), server_default="", nullable=False),
        sa.Column("measured_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "source IN ('own', 'reccobeats', 'acousticbrainz', 'legacy')", name=op.f("ck_track_features_source_known")
        ),
        sa.CheckConstraint("acousticness BETWEEN 0 AND 1", name=op.f("ck_track_features_acousticness_share")),
        sa.CheckConstraint("danceability BETWEEN 0 AND 1", name=op.f("ck_track_features_danceability_share")),
        sa.CheckConstraint("energy BETWEEN 0 AND 1", name=op.f("ck_track_features_energy_share")),
        sa.CheckConstraint("instrumentalness BETWEEN 0 AND 1", name=op.f("ck_track_features_instrumentalness_share")),
        sa.CheckConstraint("tempo > 0", name=op.f("ck_track_features_tempo_beats")),
        sa.CheckConstraint("valence BETWEEN 0 AND 1", name=op.f("ck_track_features_valence_share")),
        sa.ForeignKeyConstraint(
            ["track_id"], ["tracks.id"], name=op.f("fk_track_features_track_id_tracks"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("track_id", "source", name=op.f("pk_track_features")),
    )
    for statement in FORGET:
        op.execute(statement)
    op.execute(
        "INSERT INTO taste_states (user_id) SELECT id FROM users"
        " WHERE EXISTS (SELECT FROM artist_plays WHERE artist_plays.user_id = users.id)"
    )


def downgrade() -> None:
    """Without them."""
    op.execute("DROP TRIGGER users_forget_taste ON users")
    op.execute("DROP FUNCTION forget_taste()")
    op.drop_table("track_features")
    op.drop_index("ix_taste_states_stale", table_name="taste_states", postgresql_where=sa.text("stale"))
    op.drop_index("ix_taste_states_as_of", table_name="taste_states")
    op.drop_table("taste_states")
    op.drop_table("taste_profiles")
    op.drop_index("ix_taste_priors_due_at", table_name="taste_priors")
    op.drop_table("taste_priors")
    op.drop_index("ix_taste_weights_top", table_name="taste_weights")
    op.drop_index("ix_taste_weights_subject", table_name="taste_weights", postgresql_where=sa.text("scope = 'all'"))
    op.drop_table("taste_weights")
    op.drop_table("taste_traits")
    op.drop_table("taste_told")
    op.drop_index("ix_taste_subjects_unasked", table_name="taste_subjects", postgresql_where=sa.text("due_at IS NULL"))
    op.drop_index("ix_taste_subjects_due_at", table_name="taste_subjects")
    op.drop_table("taste_subjects")
    op.drop_table("taste_stale_subjects")
    op.drop_table("taste_stale_days")
    op.drop_table("taste_shares")
    op.drop_table("taste_days")
