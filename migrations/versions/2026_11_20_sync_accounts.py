"""Sync accounts: when each is due, what is covered, pages that are not plays yet."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "ac8e7b2d6f98"
down_revision = "9b7d6a1c5e87"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """State of every account that is read, and staged pages."""
    op.create_table(
        "sync_accounts",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("next_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("newest_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claim", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("epoch", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("covered_since", postgresql.ARRAY(sa.DateTime(timezone=True)), server_default="{}", nullable=False),
        sa.Column("covered_until", postgresql.ARRAY(sa.DateTime(timezone=True)), server_default="{}", nullable=False),
        sa.Column("window", postgresql.JSONB(), nullable=True),
        sa.Column("deep_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_play_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("doubted", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("failures", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.Column("refused", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("synced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("left", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "cardinality(covered_since) = cardinality(covered_until)",
            name=op.f("ck_sync_accounts_spans_have_both_ends"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["linked_accounts.id"],
            name=op.f("fk_sync_accounts_account_id_linked_accounts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_sync_accounts")),
    )
    op.create_index("ix_sync_accounts_next_due_at", "sync_accounts", ["next_due_at"])
    op.create_index(
        "ix_sync_accounts_lease_until",
        "sync_accounts",
        ["lease_until"],
        postgresql_where=sa.text("lease_until IS NOT NULL"),
    )
    op.create_index("ix_sync_accounts_refused", "sync_accounts", ["account_id"], postgresql_where=sa.text("refused"))
    op.create_table(
        "staged_pages",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("page", sa.SmallInteger(), nullable=False),
        sa.Column("plays", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["sync_accounts.account_id"],
            name=op.f("fk_staged_pages_account_id_sync_accounts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "page", name=op.f("pk_staged_pages")),
    )


def downgrade() -> None:
    """Forget how far accounts were read."""
    op.drop_table("staged_pages")
    op.drop_table("sync_accounts")
