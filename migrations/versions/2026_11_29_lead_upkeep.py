"""Lead upkeep: which process does what only one may do, and for the how manieth time that changed hands."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "c3d478998bf1"
down_revision = "d1c7df23ea7a"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "leases",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("holder", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("epoch > 0", name=op.f("ck_leases_epoch_counts")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )


def downgrade() -> None:
    op.drop_table("leases")
