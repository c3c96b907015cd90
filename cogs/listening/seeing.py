"""The commands that show what members hear: `/np`, `/recent`, `/top`, `/plays`, `/streak`, `/whoknows`, `/timezone`."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.listening.charts import Kind, Subject
from bot.domain.listening.seen import Knowers, Recent, Top
from bot.services.listening import finding, seeing, watching
from bot.services.listening.watching import Whose
from cogs.club import suggest
from cogs.listening import cards, pages
from cogs.shared import listening_refusals  # noqa: F401 - puts its words among the others
from cogs.shared.caller import Interaction, caller_of, now_of, tools_of
from cogs.shared.dynamic import Press
from cogs.shared.render import Body
from cogs.shared.replies import answer, hold, think, update

MEMBER = "Whose; you, when left out"
PRIVATE = "Show it to you alone"
PERIOD = "week, month, quarter, half, year, all, or a month or a year by name"
CLUBS_OWN = "club"

Asked = discord.Interaction[Any]


def whose_of(interaction: Asked, member: discord.Member | None) -> Whose | None:
    """The other member that is meant; None for whoever asks."""
    if member is None or member.id == interaction.user.id:
        return None
    return Whose(member.id, member.display_name)


async def show(interaction: Asked, body: Body, *, public: bool) -> None:
    """Show a card to whoever asked, or to everybody there; the answer was promised privately in any case."""
    if not public:
        await answer(interaction, body)
        return
    # A first follow-up would become the private answer that was promised: that one is given first, and taken away.
    await answer(interaction, "Everyone here sees it.")
    await interaction.followup.send(view=body.view(), files=body.files(), allowed_mentions=body.mentions)
    with suppress(discord.HTTPException):
        await interaction.delete_original_response()


@suggest.offering
async def periods(interaction: Asked, current: str) -> suggest.Pairs[str]:
    """Times to ask about, in the member's own zone."""
    return await watching.periods_for(
        tools_of(interaction),
        guild_id=interaction.guild_id or 0,
        discord_id=interaction.user.id,
        text=current,
        now=now_of(interaction),
    )


@suggest.offering
async def own_zones(interaction: Asked, current: str) -> suggest.Pairs[str]:
    """Time zones, and the club's own."""
    own = [("The club's own", CLUBS_OWN)]
    return [*(pair for pair in own if current.casefold() in pair[0].casefold()), *suggest.zone_pairs(current)]


async def _subjects(interaction: Asked, current: str, kind: Kind) -> suggest.Pairs[str]:
    return await finding.subject_suggestions(
        tools_of(interaction),
        kind=kind,
        text=current,
        guild_id=interaction.guild_id or 0,
        discord_id=interaction.user.id,
    )


@suggest.offering
async def artists(interaction: Asked, current: str) -> suggest.Pairs[str]:
    """Artists the club has heard."""
    return await _subjects(interaction, current, Kind.ARTIST)


@suggest.offering
async def albums(interaction: Asked, current: str) -> suggest.Pairs[str]:
    """Albums the club has heard."""
    return await _subjects(interaction, current, Kind.ALBUM)


@suggest.offering
async def tracks(interaction: Asked, current: str) -> suggest.Pairs[str]:
    """Tracks the club has heard."""
    return await _subjects(interaction, current, Kind.TRACK)


class Listening(commands.Cog):
    """What one member hears."""

    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.describe(member=MEMBER, private=PRIVATE)
    async def np(
        self, interaction: Interaction, member: discord.Member | None = None, private: bool | None = None
    ) -> None:
        """Show what is playing now, or what was heard last, and who else here knows it."""
        await think(interaction)
        told = await seeing.now_playing(
            tools_of(interaction),
            caller=caller_of(interaction),
            now=now_of(interaction),
            whose=whose_of(interaction, member),
            private=private,
        )
        await show(interaction, cards.playing_card(told), public=told.public)

    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.describe(member=MEMBER, private=PRIVATE)
    async def recent(
        self, interaction: Interaction, member: discord.Member | None = None, private: bool | None = None
    ) -> None:
        """Show the last plays."""
        await think(interaction)
        whose = whose_of(interaction, member)
        told = await seeing.recent_plays(
            tools_of(interaction), caller=caller_of(interaction), now=now_of(interaction), whose=whose
        )
        public = told.shown.public(private)
        await show(interaction, _recent(interaction, told, whose, public), public=public)

    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.describe(member=MEMBER, private=PRIVATE)
    async def plays(
        self, interaction: Interaction, member: discord.Member | None = None, private: bool | None = None
    ) -> None:
        """Show how much was heard in all, how fast, and the next milestone."""
        await think(interaction)
        told = await seeing.totals(
            tools_of(interaction),
            caller=caller_of(interaction),
            now=now_of(interaction),
            whose=whose_of(interaction, member),
        )
        public = told.shown.public(private)
        await show(interaction, cards.totals_card(told, public=public), public=public)

    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.describe(member=MEMBER, private=PRIVATE)
    async def streak(
        self, interaction: Interaction, member: discord.Member | None = None, private: bool | None = None
    ) -> None:
        """Show the days in a row with music, and what plays again and again."""
        await think(interaction)
        told = await seeing.streaks(
            tools_of(interaction),
            caller=caller_of(interaction),
            now=now_of(interaction),
            whose=whose_of(interaction, member),
        )
        public = told.shown.public(private)
        await show(interaction, cards.streak_card(told, public=public), public=public)

    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.describe(zone="Your time zone, like Europe/Berlin; or the club's own")
    @app_commands.autocomplete(zone=own_zones)
    async def timezone(self, interaction: Interaction, zone: str) -> None:
        """Say in which time zone your days begin, for `/top`, `/plays` and `/streak`."""
        await think(interaction)
        wanted = None if zone.strip().casefold() == CLUBS_OWN else zone
        name, own = await watching.set_zone(
            tools_of(interaction), caller=caller_of(interaction), now=now_of(interaction), zone=wanted
        )
        whose = "from now on" if own else "as the club's do"
        await answer(interaction, f"Your days begin at midnight in **{name}**, {whose}.")


class Tops(commands.GroupCog, group_name="top", group_description="What a member heard most"):
    """What one member heard most in a time."""

    def __init__(self) -> None:
        super().__init__()
        group = self.__cog_app_commands_group__
        if group is not None:
            group.guild_only = True

    @app_commands.command(name="artists")
    @app_commands.describe(period=PERIOD, member=MEMBER, private=PRIVATE)
    @app_commands.autocomplete(period=periods)
    async def top_artists(
        self,
        interaction: Interaction,
        period: str = "week",
        member: discord.Member | None = None,
        private: bool | None = None,
    ) -> None:
        """Show the artists heard most."""
        await _show_top(interaction, Kind.ARTIST, period, member, private)

    @app_commands.command(name="albums")
    @app_commands.describe(period=PERIOD, member=MEMBER, private=PRIVATE)
    @app_commands.autocomplete(period=periods)
    async def top_albums(
        self,
        interaction: Interaction,
        period: str = "week",
        member: discord.Member | None = None,
        private: bool | None = None,
    ) -> None:
        """Show the albums heard most."""
        await _show_top(interaction, Kind.ALBUM, period, member, private)

    @app_commands.command(name="tracks")
    @app_commands.describe(period=PERIOD, member=MEMBER, private=PRIVATE)
    @app_commands.autocomplete(period=periods)
    async def top_tracks(
        self,
        interaction: Interaction,
        period: str = "week",
        member: discord.Member | None = None,
        private: bool | None = None,
    ) -> None:
        """Show the tracks heard most."""
        await _show_top(interaction, Kind.TRACK, period, member, private)


class WhoKnows(commands.GroupCog, group_name="whoknows", group_description="Who in the club has heard something"):
    """Who of the club has heard a track, an album, an artist."""

    def __init__(self) -> None:
        super().__init__()
        group = self.__cog_app_commands_group__
        if group is not None:
            group.guild_only = True

    @app_commands.command(name="artist")
    @app_commands.describe(artist="Which artist; what you hear now, when left out", private=PRIVATE)
    @app_commands.autocomplete(artist=artists)
    async def knows_artist(self, interaction: Interaction, artist: str = "", private: bool = False) -> None:
        """Show who here has heard an artist."""
        await _show_knowers(interaction, Kind.ARTIST, artist, private)

    @app_commands.command(name="album")
    @app_commands.describe(album="Which album; what you hear now or the week's, when left out", private=PRIVATE)
    @app_commands.autocomplete(album=albums)
    async def knows_album(self, interaction: Interaction, album: str = "", private: bool = False) -> None:
        """Show who here has heard an album."""
        await _show_knowers(interaction, Kind.ALBUM, album, private)

    @app_commands.command(name="track")
    @app_commands.describe(track="Which track; what you hear now, when left out", private=PRIVATE)
    @app_commands.autocomplete(track=tracks)
    async def knows_track(self, interaction: Interaction, track: str = "", private: bool = False) -> None:
        """Show who here has heard a track."""
        await _show_knowers(interaction, Kind.TRACK, track, private)


# --- lists of several pages -----------------------------------------------------------------------------------------


async def _show_top(
    interaction: Interaction, kind: Kind, period: str, member: discord.Member | None, private: bool | None
) -> None:
    await think(interaction)
    whose = whose_of(interaction, member)
    told = await seeing.top(
        tools_of(interaction),
        caller=caller_of(interaction),
        now=now_of(interaction),
        kind=kind,
        period=period,
        whose=whose,
    )
    public = told.shown.public(private)
    await show(interaction, _top(interaction, told, whose, public), public=public)


def _top(interaction: Asked, told: Top, whose: Whose | None, public: bool) -> Body:
    head = f"{interaction.user.id}.{pages.whose_part(whose)}.{told.kind}.{told.period.key}"
    more = (told.page + 1) * seeing.PAGE < told.subjects
    turns = pages.turning(told.page, more, lambda words, page: pages.TOP.button(words, argument=f"{head}.{page}"))
    return cards.top_card(told, public=public, size=seeing.PAGE, turns=turns)


@pages.TOP.answers
async def on_top_page(press: Press) -> None:
    """Turn to another page of what somebody heard most."""
    interaction = press.interaction
    other, kind, period, page = pages.own_parts(press, 4)
    whose = pages.whose_of(other)
    await hold(interaction)
    told = await seeing.top(
        tools_of(interaction),
        caller=caller_of(interaction),
        now=now_of(interaction),
        kind=pages.kind_of(kind),
        period=period,
        whose=whose,
        page=pages.page_of(page),
    )
    public = pages.stands_in_public(interaction)
    pages.still_public(told.shown, public)
    await update(interaction, _top(interaction, told, whose, public))


def _recent(interaction: Asked, told: Recent, whose: Whose | None, public: bool) -> Body:
    head = f"{interaction.user.id}.{pages.whose_part(whose)}.{int(told.until.timestamp())}"
    turns = pages.turning(
        told.page, told.more, lambda words, page: pages.RECENT.button(words, argument=f"{head}.{page}")
    )
    return cards.recent_card(told, public=public, turns=turns)


@pages.RECENT.answers
async def on_recent_page(press: Press) -> None:
    """Turn to another page of somebody's plays."""
    interaction = press.interaction
    other, until, page = pages.own_parts(press, 3)
    whose = pages.whose_of(other)
    await hold(interaction)
    told = await seeing.recent_plays(
        tools_of(interaction),
        caller=caller_of(interaction),
        now=now_of(interaction),
        whose=whose,
        page=pages.page_of(page),
        until=pages.instant_of(until),
    )
    public = pages.stands_in_public(interaction)
    pages.still_public(told.shown, public)
    await update(interaction, _recent(interaction, told, whose, public))


async def _show_knowers(interaction: Interaction, kind: Kind, text: str, private: bool) -> None:
    await think(interaction)
    tools, caller, now = tools_of(interaction), caller_of(interaction), now_of(interaction)
    public = not private
    if text.strip():
        subject = await finding.find_subject(tools, caller=caller, kind=kind, text=text)
    else:
        subject, is_open = await finding.subject_at_hand(tools, caller=caller, kind=kind, now=now)
        public = public and is_open
    found = await seeing.who_knows(tools, caller=caller, subject=subject, public=public)
    await show(interaction, _knowers(interaction, found), public=public)


def _knowers(interaction: Asked, found: Knowers) -> Body:
    head = f"{interaction.user.id}.{found.subject.kind}"
    key = found.subject.id
    more = (found.page + 1) * seeing.PAGE < found.members
    turns = pages.turning(
        found.page, more, lambda words, page: pages.KNOWERS.button(words, key, argument=f"{head}.{page}")
    )
    return cards.knowers_card(found, size=seeing.PAGE, turns=turns)


@pages.KNOWERS.answers
async def on_knowers_page(press: Press) -> None:
    """Turn to another page of who knows something."""
    interaction = press.interaction
    kind, page = pages.own_parts(press, 2)
    await hold(interaction)
    tools = tools_of(interaction)
    subject = await seeing.known_subject(tools, subject=Subject(pages.kind_of(kind), press.row, "", ""))
    found = await seeing.who_knows(
        tools,
        caller=caller_of(interaction),
        subject=subject,
        public=pages.stands_in_public(interaction),
        page=pages.page_of(page),
    )
    await update(interaction, _knowers(interaction, found))
