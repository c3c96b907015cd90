"""An old database to try the separation on: posts that hold audio, playlists of posts, and every awkward case.

The same seed makes the same database. Each case stands in it at least once, however small it is.
"""

# asyncpg ships no types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from db.address import driver_url
from db.session import DatabaseUnfit

SCHEMA = """
CREATE TABLE profiles (
    id uuid PRIMARY KEY, username text NOT NULL UNIQUE, avatar_url text, bio text,
    created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE posts (
    id uuid PRIMARY KEY, user_id uuid NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
    content text NOT NULL DEFAULT '', post_type text NOT NULL CHECK (post_type IN ('text', 'audio')),
    audio_url text, audio_filename text, audio_duration integer, audio_file_size integer, audio_mime_type text,
    created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE tracks (
    id uuid PRIMARY KEY, user_id uuid NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
    title text, description text, file_url text, duration integer, genre text, tags text,
    is_public boolean NOT NULL DEFAULT true, play_count integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE playlists (
    id uuid PRIMARY KEY, user_id uuid NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
    name text NOT NULL, description text, is_public boolean NOT NULL DEFAULT true, cover_image_url text,
    created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE playlist_tracks (
    id uuid PRIMARY KEY, playlist_id uuid NOT NULL REFERENCES playlists (id) ON DELETE CASCADE,
    track_id uuid NOT NULL, position integer NOT NULL, added_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT playlist_tracks_track_id_fkey FOREIGN KEY (track_id) REFERENCES posts (id) ON DELETE CASCADE
);
CREATE TABLE post_likes (
    post_id uuid NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (post_id, user_id)
);
CREATE TABLE comments (
    id uuid PRIMARY KEY, post_id uuid NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES profiles (id) ON DELETE CASCADE, content text NOT NULL,
    parent_id uuid REFERENCES comments (id) ON DELETE CASCADE, created_at timestamptz NOT NULL DEFAULT now()
);
"""

POST = (
    "id", "user_id", "content", "post_type", "audio_url", "audio_filename", "audio_duration", "audio_file_size",
    "audio_mime_type", "created_at", "updated_at",
)  # fmt: skip
COLUMNS: dict[str, tuple[str, ...]] = {
    "profiles": ("id", "username", "bio"),
    "posts": POST,
    "tracks": ("id", "user_id", "title", "file_url", "duration", "is_public", "play_count", "created_at"),
    "playlists": ("id", "user_id", "name", "is_public"),
    "playlist_tracks": ("id", "playlist_id", "track_id", "position", "added_at"),
    "post_likes": ("post_id", "user_id"),
    "comments": ("id", "post_id", "user_id", "content", "parent_id"),
}

LONG_NAME = "long " * 59 + "name.mp3"
"""Of more than 300 characters."""
WORDS = ("amber", "brook", "cedar", "dusk", "ember", "fjord", "grain", "harbour", "iris", "juniper", "kite", "lantern")


@dataclass
class _Maker:
    """Rows in the making."""

    dice: random.Random
    begun: datetime
    rows: dict[str, list[tuple[Any, ...]]] = field(default_factory=lambda: {table: [] for table in COLUMNS})
    people: list[UUID] = field(default_factory=list[UUID])
    posts: list[UUID] = field(default_factory=list[UUID])
    playable: list[UUID] = field(default_factory=list[UUID])
    seconds: int = 0

    def new_id(self) -> UUID:
        return UUID(int=self.dice.getrandbits(128), version=4)

    def address(self) -> str:
        return f"https://storage.example/audio-files/{self.new_id()}.mp3"

    def post(self, user: UUID, *, kind: str = "audio", **facts: Any) -> UUID:
        """A post; of two in three the second is as old as the first."""
        self.seconds += self.dice.choice((0, 1, 60))
        at = self.begun + timedelta(seconds=self.seconds)
        made = self.new_id()
        audio = {name: facts.get(name) for name in POST if name.startswith("audio_")}
        self.rows["posts"].append(
            (made, user, facts.get("content", self.words()), kind, *audio.values(), at, at + timedelta(minutes=1))
        )
        self.posts.append(made)
        if (facts.get("audio_url") or "").strip():
            self.playable.append(made)
        return made

    def words(self) -> str:
        return " ".join(self.dice.choices(WORDS, k=self.dice.randint(1, 6)))

    def audio(self, **facts: Any) -> dict[str, Any]:
        """What a post of an audio usually holds."""
        return {
            "audio_url": self.address(),
            "audio_filename": f"{self.dice.choice(WORDS)}-{self.dice.randint(1, 999)}.mp3",
            "audio_duration": self.dice.randint(30, 600),
            "audio_file_size": self.dice.randint(10**5, 10**7),
            "audio_mime_type": "audio/mpeg",
        } | facts

    def playlist(self, posts: list[UUID], places: list[int] | None = None) -> None:
        made = self.new_id()
        self.rows["playlists"].append((made, self.dice.choice(self.people), self.words(), self.dice.random() < 0.8))
        for number, post in enumerate(posts):
            place = number if places is None else places[number]
            self.rows["playlist_tracks"].append((self.new_id(), made, post, place, self.begun + timedelta(days=1)))

    def track(self, user: UUID, url: str, *, public: bool, title: str) -> None:
        """A track that somebody uploaded before, when nothing pointed at tracks yet."""
        at = self.begun - timedelta(days=30)
        self.rows["tracks"].append((self.new_id(), user, title, url, 200, public, self.dice.randint(0, 50), at))


def _awkward(make: _Maker) -> None:
    """Each case that the separation must know, once."""
    ann, ben = make.people[:2]
    shared = make.address()
    first = make.post(ann, **make.audio(audio_url=shared, audio_filename="first.mp3", content="The first one"))
    again = make.post(ann, **make.audio(audio_url=shared, audio_filename="again.mp3", content="Once more"))
    other = make.post(ben, **make.audio(audio_url=shared, audio_filename="mine now.mp3"))
    untrimmed = make.post(ann, **make.audio(audio_url=f" {shared} "))
    for name in (None, "", "   \t", "  padded.mp3 ", LONG_NAME, "x" * 254 + " y.mp3"):
        make.post(ann, **make.audio(audio_filename=name))
    for length in (0, -5, None):
        make.post(ben, **make.audio(audio_duration=length, audio_file_size=length, audio_mime_type=""))
    homeless = [make.post(ben, **make.audio(audio_url=url)) for url in (None, "", "  ")]
    text = make.post(ann, kind="text", content="Only words")
    make.post(ben, **make.audio(content=""))
    for public in (True, False):
        url = make.address()
        make.track(ann, url, public=public, title=f"Uploaded before ({'public' if public else 'private'})")
        make.post(ann, **make.audio(audio_url=url))
    make.track(ben, make.address(), public=True, title="Only in the library")
    make.playlist([first, again, other, untrimmed, first])
    make.playlist([again, other, first], [7, 7, 3])
    make.playlist([text, first, homeless[0]])
    make.playlist([])


def _usual(make: _Maker, posts: int) -> None:
    """Everything else, with the awkward cases here and there."""
    addresses: list[tuple[UUID, str]] = []
    dice = make.dice
    while len(make.posts) < posts:
        user = dice.choice(make.people)
        chance = dice.random()
        if chance < 0.15:
            make.post(user, kind="text")
            continue
        facts = make.audio()
        if chance < 0.21 and addresses:  # the same member posts it again
            user, facts["audio_url"] = dice.choice(addresses)
        elif chance < 0.25 and addresses:  # another one does
            facts["audio_url"] = dice.choice(addresses)[1]
        elif chance < 0.255:
            facts["audio_url"] = dice.choice((None, ""))
        elif chance < 0.33:
            facts["audio_filename"] = dice.choice((None, "", " ", LONG_NAME))
        elif chance < 0.36:
            facts["audio_duration"] = dice.choice((0, None, -1))
        elif chance < 0.37:
            make.track(user, facts["audio_url"], public=dice.random() < 0.5, title=make.words())
        if facts["audio_url"] and len(addresses) < 5_000:
            addresses.append((user, facts["audio_url"]))
        make.post(user, **facts)


def _around(make: _Maker, posts: int) -> None:
    """Playlists, likes and comments."""
    dice = make.dice
    for _ in range(posts // 40):
        held = dice.choices(make.playable, k=dice.randint(1, 40))
        places = [dice.randint(0, 60) for _ in held] if dice.random() < 0.1 else None
        if dice.random() < 0.05:
            held[0] = dice.choice(make.posts)  # whatever it is
        make.playlist(held, places)
    for post in make.posts:
        for user in dice.sample(make.people, k=min(dice.choice((0, 0, 0, 1, 2)), len(make.people))):
            make.rows["post_likes"].append((post, user))
        said: UUID | None = None
        for _ in range(dice.choice((0, 0, 1, 2))):
            parent = said if dice.random() < 0.5 else None
            said = make.new_id()
            make.rows["comments"].append((said, post, dice.choice(make.people), make.words(), parent))


def rows_of(posts: int, seed: int, begun: datetime) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of an old database by table, in an order in which they can be stored."""
    make = _Maker(random.Random(seed), begun)
    for number in range(max(8, posts // 50)):
        make.people.append(make.new_id())
        make.rows["profiles"].append((make.people[-1], f"member{number}", make.words()))
    _awkward(make)
    _usual(make, posts)
    _around(make, posts)
    return make.rows


async def make_example(url: str, *, posts: int, seed: int, now: datetime) -> dict[str, int]:
    """Fill an empty database with an old platform; how many rows each table got.

    Raises `DatabaseUnfit` where there are tables already.
    """
    connection = await asyncpg.connect(driver_url(url))
    try:
        async with connection.transaction():
            there = await connection.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()")
            if there:
                raise DatabaseUnfit("An example is made in an empty database only: this one has tables already.")
            await connection.execute(SCHEMA)
            rows = rows_of(posts, seed, now - timedelta(days=400))
            for table, columns in COLUMNS.items():
                await connection.copy_records_to_table(table, records=rows[table], columns=columns)
        await connection.execute("ANALYZE")
    finally:
        await connection.close()
    return {table: len(held) for table, held in rows.items()}
