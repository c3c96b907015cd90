"""Members post tracks: as often as they like, and only what is theirs or everybody's."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from bot.domain.catalog import visible
from bot.domain.errors import TextTooLong
from bot.domain.ids import new_id
from bot.domain.library.errors import TrackRefused
from bot.domain.library.memory import Deed, Deposit
from bot.domain.library.sharing import CAPTION_LIMIT, LATEST, PAGE, PostPage, Reach, SharedPost, reach_of
from bot.domain.library.tracks import ATTESTATION, MemberTrack, Version
from bot.domain.people import Caller
from bot.domain.post_errors import PostClosed
from bot.services import people
from bot.services.library import memory, showing
from bot.services.tools import Tools
from db.queries import people as people_queries
from db.queries import posts as post_queries
from db.queries.club import clubs
from db.queries.library import sharing as queries
from db.queries.library import tracks
from db.session import Reading

REPORT_LIMIT = 1_000


async def has_attested(tools: Tools, *, caller: Caller) -> bool:
    """Whether the caller has said that they may share what they share."""
    async with tools.database.reading() as session:
        user_id = await people_queries.user_by_discord(session, caller.discord_id)
        return user_id is not None and await tracks.has_attested(session, user_id, ATTESTATION)


async def share(
    tools: Tools,
    *,
    caller: Caller,
    now: datetime,
    track: UUID,
    channel_id: int,
    caption: str = "",
    attests: bool = False,
    publish: bool = False,
) -> SharedPost:
    """The caller posts a track, their own or a public one, where they stand; the message goes out by itself.

    `publish` makes their own private track everybody's with it. The first time they have to say that they may share it.
    Raises `TrackRefused` (`unknown`, `veiled`, `not_attested`), `TextTooLong`.
    """
    words = visible(caption).strip()
    if len(words) > CAPTION_LIMIT:
        raise TextTooLong("caption", CAPTION_LIMIT, len(words))
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now)
        found = await tracks.track(session, club.id, track, lock=True)
        if found is None or not found.open_to(member.user_id):
            raise TrackRefused("unknown")
        if found.veiled:
            raise TrackRefused("veiled", found.title)
        own = found.user_id == member.user_id
        if own and not await tracks.has_attested(session, member.user_id, ATTESTATION):
            if not attests:
                raise TrackRefused("not_attested", found.title)
            await tracks.attest(session, member.user_id, ATTESTATION, now)
        if own and publish and not found.public:
            await tracks.change(session, track, replace(found.fields, public=True), now)
            await showing.track_changed(session, [track], now)
        post = new_id(now)
        await queries.add_post(
            session,
            club_id=club.id,
            post_id=post,
            user_id=member.user_id,
            track_id=track,
            caption=words,
            now=now,
        )
        await memory.remember(session, Deposit(member.user_id, track, Deed.POSTED, str(post), now))
        await showing.post_soon(session, club_id=club.id, post_id=post, channel_id=channel_id, now=now)
        made = await _shared(session, club.id, post, member.user_id)
        assert made is not None, "just made"
        return made


async def shown(tools: Tools, *, club_id: UUID, post: UUID) -> SharedPost | None:
    """A post as its message shows it: to everybody, whoever they are. None for one that is gone with all it held."""
    async with tools.database.reading() as session:
        return await _shared(session, club_id, post, None)


async def posts_page(
    tools: Tools, *, caller: Caller, now: datetime, page: int = 1, member_id: int | None = None, size: int = PAGE
) -> PostPage:
    """What members posted, newest first, a page from 1; `member_id`, a Discord id, asks for one member's."""
    page = max(1, page)
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now, takes_part=False)
        of = None
        if member_id is not None:
            of = await people_queries.user_by_discord(session, member_id)
            if of is None:
                return PostPage((), page, has_more=False)
        found = await queries.posts_page(
            session, club.id, reader_id=member.user_id, user_id=of, limit=size + 1, offset=(page - 1) * size
        )
        shared = [await _shared(session, club.id, one.post_id, member.user_id) for one in found[:size]]
        return PostPage([one for one in shared if one is not None], page, has_more=len(found) > size)


async def hear(tools: Tools, *, caller: Caller, now: datetime, track: UUID, limit: int) -> tuple[MemberTrack, bytes]:
    """The sound of a track that the caller may reach, and one play more of it.

    Raises `TrackRefused`: `unknown`, `large` (over `limit` bytes), `lost`.
    """
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now, takes_part=False)
        found = await _known(session, tools, club.id, track, member.user_id, now)
        if found is None or found.current is None:
            raise TrackRefused("unknown")
    sound = await sound_of(tools, found.current, limit=limit)
    if sound is None:
        raise TrackRefused("large" if found.current.asset.size > limit else "lost", found.title)
    async with tools.database.writing() as session:
        await tracks.count_play(session, track)
    return found, sound


async def _known(
    session: Reading, tools: Tools, club_id: UUID, track: UUID, user_id: UUID, now: datetime
) -> MemberTrack | None:
    """A track that somebody may reach at this moment; its facts are asked for once in five minutes, its access always.

    Its counts may be as old.
    """
    access = await tracks.access_to(session, track)
    if access is None or not access.open_to(user_id):
        return None
    known = tools.library.known
    found = known.find(club_id, track, access.changed_at, now)
    if found is None:
        found = await tracks.track(session, club_id, track)
        if found is not None:
            known.keep(club_id, found, access.changed_at, now)
    return found


async def sound_of(tools: Tools, version: Version, *, limit: int) -> bytes | None:
    """The bytes of a version; None where they are more than `limit`, or lost. Ask who may hear it before."""
    store = tools.library.assets
    if store is None or version.asset.size > limit:
        return None
    return await store.read(version.asset.sha256)


# --- reports --------------------------------------------------------------------------------------------------------


async def report(tools: Tools, *, caller: Caller, now: datetime, post: UUID, reason: str = "") -> bool:
    """The caller reports the track of a post: it is hidden at once, until a host has looked.

    False when they did before. Raises `PostClosed`.
    """
    words = visible(reason).strip()
    if len(words) > REPORT_LIMIT:
        raise TextTooLong("reason", REPORT_LIMIT, len(words))
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now, takes_part=False)
        found = await queries.posted(session, club.id, post)
        if found is None or found.track_id is None:
            raise PostClosed("track_removed" if found is not None else "unknown")
        added = await tracks.report(
            session,
            report_id=new_id(now),
            club_id=club.id,
            track_id=found.track_id,
            user_id=member.user_id,
            reason=words,
            now=now,
        )
        if added:
            await tracks.set_hidden(session, found.track_id, now)
            await showing.track_changed(session, [found.track_id], now)
        return added


async def reported(tools: Tools, *, caller: Caller, now: datetime) -> list[tuple[UUID, str, str]]:
    """The tracks that hosts are to look at: key, title, what was said of it. Raises `NotAHost`."""
    async with tools.database.writing() as session:
        club, _ = await people.present(session, caller, now, takes_part=False)
        people.require_host(club, caller)
        return await tracks.reported_in(session, club.id)


async def settle_report(tools: Tools, *, caller: Caller, now: datetime, track: UUID, keep: bool) -> None:
    """A host has looked at a reported track of the club: it is to be heard again, or stays hidden.

    Raises `NotAHost`, `TrackRefused`.
    """
    async with tools.database.writing() as session:
        club, _ = await people.present(session, caller, now)
        people.require_host(club, caller)
        if track not in [key for key, _, _ in await tracks.reported_in(session, club.id)]:
            raise TrackRefused("unknown")
        await tracks.settle_reports(session, track, now)
        if keep:
            await tracks.set_hidden(session, track, None)
        await showing.track_changed(session, [track], now)


# --- inside ---------------------------------------------------------------------------------------------------------


async def _shared(session: Reading, club_id: UUID, post_id: UUID, user_id: UUID | None) -> SharedPost | None:
    """A post as one reader sees it; of a track that is out of their reach nothing is told."""
    said = await queries.posted(session, club_id, post_id)
    post = await post_queries.post(session, club_id, post_id)
    if said is None or post is None:
        return None
    track = None if said.track_id is None else await tracks.track(session, club_id, said.track_id)
    reach = reach_of(track, user_id)
    is_open = reach is Reach.OPEN
    club = await clubs.club(session, club_id)
    return SharedPost(
        post=post,
        reach=reach,
        track=track if is_open else None,
        caption=said.caption if is_open or reach is Reach.REMOVED else "",
        by=said.by,
        channel_id=post.channel_id or club.channel_id,
        guild_id=club.guild_id,
        latest=await post_queries.latest_comments(session, club_id, post_id, LATEST) if is_open else (),
        liked=user_id is not None and await post_queries.likes_it(session, club_id, post_id, user_id),
    )
