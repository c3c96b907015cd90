"""Sync accounts: when each is due, what is covered, pages that are not plays yet."""

from __future__ import annotations

revision = "ac8e7b2d6f98"
down_revision = "9b7d6a1c5e87"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
