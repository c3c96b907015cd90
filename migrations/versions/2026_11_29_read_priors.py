"""Read priors: what services say a member likes is understood by its artists, and found by them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "e4a51c904c74"
down_revision = "b3e94c71d20a"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The artists of what was told."""
    op.add_column(
        "taste_priors",
        sa.Column("artists", postgresql.ARRAY(sa.Uuid()), server_default=sa.text("'{}'"), nullable=False),
    )
    op.create_index("ix_taste_priors_artists", "taste_priors", ["artists"], unique=False, postgresql_using="gin")


def downgrade() -> None:
    """Without them."""
    op.drop_index("ix_taste_priors_artists", table_name="taste_priors", postgresql_using="gin")
    op.drop_column("taste_priors", "artists")
