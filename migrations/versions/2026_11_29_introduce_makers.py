"""Introduce makers: what a member says of themselves above their tracks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "e1c6a94d730b"
down_revision = "cba77277b3b4"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("users", sa.Column("bio", sa.Text(), server_default="", nullable=False))
    op.create_check_constraint(op.f("ck_users_bio_length"), "users", "char_length(bio) <= 500")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_users_bio_length"), "users", type_="check")
    op.drop_column("users", "bio")
