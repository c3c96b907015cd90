"""Each kind of errand as one operation on Discord that can be repeated."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from uuid import UUID

import discord

from bot.client import LongplayBot
from bot.domain.club.rules import Layout
from bot.domain.club.views import PanelRef, WeekView
from bot.domain.club.week import Phase, ThreadRole
from bot.domain.outbox import EDITS_APART, Errand, Kind
from bot.services import covers, people
from bot.services.club import reminders, views
from bot.services.pictures import poster
from cogs.club.cards import album, choosing, notices, phrases, result
from cogs.club.cards.week import week_card
from cogs.delivery import codes, events, messages
from cogs.delivery.accounts import account_dm
from cogs.delivery.demos import nominee_sound, shared_post
from cogs.delivery.guide import GuideErrands
from cogs.delivery.letters import letter_dm
from cogs.delivery.library import milestone_dm, shared_playlist
from cogs.delivery.outcome import SKIPPED, Outcome
from cogs.delivery.party import PartyMessages
from cogs.shared.render import Body

CLOSE_EARLY = {"words": "close_early"}
"""The one note to hosts that carries a button."""

PANEL_CARDS: dict[Kind, Callable[[WeekView], Body]] = {
    Kind.CARD: week_card,
    Kind.NOMINATIONS_PANEL: choosing.nominations_panel,
    Kind.POLL_PANEL: choosing.poll_panel,
    Kind.WINNER: result.winner_card,
    Kind.ALBUM_PANEL: album.album_panel,
    Kind.DISCUSSION: album.discussion_card,
    Kind.RECAP: album.recap_card,
}
"""Messages that can be drawn again from the week alone."""

SHOW_THE_WINNER = (Kind.CARD, Kind.REFRESH, Kind.WINNER, Kind.ALBUM_PANEL, Kind.GUIDE, Kind.RECAP)

PHASE_ROLE = {
    Phase.SCHEDULED: ThreadRole.NOMINATIONS,
    Phase.NOMINATIONS: ThreadRole.NOMINATIONS,
    Phase.POLL: ThreadRole.POLL,
    Phase.LISTENING: ThreadRole.LISTENING,
    Phase.RATINGS: ThreadRole.RATINGS,
    Phase.CLOSED: ThreadRole.RATINGS,
}


class Performer:
    """Performs errands with one Discord client."""

    def __init__(self, bot: LongplayBot) -> None:
        self.bot = bot
        self.guide = GuideErrands(bot, self._post, self._redrawn)
        operations: dict[Kind, Callable[[Errand, WeekView, datetime], Awaitable[Outcome]]] = {
            **dict.fromkeys(PANEL_CARDS, self._post_panel),
            Kind.REFRESH: self._redraw,
            Kind.REDRAW: self._redraw,
            Kind.PIN: self._pin,
            Kind.UNPIN: self._pin,
            Kind.THREAD: self._thread,
            Kind.NOMINATION: self._nomination,
            Kind.NOMINATION_EDIT: self._nomination_edit,
            Kind.EVENT: lambda errand, view, now: events.keep_event(bot, errand, view, now),
            Kind.EVENT_END: lambda _errand, view, _now: events.end_event(bot, view),
            Kind.NOTICE: self._notice,
            Kind.HOST_NOTE: self._host_note,
            Kind.REMINDER: self._reminder,
            Kind.DM: self._dm,
            Kind.ARCHIVE: self._archive,
            Kind.WAKE: self._wake,
            **self.guide.operations,
            **PartyMessages(bot, self._post, self._redrawn).operations,
        }
        self.operations = operations

    async def perform(self, errand: Errand, now: datetime) -> Outcome:
        """Do what the errand says, or find that it was done; raises whatever Discord answers."""
        if errand.kind is Kind.ACCOUNT_DM:
            return await account_dm(self.bot, errand, now)
        if errand.kind in (Kind.PLAYLIST, Kind.PLAYLIST_REFRESH):
            return await shared_playlist(self.bot, errand, now)
        if errand.kind in (Kind.SHARED_POST, Kind.SHARED_REDRAW):
            return await shared_post(self.bot, errand, now)
        if errand.kind is Kind.MILESTONE_DM:
            return await milestone_dm(self.bot, errand)
        if errand.kind is Kind.LETTER_DM:
            return await letter_dm(self.bot, errand, now)
        if errand.week_id is None:
            return SKIPPED
        view = await views.view_of(self.bot.tools, week=errand.week_id, now=now)
        view = await covers.illustrated(self.bot.tools, view, album_ids=pictured(errand, view), now=now)
        if Kind.RECAP in (errand.kind, errand.payload.get("panel")):
            view = await poster.with_poster(self.bot.tools, view)
        return await self.operations[errand.kind](errand, view, now)

    async def _post(self, errand: Errand, view: WeekView, draw: Callable[[], Body], channel_id: int) -> PanelRef:
        """Post in a thread; where somebody has deleted it, in the club's channel: the week goes on."""
        guild_id = view.club.guild_id
        try:
            return await messages.post(self.bot, errand, draw(), channel_id=channel_id, guild_id=guild_id)
        except discord.NotFound as error:
            if error.code != codes.UNKNOWN_CHANNEL or channel_id == view.club.channel_id:
                raise
        return await messages.post(self.bot, errand, draw(), channel_id=view.club.channel_id, guild_id=guild_id)

    async def _post_panel(self, errand: Errand, view: WeekView, _now: datetime) -> Outcome:
        draw = PANEL_CARDS[errand.kind]
        panel = await self._post(errand, view, lambda: draw(view), place_of(errand.kind, view))
        if errand.kind is Kind.ALBUM_PANEL and view.week.rules.layout is Layout.ONE:
            # The one thread of the week is about the album from here on.
            name = thread_name(view, tuple(ThreadRole))
            await messages.rename_thread(self.bot, panel.channel_id, name)
        return Outcome(discord_id=panel.message_id, panel=panel)

    async def _redraw(self, errand: Errand, view: WeekView, now: datetime) -> Outcome:
        kind = Kind.CARD if errand.kind is Kind.REFRESH else Kind(errand.payload["panel"])
        if kind is Kind.NOMINATION:
            return await self._redraw_nominations(errand, view)
        if kind is Kind.BEFORE_VOTE:
            return await self.guide.before_vote(errand, view, now)
        panel = view.panels.get((str(kind), 0))
        draw = PANEL_CARDS.get(kind)
        if panel is None or draw is None:
            return SKIPPED
        try:
            drawn = await self._redrawn(errand, view, panel, lambda: draw(view))
        except discord.NotFound as error:
            if error.code not in codes.VANISHED:
                raise
            if kind is not Kind.CARD and not errand.payload.get("force"):
                return SKIPPED
            # Somebody deleted the message. The card is what members find the week by, so it comes back.
            drawn = await self._post(errand, view, lambda: draw(view), place_of(kind, view))
        note = view.panels.get((str(Kind.HOST_NOTE), 0))
        if kind is Kind.POLL_PANEL and note is not None:  # its button goes with the poll's
            await self._redrawn(errand, view, note, lambda: notices.host_note_card(view, CLOSE_EARLY))
        return Outcome(discord_id=drawn.message_id, panel=drawn, panel_key=(str(kind), 0))

    async def _redrawn(self, errand: Errand, view: WeekView, panel: PanelRef, draw: Callable[[], Body]) -> PanelRef:
        force = bool(errand.payload.get("force")) or errand.reconcile
        over = not view.week.is_open
        return await messages.redraw(self.bot, panel, draw, guild_id=view.club.guild_id, force=force, over=over)

    async def _redraw_nominations(self, errand: Errand, view: WeekView) -> Outcome:
        for nomination in view.nominations:
            panel = view.panels.get((str(Kind.NOMINATION), nomination.ordinal))
            if panel is None:
                continue
            sound = await nominee_sound(self.bot, view, nomination)
            try:
                await self._redrawn(errand, view, panel, partial(choosing.nomination_card, view, nomination, sound))
            except discord.NotFound as error:
                if error.code not in codes.VANISHED:
                    raise
        return Outcome()

    async def _pin(self, errand: Errand, view: WeekView, _now: datetime) -> Outcome:
        panel = view.panels.get((str(Kind.CARD), 0))
        if panel is None:
            return SKIPPED
        await messages.pin(self.bot, panel, guild_id=view.club.guild_id, on=errand.kind is Kind.PIN)
        return Outcome(discord_id=panel.message_id)

    async def _thread(self, errand: Errand, view: WeekView, _now: datetime) -> Outcome:
        roles = tuple(ThreadRole(role) for role in errand.payload["roles"])
        name = thread_name(view, roles)
        existing = {view.week.threads.get(role) for role in roles}
        if None not in existing:  # a reopened week keeps its threads
            for thread_id in existing:
                await messages.rename_thread(self.bot, int(thread_id or 0), name)
            return SKIPPED
        panel = view.panels.get((str(errand.payload["panel"]), 0))
        if panel is None:
            raise codes.Lost("the message it grows from was never posted")
        thread_id = await messages.grow_thread(self.bot, panel, name)
        return Outcome(discord_id=thread_id, thread_roles=roles)

    async def _nomination(self, errand: Errand, view: WeekView, _now: datetime) -> Outcome:
        nomination = next((one for one in view.nominations if one.ordinal == errand.ordinal), None)
        if nomination is None:  # withdrawn before anybody saw it
            return SKIPPED
        draw = partial(choosing.nomination_card, view, nomination, await nominee_sound(self.bot, view, nomination))
        panel = await self._post(errand, view, draw, thread_or_channel(view, ThreadRole.NOMINATIONS))
        return Outcome(discord_id=panel.message_id, panel=panel)

    async def _nomination_edit(self, errand: Errand, view: WeekView, _now: datetime) -> Outcome:
        key = (str(Kind.NOMINATION), errand.ordinal // EDITS_APART)
        panel = view.panels.get(key)
        if panel is None:
            return SKIPPED
        nomination = next((one for one in view.nominations if one.ordinal == key[1]), None)
        if nomination is None:
            draw = partial(choosing.withdrawn_card, view, key[1])
        else:
            draw = partial(choosing.nomination_card, view, nomination, await nominee_sound(self.bot, view, nomination))
        try:
            drawn = await self._redrawn(errand, view, panel, draw)
        except discord.NotFound as error:
            if error.code not in codes.VANISHED:
                raise
            if nomination is None or not errand.payload.get("force"):
                return SKIPPED
            drawn = await self._post(errand, view, draw, thread_or_channel(view, ThreadRole.NOMINATIONS))
        return Outcome(discord_id=drawn.message_id, panel=drawn, panel_key=key)

    async def _notice(self, errand: Errand, view: WeekView, _now: datetime) -> Outcome:
        role = ThreadRole(errand.payload["role"]) if "role" in errand.payload else phase_role(view)
        draw = partial(notices.notice_card, view, errand.payload)
        panel = await self._post(errand, view, draw, thread_or_channel(view, role))
        return Outcome(discord_id=panel.message_id)

    async def _host_note(self, errand: Errand, view: WeekView, _now: datetime) -> Outcome:
        early = errand.payload.get("words") == CLOSE_EARLY["words"]
        if early and view.week.phase is not Phase.POLL:
            return SKIPPED
        draw = partial(notices.host_note_card, view, errand.payload)
        panel = await self._post(errand, view, draw, thread_or_channel(view, phase_role(view)))
        return Outcome(discord_id=panel.message_id, panel=panel if early else None)

    async def _reminder(self, errand: Errand, _view: WeekView, now: datetime) -> Outcome:
        wanted = await reminders.remind(self.bot.tools, errand, now=now)
        if wanted is None:
            return SKIPPED
        draw = partial(notices.reminder_card, wanted.view, wanted.closes_at, wanted.role_id)
        panel = await self._post(errand, wanted.view, draw, thread_or_channel(wanted.view, PHASE_ROLE[wanted.phase]))
        return Outcome(discord_id=panel.message_id)

    async def _dm(self, errand: Errand, view: WeekView, _now: datetime) -> Outcome:
        discord_id = int(errand.payload["discord_id"])
        body = notices.dm_card(view, errand.payload)
        try:
            channel = await self.bot.create_dm(discord.Object(discord_id))
            message = await messages.deliver(self.bot, errand, body, channel)
            return Outcome(discord_id=message.id)
        except discord.Forbidden as error:
            if error.code != codes.DM_REFUSED:
                raise
            await people.dm_closed(self.bot.tools, discord_id=discord_id)
            return SKIPPED

    async def _archive(self, errand: Errand, view: WeekView, _now: datetime) -> Outcome:
        for thread_id in dict.fromkeys(view.week.threads.values()):
            await messages.archive_thread(self.bot, thread_id, lock=bool(errand.payload.get("lock")))
        return Outcome()

    async def _wake(self, _errand: Errand, view: WeekView, _now: datetime) -> Outcome:
        for thread_id in dict.fromkeys(view.week.threads.values()):
            await messages.wake_thread(self.bot, thread_id)
        return Outcome()


def pictured(errand: Errand, view: WeekView) -> list[UUID]:
    """The albums whose covers an errand's message shows."""
    kind = Kind(errand.payload["panel"]) if errand.kind is Kind.REDRAW else errand.kind
    if kind in SHOW_THE_WINNER or (kind is Kind.GUIDE_REFRESH and not errand.ordinal):
        return [view.winner.album.id] if view.winner is not None and view.week.announced else []
    number = errand.ordinal // EDITS_APART if kind is Kind.NOMINATION_EDIT else errand.ordinal
    if kind not in (Kind.NOMINATION, Kind.NOMINATION_EDIT):
        return []
    every = errand.kind is Kind.REDRAW
    return [one.album.id for one in view.nominations if every or one.ordinal == number]


def place_of(kind: Kind, view: WeekView) -> int:
    """Where a panel stands, by the club's layout of threads."""
    layout = view.week.rules.layout
    if kind is Kind.CARD:
        return view.club.channel_id
    if kind is Kind.WINNER:
        return thread_or_channel(view, ThreadRole.LISTENING) if layout is Layout.ONE else view.club.channel_id
    if kind in (Kind.POLL_PANEL, Kind.DISCUSSION) and layout is Layout.PER_PHASE:
        return view.club.channel_id
    role = {
        Kind.NOMINATIONS_PANEL: ThreadRole.NOMINATIONS,
        Kind.POLL_PANEL: ThreadRole.POLL,
        Kind.ALBUM_PANEL: ThreadRole.LISTENING,
    }.get(kind, ThreadRole.RATINGS)
    return thread_or_channel(view, role)


def thread_or_channel(view: WeekView, role: ThreadRole) -> int:
    """A thread, or the channel where it could not be made: the week goes on."""
    return view.week.threads.get(role, view.club.channel_id)


def phase_role(view: WeekView) -> ThreadRole:
    """The thread of the phase the week is in, or was in when it was cancelled."""
    return PHASE_ROLE.get(view.week.cancelled_from or view.week.phase, ThreadRole.NOMINATIONS)


CHOOSING_WORDS = {
    (ThreadRole.NOMINATIONS,): "nominations",
    (ThreadRole.POLL,): "poll",
    (ThreadRole.NOMINATIONS, ThreadRole.POLL): "choosing",
}


def thread_name(view: WeekView, roles: tuple[ThreadRole, ...]) -> str:
    """What a thread is called: the album where it is about one, else what is done there."""
    about_album = ThreadRole.LISTENING in roles or ThreadRole.RATINGS in roles
    if about_album and view.week.announced and view.winner is not None:
        what = "discussion" if roles == (ThreadRole.RATINGS,) else ""
        return phrases.album_thread_name(view.week, view.winner.album, what)
    return phrases.choosing_thread_name(view.week, CHOOSING_WORDS.get(roles, ""))
