"""Show the club what of the album was heard."""

from __future__ import annotations

revision = "dfb0ae5092cb"
down_revision = "ceaf9d4f81ba"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
