"""Find heard covers: what came of looking for covers of albums that members heard."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "c3a95e71d08b"
down_revision = "e27d40a9c816"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "heard_covers",
        sa.Column("heard_album_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("source_url", sa.Text(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.CheckConstraint("char_length(source_url) <= 2048", name=op.f("ck_heard_covers_source_url_length")),
        sa.CheckConstraint("char_length(outcome) <= 50", name=op.f("ck_heard_covers_outcome_length")),
        sa.CheckConstraint("sha256 IS NULL OR outcome = 'kept'", name=op.f("ck_heard_covers_only_kept_is_there")),
        sa.ForeignKeyConstraint(
            ["heard_album_id"],
            ["heard_albums.id"],
            name=op.f("fk_heard_covers_heard_album_id_heard_albums"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["sha256"], ["covers.sha256"], name=op.f("fk_heard_covers_sha256_covers"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("heard_album_id", name=op.f("pk_heard_covers")),
    )
    op.create_index(op.f("ix_heard_covers_sha256"), "heard_covers", ["sha256"])


def downgrade() -> None:
    """Drop it; the files stay where they lie."""
    op.drop_table("heard_covers")
