"""A track's story: what the club knows of it in public, and nothing of anybody's own memory."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.domain.calendar import label
from bot.domain.people import Caller
from bot.services import people, playlists
from bot.services.tools import Tools
from db.queries.library import memory as works
from db.queries.library import stories
from db.session import Writing


@dataclass(frozen=True, slots=True)
class Chapter:
    """Something that happened to a track in the club; `kind` says which words tell it."""

    at: datetime
    kind: str
    """`nominated`, `demo`, `won`, `favourite`, `posted`, `shared`, `playlist`."""
    where: str = ""
    """A week's label, a playlist's name."""
    who: str = ""
    count: int = 0
    comments: int = 0


@dataclass(frozen=True, slots=True)
class Story:
    """A track and its chapters, oldest first."""

    title: str
    artist: str
    chapters: tuple[Chapter, ...]
    public: bool
    """Whether everybody may see the track; else the story is for its owner alone."""


async def story_of(tools: Tools, *, caller: Caller, now: datetime, track: UUID) -> Story:
    """A track's way through the club, from public events alone.

    Raises `PlaylistRefused`: `no_track`, `no_access`.
    """
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now, takes_part=False)
        found = await playlists.seen_track(session, member, track)
        _, same = await works.same_work(session, club.id, track)
        chapters = await _chapters(session, club.id, frozenset(same))
        return Story(found.track.title, found.artist, chapters, found.open_to(None))


async def _chapters(session: Writing, club_id: UUID, tracks: frozenset[UUID]) -> tuple[Chapter, ...]:
    found: list[Chapter] = []
    for one in await stories.nominations_naming(session, club_id, tracks):
        where = label(one.number, one.opens_on)
        found.append(Chapter(one.at, "demo" if one.is_demo else "nominated", where, one.nominator))
        if one.won_at is not None:
            found.append(Chapter(one.won_at, "won", where))
    for at, number, opens_on, count in await stories.favourite_in(session, club_id, tracks):
        found.append(Chapter(at, "favourite", label(number, opens_on), count=count))
    for one in await stories.posts_of(session, club_id, tracks):
        where = label(one.number, one.opens_on) if one.number is not None and one.opens_on is not None else ""
        kind = "shared" if one.by else "posted"
        found.append(Chapter(one.at, kind, where, one.by, one.likes, one.comments))
    found += [Chapter(at, "playlist", name) for at, name in await stories.open_playlists(session, club_id, tracks)]
    return tuple(sorted(found, key=lambda one: one.at))
