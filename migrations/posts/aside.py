"""What the old shape cannot hold waits in tables of its own, so that going back loses nothing and going on finds it."""

from __future__ import annotations

from migrations.posts.running import ask, do, this_run

TRACK = (
    "id, user_id, title, description, file_url, duration, genre, tags, is_public, play_count, created_at, updated_at,"
    " file_size, mime_type, original_file_size, compression_ratio, compression_applied"
)
FACTS = ("file_size", "mime_type", "original_file_size", "compression_ratio", "compression_applied")
AUDIO = "audio_url = NULL, audio_filename = NULL, audio_duration = NULL, audio_file_size = NULL, audio_mime_type = NULL"

TABLES = ("tracks_aside", "posts_links_aside", "playlist_tracks_aside", "tracks_facts_aside")


def _is_there(table: str) -> bool:
    return bool(ask("SELECT to_regclass(:table) IS NOT NULL", table=table))


def give_back_posts() -> None:
    """Posts hold their audio again and the tracks that phase 2 made are gone; as they were, they wait aside."""
    run = this_run()
    do("LOCK TABLE posts, tracks IN SHARE ROW EXCLUSIVE MODE")
    do("CREATE TABLE tracks_aside (LIKE tracks)")
    do(
        "ALTER TABLE tracks_aside ADD PRIMARY KEY (id),"
        " ADD FOREIGN KEY (user_id) REFERENCES profiles (id) ON DELETE CASCADE"
    )
    do("""
        CREATE TABLE posts_links_aside (
            post_id uuid PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE, track_id uuid NOT NULL
        )
    """)
    do("INSERT INTO posts_links_aside SELECT id, track_id FROM posts WHERE track_id IS NOT NULL")
    filled = do("""
        UPDATE posts p SET audio_url = t.file_url, audio_filename = t.title, audio_duration = t.duration,
            audio_file_size = t.file_size, audio_mime_type = t.mime_type
        FROM tracks t WHERE t.id = p.track_id AND nullif(btrim(p.audio_url), '') IS NULL AND t.is_public
    """)
    # What became private or was deleted since does not come back into public posts.
    hidden = do(f"""
        UPDATE posts p SET {AUDIO} FROM tracks t JOIN migration_tracks m ON m.track_id = t.id
        WHERE t.id = p.track_id AND NOT t.is_public
    """)
    gone = do(f"""
        UPDATE posts p SET {AUDIO} WHERE p.track_removed_at IS NOT NULL
        AND NOT EXISTS (SELECT FROM migration_tombstones m WHERE m.post_id = p.id)
    """)
    unlinked = do("UPDATE posts SET track_id = NULL WHERE track_id IS NOT NULL")
    do("UPDATE posts SET track_removed_at = NULL WHERE track_removed_at IS NOT NULL")  # the trigger stamped them
    do(f"INSERT INTO tracks_aside ({TRACK}) SELECT {TRACK} FROM tracks JOIN migration_tracks ON track_id = id")
    removed = do("DELETE FROM tracks t USING migration_tracks m WHERE m.track_id = t.id")
    do("TRUNCATE migration_tracks, migration_tombstones")
    run.tell("posts that hold their audio again", unlinked)
    run.tell("of them posted the new way, filled from their track", filled)
    run.tell("of them private by now, kept aside", hidden)
    run.tell("posts whose track was deleted, which stays so", gone)
    run.tell("tracks put aside", removed)


def bring_back_tracks() -> None:
    """Tracks that an earlier way back put aside come again, with the same ids and all that was changed in them."""
    if not _is_there("tracks_aside"):
        return
    url = "nullif(btrim(p.audio_url), '')"
    wanted = f"""(
        EXISTS (SELECT FROM posts_links_aside l JOIN posts p ON p.id = l.post_id WHERE l.track_id = a.id
            AND coalesce({url}, a.file_url) = a.file_url)
    )"""
    back = do(f"""
        WITH back AS (
            INSERT INTO tracks ({TRACK}) SELECT {TRACK} FROM tracks_aside a WHERE {wanted}
            ON CONFLICT (id) DO NOTHING RETURNING id
        )
        INSERT INTO migration_tracks SELECT id FROM back
    """)
    linked = do(f"""
        UPDATE posts p SET track_id = l.track_id FROM posts_links_aside l JOIN tracks t ON t.id = l.track_id
        WHERE p.id = l.post_id AND p.post_type = 'audio' AND p.track_id IS NULL
        AND coalesce({url}, t.file_url) = t.file_url
    """)
    do("DROP TABLE tracks_aside, posts_links_aside")
    this_run().tell("tracks brought back", back)
    this_run().tell("posts given the track they had", linked)


def put_facts_aside() -> None:
    """What stands in the columns that phase 1 added is kept for the tracks that stay."""
    names = ", ".join(FACTS)
    kept = f"""SELECT id AS track_id, {names} FROM tracks
        WHERE num_nonnulls(file_size, mime_type, original_file_size, compression_ratio) > 0 OR compression_applied"""
    do("DROP TABLE IF EXISTS tracks_facts_aside")
    do(f"CREATE TABLE tracks_facts_aside AS {kept}")
    do("ALTER TABLE tracks_facts_aside ADD FOREIGN KEY (track_id) REFERENCES tracks (id) ON DELETE CASCADE")


def bring_back_facts() -> int:
    """What an earlier way back kept of the tracks that stayed stands in their columns again."""
    if not _is_there("tracks_facts_aside"):
        return 0
    values = ", ".join(f"{name} = a.{name}" for name in FACTS)
    back = do(f"UPDATE tracks t SET {values} FROM tracks_facts_aside a WHERE a.track_id = t.id")
    do("DROP TABLE tracks_facts_aside")
    return back


def drop_what_is_empty() -> None:
    """Nothing stays of the migration but its log, and what the old shape cannot hold."""
    for table in TABLES:
        if _is_there(table) and not ask(f"SELECT EXISTS (SELECT FROM {table})"):
            do(f"DROP TABLE {table}")
