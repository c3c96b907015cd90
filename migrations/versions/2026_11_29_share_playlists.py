"""Share playlists: what the club's own hold, messages that show one, and gaps that close by themselves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "c1f7a94be205"
down_revision = "c3a81e5d0f47"
branch_labels = None
depends_on = None

CLOSE_GAPS = """
CREATE FUNCTION close_gaps_in_playlists() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM playlists WHERE (club_id, id) IN (SELECT club_id, playlist_id FROM gone)
        ORDER BY club_id, id FOR NO KEY UPDATE;
    UPDATE playlist_tracks AS entry SET position = placed.place FROM (
        SELECT club_id, id, row_number() OVER (PARTITION BY club_id, playlist_id ORDER BY position, id) - 1 AS place
        FROM playlist_tracks WHERE (club_id, playlist_id) IN (SELECT club_id, playlist_id FROM gone)
    ) AS placed
    WHERE (entry.club_id, entry.id) = (placed.club_id, placed.id) AND entry.position <> placed.place;
    RETURN NULL;
END
$$
"""


def upgrade() -> None:
    op.add_column("playlists", sa.Column("automatic", sa.Text(), nullable=True))
    op.execute("UPDATE playlists SET automatic = 'nominees' WHERE user_id IS NULL AND week_id IS NOT NULL")
    op.create_check_constraint(
        op.f("ck_playlists_automatic_known"), "playlists", "automatic IN ('nominees', 'winners', 'favourites')"
    )
    op.create_check_constraint(
        op.f("ck_playlists_automatic_is_the_clubs"), "playlists", "automatic IS NULL OR user_id IS NULL"
    )
    op.drop_index("uq_playlists_before_you_vote", "playlists")
    op.create_index(
        "uq_playlists_automatic",
        "playlists",
        ["club_id", "automatic", "week_id"],
        unique=True,
        postgresql_where=sa.text("automatic IS NOT NULL"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "playlist_shares",
        sa.Column("club_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("playlist_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("shared_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["club_id"], ["clubs.id"], name=op.f("fk_playlist_shares_club_id_clubs"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_playlist_shares_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("club_id", "id", name=op.f("pk_playlist_shares")),
    )
    op.create_index("ix_playlist_shares_club_id_playlist_id", "playlist_shares", ["club_id", "playlist_id"])
    op.execute(CLOSE_GAPS)
    op.execute(
        "CREATE TRIGGER playlist_tracks_close_gaps AFTER DELETE ON playlist_tracks"
        " REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION close_gaps_in_playlists()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER playlist_tracks_close_gaps ON playlist_tracks")
    op.execute("DROP FUNCTION close_gaps_in_playlists()")
    op.drop_table("playlist_shares")
    op.drop_index("uq_playlists_automatic", "playlists")
    # The former shape knows the nominees' lists alone.
    op.execute("DELETE FROM playlists WHERE automatic IN ('winners', 'favourites')")
    op.drop_constraint(op.f("ck_playlists_automatic_is_the_clubs"), "playlists", type_="check")
    op.drop_constraint(op.f("ck_playlists_automatic_known"), "playlists", type_="check")
    op.drop_column("playlists", "automatic")
    op.create_index(
        "uq_playlists_before_you_vote",
        "playlists",
        ["club_id", "week_id"],
        unique=True,
        postgresql_where=sa.text("user_id IS NULL AND week_id IS NOT NULL"),
    )
