"""Keep covers: pictures of albums, each once."""

from __future__ import annotations

revision = "5d3f2c7e1a43"
down_revision = "4c2e1b6d0f32"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
