"""The errands around listening: the guide, a message for each track, the list before the vote, who has heard it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial
from typing import TypeAlias
from uuid import UUID

import discord

from bot.client import LongplayBot
from bot.domain.club.rules import Guide
from bot.domain.club.views import PanelRef, WeekView
from bot.domain.club.week import ThreadRole
from bot.domain.outbox import Errand, Kind
from bot.services.club import guide, views
from bot.services.library import automatic
from bot.services.listening import hearing
from cogs.club.cards.before_vote import before_vote_card
from cogs.club.cards.guide import guide_card, track_message
from cogs.delivery import codes, messages
from cogs.delivery.demos import nominee_sound
from cogs.delivery.outcome import SKIPPED, Outcome
from cogs.listening.hearing_card import hearing_card
from cogs.shared.render import Body

Draw: TypeAlias = Callable[[], Body]
Post: TypeAlias = Callable[[Errand, WeekView, Draw, int], Awaitable[PanelRef]]
Redraw: TypeAlias = Callable[[Errand, WeekView, PanelRef, Draw], Awaitable[PanelRef]]
Operation: TypeAlias = Callable[[Errand, WeekView, datetime], Awaitable[Outcome]]

CARD = (str(Kind.GUIDE), 0)
HEARING_CARD = (str(Kind.HEARING), 0)


class GuideErrands:
    """Posts and redraws what a week's guide shows; a message that stands is edited and never posted twice."""

    def __init__(self, bot: LongplayBot, post: Post, redrawn: Redraw) -> None:
        self._bot = bot
        self._tools = bot.tools
        self._post = post
        self._redrawn = redrawn
        self.operations: dict[Kind, Operation] = {
            Kind.GUIDE: self._card,
            Kind.TRACK_POST: self._track,
            Kind.GUIDE_REFRESH: self._refresh,
            Kind.BEFORE_VOTE: self.before_vote,
            Kind.HEARING: self._hearing,
            Kind.HEARING_REFRESH: self._hearing,
        }

    async def _card(self, errand: Errand, view: WeekView, now: datetime) -> Outcome:
        posts = await guide.prepare(self._tools, week=view.week.id, now=now)
        if errand.kind is Kind.GUIDE and not view.week.announced:  # taken back before anybody saw it
            return SKIPPED
        own_card = view.week.rules.guide is Guide.CARD
        shown = [post.id for post in posts] if own_card else []
        won = view.winner if view.week.announced else None
        sound = None if won is None else await nominee_sound(self._bot, view, won)
        draw = partial(guide_card, view, posts, sound)
        return await self._show(errand, view, CARD, draw, ThreadRole.LISTENING, shown)

    async def _track(self, errand: Errand, view: WeekView, _now: datetime) -> Outcome:
        found = await guide.track_message(self._tools, week=view.week.id, ordinal=errand.ordinal)
        key = (str(Kind.TRACK_POST), errand.ordinal)
        if found is None:
            return SKIPPED
        post, comments = found
        wanted = post.track is not None and view.week.announced and ThreadRole.LISTENING in view.week.threads
        if key not in view.panels and not wanted:  # forty messages are too many for the club's channel
            return SKIPPED
        draw = partial(track_message, view, post, comments)
        try:
            return await self._show(errand, view, key, draw, ThreadRole.LISTENING, [post.id], self._post_there)
        except discord.NotFound as error:
            if error.code != codes.UNKNOWN_CHANNEL:
                raise
            return SKIPPED

    async def _post_there(self, errand: Errand, view: WeekView, draw: Draw, channel_id: int) -> PanelRef:
        """Post in the thread and nowhere else."""
        guild_id = view.club.guild_id
        return await messages.post(self._bot, errand, draw(), channel_id=channel_id, guild_id=guild_id)

    async def _refresh(self, errand: Errand, view: WeekView, now: datetime) -> Outcome:
        return await (self._track if errand.ordinal else self._card)(errand, view, now)

    async def before_vote(self, errand: Errand, view: WeekView, now: datetime) -> Outcome:
        """The pitch tracks of the albums in the race; no message where nobody named one."""
        tracks = await automatic.keep_before_vote(self._tools, week=view.week.id, now=now)
        key = (str(Kind.BEFORE_VOTE), 0)
        if key not in view.panels and not any(one.pitch_track for one in view.standing):
            return SKIPPED
        return await self._show(errand, view, key, partial(before_vote_card, view, tracks), ThreadRole.POLL)

    async def _hearing(self, errand: Errand, view: WeekView, now: datetime) -> Outcome:
        """Who has heard the album, as it is known at this moment; while its card is still being posted, this waits."""
        if HEARING_CARD not in view.panels:
            if errand.kind is Kind.HEARING and not view.week.announced:  # taken back before anybody saw it
                return SKIPPED
            if errand.kind is Kind.HEARING_REFRESH:
                if await hearing.is_being_posted(self._tools, view.week.id):
                    raise codes.NotYet("its card is still being posted")
                view = await views.view_of(self._tools, week=view.week.id, now=now)
        card = await hearing.card_of(self._tools, week=view.week.id, now=now)
        return await self._show(errand, view, HEARING_CARD, partial(hearing_card, view, card), ThreadRole.LISTENING)

    async def _show(
        self,
        errand: Errand,
        view: WeekView,
        key: tuple[str, int],
        draw: Draw,
        role: ThreadRole,
        posts: Sequence[UUID] = (),
        post: Post | None = None,
    ) -> Outcome:
        """Edit the message where it stands, else post it; one that somebody has deleted comes back when asked for."""
        place = view.week.threads.get(role, view.club.channel_id)
        post = post or self._post
        panel = view.panels.get(key)
        asked = errand.kind not in (Kind.GUIDE_REFRESH, Kind.HEARING_REFRESH, Kind.REDRAW)
        if panel is None:
            if not asked:
                return SKIPPED
            shown = await post(errand, view, draw, place)
        else:
            try:
                shown = await self._redrawn(errand, view, panel, draw)
            except discord.NotFound as error:
                if error.code not in codes.VANISHED:
                    raise
                if not asked and not errand.payload.get("force"):
                    return SKIPPED
                shown = await post(errand, view, draw, place)
        return Outcome(discord_id=shown.message_id, panel=shown, panel_key=key, posts=posts)
