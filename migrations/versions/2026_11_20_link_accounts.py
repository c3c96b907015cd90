"""Link accounts: who began where, and what became of it."""

from __future__ import annotations

revision = "bd9f8c3e70a9"
down_revision = "ac8e7b2d6f98"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
