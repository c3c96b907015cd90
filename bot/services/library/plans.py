"""Ideas, drafts of pitches and milestones: a member's own, each perhaps of a track; nobody else reads them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.domain.catalog import normalised, visible
from bot.domain.club.entries import Blurb, check_blurb
from bot.domain.ids import new_id
from bot.domain.library.memory import MemoryRefused, checked, fitting
from bot.domain.library.plans import IDEA_LIMIT, MOST, NAME_LIMIT, TAG_LIMIT, Idea, Milestone, PitchDraft
from bot.domain.outbox import Draft, Errand, Kind
from bot.domain.people import Caller, Member
from bot.services import outbox, people, playlists
from bot.services.tools import Tools
from db.queries import people as people_queries
from db.queries.library import plans as queries
from db.session import Reading, Writing

DESCRIPTION_LIMIT = 2_000


async def _owner(session: Writing, caller: Caller, now: datetime, track: UUID | None) -> Member:
    """The caller; the track that they name has to be one that they may see."""
    _, member = await people.present(session, caller, now, takes_part=False)
    if track is not None:
        await playlists.seen_track(session, member, track)
    return member


# --- ideas ----------------------------------------------------------------------------------------------------------


async def add_idea(
    tools: Tools, *, caller: Caller, now: datetime, text: str, tag: str = "", track: UUID | None = None
) -> Idea:
    """The caller keeps an idea; of a track where they name one.

    Raises `MemoryRefused` (`empty`, `many`), `TextTooLong`, `PlaylistRefused`.
    """
    content = checked("idea", text, IDEA_LIMIT)
    tag = " ".join(fitting("tag", tag, TAG_LIMIT).split())
    async with tools.database.writing() as session:
        member = await _owner(session, caller, now, track)
        if (await queries.counts(session, member.user_id))[0] >= MOST:
            raise MemoryRefused("many")
        idea_id = new_id(now)
        await queries.add_idea(session, member.user_id, Idea(idea_id, content, tag, now), now=now)
        if track is not None:
            await queries.anchor_idea(session, member.user_id, idea_id, track, now)
        return await _idea(session, member, idea_id)


async def anchor_idea(tools: Tools, *, caller: Caller, now: datetime, idea: UUID, track: UUID) -> Idea:
    """The caller's idea belongs to a track from now on; their own track came from the first that is anchored to it.

    Raises `MemoryRefused` (`no_idea`), `PlaylistRefused`.
    """
    async with tools.database.writing() as session:
        member = await _owner(session, caller, now, track)
        await _idea(session, member, idea)
        await queries.anchor_idea(session, member.user_id, idea, track, now)
        return await _idea(session, member, idea)


async def drop_idea(tools: Tools, *, caller: Caller, now: datetime, idea: UUID) -> None:
    """The caller's idea goes. Raises `MemoryRefused` (`no_idea`)."""
    async with tools.database.writing() as session:
        member = await _owner(session, caller, now, None)
        if not await queries.drop_idea(session, member.user_id, idea):
            raise MemoryRefused("no_idea")


async def ideas_of(tools: Tools, *, caller: Caller) -> list[Idea]:
    """The caller's ideas, newest first."""
    async with tools.database.reading() as session:
        user_id = await people_queries.user_by_discord(session, caller.discord_id)
        return [] if user_id is None else await queries.ideas_of(session, user_id)


async def _idea(session: Reading, member: Member, idea_id: UUID) -> Idea:
    found = await queries.idea(session, member.user_id, idea_id)
    if found is None:
        raise MemoryRefused("no_idea")
    return found


# --- drafts of pitches ----------------------------------------------------------------------------------------------


async def save_draft(
    tools: Tools,
    *,
    caller: Caller,
    now: datetime,
    name: str,
    blurb: Blurb,
    track: UUID | None = None,
    draft: UUID | None = None,
) -> PitchDraft:
    """The caller keeps the words of a pitch, new or in place of a `draft` of theirs; of a track where they name one.

    Raises `MemoryRefused` (`no_name`, `no_draft`, `many`), `TextTooLong`, `BadYear`, `PlaylistRefused`.
    """
    name = " ".join(fitting("name", name, NAME_LIMIT).split())
    if not name:
        raise MemoryRefused("no_name")
    words = check_blurb(
        Blurb(*(visible(text).strip() for text in (blurb.pitch, "", blurb.genre, blurb.decade, blurb.country)))
    )
    async with tools.database.writing() as session:
        member = await _owner(session, caller, now, track)
        if draft is not None:
            await _draft(session, member, draft)
        elif (await queries.counts(session, member.user_id))[1] >= MOST:
            raise MemoryRefused("many")
        key = draft or new_id(now)
        await queries.save_draft(session, member.user_id, draft_id=key, name=name, blurb=words, track_id=track, now=now)
        return await _draft(session, member, key)


async def drafts_of(tools: Tools, *, caller: Caller) -> list[PitchDraft]:
    """The caller's drafts, the one that changed last first."""
    async with tools.database.reading() as session:
        user_id = await people_queries.user_by_discord(session, caller.discord_id)
        return [] if user_id is None else await queries.drafts_of(session, user_id)


async def drop_draft(tools: Tools, *, caller: Caller, now: datetime, draft: UUID) -> None:
    """The caller's draft goes. Raises `MemoryRefused` (`no_draft`)."""
    async with tools.database.writing() as session:
        member = await _owner(session, caller, now, None)
        if not await queries.drop_draft(session, member.user_id, draft):
            raise MemoryRefused("no_draft")


async def blurb_for(
    tools: Tools, *, caller: Caller, artist: str, title: str, tracks: Collection[str] = ()
) -> Blurb | None:
    """The words that the caller has written for a track of this album, the last ones; None where there are none."""
    names = {normalised(one) for one in tracks} | {normalised(title)}
    for one in await drafts_of(tools, caller=caller):
        if one.track_id is None or normalised(one.artist) != normalised(artist):
            continue
        if normalised(one.album) == normalised(title) or (not one.album and normalised(one.track) in names):
            return one.blurb
    return None


async def blurb_of(tools: Tools, *, caller: Caller, track: UUID) -> Blurb | None:
    """The words that the caller has written for this very track, the last ones; None where there are none."""
    return next((one.blurb for one in await drafts_of(tools, caller=caller) if one.track_id == track), None)


async def _draft(session: Reading, member: Member, draft_id: UUID) -> PitchDraft:
    found = await queries.draft(session, member.user_id, draft_id)
    if found is None:
        raise MemoryRefused("no_draft")
    return found


# --- milestones -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reminder:
    """A milestone of which its member is to be told in private."""

    discord_id: int
    milestone: Milestone


async def add_milestone(
    tools: Tools,
    *,
    caller: Caller,
    now: datetime,
    title: str,
    day: str,
    description: str = "",
    track: UUID | None = None,
    remind_at: datetime | None = None,
    where: int | None = None,
) -> Milestone:
    """The caller marks a day (`2026-12-24`), perhaps of a track; of it they are reminded in private where they want.

    Raises `MemoryRefused` (`no_name`, `day`, `past`, `many`), `TextTooLong`, `PlaylistRefused`.
    """
    title = " ".join(fitting("title", title, NAME_LIMIT).split())
    if not title:
        raise MemoryRefused("no_name")
    made = Milestone(new_id(now), title, read_day(day), fitting("description", description, DESCRIPTION_LIMIT))
    if remind_at is not None and remind_at <= now:
        raise MemoryRefused("past")
    made = replace(made, track_id=track, remind_at=remind_at)
    async with tools.database.writing() as session:
        member = await _owner(session, caller, now, track)
        if (await queries.counts(session, member.user_id))[2] >= MOST:
            raise MemoryRefused("many")
        await queries.add_milestone(session, member.user_id, made, thread_id=where, now=now)
        if remind_at is not None:
            payload = {"milestone": str(made.id), "discord_id": str(member.discord_id)}
            await outbox.record_account_dm(
                session,
                Draft(Kind.MILESTONE_DM, not_before=remind_at, payload=payload),
                club_id=member.club_id,
                key=f"milestone:{made.id}",
                discord_id=member.discord_id,
                now=now,
            )
        found = await queries.milestone(session, made.id)
        assert found is not None, "just made"
        return found[0]


def read_day(text: str) -> date:
    """A day as a member typed it. Raises `MemoryRefused` (`day`)."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise MemoryRefused("day", text) from None


async def milestones_of(tools: Tools, *, caller: Caller) -> Sequence[Milestone]:
    """The caller's milestones, in the order of their days."""
    async with tools.database.reading() as session:
        user_id = await people_queries.user_by_discord(session, caller.discord_id)
        return [] if user_id is None else await queries.milestones_of(session, user_id)


async def drop_milestone(tools: Tools, *, caller: Caller, now: datetime, milestone: UUID) -> None:
    """The caller's milestone goes, with its reminder. Raises `MemoryRefused` (`no_milestone`)."""
    async with tools.database.writing() as session:
        member = await _owner(session, caller, now, None)
        if not await queries.drop_milestone(session, member.user_id, milestone):
            raise MemoryRefused("no_milestone")


async def reminder_of(tools: Tools, errand: Errand) -> Reminder | None:
    """The milestone of which an errand reminds; None where it is gone."""
    async with tools.database.reading() as session:
        found = await queries.milestone(session, UUID(str(errand.payload["milestone"])))
        return None if found is None else Reminder(int(errand.payload["discord_id"]), found[0])


def days_offered(text: str, zone: ZoneInfo, now: datetime) -> list[tuple[str, str]]:
    """The day that is typed, for autocomplete; tomorrow and in a week where nothing is."""
    today = now.astimezone(zone).date()
    days = [today + timedelta(days=ahead) for ahead in (1, 7, 30)]
    try:
        days = [date.fromisoformat(text.strip())]
    except ValueError:
        if text.strip():
            return []
    return [(f"{day:%A} {day.isoformat()}", day.isoformat()) for day in days]
