"""Act once: what was pressed is known by its interaction, so that a repeated event changes nothing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "8c41d7e90b52"
down_revision = "c3d478998bf1"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Interactions that were acted on."""
    op.create_table(
        "acted_presses",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("acted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acted_presses")),
    )


def downgrade() -> None:
    """Without them."""
    op.drop_table("acted_presses")
