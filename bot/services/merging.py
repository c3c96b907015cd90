"""Hosts repair the catalogue: two albums that are one become one, and a wrong merge is taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.domain.catalog.merging import Merge, Side, judge_merge, judge_split
from bot.domain.club.entries import Album
from bot.domain.club.week import OPEN_PHASES, Club, Phase, Week
from bot.domain.errors import NotInCatalogue
from bot.domain.outbox import drafts_again
from bot.domain.people import Caller
from bot.services import outbox, people
from bot.services.tools import Tools
from db.queries import audit, catalog, merging, splitting
from db.queries import outbox as outbox_queries
from db.queries.club import weeks
from db.queries.taste import states as tastes
from db.session import Reading, Writing

DRAWN = tuple(phase for phase in OPEN_PHASES if phase is not Phase.SCHEDULED)


@dataclass(frozen=True, slots=True)
class Merged:
    """What became of two albums."""

    kept: Album
    gone: Album
    """As it is called; after a merge it is found no more."""
    nominations: int
    ratings: int
    shelves: int


async def merge_albums(tools: Tools, *, caller: Caller, now: datetime, album: UUID, into: UUID) -> Merged:
    """A host says that two albums are one: everything of the first goes to the second.

    Raises `NotAHost`, `NotInCatalogue` for an album that is not there (any more), `MergeRefused`.
    """
    async with tools.database.writing() as session:
        club, user_id = await _host(session, caller, now)
        drawn = await _hold_weeks(session, (album, into))
        await merging.hold_albums(session, album, into)
        gone, kept = await _side(session, album), await _side(session, into)
        labels = {week: found.label for week in gone.weeks & kept.weeks if (found := await weeks.week(session, week))}
        judge_merge(gone, kept, club.id, labels)
        called = await _called(session, album)
        done = await merging.merge(session, gone=album, kept=into, club_id=club.id, user_id=user_id, now=now)
        return await _settled(session, club, user_id, done, called, "albums_merged", drawn, now)


async def split_album(tools: Tools, *, caller: Caller, now: datetime, album: UUID) -> Merged:
    """A host takes the latest merge into an album back; what came to it since then stays with it.

    Raises `NotAHost`, `NotInCatalogue`, `MergeRefused` (`single`, `foreign`).
    """
    async with tools.database.writing() as session:
        club, user_id = await _host(session, caller, now)
        drawn = await _hold_weeks(session, (album,))
        last = await merging.last_merge(session, album)
        await merging.hold_albums(session, album, *([last.merged_id] if last else []))
        merge = judge_split(await _side(session, album), club.id, await merging.last_merge(session, album))
        await splitting.split(session, merge, now)
        called = await _called(session, merge.merged_id)
        return await _settled(session, club, user_id, merge, called, "album_split", drawn, now)


async def _host(session: Writing, caller: Caller, now: datetime) -> tuple[Club, UUID]:
    club = await people.club_here(session, caller.guild_id, lock=True)
    people.require_host(club, caller)
    return club, (await people.member_of(session, club, caller, now)).user_id


async def _hold_weeks(session: Writing, albums: Sequence[UUID]) -> list[Week]:
    """The weeks under way whose cards name one of the albums. Weeks are held before albums, as nominating does."""
    found = await merging.weeks_of(session, albums, DRAWN)
    held = [await weeks.week(session, week_id, lock="update") for week_id in found]
    return [week for week in held if week is not None]


async def _side(session: Reading, album_id: UUID) -> Side:
    found = await merging.side(session, album_id)
    if found is None:
        raise NotInCatalogue("That entry")
    return found


async def _called(session: Reading, album_id: UUID) -> Album:
    album = await catalog.album(session, album_id)
    assert album is not None, "it is held"
    return album


async def _settled(
    session: Writing,
    club: Club,
    user_id: UUID,
    merge: Merge,
    gone: Album,
    action: str,
    drawn: Sequence[Week],
    now: datetime,
) -> Merged:
    """The audit log has it, and the cards of the weeks under way are drawn again."""
    kept = await _called(session, merge.kept_id)
    await tastes.mark_albums(session, [merge.kept_id, merge.merged_id])
    details = {"album": gone.shown, "into": kept.shown, "merge": str(merge.id)}
    await audit.add(session, club_id=club.id, user_id=user_id, action=action, details=details, at=now)
    for week in drawn:
        await outbox.record(session, week, drafts_again(await outbox_queries.panels_of(session, week.id), now), now)
    moved = merge.moved
    return Merged(kept, gone, len(moved.nominations), len(moved.ratings), len(moved.shelf))
