"""What stands in an old database, in numbers, and the questions whose answer must be zero."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from migrations.posts import reached

COUNTED = {
    "posts": "SELECT count(*) FROM posts",
    "audio posts": "SELECT count(*) FROM posts WHERE post_type = 'audio'",
    "tracks": "SELECT count(*) FROM tracks",
    "playlists": "SELECT count(*) FROM playlists",
    "playlist entries": "SELECT count(*) FROM playlist_tracks",
    "likes": "SELECT count(*) FROM post_likes",
    "comments": "SELECT count(*) FROM comments",
    "profiles": "SELECT count(*) FROM profiles",
}
KEPT = ("posts", "audio posts", "playlists", "likes", "comments", "profiles")
"""What no phase changes the number of."""

TOMBSTONE = "track_removed_at IS NOT NULL"


@dataclass(frozen=True, slots=True)
class Finding:
    """A question about the data and its answer."""

    question: str
    answer: int
    wanted: int | None = 0
    """None where any answer is right."""

    @property
    def holds(self) -> bool:
        """Whether the answer is as it must be."""
        return self.wanted is None or self.answer == self.wanted


QUESTIONS: dict[str, tuple[tuple[str, str, int | None], ...]] = {
    "1c": (
        (
            "foreign keys of posts not validated",
            "SELECT count(*) FROM pg_constraint WHERE conname = 'posts_track_id_fkey' AND NOT convalidated",
            0,
        ),
        ("broken indexes", "SELECT count(*) FROM pg_index WHERE NOT indisvalid", 0),
        (
            "posts of a missing track",
            "SELECT count(*) FROM posts p WHERE p.track_id IS NOT NULL"
            " AND NOT EXISTS (SELECT FROM tracks t WHERE t.id = p.track_id)",
            0,
        ),
    ),
    "2b": (
        (
            "orphaned audio posts",
            f"SELECT count(*) FROM posts WHERE post_type = 'audio' AND track_id IS NULL AND NOT ({TOMBSTONE})",
            0,
        ),
        ("text posts with a track", "SELECT count(*) FROM posts WHERE post_type = 'text' AND track_id IS NOT NULL", 0),
        (
            "tracks twice for one member and address",
            "SELECT count(*) FROM (SELECT FROM tracks t JOIN migration_tracks m ON m.track_id = t.id"
            " GROUP BY user_id, file_url HAVING count(*) > 1) twice",
            0,
        ),
        (
            "unreferenced tracks (those of libraries)",
            "SELECT count(*) FROM tracks t WHERE NOT EXISTS (SELECT FROM posts p WHERE p.track_id = t.id)"
            " AND NOT EXISTS (SELECT FROM playlist_tracks e WHERE e.track_id = t.id)",
            None,
        ),
        ("tombstones", f"SELECT count(*) FROM posts WHERE {TOMBSTONE}", None),
    ),
    "3b": (
        (
            "playlist entries of no track",
            "SELECT count(*) FROM playlist_tracks e WHERE NOT EXISTS (SELECT FROM tracks t WHERE t.id = e.track_id)",
            0,
        ),
        (
            "tracks twice in a playlist",
            "SELECT count(*) FROM (SELECT FROM playlist_tracks GROUP BY playlist_id, track_id HAVING count(*) > 1) t",
            0,
        ),
        (
            "foreign keys of playlists not validated",
            "SELECT count(*) FROM pg_constraint WHERE conname = 'playlist_tracks_track_id_fkey' AND NOT convalidated",
            0,
        ),
    ),
    "4c": (
        (
            "checks that hold for all rows",
            "SELECT count(*) FROM pg_constraint WHERE convalidated AND conname IN ('audio_posts_must_have_track',"
            " 'track_title_not_empty', 'track_title_max_length', 'track_file_url_not_empty',"
            " 'track_duration_positive', 'track_file_size_positive')",
            6,
        ),
    ),
    "5a": (
        (
            "columns of audio left in posts",
            "SELECT count(*) FROM information_schema.columns WHERE table_schema = current_schema()"
            " AND table_name = 'posts' AND column_name LIKE 'audio%'",
            0,
        ),
    ),
}
"""The verification queries, by the revision from which on they hold."""


async def counts(connection: AsyncConnection) -> dict[str, int]:
    """How many of each kind of row there are."""
    query = "SELECT " + ", ".join(f'({sql}) AS "{name}"' for name, sql in COUNTED.items())
    return dict((await connection.execute(text(query))).one()._mapping)  # pyright: ignore[reportPrivateUsage]


async def findings(connection: AsyncConnection, revision: str | None) -> list[Finding]:
    """The answers to every question that holds at a revision."""
    return [
        Finding(question, int(await connection.scalar(text(sql)) or 0), wanted)
        for from_on, questions in QUESTIONS.items()
        if reached(revision, from_on)
        for question, sql, wanted in questions
    ]


def compared(before: Mapping[str, int], after: Mapping[str, int], *, strictly: bool) -> list[Finding]:
    """What no phase changes the number of, before and after; over weeks members delete things by themselves."""
    return [
        Finding(f"{name} fewer than before", max(before[name] - after[name], 0), 0 if strictly else None)
        for name in KEPT
    ]
