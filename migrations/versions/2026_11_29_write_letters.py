"""Write letters: a letter has its next time, and remembers that Discord did not let it through."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "5e0c9ad7f314"
down_revision = "27fe355bfc46"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Letters are due at an instant, like everything that happens by itself."""
    op.add_column("recommendation_letters", sa.Column("next_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("recommendation_letters", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(
        op.f("ck_recommendation_letters_closed_is_off"),
        "recommendation_letters",
        "closed_at IS NULL OR next_at IS NULL",
    )
    op.create_index(
        "ix_recommendation_letters_due",
        "recommendation_letters",
        ["next_at"],
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )


def downgrade() -> None:
    """Without them."""
    op.drop_index("ix_recommendation_letters_due", "recommendation_letters")
    op.drop_constraint(op.f("ck_recommendation_letters_closed_is_off"), "recommendation_letters")
    op.drop_column("recommendation_letters", "closed_at")
    op.drop_column("recommendation_letters", "next_at")
