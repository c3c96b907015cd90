"""The listening guide of a week: the winner's tracks as posts, in step with the album's track list."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from bot.domain.catalog import TrackLine
from bot.domain.catalog.continuity import Listed, continued
from bot.domain.club.entries import Nomination, Track
from bot.domain.club.rules import Guide
from bot.domain.club.week import HEARING, Week
from bot.domain.outbox import Draft, Kind
from bot.domain.posts import Comment, Post
from bot.services import outbox
from bot.services.library import automatic
from bot.services.listening import hearing
from bot.services.tools import Tools
from db.queries import catalog, playlists
from db.queries import outbox as outbox_queries
from db.queries import posts as queries
from db.queries.club import nominations, weeks
from db.session import Reading, Writing

COUNTED_AFTER = timedelta(seconds=5)
"""A message with counts is drawn again at most so often."""
LATEST = 3
"""Comments that a track's message shows."""


async def prepare(tools: Tools, *, week: UUID, now: datetime) -> tuple[Post, ...]:
    """The posts of a week's guide, brought in step with the album's track list; none without a winner or a guide.

    Where the club wants a message for each track, those that have none yet get their errands. No club and no week is
    held meanwhile, so that nobody who corrects a track list waits for a week, and no week for them.
    """
    async with tools.database.writing() as session:
        found = await weeks.week(session, week)
        if found is None or not found.announced or found.winner_id is None or found.rules.guide is Guide.OFF:
            return ()
        winner = await nominations.nomination(session, found.club_id, found.winner_id)
        assert winner is not None, "nominations are never deleted"
        posts = await _in_step(session, found, winner, now)
        if found.rules.guide is Guide.TRACKS and found.phase in HEARING:
            unsent = [post for post in posts if post.track is not None and post.message_id is None]
            drafts = [Draft(Kind.TRACK_POST, post.ordinal) for post in unsent]
            await outbox.record(session, found, drafts, now)
        return posts


async def _in_step(session: Writing, week: Week, winner: Nomination, now: datetime) -> tuple[Post, ...]:
    """Every track of the album is one post; what hangs on a post goes over to the track that continues its own."""
    tracks = await _tracks(session, winner)
    posts = await queries.posts_of_guide(session, week.id, winner.id)
    listed = {track.id for track in tracks}
    shown = {post.track.id for post in posts if post.track is not None}
    fresh = [track for track in tracks if track.id not in shown]
    # The album stands in another one since the guide was made, or again in itself.
    strays = [
        Listed(one.id, one.track.position, one.track.title) for one in posts if one.track and one.track.id not in listed
    ]
    if strays:
        found = continued(strays, [TrackLine(track.position, track.title) for track in fresh])
        over = {post_id: track.id for post_id, track in zip(found, fresh, strict=True) if post_id is not None}
        await queries.present(session, week.club_id, {stray.id: over.get(stray.id) for stray in strays}, now)
        fresh = [track for track in fresh if track.id not in over.values()]
    await queries.add_to_guide(
        session, club_id=week.club_id, week_id=week.id, nomination_id=winner.id, tracks=fresh, now=now
    )
    await queries.drop_tombstones(session, week.id)
    return await queries.posts_of_guide(session, week.id, winner.id)


async def _tracks(session: Reading, winner: Nomination) -> list[Track]:
    """What is heard in the week: the album's tracks, or the demo."""
    if not winner.of_track:
        return list(await catalog.tracks_of(session, winner.album.id))
    found = None if winner.track_id is None else await playlists.track(session, winner.track_id)
    return [] if found is None or found.gone else [found.track]


async def track_message(tools: Tools, *, week: UUID, ordinal: int) -> tuple[Post, tuple[Comment, ...]] | None:
    """What the message of one track shows: the post, and the latest that was said about it."""
    async with tools.database.reading() as session:
        found = await weeks.week(session, week)
        post = None if found is None else await queries.post_numbered(session, found.id, ordinal)
        if found is None or post is None:
            return None
        return post, await queries.latest_comments(session, found.club_id, post.id, LATEST)


async def tracks_changed(session: Writing, album_id: UUID, now: datetime) -> None:
    """An album's track list is another one: the guides that show it are drawn again, in every club."""
    clubs: set[UUID] = set()
    for week_id in await queries.weeks_guided_by(session, album_id):
        week = await weeks.week(session, week_id)
        assert week is not None, "weeks are never deleted"
        clubs.add(week.club_id)
        shown = await posted(session, week_id)
        await outbox.record(session, week, [Draft(Kind.GUIDE_REFRESH, ordinal) for ordinal in shown], now)
    for club_id in sorted(clubs):
        await automatic.winner_changed(session, club_id, now)
    await hearing.album_changed(session, album_id, now)


async def posted(session: Reading, week_id: UUID) -> list[int]:
    """The messages of a week's guide that stand: 0 for its card, the post's ordinal for a track's."""
    panels = await outbox_queries.panels_of(session, week_id)
    kinds = (Kind.GUIDE, Kind.TRACK_POST)
    return sorted(0 if kind == Kind.GUIDE else ordinal for kind, ordinal in panels if kind in kinds)


async def count_again(session: Writing, week: Week, post: Post, now: datetime) -> None:
    """Something more or less hangs on a post: the message that shows it is drawn again in a moment, once for all."""
    ordinal = post.ordinal if week.rules.guide is Guide.TRACKS else 0
    await outbox.record(session, week, [Draft(Kind.GUIDE_REFRESH, ordinal, not_before=now + COUNTED_AFTER)], now)
