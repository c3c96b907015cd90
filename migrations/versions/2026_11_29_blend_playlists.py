"""Blend playlists: lists that are made of members' taste, and whose taste beside their owner's."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "b3e94c71d20a"
down_revision = "f044aafe93d3"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Lists are made again, each kind once for a member, or once with each other member."""
    op.add_column("playlists", sa.Column("made_of", sa.Text()))
    op.add_column("playlists", sa.Column("with_user_id", sa.Uuid()))
    op.create_check_constraint(op.f("ck_playlists_made_of_known"), "playlists", "made_of IN ('blend', 'catchup')")
    op.create_check_constraint(
        op.f("ck_playlists_made_for_a_member"), "playlists", "made_of IS NULL OR user_id IS NOT NULL"
    )
    op.create_check_constraint(
        op.f("ck_playlists_blended_with_another"),
        "playlists",
        "(with_user_id IS NOT NULL) = (made_of IS NOT DISTINCT FROM 'blend') AND coalesce(with_user_id <> user_id, true)",
    )
    op.create_foreign_key(
        op.f("fk_playlists_with_user_id_users"), "playlists", "users", ["with_user_id"], ["id"], ondelete="CASCADE"
    )
    op.create_index(
        "ix_playlists_with_user_id",
        "playlists",
        ["with_user_id"],
        postgresql_where=sa.text("with_user_id IS NOT NULL"),
    )
    op.create_index(
        "uq_playlists_made_once",
        "playlists",
        ["club_id", "user_id", "made_of", "with_user_id"],
        unique=True,
        postgresql_where=sa.text("made_of IS NOT NULL"),
        postgresql_nulls_not_distinct=True,
    )


def downgrade() -> None:
    """Lists that were made stay as their owners' own, but for those that tell what somebody else loves."""
    op.execute("DELETE FROM playlists WHERE with_user_id IS NOT NULL")
    op.drop_index("uq_playlists_made_once", "playlists")
    op.drop_index("ix_playlists_with_user_id", "playlists")
    op.drop_constraint(op.f("fk_playlists_with_user_id_users"), "playlists")
    for name in ("blended_with_another", "made_for_a_member", "made_of_known"):
        op.drop_constraint(op.f(f"ck_playlists_{name}"), "playlists")
    op.drop_column("playlists", "with_user_id")
    op.drop_column("playlists", "made_of")
