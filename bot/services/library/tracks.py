"""A member's library: its tracks as somebody may see them, changed and deleted by their owner alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from bot.domain.catalog import visible
from bot.domain.library.errors import TrackRefused
from bot.domain.library.tracks import (
    KEPT_AFTER_DELETION,
    MemberTrack,
    TrackFields,
    Version,
    check_bio,
    check_fields,
    owned_by,
)
from bot.domain.people import Caller
from bot.services import people
from bot.services.library import showing
from bot.services.tools import Tools
from db.queries import people as people_queries
from db.queries.library import tracks as queries
from db.queries.library import versions
from db.session import Reading, Writing

PAGE = 25


async def track_of(tools: Tools, *, caller: Caller, now: datetime, track: UUID) -> MemberTrack | None:
    """A member's track as the caller may see it; None for one that is missing, deleted, or private to somebody else."""
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now, takes_part=False)
        return await visible_track(session, club.id, track, member.user_id)


async def visible_track(session: Reading, club_id: UUID, track_id: UUID, user_id: UUID | None) -> MemberTrack | None:
    """A member's track where that reader may reach it; for services that have a transaction open."""
    found = await queries.track(session, club_id, track_id)
    return found if found is not None and found.open_to(user_id) else None


async def tracks_of_member(
    tools: Tools,
    *,
    caller: Caller,
    now: datetime,
    member_id: int | None = None,
    include_private: bool = False,
    page: int = 1,
) -> tuple[MemberTrack, ...]:
    """A member's tracks, newest first, a page from 1: the caller's own unless a Discord id names another member.

    Only the public ones; `include_private` adds the caller's own others, and nobody else's.
    """
    async with tools.database.writing() as session:
        club, caller_member = await people.present(session, caller, now, takes_part=False)
        owner = caller_member.user_id
        if member_id is not None and member_id != caller.discord_id:
            found = await people_queries.user_by_discord(session, member_id)
            if found is None:
                return ()
            owner = found
        private = include_private and owner == caller_member.user_id
        return await queries.tracks_of(
            session, club.id, owner, private=private, limit=PAGE, offset=(max(1, page) - 1) * PAGE
        )


async def introduce(tools: Tools, *, caller: Caller, now: datetime, text: str) -> str:
    """The caller says something of themselves above their tracks; no words take it away. Raises `TextTooLong`."""
    bio = check_bio(text)
    async with tools.database.writing() as session:
        _, member = await people.present(session, caller, now)
        await queries.introduce(session, member.user_id, bio)
        return bio


async def bio_of(tools: Tools, *, member_id: int) -> str:
    """What a member, by their Discord id, says of themselves."""
    async with tools.database.reading() as session:
        found = await people_queries.user_by_discord(session, member_id)
        return "" if found is None else await queries.bio_of(session, found)


async def is_own(tools: Tools, *, caller: Caller, track: UUID) -> bool:
    """Whether the caller made this track."""
    async with tools.database.reading() as session:
        user_id = await people_queries.user_by_discord(session, caller.discord_id)
        return user_id is not None and track in await queries.all_of(session, user_id)


async def deleted_tracks(tools: Tools, *, caller: Caller, now: datetime) -> tuple[MemberTrack, ...]:
    """What the caller has deleted and can bring back."""
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now, takes_part=False)
        return await queries.deleted_tracks(session, club.id, member.user_id)


async def versions_of(tools: Tools, *, caller: Caller, now: datetime, track: UUID) -> tuple[Version, ...]:
    """The versions of a track that the caller may reach, newest first. Raises `TrackRefused`."""
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now, takes_part=False)
        if await visible_track(session, club.id, track, member.user_id) is None:
            raise TrackRefused("unknown")
        return await versions.versions_of(session, track)


async def suggest(tools: Tools, *, caller: Caller, words: str, limit: int = 25) -> list[tuple[UUID, str, bool]]:
    """The caller's own tracks whose titles hold these words: key, title, whether it is public."""
    async with tools.database.reading() as session:
        user_id = await people_queries.user_by_discord(session, caller.discord_id)
        return [] if user_id is None else await queries.called(session, user_id, words.strip(), limit)


async def own_track_called(tools: Tools, *, caller: Caller, text: str) -> UUID:
    """The caller's track that a command's option means: a choice of the list, or a title.

    Raises `TrackRefused`: `none`, `unknown`, `which`.
    """
    async with tools.database.reading() as session:
        user_id = await people_queries.user_by_discord(session, caller.discord_id)
        found = [] if user_id is None else await queries.called(session, user_id, "", 1_000)
    if not found:
        raise TrackRefused("none")
    wanted = " ".join(visible(text).split()).casefold()
    for key, _, _ in found:
        if str(key) == wanted:
            return key
    exact = [key for key, title, _ in found if title.casefold() == wanted]
    near = exact or [key for key, title, _ in found if wanted and wanted in title.casefold()]
    if len(near) != 1:
        raise TrackRefused("which" if near else "unknown", text)
    return near[0]


async def edit(tools: Tools, *, caller: Caller, now: datetime, track: UUID, fields: TrackFields) -> MemberTrack:
    """The caller changes what is said of their track; where it is posted, it shows so.

    Raises `TrackRefused`, `TextTooLong`.
    """
    fields = check_fields(fields)
    async with tools.database.writing() as session:
        return await _change(session, caller, now, track, lambda _: fields)


async def set_public(tools: Tools, *, caller: Caller, now: datetime, track: UUID, public: bool) -> MemberTrack:
    """The caller's track is everybody's to hear, or theirs alone: others' posts and playlists then hold its place only.

    Raises `TrackRefused`.
    """
    async with tools.database.writing() as session:
        return await _change(session, caller, now, track, lambda found: replace(found.fields, public=public))


async def _change(
    session: Writing, caller: Caller, now: datetime, track: UUID, told: Callable[[MemberTrack], TrackFields]
) -> MemberTrack:
    club, member = await people.present(session, caller, now)
    found = owned_by(await queries.track(session, club.id, track, lock=True), member.user_id)
    fields = told(found)
    if fields != found.fields:
        await queries.change(session, track, fields, now)
        await showing.track_changed(session, [track], now)
    again = await queries.track(session, club.id, track)
    assert again is not None, "held"
    return again


async def delete(tools: Tools, *, caller: Caller, now: datetime, track: UUID) -> MemberTrack:
    """The caller's track is out of everybody's reach at once, and goes for good in a week. Raises `TrackRefused`."""
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now)
        found = owned_by(await queries.track(session, club.id, track, lock=True), member.user_id)
        await queries.set_deleted(session, track, now)
        await showing.track_changed(session, [track], now)
        return replace(found, deleted_at=now)


async def restore(tools: Tools, *, caller: Caller, now: datetime, track: UUID) -> MemberTrack:
    """The caller takes a deletion back. Raises `TrackRefused` (`unknown`) for one that is gone, or somebody else's."""
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now)
        found = await queries.track(session, club.id, track, lock=True)
        if found is None or found.user_id != member.user_id:
            raise TrackRefused("unknown")
        await queries.set_deleted(session, track, None)
        await showing.track_changed(session, [track], now)
        return replace(found, deleted_at=None)


async def purge(tools: Tools, *, now: datetime) -> int:
    """Tracks that were deleted a week ago go for good; how many. Their posts stay as tombstones, and their files go."""
    async with tools.database.writing() as session:
        return len(await queries.purge(session, now - KEPT_AFTER_DELETION))
