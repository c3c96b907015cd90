"""A listening party's messages: the card, each track once and in time, notes, the recap, and what is drawn again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from uuid import UUID

import discord

from bot.client import LongplayBot
from bot.domain.club.views import PanelRef, WeekView
from bot.domain.club.week import ThreadRole
from bot.domain.outbox import Errand, Kind
from bot.domain.party import Outcome as TurnOutcome
from bot.domain.party import PartyView
from bot.domain.party_messages import read_ordinal
from bot.services.club import party_course, views
from cogs.club.cards import party as cards
from cogs.delivery import codes, messages
from cogs.delivery.outcome import SKIPPED, Outcome
from cogs.shared.render import Body

Operation = Callable[[Errand, WeekView, datetime], Awaitable[Outcome]]
Post = Callable[[Errand, WeekView, Callable[[], Body], int], Awaitable[PanelRef]]
"""Posts in a thread, or in the club's channel where the thread is gone."""
Redraw = Callable[[Errand, WeekView, PanelRef, Callable[[], Body]], Awaitable[PanelRef]]


class PartyMessages:
    """Performs the errands of parties, with what every errand is posted and drawn again by."""

    def __init__(self, bot: LongplayBot, post: Post, redraw: Redraw) -> None:
        self.bot = bot
        self._post = post
        self._redraw = redraw

    @property
    def operations(self) -> dict[Kind, Operation]:
        """What is done for each kind."""
        return {
            Kind.PARTY_CARD: self._card,
            Kind.PARTY_TRACK: self._track,
            Kind.PARTY_NOTE: self._note,
            Kind.PARTY_RECAP: self._recap,
            Kind.PARTY_REDRAW: self._again,
        }

    async def _view(self, errand: Errand) -> PartyView:
        if "party" in errand.payload:
            return await party_course.party_of(self.bot.tools, party=UUID(errand.payload["party"]))
        number, _ = read_ordinal(errand.ordinal)
        return await party_course.party_of(self.bot.tools, week=errand.week_id, number=number)

    async def _posted(self, errand: Errand, week: WeekView, draw: Callable[[], Body]) -> Outcome:
        panel = await self._post(errand, week, draw, place_of(week))
        return Outcome(discord_id=panel.message_id, panel=panel)

    async def _card(self, errand: Errand, week: WeekView, _now: datetime) -> Outcome:
        return await self._posted(errand, week, partial(cards.party_card, week, await self._view(errand)))

    async def _note(self, errand: Errand, week: WeekView, _now: datetime) -> Outcome:
        draw = partial(cards.note_card, week, await self._view(errand), str(errand.payload["words"]))
        return Outcome(discord_id=(await self._posted(errand, week, draw)).discord_id)

    async def _recap(self, errand: Errand, week: WeekView, _now: datetime) -> Outcome:
        return await self._posted(errand, week, partial(cards.recap_card, week, await self._view(errand)))

    async def _track(self, errand: Errand, week: WeekView, now: datetime) -> Outcome:
        """Post a track while it is on; one whose time has passed is named with the next instead."""
        view = await self._view(errand)
        position = int(errand.payload["position"])
        late = view.party.is_late(position, now)
        if late or view.party.turns[position - 1].outcome is TurnOutcome.CUT:
            found = await self._found(errand, week)
            if found is not None:  # an earlier try has posted it in time
                return Outcome(discord_id=found.message_id, panel=found)
            if late:
                await party_course.miss_track(self.bot.tools, party=view.party.id, position=position, now=now)
            return SKIPPED
        shown = await self._posted(errand, week, partial(cards.track_card, week, view, position))
        post = view.posts.get(position)
        # Where a listening guide shows the post already, that stays its place.
        return replace(shown, posts=[post.id]) if post is not None and post.message_id is None else shown

    async def _found(self, errand: Errand, week: WeekView) -> PanelRef | None:
        if not errand.reconcile:
            return None
        place = place_of(week)
        channel = self.bot.get_partial_messageable(place, guild_id=week.club.guild_id)
        message = await messages.find(self.bot, errand, channel)
        return None if message is None else PanelRef(place, message.id)

    async def _again(self, errand: Errand, week: WeekView, now: datetime) -> Outcome:
        """Draw the card or a track anew; while it is still being posted, this waits."""
        key = (str(errand.payload["panel"]), errand.ordinal)
        panel = week.panels.get(key)
        if panel is None:
            if await party_course.is_being_posted(self.bot.tools, errand):
                raise codes.NotYet("its message is still being posted")
            panel = (await views.view_of(self.bot.tools, week=week.week.id, now=now)).panels.get(key)
        if panel is None:
            return SKIPPED
        view = await self._view(errand)
        draw = {
            Kind.PARTY_CARD: partial(cards.party_card, week, view),
            Kind.PARTY_TRACK: partial(cards.track_card, week, view, read_ordinal(errand.ordinal)[1]),
            Kind.PARTY_RECAP: partial(cards.recap_card, week, view),
        }[Kind(key[0])]
        try:
            drawn = await self._redraw(errand, week, panel, draw)
        except discord.NotFound as error:
            if error.code not in codes.VANISHED:
                raise
            if key[0] != Kind.PARTY_CARD or not errand.payload.get("force") or not view.party.is_running:
                return SKIPPED  # somebody deleted it
            # A host asks for the card that people join by, so it comes back.
            drawn = await self._post(errand, week, draw, place_of(week))
        return Outcome(discord_id=drawn.message_id, panel=drawn, panel_key=key)


def place_of(week: WeekView) -> int:
    """Where a party is held: the album's thread, or the club's channel where there is none."""
    return week.week.threads.get(ThreadRole.LISTENING, week.club.channel_id)
