"""Mind manners: how often each service of the world is asked, by all processes together."""

from __future__ import annotations

revision = "4c2e1b6d0f32"
down_revision = "3b1d0a5c9e21"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
