"""Phase 3: entries of playlists point at tracks instead of posts, and back."""

from __future__ import annotations

from migrations.posts.running import CannotGoOn, ask, do, rows, this_run

KEY = "playlist_tracks_track_id_fkey"
ONCE = "playlist_tracks_playlist_id_track_id_key"
PLACE = "playlist_tracks_playlist_id_position_key"


def hold() -> None:
    """Nobody posts or changes a playlist meanwhile; everybody reads."""
    do("LOCK TABLE posts, playlist_tracks IN SHARE ROW EXCLUSIVE MODE")


def back_up() -> None:
    """Every entry as it is, and what becomes of it: of two that come to the same track the first one stays."""
    do("TRUNCATE playlist_tracks_backup")
    do("""
        INSERT INTO playlist_tracks_backup (entry_id, playlist_id, post_id, position, added_at, track_id, fate)
        SELECT e.id, e.playlist_id, e.track_id, e.position, e.added_at, p.track_id, CASE
            WHEN p.track_id IS NOT NULL THEN 'mapped'
            WHEN p.track_removed_at IS NOT NULL AND t.post_id IS NULL THEN 'gone'
            ELSE 'aside' END
        FROM playlist_tracks e
        LEFT JOIN posts p ON p.id = e.track_id AND p.post_type = 'audio'
        LEFT JOIN migration_tombstones t ON t.post_id = p.id
    """)
    do("""
        UPDATE playlist_tracks_backup b SET fate = 'merged', merged_into = r.first
        FROM (
            SELECT entry_id, first_value(entry_id) OVER same AS first, row_number() OVER same AS n
            FROM playlist_tracks_backup WHERE fate = 'mapped'
            WINDOW same AS (PARTITION BY playlist_id, track_id ORDER BY position, added_at, entry_id)
        ) r
        WHERE r.entry_id = b.entry_id AND r.n > 1
    """)
    do("""
        UPDATE playlist_tracks_backup b SET new_position = r.place
        FROM (
            SELECT entry_id,
                row_number() OVER (PARTITION BY playlist_id ORDER BY position, added_at, entry_id) - 1 AS place
            FROM playlist_tracks_backup WHERE fate = 'mapped'
        ) r
        WHERE r.entry_id = b.entry_id
    """)


def judge() -> None:
    """An entry that points at no audio can become nothing: the operator says what becomes of it."""
    run = this_run()
    wrong = rows("SELECT entry_id FROM playlist_tracks_backup WHERE fate = 'aside' ORDER BY playlist_id, position")
    if wrong and not run.set_aside:
        raise CannotGoOn(
            f"{len(wrong)} entries of playlists point at posts without a track, for instance "
            f"{', '.join(str(row[0]) for row in wrong[:3])}. Take them out, or let them wait in the backup, from which "
            "the way back restores them: --set-aside."
        )


def map_to_tracks() -> None:
    """Entries get the track of their post, places count from 0 without gaps, and the constraints change over."""
    run = this_run()
    do(f"ALTER TABLE playlist_tracks DROP CONSTRAINT IF EXISTS {KEY}")
    do("""
        DELETE FROM playlist_tracks e USING playlist_tracks_backup b WHERE b.entry_id = e.id AND b.fate <> 'mapped'
    """)
    do("""
        UPDATE playlist_tracks e SET track_id = b.track_id, position = b.new_position
        FROM playlist_tracks_backup b WHERE b.entry_id = e.id
    """)
    told = {
        "mapped": "entries of playlists that point at their track",
        "merged": "entries that were a second one of the same track",
        "aside": "entries set aside, pointing at no track",
        "gone": "entries of tracks that were deleted meanwhile",
    }
    for fate, number in rows("SELECT fate, count(*) FROM playlist_tracks_backup GROUP BY fate ORDER BY fate"):
        run.tell(told[fate], number)
    _bring_back_entries()
    invalid = ask("SELECT count(*) FROM playlist_tracks e WHERE NOT EXISTS (SELECT FROM tracks WHERE id = e.track_id)")
    if invalid:
        raise CannotGoOn(f"{invalid} entries of playlists point at no track: nothing of this step was done.")
    do(f"ALTER TABLE playlist_tracks ADD CONSTRAINT {ONCE} UNIQUE (playlist_id, track_id)")
    do(
        f"ALTER TABLE playlist_tracks ADD CONSTRAINT {PLACE} UNIQUE (playlist_id, position)"
        " DEFERRABLE INITIALLY DEFERRED"
    )
    do(
        f"ALTER TABLE playlist_tracks ADD CONSTRAINT {KEY}"
        " FOREIGN KEY (track_id) REFERENCES tracks (id) ON DELETE CASCADE NOT VALID"
    )


def _bring_back_entries() -> None:
    """Entries that an earlier way back could not keep, since no post presented their track, follow at the end."""
    if not ask("SELECT to_regclass('playlist_tracks_aside') IS NOT NULL"):
        return
    back = do("""
        INSERT INTO playlist_tracks (id, playlist_id, track_id, position, added_at)
        SELECT a.id, a.playlist_id, a.track_id, coalesce(last.position, -1)
            + row_number() OVER (PARTITION BY a.playlist_id ORDER BY a.position, a.id), a.added_at
        FROM playlist_tracks_aside a
        JOIN tracks t ON t.id = a.track_id
        LEFT JOIN (SELECT playlist_id, max(position) AS position FROM playlist_tracks GROUP BY playlist_id) last
            ON last.playlist_id = a.playlist_id
        WHERE NOT EXISTS (
            SELECT FROM playlist_tracks e WHERE e.playlist_id = a.playlist_id AND e.track_id = a.track_id
        )
    """)
    do("DROP TABLE playlist_tracks_aside")
    this_run().tell("entries brought back that had no post", back)


BACK = """
CREATE TEMP TABLE entries_back ON COMMIT DROP AS
WITH current AS (
    SELECT e.*, b.post_id AS old_post, b.position AS old_position,
        b.entry_id IS NOT NULL AND b.fate = 'mapped' AND b.new_position = e.position
        AND b.track_id = e.track_id AS as_left
    FROM playlist_tracks e LEFT JOIN playlist_tracks_backup b ON b.entry_id = e.id
), touched AS (
    SELECT playlist_id FROM current WHERE NOT as_left
    UNION
    SELECT b.playlist_id FROM playlist_tracks_backup b
    WHERE b.fate = 'mapped' AND NOT EXISTS (SELECT FROM playlist_tracks e WHERE e.id = b.entry_id)
), found AS (
    SELECT c.id, c.playlist_id, c.track_id, coalesce(old.id, other.id) AS post_id, c.position AS place, 0 AS nth,
        c.old_position, c.added_at
    FROM current c
    LEFT JOIN posts old ON old.id = c.old_post AND old.track_id = c.track_id
    LEFT JOIN LATERAL (
        SELECT p.id FROM posts p WHERE p.track_id = c.track_id AND p.post_type = 'audio'
        ORDER BY p.created_at, p.id LIMIT 1
    ) other ON true
    UNION ALL
    SELECT b.entry_id, b.playlist_id, b.track_id, b.post_id, coalesce(kept.position, b.position), 1,
        b.position, b.added_at
    FROM playlist_tracks_backup b
    JOIN posts p ON p.id = b.post_id
    LEFT JOIN playlist_tracks kept ON kept.id = b.merged_into
    WHERE b.fate = 'aside' OR (b.fate = 'merged' AND kept.id IS NOT NULL)
)
SELECT f.id, f.playlist_id, f.track_id, f.post_id, f.added_at, f.nth, f.place AS shown_at, CASE
    WHEN t.playlist_id IS NULL THEN f.old_position
    ELSE row_number() OVER (PARTITION BY f.playlist_id ORDER BY f.place, f.nth, f.old_position, f.id) - 1
    END AS position
FROM found f LEFT JOIN touched t ON t.playlist_id = f.playlist_id
"""
"""A playlist nobody changed since is restored as it was; a changed one keeps its order, merged and set aside entries
beside those they belong to."""


def map_to_posts() -> None:
    """Entries point at posts again; what no post presents waits aside for the next way forward."""
    run = this_run()
    for name in (KEY, ONCE, PLACE):
        do(f"ALTER TABLE playlist_tracks DROP CONSTRAINT IF EXISTS {name}")
    do(BACK)
    do("""
        CREATE TABLE IF NOT EXISTS playlist_tracks_aside (
            id uuid PRIMARY KEY, playlist_id uuid NOT NULL REFERENCES playlists (id) ON DELETE CASCADE,
            track_id uuid NOT NULL, position integer NOT NULL, added_at timestamptz NOT NULL
        )
    """)
    aside = do("""
        INSERT INTO playlist_tracks_aside SELECT id, playlist_id, track_id, shown_at, added_at
        FROM entries_back WHERE post_id IS NULL ON CONFLICT DO NOTHING
    """)
    do("DELETE FROM playlist_tracks e USING entries_back b WHERE b.id = e.id AND b.post_id IS NULL")
    do("DELETE FROM entries_back WHERE post_id IS NULL")
    mapped = do("""
        UPDATE playlist_tracks e SET track_id = b.post_id, position = b.position FROM entries_back b WHERE b.id = e.id
    """)
    restored = do("""
        INSERT INTO playlist_tracks (id, playlist_id, track_id, position, added_at)
        SELECT id, playlist_id, post_id, position, added_at FROM entries_back WHERE nth = 1
    """)
    do(
        f"ALTER TABLE playlist_tracks ADD CONSTRAINT {KEY}"
        " FOREIGN KEY (track_id) REFERENCES posts (id) ON DELETE CASCADE"
    )
    do("DROP TABLE entries_back")
    run.tell("entries of playlists that point at their post again", mapped)
    run.tell("merged and set aside entries restored", restored)
    run.tell("entries kept aside, since no post presents their track", aside)
