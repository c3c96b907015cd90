"""Hear demos: weeks of kind demo, whose nominations and ratings are of members' tracks instead of albums."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "a94c17be3d60"
down_revision = "c3a95e71d08b"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint(op.f("ck_weeks_kind_known"), "weeks", type_="check")
    op.create_check_constraint(op.f("ck_weeks_kind_known"), "weeks", "kind IN ('album', 'demo')")
    op.alter_column("nominations", "album_id", nullable=True)
    op.add_column("nominations", sa.Column("track_id", sa.Uuid(), nullable=True))
    op.add_column("nominations", sa.Column("of_track", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.create_foreign_key(
        op.f("fk_nominations_track_id_tracks"), "nominations", "tracks", ["track_id"], ["id"], ondelete="SET NULL"
    )
    op.create_check_constraint(
        op.f("ck_nominations_album_or_track"),
        "nominations",
        "CASE WHEN of_track THEN album_id IS NULL ELSE album_id IS NOT NULL AND track_id IS NULL END",
    )
    op.create_index(
        "uq_nominations_track_once_a_week",
        "nominations",
        ["club_id", "week_id", "track_id"],
        unique=True,
        postgresql_where=sa.text("standing <> 'withdrawn' AND track_id IS NOT NULL"),
    )
    op.create_index(
        "ix_nominations_track_id", "nominations", ["track_id"], postgresql_where=sa.text("track_id IS NOT NULL")
    )
    op.alter_column("ratings", "album_id", nullable=True)


def downgrade() -> None:
    # The former shape has no place for demos: their weeks go, with all that is theirs.
    op.execute("UPDATE weeks SET winner_id = NULL, deciding_step = NULL, phase = 'scheduled' WHERE kind = 'demo'")
    op.execute("DELETE FROM votes WHERE week_id IN (SELECT id FROM weeks WHERE kind = 'demo')")
    op.execute("DELETE FROM posts WHERE week_id IN (SELECT id FROM weeks WHERE kind = 'demo')")
    op.execute("DELETE FROM nominations WHERE week_id IN (SELECT id FROM weeks WHERE kind = 'demo')")
    op.execute("DELETE FROM weeks WHERE kind = 'demo'")
    op.alter_column("ratings", "album_id", nullable=False)
    op.drop_index("ix_nominations_track_id", "nominations")
    op.drop_index("uq_nominations_track_once_a_week", "nominations")
    op.drop_constraint(op.f("ck_nominations_album_or_track"), "nominations", type_="check")
    op.drop_constraint(op.f("fk_nominations_track_id_tracks"), "nominations", type_="foreignkey")
    op.drop_column("nominations", "of_track")
    op.drop_column("nominations", "track_id")
    op.alter_column("nominations", "album_id", nullable=False)
    op.drop_constraint(op.f("ck_weeks_kind_known"), "weeks", type_="check")
    op.create_check_constraint(op.f("ck_weeks_kind_known"), "weeks", "kind IN ('album')")
