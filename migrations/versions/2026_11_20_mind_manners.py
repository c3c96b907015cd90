"""Mind manners: how often each service of the world is asked, by all processes together."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "4c2e1b6d0f32"
down_revision = "3b1d0a5c9e21"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "provider_limits",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("tokens", sa.Double(), nullable=False),
        sa.Column("refilled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("blocked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("blocked_why", sa.Text(), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("probing_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "blocked_why IN ('busy', 'down', 'slow', 'garbled')", name=op.f("ck_provider_limits_blocked_why_known")
        ),
        sa.CheckConstraint(
            "(blocked_until IS NULL) = (blocked_why IS NULL)", name=op.f("ck_provider_limits_blocked_with_a_reason")
        ),
        sa.CheckConstraint("failures >= 0", name=op.f("ck_provider_limits_failures_counted")),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_provider_limits")),
    )


def downgrade() -> None:
    op.drop_table("provider_limits")
