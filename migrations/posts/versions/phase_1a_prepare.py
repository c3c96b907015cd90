"""Phase 1: the log, the backups and the new columns, beside everything that is there."""

from __future__ import annotations

from alembic import op

from migrations.posts import aside
from migrations.posts.running import do, rows, this_run

revision = "1a"
down_revision = None
branch_labels = None
depends_on = None

COLUMNS = {
    "tracks": {
        "file_size": "integer",
        "mime_type": "text",
        "original_file_size": "integer",
        "compression_ratio": "numeric(4, 2)",
        "compression_applied": "boolean DEFAULT false",
    },
    "posts": {"track_id": "uuid", "track_removed_at": "timestamptz"},
}

TABLES = (
    """CREATE TABLE IF NOT EXISTS migration_log (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        migration_name text NOT NULL,
        direction text NOT NULL CHECK (direction IN ('forward', 'back')),
        started_at timestamptz NOT NULL,
        finished_at timestamptz,
        counts_before jsonb NOT NULL DEFAULT '{}',
        counts_after jsonb,
        told jsonb NOT NULL DEFAULT '{}'
    )""",
    # Which columns are ours, so that the way back takes no other.
    """CREATE TABLE IF NOT EXISTS migration_columns (
        table_name text NOT NULL, column_name text NOT NULL, PRIMARY KEY (table_name, column_name)
    )""",
    # Which tracks phase 2 made: their created_at is their post's, so no time tells them from others.
    "CREATE TABLE IF NOT EXISTS migration_tracks (track_id uuid PRIMARY KEY)",
    # Which posts have no audio that a track could be made of.
    """CREATE TABLE IF NOT EXISTS migration_tombstones (
        post_id uuid PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE
    )""",
    """CREATE TABLE IF NOT EXISTS playlist_tracks_backup (
        entry_id uuid PRIMARY KEY,
        playlist_id uuid NOT NULL REFERENCES playlists (id) ON DELETE CASCADE,
        post_id uuid NOT NULL,
        position integer NOT NULL,
        added_at timestamptz NOT NULL,
        fate text NOT NULL CHECK (fate IN ('mapped', 'merged', 'gone', 'aside')),
        track_id uuid,
        new_position integer,
        merged_into uuid
    )""",
)

STAMP = """
CREATE OR REPLACE FUNCTION stamp_removed_track() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.track_id IS NOT NULL THEN
        NEW.track_removed_at := NULL;
    ELSIF OLD.track_id IS NOT NULL AND NEW.post_type = 'audio' THEN
        NEW.track_removed_at := coalesce(NEW.track_removed_at, now());
    END IF;
    RETURN NEW;
END
$$
"""
"""ON DELETE SET NULL is an UPDATE of the post: the moment is noted before the CHECK of phase 4 looks."""


def upgrade() -> None:
    for table in TABLES:
        do(table)
    there = {
        tuple(row)
        for row in rows(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()"
        )
    }
    for table, columns in COLUMNS.items():
        for column, kind in columns.items():
            if (table, column) not in there:
                do(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")
                do("INSERT INTO migration_columns VALUES (:table, :column)", table=table, column=column)
    op.execute("ALTER TABLE posts DROP CONSTRAINT IF EXISTS posts_track_id_fkey")
    # Not looked at row by row here, where the lock would be held for as long as that takes: 1c does.
    op.execute(
        "ALTER TABLE posts ADD CONSTRAINT posts_track_id_fkey"
        " FOREIGN KEY (track_id) REFERENCES tracks (id) ON DELETE SET NULL NOT VALID"
    )
    op.execute(STAMP)
    op.execute(
        "CREATE OR REPLACE TRIGGER stamp_removed_track BEFORE UPDATE ON posts"
        " FOR EACH ROW EXECUTE FUNCTION stamp_removed_track()"
    )
    this_run().tell("facts of tracks brought back", aside.bring_back_facts())


def downgrade() -> None:
    aside.put_facts_aside()
    op.execute("DROP TRIGGER IF EXISTS stamp_removed_track ON posts")
    op.execute("DROP FUNCTION IF EXISTS stamp_removed_track()")
    op.execute("ALTER TABLE posts DROP CONSTRAINT IF EXISTS posts_track_id_fkey")
    for table, column in rows("SELECT table_name, column_name FROM migration_columns"):
        do(f"ALTER TABLE {table} DROP COLUMN IF EXISTS {column}")
    # The log stays: it says what happened, also that everything is back.
    for table in ("playlist_tracks_backup", "migration_tombstones", "migration_tracks", "migration_columns"):
        do(f"DROP TABLE IF EXISTS {table}")
    aside.drop_what_is_empty()
