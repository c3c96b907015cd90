"""The memory of tracks: deposits are made silently beside what happens, and read by their member alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from bot.domain.catalog import normalised, visible
from bot.domain.club.entries import Nomination, Standing, Track
from bot.domain.club.phases import Move, Transition
from bot.domain.club.week import Week
from bot.domain.ids import new_id
from bot.domain.library.memory import (
    ABOUT_LIMIT,
    MANY,
    NOTE_LIMIT,
    Deed,
    Deposit,
    Entry,
    MemoryRefused,
    Remembered,
    check_note,
)
from bot.domain.people import Caller, Member
from bot.services import people, playlists
from bot.services.tools import Tools
from db.queries import catalog
from db.queries import people as people_queries
from db.queries.club import ballots, clubs, nominations
from db.queries.library import finding
from db.queries.library import memory as queries
from db.queries.library.finding import Found
from db.session import Reading, Writing

SUGGESTIONS = 25


# --- deposits, in the transaction of the event ----------------------------------------------------------------------


async def remember(session: Writing, *deposits: Deposit) -> None:
    """Remember something that happens in this transaction; told again, it changes nothing."""
    await queries.deposit(session, deposits)


async def nominated(session: Writing, week: Week, nomination: Nomination, now: datetime) -> None:
    """A nomination stands, or its words are others: its pitch track is remembered, and that it was pitched."""
    track = await anchor(session, nomination)
    if track is None:
        return
    about, source = week.label, str(nomination.id)
    deposits = [Deposit(nomination.user_id, track, Deed.NOMINATED, source, now, about)]
    if nomination.pitch:
        words = nomination.pitch[:NOTE_LIMIT]
        deposits.append(Deposit(nomination.user_id, track, Deed.PITCHED, source, now, about, words))
    await queries.deposit(session, deposits)


async def rated(
    session: Writing, week: Week, winner: Nomination, member: Member, favourite: Track | None, now: datetime
) -> None:
    """A rating is about an album: it is remembered of the pitch track and of the favourite, and never its score."""
    pitched = await anchor(session, winner)
    tracks = dict.fromkeys(track for track in (pitched, favourite.id if favourite else None) if track is not None)
    about, source = week.label, str(week.id)
    deposits = [Deposit(member.user_id, track, Deed.RATED, source, now, about) for track in tracks]
    if favourite is not None:
        deposits.append(Deposit(member.user_id, favourite.id, Deed.FAVOURITE, source, now, about))
    await queries.deposit(session, deposits)


async def week_moved(session: Writing, transition: Transition, now: datetime) -> None:
    """A poll is closed: every ballot is remembered as it stands now, and the winner by whoever nominated it."""
    week = transition.week
    if transition.move is not Move.WON:
        return
    standing = [
        one for one in await nominations.nominations_of_week(session, week.id) if one.standing is Standing.STANDING
    ]
    cast = await ballots.ballots_of_week(session, week.id)
    voted = {choice for ballot in cast for choice in ballot.choices}
    anchors = await _anchors(session, (one for one in standing if one.id in voted or one.id == week.winner_id))
    deposits = [
        Deposit(ballot.user_id, anchors[choice], Deed.VOTED, str(choice), now, week.label)
        for ballot in cast
        for choice in ballot.choices
        if choice in anchors
    ]
    deposits += [
        Deposit(one.user_id, anchors[one.id], Deed.WON, str(week.id), now, week.label)
        for one in standing
        if one.id == week.winner_id and one.id in anchors
    ]
    await queries.deposit(session, deposits)


async def _anchors(session: Writing, found: Iterable[Nomination]) -> Mapping[UUID, UUID]:
    anchors = [(one.id, await anchor(session, one)) for one in found]
    return {key: track for key, track in anchors if track is not None}


async def anchor(session: Writing, nomination: Nomination) -> UUID | None:
    """The track on which a nomination is remembered: its pitch track, of the album's list or by its names; or the song.

    A demo is the track itself. None where no track is named: an album is no track.
    """
    if nomination.of_track:
        return nomination.track_id
    album, pitch_track = nomination.album, nomination.pitch_track
    title = pitch_track or (album.title if album.is_song else "")
    wanted = normalised(title)
    if not wanted:
        return None
    listed = await catalog.tracks_of(session, album.id)
    same = next((track.id for track in listed if normalised(track.title) == wanted), None)
    return same or await queries.keep_work(session, album.artist, title)


def about_words(name: str) -> str:
    """The name of where something happened, as it is kept."""
    return name[:ABOUT_LIMIT]


# --- what a member asks of their own --------------------------------------------------------------------------------


async def memory_of(tools: Tools, *, caller: Caller, now: datetime, track: UUID) -> Remembered:
    """What the caller's own memory holds of a track, newest first.

    First and hundredth listens are remembered when somebody looks, from the counters: taking plays in stays as quick as
    it is. Raises `PlaylistRefused` (`no_track`, `no_access`).
    """
    async with tools.database.writing() as session:
        _, member = await people.present(session, caller, now, takes_part=False)
        return await _remembered(session, member, track)


async def _remembered(session: Writing, member: Member, track: UUID) -> Remembered:
    found = await playlists.seen_track(session, member, track)
    work, same = await queries.same_work(session, member.club_id, track)
    plays = await _listens(session, member.user_id, work)
    entries = await queries.entries_of(session, member.user_id, same)
    return Remembered(track, found.track.title, found.artist, entries, plays, member.user_id)


async def _listens(session: Writing, user_id: UUID, work: UUID) -> int:
    """Remember the first and the hundredth listen of a work, as far as there are; how often it was heard."""
    plays, first_at = await queries.plays_of(session, user_id, work)
    if first_at is None:
        return plays
    deposits = [Deposit(user_id, work, Deed.FIRST_LISTEN, str(work), first_at)]
    hundredth = await queries.play_numbered(session, user_id, work, MANY) if plays >= MANY else None
    if hundredth is not None:
        deposits.append(Deposit(user_id, work, Deed.HUNDREDTH_LISTEN, str(work), hundredth))
    await queries.deposit(session, deposits)
    return plays


async def note(tools: Tools, *, caller: Caller, now: datetime, track: UUID, text: str) -> Remembered:
    """The caller notes something of a track, for nobody else.

    Raises `MemoryRefused` (`empty`), `TextTooLong`, `PlaylistRefused` (`no_track`, `no_access`).
    """
    words = check_note(text)
    async with tools.database.writing() as session:
        _, member = await people.present(session, caller, now, takes_part=False)
        await playlists.seen_track(session, member, track)
        made = Deposit(member.user_id, track, Deed.NOTE, str(new_id(now)), now, words=words)
        await queries.deposit(session, [made])
        return await _remembered(session, member, track)


async def forget(tools: Tools, *, caller: Caller, now: datetime, track: UUID) -> int:
    """Everything that the caller's memory holds of a track goes, for good; how many entries.

    What happened until now is not remembered again, whoever tells it; what happens from now on is.
    """
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now, takes_part=False)
        if await finding.by_id(session, track) is None:
            raise MemoryRefused("nothing")
        _, same = await queries.same_work(session, club.id, track)
        known = await finding.known(session, same)
        return await queries.forget(session, member.user_id, known, now)


async def forget_note(tools: Tools, *, caller: Caller, now: datetime, track: UUID, key: str) -> Remembered:
    """One of the caller's own notes on a track goes. Raises `MemoryRefused` (`nothing`)."""
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now, takes_part=False)
        await playlists.seen_track(session, member, track)
        _, same = await queries.same_work(session, club.id, track)
        gone = [await queries.forget_note(session, member.user_id, one, key) for one in sorted(same)]
        if not any(gone):
            raise MemoryRefused("nothing")
        return await _remembered(session, member, track)


async def everything(tools: Tools, *, caller: Caller, now: datetime) -> Sequence[tuple[Entry, str, str]]:
    """All that the caller's memory holds, with each track's title and artist."""
    async with tools.database.writing() as session:
        _, member = await people.present(session, caller, now, takes_part=False)
        for track in await queries.remembered_tracks(session, member.user_id, (), 10_000):
            work, _ = await queries.same_work(session, member.club_id, track)
            await _listens(session, member.user_id, work)
        return await queries.all_entries(session, member.user_id)


async def track_suggestions(tools: Tools, *, guild_id: int, discord_id: int, text: str) -> list[Found]:
    """The tracks of which the member's memory holds something, last deed first."""
    async with tools.database.reading() as session:
        return await _suggested(session, guild_id, discord_id, text)


async def _suggested(session: Reading, guild_id: int, discord_id: int, text: str) -> list[Found]:
    user_id = await people_queries.user_by_discord(session, discord_id)
    if user_id is None or await clubs.club_of_guild(session, guild_id) is None:
        return []
    keys = await queries.remembered_tracks(session, user_id, visible(text).split(), SUGGESTIONS)
    return await finding.by_ids(session, user_id, keys)
