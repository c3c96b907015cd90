"""What is remembered is used for nothing else: nobody but the memory's own uses can even ask for it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TABLES = ("memory_entries", "forgotten_tracks", "pitch_drafts", "timeline_events")
NAMES = ("MemoryEntry", "ForgottenTrack", "PitchDraft", "TimelineEvent")
MAY_ASK = {
    "db/tables/memory.py",
    "db/queries/library/memory.py",
    "db/queries/library/plans.py",
    "db/queries/privacy/registry.py",
    "bot/rehearsal/kills/snapshot.py",
}
"""Where the tables may be named; `registry` hands them to their member and deletes them, rehearsals compare rows."""
MAY_READ = {
    "bot/services/library/memory.py",
    "bot/services/library/plans.py",
}
"""Who may read what is remembered; all others may only add to it."""
READS = {"entries_of", "all_entries", "remembered_tracks", "ideas_of", "drafts_of", "milestones_of", "draft", "idea"}


def sources(*rooms: str) -> list[tuple[str, str]]:
    return [
        (path.relative_to(ROOT).as_posix(), path.read_text()) for room in rooms for path in (ROOT / room).rglob("*.py")
    ]


@pytest.mark.row("0-06")
def test_the_memorys_tables_are_named_where_members_ask_for_their_own_alone():
    found = set()
    for place, text in sources("bot", "cogs", "db"):
        names = {node.attr for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Attribute)}
        imported = {
            one.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom) for one in node.names
        }
        of_tables = "db.tables" in text and (set(NAMES) | {"memory"}) & imported & {*NAMES}
        if of_tables or any(f"{table}" in text for table in TABLES) or ("memory" in text and set(NAMES) & names):
            found.add(place)
    assert found <= MAY_ASK, found - MAY_ASK
    assert found >= MAY_ASK - {"db/queries/privacy/registry.py", "bot/rehearsal/kills/snapshot.py"}


def test_what_is_remembered_is_read_by_the_memorys_own_uses_alone():
    for place, text in sources("bot/services", "bot/jobs", "bot/bench", "bot/web", "bot/pictures"):
        tree = ast.parse(text)
        asks = any(
            isinstance(node, ast.ImportFrom)
            and node.module == "db.queries.library"
            and any(one.name in ("memory", "plans") for one in node.names)
            for node in ast.walk(tree)
        )
        if asks and place not in MAY_READ:
            called = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
            assert not called & READS, f"{place} reads what is remembered: {called & READS}"


def test_taste_matches_and_recommendations_know_nothing_of_memory():
    for place, text in sources("bot/domain/taste", "bot/services/taste", "db/queries/taste", "cogs/taste"):
        for word in (*TABLES, *NAMES, "library.memory", "library.plans", "library import memory"):
            assert word not in text, f"{place} speaks of {word}"


@pytest.mark.row("0-16")
def test_memory_hangs_on_tracks_and_people_and_on_nobodys_artist_name():
    from db.tables.base import Base

    for name in ("memory_entries", "forgotten_tracks", "ideas", "pitch_drafts", "timeline_events"):
        targets = {key.target_fullname for key in Base.metadata.tables[name].foreign_keys}
        assert targets <= {"users.id", "tracks.id"}, name
