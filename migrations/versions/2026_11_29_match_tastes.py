"""Match tastes: pairs are judged club by club, and members are recommended albums."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "cef8b04dd5f8"
down_revision = "a94c17be3d60"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """States, judgements, pairs by club, recommendations."""
    op.create_table(
        "club_matchings",
        sa.Column("club_id", sa.Uuid(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("ordinary", sa.Double(), nullable=False),
        sa.Column("spread", sa.Double(), nullable=False),
        sa.Column("pairs", sa.Integer(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("spread > 0", name=op.f("ck_club_matchings_spread_apart")),
        sa.ForeignKeyConstraint(
            ["club_id"], ["clubs.id"], name=op.f("fk_club_matchings_club_id_clubs"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("club_id", name=op.f("pk_club_matchings")),
    )
    op.create_table(
        "match_bases",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_match_bases_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_match_bases")),
    )
    op.create_table(
        "recommendation_words",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("album_key", sa.Uuid(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("artist", sa.Text(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "word IN ('more', 'not', 'heard', 'saved')", name=op.f("ck_recommendation_words_word_known")
        ),
        sa.CheckConstraint("char_length(artist) <= 500", name=op.f("ck_recommendation_words_artist_length")),
        sa.CheckConstraint("char_length(title) <= 500", name=op.f("ck_recommendation_words_title_length")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_recommendation_words_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "album_key", name=op.f("pk_recommendation_words")),
    )
    op.create_table(
        "recommendation_letters",
        sa.Column("club_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["club_id", "user_id"],
            ["memberships.club_id", "memberships.user_id"],
            name="fk_recommendation_letters_memberships",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("club_id", "user_id", name=op.f("pk_recommendation_letters")),
    )
    op.create_table(
        "user_recommendations",
        sa.Column("club_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("album_key", sa.Uuid(), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("artist", sa.Text(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column(
            "reasons", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("char_length(artist) <= 500", name=op.f("ck_user_recommendations_artist_length")),
        sa.CheckConstraint("char_length(title) <= 500", name=op.f("ck_user_recommendations_title_length")),
        sa.CheckConstraint("place >= 1", name=op.f("ck_user_recommendations_place_counts_from_one")),
        sa.ForeignKeyConstraint(
            ["club_id", "user_id"],
            ["memberships.club_id", "memberships.user_id"],
            name="fk_user_recommendations_memberships",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("club_id", "user_id", "album_key", name=op.f("pk_user_recommendations")),
    )
    # What was kept of pairs is worked out again; nothing of it was ever told otherwise.
    op.drop_table("compatibilities")
    op.create_table(
        "compatibilities",
        sa.Column("club_id", sa.Uuid(), nullable=False),
        sa.Column("user_a", sa.Uuid(), nullable=False),
        sa.Column("user_b", sa.Uuid(), nullable=False),
        sa.Column("score", sa.SmallInteger(), nullable=False),
        sa.Column("closeness", sa.Double(), nullable=False),
        sa.Column("shared", sa.Double(), nullable=False),
        sa.Column("genres", sa.Double(), nullable=False),
        sa.Column("agreement", sa.Double(), nullable=False),
        sa.Column("rated", sa.SmallInteger(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("reasons", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("version_a", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("version_b", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("epoch", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("score BETWEEN 0 AND 100", name=op.f("ck_compatibilities_score_range")),
        sa.CheckConstraint("user_a < user_b", name=op.f("ck_compatibilities_ordered_pair")),
        sa.ForeignKeyConstraint(
            ["club_id", "user_a"],
            ["memberships.club_id", "memberships.user_id"],
            name="fk_compatibilities_a_memberships",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["club_id", "user_b"],
            ["memberships.club_id", "memberships.user_id"],
            name="fk_compatibilities_b_memberships",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("club_id", "user_a", "user_b", name=op.f("pk_compatibilities")),
    )
    for side in ("a", "b"):
        op.create_index(
            f"ix_compatibilities_{side}", "compatibilities", ["club_id", f"user_{side}", sa.text("closeness DESC")]
        )


def downgrade() -> None:
    """Without them."""
    op.drop_table("compatibilities")
    op.create_table(
        "compatibilities",
        sa.Column("user_a", sa.Uuid(), nullable=False),
        sa.Column("user_b", sa.Uuid(), nullable=False),
        sa.Column("score", sa.SmallInteger(), nullable=False),
        sa.Column("reasons", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("score BETWEEN 0 AND 100", name=op.f("ck_compatibilities_score_range")),
        sa.CheckConstraint("user_a < user_b", name=op.f("ck_compatibilities_ordered_pair")),
        sa.ForeignKeyConstraint(
            ["user_a"], ["users.id"], name=op.f("fk_compatibilities_user_a_users"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_b"], ["users.id"], name=op.f("fk_compatibilities_user_b_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_a", "user_b", name=op.f("pk_compatibilities")),
    )
    op.create_index(op.f("ix_compatibilities_user_b"), "compatibilities", ["user_b"], unique=False)
    op.drop_table("user_recommendations")
    op.drop_table("recommendation_letters")
    op.drop_table("recommendation_words")
    op.drop_table("match_bases")
    op.drop_table("club_matchings")
