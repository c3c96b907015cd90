"""Heavy or long work, by name: what may wait in the queue and be done by any process of ours."""

from __future__ import annotations

from dataclasses import dataclass

QUICK = "quick"
"""Work of seconds, that members wait for without knowing."""
LONG = "long"
"""Work of minutes; it never holds up the quick one."""
QUEUES = (QUICK, LONG)


@dataclass(frozen=True, slots=True)
class Task:
    """A kind of work: what it is called in the queue, where it waits, and how often it is tried."""

    name: str
    queue: str = LONG
    tries: int = 5
    """All tries together: those that failed, and those whose process died."""


SYNC_ACCOUNTS = Task("sync_accounts", QUICK)
"""Read what is new of some accounts."""
BACKFILL_ACCOUNT = Task("backfill_account")
"""Read a part of the history of one account."""
IMPORT_LISTENS = Task("import_listens")
"""Look at a file of listening history, or read it in."""
REFRESH_TASTE = Task("refresh_taste")
"""Bring one member's taste profile up to date."""
KEEP_UPLOAD = Task("keep_upload")
"""Hear a file that a member uploaded, and put it into their library."""
COPY_DEMO = Task("copy_demo")
"""Make what a club hears of a track in a demo week."""
SEEK_COVERS = Task("seek_covers", tries=2)
"""Look for the covers of albums that members heard."""
MATCH_CLUB = Task("match_club")
"""Judge anew how close the members of a club are to each other."""
READ_PRIORS = Task("read_priors")
"""Ask services what some members like."""
LEARN_MUSIC = Task("learn_music")
"""Ask services what some artists and albums are."""
EXPORT_PLAYLIST = Task("export_playlist")
"""Put a playlist into an account of somebody who reads it."""
