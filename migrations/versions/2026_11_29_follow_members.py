"""Follow members: who asked to, and who may not any more."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "5e1f0c7ab3d2"
down_revision = "aade1f0cc0e6"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Requests and blocks stand beside the follows themselves."""
    op.create_table(
        "follow_requests",
        sa.Column("follower_id", sa.Uuid(), nullable=False),
        sa.Column("followee_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("follower_id <> followee_id", name=op.f("ck_follow_requests_not_oneself")),
        sa.ForeignKeyConstraint(
            ["follower_id"], ["users.id"], name=op.f("fk_follow_requests_follower_id_users"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["followee_id"], ["users.id"], name=op.f("fk_follow_requests_followee_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("follower_id", "followee_id", name=op.f("pk_follow_requests")),
    )
    op.create_index(op.f("ix_follow_requests_followee_id"), "follow_requests", ["followee_id"], unique=False)
    op.create_table(
        "follow_blocks",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("blocked_user_id", sa.Uuid(), nullable=False),
        sa.Column("blocked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("user_id <> blocked_user_id", name=op.f("ck_follow_blocks_not_oneself")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_follow_blocks_user_id_users"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["blocked_user_id"], ["users.id"], name=op.f("fk_follow_blocks_blocked_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "blocked_user_id", name=op.f("pk_follow_blocks")),
    )
    op.create_index(op.f("ix_follow_blocks_blocked_user_id"), "follow_blocks", ["blocked_user_id"], unique=False)


def downgrade() -> None:
    """Without them."""
    op.drop_table("follow_blocks")
    op.drop_table("follow_requests")
