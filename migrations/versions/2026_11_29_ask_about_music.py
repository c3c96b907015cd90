"""Ask about music: what is heard most is asked about first, artists and albums each by themselves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "f044aafe93d3"
down_revision = "5b8e20d7f1c4"
branch_labels = None
depends_on = None

UNASKED = "ix_taste_subjects_unasked"


def upgrade() -> None:
    """By kind and plays."""
    op.drop_index(UNASKED, table_name="taste_subjects", postgresql_where=sa.text("due_at IS NULL"))
    op.create_index(
        UNASKED, "taste_subjects", ["kind", sa.text("plays DESC")], postgresql_where=sa.text("due_at IS NULL")
    )


def downgrade() -> None:
    """By plays alone."""
    op.drop_index(UNASKED, table_name="taste_subjects", postgresql_where=sa.text("due_at IS NULL"))
    op.create_index(UNASKED, "taste_subjects", [sa.text("plays DESC")], postgresql_where=sa.text("due_at IS NULL"))
