"""Find a member's ratings by their time, and those of an album."""

from __future__ import annotations

from alembic import op

revision = "c3a81e5d0f47"
down_revision = "5e1f0c7ab3d2"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """For whoever's taste they are part of."""
    op.create_index("ix_ratings_user_id_rated_at", "ratings", ["user_id", "rated_at"], unique=False)
    op.create_index("ix_ratings_album_id", "ratings", ["album_id"], unique=False)


def downgrade() -> None:
    """Without them."""
    op.drop_index("ix_ratings_album_id", table_name="ratings")
    op.drop_index("ix_ratings_user_id_rated_at", table_name="ratings")
