"""Playlists go to an account of their reader's at a service, by the queue: one list there for each here.

Nothing is made twice. Which list there is which of ours stands in its description before it stands here, and is looked
for before one is made; what a list holds is set as a whole. So an export that was cut off anywhere is done again.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.domain.errors import Unavailable, Why
from bot.domain.library.exporting import (
    AGAIN_AFTER,
    UNFINISHED,
    Export,
    ExportRefused,
    ExportState,
    Hitch,
    Linked,
    Sought,
    description_of,
    marker_of,
    service_words,
)
from bot.domain.library.playlists import Playlist
from bot.domain.listening.accounts import Access, AccessStale, AccountRefused, GrantTooSmall, Standing
from bot.domain.listening.linking import Account, LinkRefused, NoSuchAccount
from bot.domain.listening.plays import Source
from bot.domain.people import Caller
from bot.domain.ports import ListKeeper
from bot.domain.post_errors import PlaylistRefused
from bot.domain.tasks import EXPORT_PLAYLIST
from bot.services import people
from bot.services.accounts import access_of, linking
from bot.services.accounts.linking import Ticket
from bot.services.tools import Tools
from db.queries import accounts, playlists, queue
from db.queries import playlist_exports as queries
from db.session import Reading, Writing

log = logging.getLogger(__name__)

NOTED_EVERY = 10
"""Tracks looked for between two notes of how far it is."""
HITCHES = {Why.BUSY: Hitch.BUSY, Why.REFUSED: Hitch.REFUSED}


@dataclass(frozen=True, slots=True)
class Consent:
    """What the service has to be asked for first, and the way there."""

    playlist: Playlist
    ticket: Ticket
    links: bool
    """The account is linked on the same way."""


async def ask_export(
    tools: Tools, *, caller: Caller, now: datetime, playlist: UUID, pressed_id: int, source: Source = Source.SPOTIFY
) -> Export | Consent:
    """The caller wants a list that they may see in their account at a service; it is put there soon.

    Where they have not granted that yet, they are given the way to do so. Raises `PlaylistRefused` (`unknown`),
    `ExportRefused`, `LinkRefused`.
    """
    keeper = _keeper(tools, source)
    linking.offers(tools, source)
    async with tools.database.writing() as session:
        _, member = await people.present(session, caller, now)
        found = await playlists.playlist(session, member.club_id, playlist)
        if found is None or not found.open_to(member.user_id):
            raise PlaylistRefused("unknown")
        if not found.entries:
            raise ExportRefused("empty", found.name)
        account = await accounts.account_of_user(session, member.user_id, source)
        if may_keep(account, keeper):
            return await _begin(session, found, member.club_id, member.user_id, source, now)
    ticket = await linking.begin(
        tools, caller=caller, now=now, source=source, pressed_id=pressed_id, wanted=" ".join(keeper.needs)
    )
    return Consent(found.seen_by(member.user_id), ticket, account is None)


def may_keep(account: Account | None, keeper: ListKeeper) -> bool:
    """Whether an account lets us keep lists in it."""
    if account is None or not account.sealed or account.standing in (Standing.REVOKED, Standing.ENDED):
        return False
    return set(keeper.needs) <= set(account.scopes.split())


async def _begin(
    session: Writing, playlist: Playlist, club_id: UUID, user_id: UUID, source: Source, now: datetime
) -> Export:
    before = await queries.export(session, club_id, playlist.id, user_id, source, lock=True)
    if before is not None and before.state in UNFINISHED and not before.cut_off(now):
        return before
    if before is not None and before.state is ExportState.DONE and now - before.alive_at < AGAIN_AFTER:
        raise ExportRefused("moment", playlist.name)
    await queries.begin(session, club_id, playlist.id, user_id, source, total=playlist.track_count, now=now)
    args = {"club_id": str(club_id), "playlist_id": str(playlist.id), "user_id": str(user_id), "source": str(source)}
    await queue.defer(session, EXPORT_PLAYLIST, args, lock=f"export:{user_id}")
    begun = await queries.export(session, club_id, playlist.id, user_id, source)
    assert begun is not None, "just begun"
    return begun


async def standing(tools: Tools, *, export: Export) -> Export | None:
    """How an export stands now."""
    async with tools.database.reading() as session:
        return await queries.export(session, export.club_id, export.playlist_id, export.user_id, export.source)


# What the queue does


async def work(tools: Tools, *, club_id: str, playlist_id: str, user_id: str, source: str) -> None:
    """Put a list where its reader wants it, from wherever it was cut off; what hinders that is noted for them."""
    key = (UUID(club_id), UUID(playlist_id), UUID(user_id), Source(source))
    async with tools.database.writing() as session:
        export = await queries.export(session, *key, lock=True)
        if export is None or export.state not in UNFINISHED:
            return
        found = await playlists.playlist(session, key[0], key[1])
        seen = found.seen_by(key[2]) if found is not None and found.open_to(key[2]) else None
        account = await accounts.account_of_user(session, key[2], key[3])
        sought = await queries.sought(session, key[0], key[1], str(key[3]))
        await queries.show_life(session, export, now=tools.clock.now(), state=ExportState.WORKING)
    try:
        if seen is None or not seen.entries:
            await _fail(tools, export, Hitch.GONE)
        elif account is None:
            await _fail(tools, export, Hitch.LOST)
        else:
            await _Errand(tools, export, seen, account.id, _keeper(tools, key[3])).run(sought)
    except GrantTooSmall:
        await _fail(tools, export, Hitch.SCOPE)
    except NoSuchAccount:
        await _fail(tools, export, Hitch.LOST)
    except AccountRefused as refused:
        allowed = refused.standing is not Standing.NOT_ALLOWED
        await _fail(tools, export, Hitch.LOST if allowed else Hitch.NOT_ALLOWED)
    except LinkRefused:
        await _fail(tools, export, Hitch.REFUSED)
    except Unavailable as unavailable:
        log.info("an export waits for %s: %s %s", source, unavailable.why, unavailable.detail)
        await _fail(tools, export, HITCHES.get(unavailable.why, Hitch.DOWN), unavailable.until)
    except Exception:
        await _fail(tools, export, Hitch.FAULT)
        raise


class _Errand:
    """One list on its way."""

    def __init__(self, tools: Tools, export: Export, playlist: Playlist, account_id: UUID, keeper: ListKeeper) -> None:
        self._tools = tools
        self._export = export
        self._playlist = playlist
        self._account_id = account_id
        self._keeper = keeper

    async def run(self, sought: Mapping[UUID, Sought]) -> None:
        """Find the tracks, find or make the list, and fill it."""
        found = dict(self._export.found)
        missing: list[str] = []
        for place, entry in enumerate(self._playlist.entries):
            if entry.hidden or entry.track.id not in sought:
                missing.append("a private track" if entry.hidden else _called(entry.track.title, entry.artist))
                continue
            external_id = found.get(entry.track.id) or await self._find(sought[entry.track.id])
            if external_id:
                found[entry.track.id] = external_id
            else:
                missing.append(_called(entry.track.title, entry.artist))
            if place % NOTED_EVERY == NOTED_EVERY - 1:
                await self._note(looked=place + 1, found=found)
        await self._note(looked=self._playlist.track_count, found=found)
        tracks = [
            found[entry.track.id] for entry in self._playlist.entries if not entry.hidden and entry.track.id in found
        ]
        await self._fill(tracks)
        async with self._tools.database.writing() as session:
            await queries.end(
                session, self._export, now=self._tools.clock.now(), state=ExportState.DONE, missing=missing
            )

    async def _find(self, sought: Sought) -> str:
        if sought.external_id:
            return sought.external_id
        try:
            return await self._keeper.find_track(await self._access(), sought)
        except AccessStale as stale:
            return await self._keeper.find_track(await self._access(stale=stale), sought)

    async def _fill(self, tracks: list[str]) -> None:
        known = self._export.external_id
        for last in (False, True):
            try:
                access = await self._access()
                await self._fill_once(access, known, tracks)
                return
            except AccessStale as stale:
                if last:
                    raise
                await self._access(stale=stale)

    async def _fill_once(self, access: Access, known: str, tracks: list[str]) -> None:
        marker = marker_of(self._playlist.id)
        listing = await self._keeper.find_list(access, marker=marker, known=known)
        if listing is None:
            words = description_of(self._playlist.description, marker)
            listing = await self._keeper.create_list(access, name=self._playlist.name[:100], description=words)
        async with self._tools.database.writing() as session:
            await queries.note_listing(session, self._export, listing, now=self._tools.clock.now())
        # A list may hold a recording once only where two of ours are the same one.
        if not await self._keeper.fill_list(access, listing.external_id, list(dict.fromkeys(tracks))):
            raise Unavailable(str(self._export.source), Why.REFUSED, detail="the list that was found is not there")

    async def _access(self, *, stale: AccessStale | None = None) -> Access:
        """How the account is asked; after a refusal of its token with another one."""
        now = self._tools.clock.now()
        if stale is None:
            self._held = await access_of(self._tools, self._account_id, now)
        else:
            self._held = await access_of(self._tools, self._account_id, now, stale=self._held.token)
        return self._held

    async def _note(self, *, looked: int, found: Mapping[UUID, str]) -> None:
        async with self._tools.database.writing() as session:
            await queries.show_life(
                session,
                self._export,
                now=self._tools.clock.now(),
                looked=looked,
                found=found,
                state=ExportState.WORKING,
            )


def _called(title: str, artist: str) -> str:
    return f"{title} — {artist}" if artist else title


async def _fail(tools: Tools, export: Export, hitch: Hitch, until: datetime | None = None) -> None:
    async with tools.database.writing() as session:
        now = tools.clock.now()
        await queries.end(session, export, now=now, state=ExportState.FAILED, hitch=hitch, until=until)


def _keeper(tools: Tools, source: Source) -> ListKeeper:
    keeper = tools.listening.keepers.get(source)
    if keeper is None:
        raise LinkRefused(source, "not_offered")
    return keeper


# As links


async def links_of(tools: Tools, *, caller: Caller, now: datetime, playlist: UUID) -> tuple[Playlist, list[Linked]]:
    """A list that the caller may see, and where each of its tracks is heard. Raises `PlaylistRefused` (`unknown`)."""
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now, takes_part=False)
        found = await playlists.playlist(session, club.id, playlist)
        if found is None or not found.open_to(member.user_id):
            raise PlaylistRefused("unknown")
        seen = found.seen_by(member.user_id)
        return seen, await _linked(session, club.id, seen)


async def _linked(session: Reading, club_id: UUID, playlist: Playlist) -> list[Linked]:
    known = await queries.links(session, club_id, playlist.id)
    return [
        Linked(entry.position + 1, "", "", hidden=True)
        if entry.hidden
        else Linked(
            entry.position + 1,
            entry.track.title,
            entry.artist,
            tuple((service_words(service), url) for service, url in known.get(entry.track.id, ())),
        )
        for entry in playlist.entries
    ]
