"""Copy demos: a nomination of a track knows its version, and each version what the club hears of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "5b8e20d7f1c4"
down_revision = "7c0b178f9bd4"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "demo_copies",
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["asset_id"], ["assets.id"], name=op.f("fk_demo_copies_asset_id_assets")),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["track_versions.id"],
            name=op.f("fk_demo_copies_version_id_track_versions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_demo_copies")),
    )
    op.create_index(op.f("ix_demo_copies_asset_id"), "demo_copies", ["asset_id"])
    op.add_column("nominations", sa.Column("version_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_nominations_version_id_track_versions"),
        "nominations",
        "track_versions",
        ["version_id"],
        ["id"],
        ondelete="SET NULL",
    )
    op.create_check_constraint(
        op.f("ck_nominations_version_of_a_track"), "nominations", "of_track OR version_id IS NULL"
    )
    op.create_index(
        "ix_nominations_version_id", "nominations", ["version_id"], postgresql_where=sa.text("version_id IS NOT NULL")
    )


def downgrade() -> None:
    op.drop_index("ix_nominations_version_id", "nominations")
    op.drop_constraint(op.f("ck_nominations_version_of_a_track"), "nominations", type_="check")
    op.drop_constraint(op.f("fk_nominations_version_id_track_versions"), "nominations", type_="foreignkey")
    op.drop_column("nominations", "version_id")
    op.drop_table("demo_copies")
