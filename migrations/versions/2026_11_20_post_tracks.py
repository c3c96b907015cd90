"""Post tracks: posts that present a track, likes, comments, playlists."""

from __future__ import annotations

revision = "6e4a3d8f2b54"
down_revision = "5d3f2c7e1a43"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
