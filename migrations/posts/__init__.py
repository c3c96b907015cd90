"""The way of an old database, whose posts hold the audio, to one whose posts present tracks: five phases and back.

The phases are Alembic revisions with a version table of their own. `longplay migrate-posts` runs them; README.md here
is the guide for whoever does it.
"""

from __future__ import annotations

VERSION_TABLE = "migrate_posts_version"

PHASES: dict[int, tuple[str, tuple[str, ...]]] = {
    1: ("001_prepare_tracks_posts_separation", ("1a", "1b", "1c")),
    2: ("002_migrate_audio_posts_to_tracks", ("2a", "2b")),
    3: ("003_update_playlist_track_references", ("3a", "3b")),
    4: ("004_finalize_tracks_posts_separation", ("4a", "4b", "4c")),
    5: ("005_remove_deprecated_audio_columns", ("5a",)),
}
"""Each phase by number: its name in the log, and its revisions in order."""

REVISIONS = tuple(revision for _, revisions in PHASES.values() for revision in revisions)


def last_of(phase: int) -> str:
    """The revision at which a phase is done; `base` for none."""
    return PHASES[phase][1][-1] if phase else "base"


def phase_of(revision: str | None) -> int:
    """The last phase that is done at a revision; one that has begun is not done."""
    return max((phase for phase in PHASES if reached(revision, last_of(phase))), default=0)


def reached(revision: str | None, wanted: str) -> bool:
    """Whether a revision is a wanted one, or later."""
    return revision is not None and REVISIONS.index(revision) >= REVISIONS.index(wanted)
