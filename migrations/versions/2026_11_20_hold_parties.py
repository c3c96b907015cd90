"""Hold parties: an album heard together, track by track."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "7f5b4e9a3c65"
down_revision = "6e4a3d8f2b54"
branch_labels = None
depends_on = None

RUNNING = "state IN ('lobby', 'playing', 'paused')"


def upgrade() -> None:
    """Parties, the turns of their tracks, and who came."""
    op.create_table(
        "parties",
        sa.Column("club_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("week_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("anchor_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_for", sa.Interval(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('lobby', 'playing', 'paused', 'over', 'stopped')", name=op.f("ck_parties_state_known")
        ),
        sa.CheckConstraint(
            "reason IN ('', 'host', 'away', 'forgotten', 'week', 'club')", name=op.f("ck_parties_reason_known")
        ),
        sa.CheckConstraint("number >= 1", name=op.f("ck_parties_number_counts_from_one")),
        sa.CheckConstraint("position >= 0", name=op.f("ck_parties_position_counts")),
        sa.CheckConstraint("(state = 'paused') = (paused_at IS NOT NULL)", name=op.f("ck_parties_paused_since")),
        sa.CheckConstraint(f"({RUNNING}) = (due_at IS NOT NULL)", name=op.f("ck_parties_due_while_it_runs")),
        sa.CheckConstraint(f"({RUNNING}) = (ended_at IS NULL)", name=op.f("ck_parties_ended_when_it_is_over")),
        sa.ForeignKeyConstraint(
            ["club_id", "week_id"],
            ["weeks.club_id", "weeks.id"],
            name=op.f("fk_parties_club_id_week_id_weeks"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_parties_user_id_users")),
        sa.PrimaryKeyConstraint("club_id", "id", name=op.f("pk_parties")),
        sa.UniqueConstraint("club_id", "week_id", "number", name=op.f("uq_parties_club_id_week_id_number")),
    )
    op.create_index("ix_parties_id", "parties", ["id"], unique=False)
    op.create_index(
        "ix_parties_due_at", "parties", ["due_at"], unique=False, postgresql_where=sa.text("due_at IS NOT NULL")
    )
    op.create_index(
        "uq_parties_one_at_a_time", "parties", ["club_id", "week_id"], unique=True, postgresql_where=sa.text(RUNNING)
    )
    op.create_table(
        "party_members",
        sa.Column("club_id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["club_id", "party_id"],
            ["parties.club_id", "parties.id"],
            name=op.f("fk_party_members_club_id_party_id_parties"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_party_members_user_id_users")),
        sa.PrimaryKeyConstraint("club_id", "party_id", "user_id", name=op.f("pk_party_members")),
    )
    op.create_table(
        "party_turns",
        sa.Column("club_id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("track_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("artist", sa.Text(), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "outcome IN ('waiting', 'playing', 'played', 'skipped', 'missed', 'cut')",
            name=op.f("ck_party_turns_outcome_known"),
        ),
        sa.CheckConstraint("char_length(title) <= 500", name=op.f("ck_party_turns_title_length")),
        sa.CheckConstraint("char_length(artist) <= 500", name=op.f("ck_party_turns_artist_length")),
        sa.CheckConstraint("position >= 1", name=op.f("ck_party_turns_position_counts_from_one")),
        sa.CheckConstraint(
            "(outcome = 'waiting') = (began_at IS NULL)", name=op.f("ck_party_turns_begun_once_it_waits_no_more")
        ),
        sa.ForeignKeyConstraint(
            ["club_id", "party_id"],
            ["parties.club_id", "parties.id"],
            name=op.f("fk_party_turns_club_id_party_id_parties"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["track_id"], ["tracks.id"], name=op.f("fk_party_turns_track_id_tracks"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("club_id", "party_id", "position", name=op.f("pk_party_turns")),
    )
    op.create_index("ix_party_turns_track_id", "party_turns", ["track_id"], unique=False)
    op.create_index(
        "uq_party_turns_one_plays",
        "party_turns",
        ["club_id", "party_id"],
        unique=True,
        postgresql_where=sa.text("outcome = 'playing'"),
    )


def downgrade() -> None:
    """No parties."""
    op.drop_table("party_turns")
    op.drop_table("party_members")
    op.drop_table("parties")
