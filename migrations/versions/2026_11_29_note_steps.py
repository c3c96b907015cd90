"""Note steps: what each later revision does to the code before it, so that an older process knows whether it may stay."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "d1c7df23ea7a"
down_revision = "d81f50e6a7c4"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "schema_steps",
        sa.Column("revision", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("contracts", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("revision", name=op.f("pk_schema_steps")),
    )


def downgrade() -> None:
    op.drop_table("schema_steps")
