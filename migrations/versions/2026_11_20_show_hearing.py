"""Show the club what of the album was heard."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "dfb0ae5092cb"
down_revision = "ceaf9d4f81ba"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Weeks being heard are found at once, one redraw of their card waits, and saying so is told from rating."""
    op.add_column("hearings", sa.Column("said", sa.Boolean(), server_default=sa.text("true"), nullable=False))
    op.create_index(
        "uq_outbox_one_hearing_refresh_waiting",
        "outbox",
        ["week_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'hearing_refresh' AND state = 'pending' AND attempts = 0"),
    )
    op.create_index(
        "ix_weeks_being_heard",
        "weeks",
        ["club_id"],
        unique=False,
        postgresql_where=sa.text("phase IN ('listening', 'ratings')"),
    )


def downgrade() -> None:
    """Without them."""
    op.drop_index("ix_weeks_being_heard", table_name="weeks")
    op.drop_index("uq_outbox_one_hearing_refresh_waiting", table_name="outbox")
    op.drop_column("hearings", "said")
