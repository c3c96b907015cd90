"""Rest refused keys: a service that refuses our own key is left alone for a while, as one that is busy is."""

from __future__ import annotations

from alembic import op

revision = "27fe355bfc46"
down_revision = "e4a51c904c74"
branch_labels = None
depends_on = None

KNOWN = "ck_provider_limits_blocked_why_known"


def upgrade() -> None:
    """It may be refused."""
    op.drop_constraint(op.f(KNOWN), "provider_limits", type_="check")
    op.create_check_constraint(
        op.f(KNOWN), "provider_limits", "blocked_why IN ('refused', 'busy', 'down', 'slow', 'garbled')"
    )


def downgrade() -> None:
    """Who is left alone for that is asked again."""
    op.execute("UPDATE provider_limits SET blocked_why = NULL, blocked_until = NULL WHERE blocked_why = 'refused'")
    op.drop_constraint(op.f(KNOWN), "provider_limits", type_="check")
    op.create_check_constraint(op.f(KNOWN), "provider_limits", "blocked_why IN ('busy', 'down', 'slow', 'garbled')")
