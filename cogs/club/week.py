"""The command group `/week`: look at a week, and for hosts everything that moves one."""

from __future__ import annotations

from typing import Literal

from discord import app_commands
from discord.ext import commands

from bot.domain.club.rules import Pick
from bot.domain.club.week import WeekKind
from bot.services import covers
from bot.services.club import phases, planning, views
from cogs.club import suggest
from cogs.club.cards import phrases
from cogs.club.cards.hosts import summary_card, week_done_card
from cogs.club.cards.week import week_card
from cogs.club.parts.candidates import to_pick
from cogs.club.parts.kept import Kept
from cogs.club.reading import instant, shift
from cogs.shared.caller import Interaction, caller_of, now_of, tools_of, where_of
from cogs.shared.render import words
from cogs.shared.replies import answer, think

DEADLINES = [
    app_commands.Choice(name="the opening", value="opens_at"),
    app_commands.Choice(name="nominations close, the poll opens", value="nominations_close_at"),
    app_commands.Choice(name="the poll closes, listening begins", value="poll_close_at"),
    app_commands.Choice(name="the discussion", value="discussion_at"),
    app_commands.Choice(name="ratings close", value="ratings_close_at"),
]


KIND = "Albums, or demos: tracks that members made"
BLIND = "Demos: who made which is told with the result; True when left out"


class Weeks(commands.GroupCog, group_name="week", group_description="The club's weeks"):
    """Weeks, for members to see and for hosts to move."""

    def __init__(self) -> None:
        super().__init__()
        group = self.__cog_app_commands_group__
        if group is not None:
            group.guild_only = True

    @app_commands.command()
    @app_commands.describe(week="Which week; the present one when left out")
    @app_commands.autocomplete(week=suggest.all_weeks)
    async def show(self, interaction: Interaction, week: int | None = None) -> None:
        """Show where a week stands, and what you can do now."""
        await think(interaction)
        view = await views.show_week(
            tools_of(interaction),
            caller=caller_of(interaction),
            now=now_of(interaction),
            where=where_of(interaction),
            number=week,
        )
        shown = [view.winner.album.id] if view.winner is not None else []
        view = await covers.illustrated(tools_of(interaction), view, album_ids=shown, now=now_of(interaction))
        await answer(interaction, week_card(view))

    @app_commands.command(name="open")
    @app_commands.describe(
        theme="What the week is about",
        pick="Who chooses the album; the club's setting when left out",
        closes="When nominations close, like: wed 19:00",
        kind=KIND,
        blind=BLIND,
    )
    @app_commands.autocomplete(closes=suggest.times)
    async def open_week(
        self,
        interaction: Interaction,
        theme: str = "",
        pick: Literal["vote", "host"] | None = None,
        closes: str | None = None,
        kind: Literal["album", "demo"] = "album",
        blind: bool = True,
    ) -> None:
        """Hosts: open a week now."""
        await think(interaction)
        week = await planning.open_week(
            tools_of(interaction),
            caller=caller_of(interaction),
            now=now_of(interaction),
            theme=theme,
            pick=Pick(pick) if pick else None,
            nominations_close_at=await instant(interaction, closes) if closes else None,
            kind=WeekKind(kind),
            blind=blind,
        )
        await answer(interaction, week_done_card(week, "Opened"))

    @app_commands.command()
    @app_commands.describe(
        when="When it opens, like: mon 19:00",
        theme="What the week is about",
        pick="Who chooses the album; the club's setting when left out",
        kind=KIND,
        blind=BLIND,
    )
    @app_commands.autocomplete(when=suggest.times)
    async def plan(
        self,
        interaction: Interaction,
        when: str,
        theme: str = "",
        pick: Literal["vote", "host"] | None = None,
        kind: Literal["album", "demo"] = "album",
        blind: bool = True,
    ) -> None:
        """Hosts: plan a week ahead; it opens by itself."""
        await think(interaction)
        week = await planning.plan_week(
            tools_of(interaction),
            caller=caller_of(interaction),
            now=now_of(interaction),
            opens_at=await instant(interaction, when),
            theme=theme,
            pick=Pick(pick) if pick else None,
            kind=WeekKind(kind),
            blind=blind,
        )
        await answer(interaction, week_done_card(week, "Planned"))

    @app_commands.command()
    @app_commands.describe(week="Which week, where several are open")
    @app_commands.autocomplete(week=suggest.open_weeks)
    async def advance(self, interaction: Interaction, week: int | None = None) -> None:
        """Hosts: end the week's present phase now."""
        await think(interaction)
        done = await phases.advance_week(
            tools_of(interaction),
            caller=caller_of(interaction),
            now=now_of(interaction),
            where=where_of(interaction),
            number=week,
        )
        await answer(interaction, week_done_card(done, "Done"))

    @app_commands.command()
    @app_commands.describe(
        by="By how long, like: 24h, 2 days, -3h",
        to="Until when, like: thu 19:00",
        deadline="Which deadline; the present phase's when left out",
        week="Which week, where several are open",
    )
    @app_commands.choices(deadline=DEADLINES)
    @app_commands.autocomplete(to=suggest.times, week=suggest.open_weeks)
    async def extend(
        self,
        interaction: Interaction,
        by: str | None = None,
        to: str | None = None,
        deadline: app_commands.Choice[str] | None = None,
        week: int | None = None,
    ) -> None:
        """Hosts: move a deadline, later or earlier; the following ones move with it."""
        await think(interaction)
        done = await phases.extend(
            tools_of(interaction),
            caller=caller_of(interaction),
            now=now_of(interaction),
            to=await instant(interaction, to) if to else None,
            by=shift(by) if by and not to else None,
            deadline=deadline.value if deadline else None,
            where=where_of(interaction),
            number=week,
        )
        await answer(interaction, week_done_card(done, "Moved"))

    @app_commands.command()
    @app_commands.describe(reason="Why; the club sees it", week="Which week, where several are open")
    @app_commands.autocomplete(week=suggest.open_weeks)
    async def cancel(self, interaction: Interaction, reason: str = "", week: int | None = None) -> None:
        """Hosts: cancel a week; reopening takes it back."""
        await think(interaction)
        done = await phases.cancel_week(
            tools_of(interaction),
            caller=caller_of(interaction),
            now=now_of(interaction),
            reason=reason,
            where=where_of(interaction),
            number=week,
        )
        await answer(interaction, week_done_card(done, "Cancelled"))

    @app_commands.command()
    @app_commands.describe(until="The new deadline, like: fri 19:00 or +24h", week="Which week; the last that moved")
    @app_commands.autocomplete(until=suggest.times, week=suggest.all_weeks)
    async def reopen(self, interaction: Interaction, until: str, week: int | None = None) -> None:
        """Hosts: take the last transition back, with a new deadline."""
        await think(interaction)
        done = await phases.reopen_week(
            tools_of(interaction),
            caller=caller_of(interaction),
            now=now_of(interaction),
            until=await instant(interaction, until),
            where=where_of(interaction),
            number=week,
        )
        await answer(interaction, week_done_card(done, "Reopened"))

    @app_commands.command()
    @app_commands.describe(week="Which week")
    @app_commands.autocomplete(week=suggest.all_weeks)
    async def resync(self, interaction: Interaction, week: int | None = None) -> None:
        """Hosts: draw the week's messages again, and retry what failed."""
        await think(interaction)
        revived = await phases.resync_week(
            tools_of(interaction),
            caller=caller_of(interaction),
            now=now_of(interaction),
            where=where_of(interaction),
            number=week,
        )
        tried = f" {phrases.counted(revived, 'message')} that had failed will be tried again." if revived else ""
        await answer(interaction, words(f"The week's messages are drawn again.{tried}"))

    @app_commands.command()
    @app_commands.describe(week="Which week; the present one when left out")
    @app_commands.autocomplete(week=suggest.all_weeks)
    async def summary(self, interaction: Interaction, week: int | None = None) -> None:
        """Hosts: turnout, what is stuck, and who did what."""
        await think(interaction)
        found = await views.host_summary(
            tools_of(interaction),
            caller=caller_of(interaction),
            now=now_of(interaction),
            where=where_of(interaction),
            number=week,
        )
        await answer(interaction, summary_card(found))

    @app_commands.command()
    @app_commands.describe(
        album="A link, or: Artist - Album",
        pitch="Why this one, up to 2,000 characters",
        artist="The artist, where the link or the words do not tell",
        year="The year it came out",
        week="Which week",
    )
    @app_commands.autocomplete(album=suggest.albums, week=suggest.open_weeks)
    async def pick(
        self,
        interaction: Interaction,
        album: str,
        pitch: str = "",
        artist: str | None = None,
        year: str | None = None,
        week: int | None = None,
    ) -> None:
        """Hosts: name the album of a week that the hosts pick."""
        await think(interaction)
        number = "" if week is None else str(week)
        kept = Kept(text=album, artist=artist or "", year=year or "", purpose="pick", number=number, pitch=pitch)
        await to_pick(interaction, kept)

    @app_commands.command()
    @app_commands.describe(theme="What the week is about; empty for none", week="Which week")
    @app_commands.autocomplete(week=suggest.open_weeks)
    async def theme(self, interaction: Interaction, theme: str = "", week: int | None = None) -> None:
        """Hosts: give a week its theme."""
        await think(interaction)
        done = await planning.set_theme(
            tools_of(interaction),
            caller=caller_of(interaction),
            now=now_of(interaction),
            theme=theme,
            where=where_of(interaction),
            number=week,
        )
        await answer(interaction, week_done_card(done, "Theme set"))
