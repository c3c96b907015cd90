"""Messages that present members' tracks: recorded, and drawn again whenever what they show has changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from bot.domain.club.phases import Transition
from bot.domain.outbox import Draft, Kind
from bot.services import outbox
from bot.services.library import copies, showing_playlists
from db.queries.club import clubs
from db.queries.library import tracks as queries
from db.queries.library import veils
from db.queries.library.veils import UNDECIDED
from db.session import Writing

COUNTED_AFTER = timedelta(seconds=5)
"""Likes and comments that come within so long are drawn once."""


async def post_soon(session: Writing, *, club_id: UUID, post_id: UUID, channel_id: int, now: datetime) -> None:
    """The message of a new post goes out after the commit, to where its member stood."""
    club = await clubs.club(session, club_id)
    draft = Draft(Kind.SHARED_POST, payload={"post": str(post_id), "channel": channel_id})
    await outbox.record_for_club(session, club, draft, key=f"shared:{post_id}", now=now, lane=f"shared:{post_id}")


async def draw_again(session: Writing, *, club_id: UUID, post_id: UUID, now: datetime, soon: bool = False) -> None:
    """A post's message is drawn again, at once; `soon` waits for more of the same, and draws once for all."""
    club = await clubs.club(session, club_id)
    seconds = int(COUNTED_AFTER.total_seconds())
    at = datetime.fromtimestamp((int(now.timestamp()) // seconds + 1) * seconds, now.tzinfo) if soon else now
    draft = Draft(Kind.SHARED_REDRAW, not_before=at, payload={"post": str(post_id)})
    await outbox.record_for_club(
        session, club, draft, key=f"shared:{post_id}:{at.isoformat()}", now=now, lane=f"shared:{post_id}"
    )


async def track_changed(session: Writing, track_ids: Sequence[UUID], now: datetime) -> None:
    """Messages that present one of these tracks, or show a playlist with it, are drawn again. Say it before they go."""
    for club_id, post_id in await queries.posts_of_track(session, track_ids):
        await draw_again(session, club_id=club_id, post_id=post_id, now=now)
    await copies.track_changed(session, track_ids, now)
    for track_id in track_ids:
        await showing_playlists.track_changed(session, track_id, now)


async def week_moved(session: Writing, transition: Transition, now: datetime) -> None:
    """The result of a demo week is out, or is out no longer: its tracks are within others' reach again, or not."""
    week = transition.week
    if week.is_demo and (transition.before in UNDECIDED) is not (week.phase in UNDECIDED):
        await track_changed(session, await veils.tracks_in_race(session, week.id), now)
