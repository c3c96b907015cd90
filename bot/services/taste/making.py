"""Playlists are made of members' taste: a blend of two, and the club's winners that one missed; made anew at will."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.domain.library.playlists import MOST_PLAYLISTS, MOST_TRACKS, NAME_LIMIT, Made, Playlist
from bot.domain.listening.names import work_id
from bot.domain.people import Caller, Member
from bot.domain.post_errors import PlaylistRefused
from bot.domain.taste.blending import LOVED, Blend, CatchUp, NothingToBlend, Winner, blend, catch_up
from bot.domain.taste.pairs import TooLittleKnown
from bot.services import people
from bot.services.library import showing_playlists
from bot.services.listening.watching import Whose
from bot.services.taste.comparing import both_of
from bot.services.tools import Tools
from db.queries import made_playlists as queries
from db.queries import playlists
from db.session import Reading, Writing

BLENDED = (
    "What both love first; then, in turn, what each loves and the other has not heard; then what one loves and the "
    "other knows."
)
CAUGHT_UP = "Albums that won in the club and that you neither rated nor heard, the latest first."
CATCHUP_NAME = "Winners to catch up with"


@dataclass(frozen=True, slots=True)
class Blended:
    """A blend as it was made just now."""

    playlist: Playlist
    other: str
    made: Blend


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """A list to catch up as it was made just now."""

    playlist: Playlist | None
    """None where nothing was missed and there was no list."""
    made: CatchUp


async def make_blend(
    tools: Tools, *, caller: Caller, now: datetime, whose: Whose, public: bool | None = None
) -> Blended:
    """A playlist of what the caller and another member love becomes the caller's, or is made anew.

    Raises what keeps two from being compared, but `NothingToBlend` where too little is known of one of them, and
    `PlaylistRefused` (`many`).
    """
    async with tools.database.writing() as session:
        _, member = await people.present(session, caller, now)
        try:
            asker, other = await both_of(session, caller, whose)
        except TooLittleKnown as unknown:
            raise NothingToBlend(unknown.name) from None
        mine, theirs = asker.person.user_id, other.person.user_id
        if not await queries.hold_seen(session, (mine, theirs)):
            raise NothingToBlend(other.person.name)
        heard = await queries.between(session, mine, theirs)
        for name, loves in (
            ("", any(one.mine >= LOVED for one in heard)),
            (other.person.name, any(one.theirs >= LOVED for one in heard)),
        ):
            if not loves:
                raise NothingToBlend(name)
        made = blend(heard)
        name = f"Blend: {asker.person.name} and {other.person.name}"
        playlist_id = await _list(
            session, member, Made.BLEND, now, name=name, description=BLENDED, public=public, other=theirs
        )
        await _fill(session, member, playlist_id, made.tracks, now)
        return Blended(await _playlist(session, member, playlist_id), other.person.name, made)


async def make_catch_up(tools: Tools, *, caller: Caller, now: datetime) -> CaughtUp:
    """A playlist of the club's winners that the caller missed becomes theirs, or is made anew; they alone see it.

    Raises `PlaylistRefused` (`many`).
    """
    async with tools.database.writing() as session:
        _, member = await people.present(session, caller, now)
        made = catch_up(await _winners(session, member), most=MOST_TRACKS)
        playlist_id = await queries.made_playlist(session, member.club_id, member.user_id, Made.CATCHUP)
        if playlist_id is None and not made.tracks:
            return CaughtUp(None, made)
        playlist_id = playlist_id or await _list(
            session, member, Made.CATCHUP, now, name=CATCHUP_NAME, description=CAUGHT_UP, public=False
        )
        await _fill(session, member, playlist_id, made.tracks, now)
        return CaughtUp(await _playlist(session, member, playlist_id), made)


async def make_anew(tools: Tools, *, caller: Caller, now: datetime, playlist: UUID) -> Blended | CaughtUp:
    """A list that was made for the caller is made anew, by what is known now.

    Raises `PlaylistRefused` (`unknown`, `not_yours`, `not_made`), and what making it raises.
    """
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now)
        found = await playlists.playlist(session, club.id, playlist)
        if found is None or not found.open_to(member.user_id):
            raise PlaylistRefused("unknown")
        if not found.kept_by(member.user_id):
            raise PlaylistRefused("not_yours", found.name)
        if found.made_of is None:
            raise PlaylistRefused("not_made", found.name)
        other = None if found.with_user_id is None else await queries.discord_of(session, found.with_user_id)
    if found.made_of is Made.CATCHUP:
        return await make_catch_up(tools, caller=caller, now=now)
    if other is None:
        raise PlaylistRefused("unknown")
    return await make_blend(tools, caller=caller, now=now, whose=Whose(other, ""))


async def member_hid(session: Writing, user_id: UUID, now: datetime) -> None:
    """Somebody keeps what they hear from the club, or goes: blends with them go, and their own are theirs alone."""
    await blends_go(session, user_id, now)
    await queries.forget_blends_with(session, user_id)
    for club_id, playlist_id in await queries.close_blends_of(session, user_id, now):
        await showing_playlists.changed(session, club_id, playlist_id, now)


async def blends_go(session: Writing, user_id: UUID, now: datetime) -> None:
    """Messages that show blends with somebody are drawn again, where these are gone by then."""
    for club_id, playlist_id in await queries.blends_with(session, user_id):
        await showing_playlists.changed(session, club_id, playlist_id, now)


# Inside


async def _winners(session: Reading, member: Member) -> list[Winner]:
    """What won in the club, the latest first, with how much of it the member heard."""
    won = await queries.winners(session, member.club_id, member.user_id)
    works = {key: work_id(artist, title) for one in won for key, artist, title in one.tracks if artist}
    heard = await queries.heard_of(session, member.user_id, list(set(works.values())))
    return [
        Winner(
            f"{one.artist} — {one.title}" if one.artist else one.title,
            tuple(key for key, _, _ in one.tracks),
            sum(works.get(key) in heard for key, _, _ in one.tracks),
            one.settled,
        )
        for one in won
    ]


async def _list(
    session: Writing,
    member: Member,
    made_of: Made,
    now: datetime,
    *,
    name: str,
    description: str,
    public: bool | None,
    other: UUID | None = None,
) -> UUID:
    """The member's list of this kind, made where there is none; whoever named it anew or closed it is not overruled."""
    found = await queries.made_playlist(session, member.club_id, member.user_id, made_of, other)
    if found is None:
        if await playlists.count_of_member(session, member.club_id, member.user_id) >= MOST_PLAYLISTS:
            raise PlaylistRefused("many")
        return await queries.add_made(
            session,
            club_id=member.club_id,
            user_id=member.user_id,
            made_of=made_of,
            other=other,
            name=name[:NAME_LIMIT],
            description=description,
            is_public=public is not False,
            now=now,
        )
    held = await playlists.playlist(session, member.club_id, found, lock=True)
    if held is not None and public is not None and held.is_public != public:
        await playlists.edit_playlist(
            session,
            member.club_id,
            found,
            name=held.name,
            description=held.description,
            is_public=public,
            now=now,
        )
        await showing_playlists.changed(session, member.club_id, found, now)
    return found


async def _fill(session: Writing, member: Member, playlist_id: UUID, tracks: tuple[UUID, ...], now: datetime) -> None:
    held = await playlists.playlist(session, member.club_id, playlist_id, lock=True)
    if held is not None and tuple(entry.track.id for entry in held.entries) != tracks:
        await playlists.set_tracks(session, member.club_id, playlist_id, tracks, now)
        await showing_playlists.changed(session, member.club_id, playlist_id, now)


async def _playlist(session: Reading, member: Member, playlist_id: UUID) -> Playlist:
    found = await playlists.playlist(session, member.club_id, playlist_id)
    assert found is not None, "just held"
    return found.seen_by(member.user_id)
