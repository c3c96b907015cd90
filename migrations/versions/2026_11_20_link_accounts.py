"""Link accounts: who began where, and what became of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "bd9f8c3e70a9"
down_revision = "ac8e7b2d6f98"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "link_attempts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("pressed_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_hash", sa.LargeBinary(), nullable=False),
        sa.Column("browser_hash", sa.LargeBinary(), nullable=True),
        sa.Column("state_hash", sa.LargeBinary(), nullable=True),
        sa.Column("verifier", sa.LargeBinary(), nullable=True),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "provider IN ('spotify', 'lastfm', 'listenbrainz')", name=op.f("ck_link_attempts_provider_known")
        ),
        sa.CheckConstraint(
            "outcome IN ('open', 'linked', 'denied', 'refused', 'failed')", name=op.f("ck_link_attempts_outcome_known")
        ),
        sa.CheckConstraint(
            "(state_hash IS NULL) = (verifier IS NULL)", name=op.f("ck_link_attempts_state_with_verifier")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_link_attempts_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_attempts")),
    )
    op.create_index(op.f("ix_link_attempts_user_id"), "link_attempts", ["user_id"])
    op.create_index("uq_link_attempts_ticket_hash", "link_attempts", ["ticket_hash"], unique=True)
    op.create_index("uq_link_attempts_state_hash", "link_attempts", ["state_hash"], unique=True)
    op.create_index("uq_link_attempts_pressed_id_provider", "link_attempts", ["pressed_id", "provider"], unique=True)
    op.create_index("ix_link_attempts_ends_at", "link_attempts", ["ends_at"])
    op.add_column("users", sa.Column("dms_closed_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("users", "dms_closed_at")
    op.drop_table("link_attempts")
