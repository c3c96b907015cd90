"""Rank artists: only they are asked for by weight, and no other question is led astray by that index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "cba77277b3b4"
down_revision = "5e0c9ad7f314"
branch_labels = None
depends_on = None

NAME, TABLE = "ix_taste_weights_top", "taste_weights"


def upgrade() -> None:
    """Artists alone, by weight."""
    op.drop_index(NAME, table_name=TABLE)
    op.create_index(
        NAME,
        TABLE,
        ["user_id", "scope", sa.text("weight DESC")],
        unique=False,
        postgresql_where=sa.text("kind = 'artist'"),
    )


def downgrade() -> None:
    """Albums, too."""
    op.drop_index(NAME, table_name=TABLE)
    op.create_index(NAME, TABLE, ["user_id", "scope", "kind", sa.text("weight DESC")], unique=False)
