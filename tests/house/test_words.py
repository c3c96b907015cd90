"""One word per concept: a track, an audio post that presents one, a post, a playlist of tracks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
AVOIDED = re.compile(r"\b(audio tracks?|track posts?|post track|song posts?)\b", re.IGNORECASE)
OLD = {
    "db/separation/transition.py": "the first design's own name for what has none",
    "migrations/posts/taking_in.py": "the title that the first design gives",
    "migrations/posts/README.md": "quotes that name",
}
"""Where the avoided words stand for what an old platform called things."""


def written() -> list[Path]:
    places = [path for room in ("bot", "cogs", "db", "migrations") for path in (ROOT / room).rglob("*.py")]
    return [*places, ROOT / "README.md", *(ROOT / "cogs").rglob("*.md"), *(ROOT / "migrations").rglob("*.md")]


@pytest.mark.row("1-24")
def test_a_track_is_called_a_track_and_what_presents_it_an_audio_post():
    assert AVOIDED.search("An Audio Track"), "the search finds what is to be found"
    found = {
        path.relative_to(ROOT).as_posix(): hit[0]
        for path in written()
        if (hit := AVOIDED.search(path.read_text(encoding="utf-8")))
    }
    assert set(found) == set(OLD), found
    for place in OLD:
        words = AVOIDED.findall((ROOT / place).read_text(encoding="utf-8"))
        assert set(words) == {"Audio Track"}, (place, words)


@pytest.mark.row("1-24")
def test_playlists_hold_tracks_and_posts_present_them_in_the_tables_too():
    from db.tables.posts import PlaylistTrack, Post

    def refers(column: str, table: type) -> set[str]:
        return {key.column.table.name for key in table.__table__.c[column].foreign_keys}  # type: ignore[attr-defined]

    assert refers("track_id", PlaylistTrack) == {"tracks"}
    assert refers("track_id", Post) == {"tracks"}
    assert not {name for name in Post.__table__.c.keys() if name.startswith("audio")}  # noqa: SIM118
