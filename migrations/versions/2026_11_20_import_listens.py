"""Import files of listening history."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "ceaf9d4f81ba"
down_revision = "bd9f8c3e70a9"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "listen_imports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("kinds", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("share", sa.Double(), server_default=sa.text("0"), nullable=False),
        sa.Column("rows_done", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "report",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("alive_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('looking', 'asked', 'running', 'done', 'cancelled', 'failed')",
            name=op.f("ck_listen_imports_state_known"),
        ),
        sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_listen_imports_sha256_is_a_hash")),
        sa.CheckConstraint("share BETWEEN 0 AND 1", name=op.f("ck_listen_imports_share_range")),
        sa.CheckConstraint("rows_done >= 0", name=op.f("ck_listen_imports_rows_counted")),
        sa.CheckConstraint("char_length(name) <= 200", name=op.f("ck_listen_imports_name_length")),
        sa.CheckConstraint("char_length(zone) <= 100", name=op.f("ck_listen_imports_zone_length")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_listen_imports_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listen_imports")),
    )
    op.create_index("ix_listen_imports_user_id_began_at", "listen_imports", ["user_id", "began_at"])
    op.create_index(
        "uq_listen_imports_one_at_a_time",
        "listen_imports",
        ["user_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('looking', 'running')"),
    )


def downgrade() -> None:
    """Drop it; what was imported stays."""
    op.drop_table("listen_imports")
