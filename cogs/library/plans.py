"""The command groups `/idea`, `/pitch` and `/milestone`: what a member keeps around a track; seen by them alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.domain.catalog import normalised
from bot.domain.club.entries import Blurb
from bot.domain.library.memory import MemoryRefused
from bot.domain.library.plans import PitchDraft
from bot.services.club import setup
from bot.services.library import finding, plans
from cogs.club import suggest
from cogs.club.reading import instant
from cogs.club.suggest import Asked, Pairs, offering
from cogs.library import memory_cards as cards
from cogs.library import offering as offered
from cogs.shared.caller import Interaction, caller_of, now_of, tools_of, where_of
from cogs.shared.dynamic import decode_key, encode_key
from cogs.shared.modal import Form, Submit, text_field
from cogs.shared.replies import answer, think
from cogs.shared.text import label, plain, when

PITCH_DRAFT = Form("pitch-draft", secret=True)
"""Of a track, or of none: the words of a pitch; the argument is the draft that is changed."""
OF_TRACK = "The track it is about"


def _own(pairs: Sequence[tuple[str, UUID]], current: str) -> Pairs[str]:
    wanted = normalised(current)
    return [(name, str(key)) for name, key in pairs if wanted in normalised(name)]


@offering
async def ideas(interaction: Asked, current: str) -> Pairs[str]:
    """The member's ideas."""
    kept = await plans.ideas_of(tools_of(interaction), caller=caller_of(interaction))
    return _own([(one.content, one.id) for one in kept], current)


@offering
async def drafts(interaction: Asked, current: str) -> Pairs[str]:
    """The member's drafts, by their names."""
    kept = await plans.drafts_of(tools_of(interaction), caller=caller_of(interaction))
    return _own([(one.name, one.id) for one in kept], current)


@offering
async def milestones(interaction: Asked, current: str) -> Pairs[str]:
    """The member's milestones."""
    kept = await plans.milestones_of(tools_of(interaction), caller=caller_of(interaction))
    return _own([(f"{one.day.isoformat()} {one.title}", one.id) for one in kept], current)


@offering
async def days(interaction: Asked, current: str) -> Pairs[str]:
    """Days to mark."""
    club = await setup.club_of(tools_of(interaction), guild_id=interaction.guild_id or 0)
    return plans.days_offered(current, club.timezone, now_of(interaction))


def _key(text: str, kept: Sequence[tuple[str, UUID]], missing: str) -> UUID:
    """The key that an option names: a choice of the list, or a name that one alone has."""
    try:
        return UUID(text)
    except ValueError:
        wanted = normalised(text)
    found = [key for name, key in kept if normalised(name) == wanted]
    if len(found) != 1:
        raise MemoryRefused("which" if found else missing, text)
    return found[0]


async def _track(interaction: discord.Interaction[Any], text: str | None) -> UUID | None:
    if text is None:
        return None
    return await finding.the_track(tools_of(interaction), caller=caller_of(interaction), text=text)


def _asked(interaction: discord.Interaction[Any]) -> dict[str, Any]:
    return {"caller": caller_of(interaction), "now": now_of(interaction)}


class Ideas(commands.GroupCog, group_name="idea", group_description="Thoughts that you keep, for you alone"):
    """A member's ideas."""

    def __init__(self) -> None:
        super().__init__()
        group = self.__cog_app_commands_group__
        if group is not None:
            group.guild_only = True

    @app_commands.command()
    @app_commands.describe(text="Your idea", tag="A word to find it by", track=OF_TRACK)
    @app_commands.autocomplete(track=offered.tracks)
    async def add(self, interaction: Interaction, text: str, tag: str = "", track: str | None = None) -> None:
        """Keep an idea."""
        await think(interaction)
        key = await _track(interaction, track)
        made = await plans.add_idea(tools_of(interaction), **_asked(interaction), text=text, tag=tag, track=key)
        of = f" It belongs to **{plain(made.track, 160)}**." if made.track else ""
        await answer(interaction, f"Kept, for you alone.{of} `/idea list` shows your ideas.")

    @app_commands.command(name="list")
    async def list_ideas(self, interaction: Interaction) -> None:
        """Show your ideas."""
        await think(interaction)
        kept = await plans.ideas_of(tools_of(interaction), caller=caller_of(interaction))
        await answer(interaction, cards.ideas_card(kept))

    @app_commands.command()
    @app_commands.describe(idea="Which idea", track="The track it belongs to")
    @app_commands.autocomplete(idea=ideas, track=offered.tracks)
    async def anchor(self, interaction: Interaction, idea: str, track: str) -> None:
        """Say to which track an idea belongs."""
        await think(interaction)
        tools = tools_of(interaction)
        made = await plans.anchor_idea(
            tools,
            **_asked(interaction),
            idea=await _idea(interaction, idea),
            track=await finding.the_track(tools, caller=caller_of(interaction), text=track),
        )
        await answer(interaction, f"It belongs to **{plain(made.track, 160)}** now.")

    @app_commands.command()
    @app_commands.describe(idea="Which idea")
    @app_commands.autocomplete(idea=ideas)
    async def drop(self, interaction: Interaction, idea: str) -> None:
        """Let an idea go."""
        await think(interaction)
        await plans.drop_idea(tools_of(interaction), **_asked(interaction), idea=await _idea(interaction, idea))
        await answer(interaction, "It is gone.")


async def _idea(interaction: discord.Interaction[Any], text: str) -> UUID:
    kept = await plans.ideas_of(tools_of(interaction), caller=caller_of(interaction))
    return _key(text, [(one.content, one.id) for one in kept], "no_idea")


class Pitches(commands.GroupCog, group_name="pitch", group_description="Words for a later nomination, for you alone"):
    """Drafts of pitches; one of a track fills the form when its album is nominated."""

    def __init__(self) -> None:
        super().__init__()
        group = self.__cog_app_commands_group__
        if group is not None:
            group.guild_only = True

    @app_commands.command()
    @app_commands.describe(name="Its name; one that you have is opened again", track="The track it is written for")
    @app_commands.autocomplete(name=drafts, track=offered.tracks)
    async def draft(self, interaction: Interaction, name: str, track: str | None = None) -> None:
        """Write a pitch, or go on with one, for when you nominate its album."""
        kept = await plans.drafts_of(tools_of(interaction), caller=caller_of(interaction))
        known = next((one for one in kept if name in (str(one.id), one.name)), None)
        key = await _track(interaction, track) or (known.track_id if known else None)
        await interaction.response.send_modal(_form(name, known, key))

    @app_commands.command(name="list")
    async def list_drafts(self, interaction: Interaction) -> None:
        """Show your drafts."""
        await think(interaction)
        kept = await plans.drafts_of(tools_of(interaction), caller=caller_of(interaction))
        await answer(interaction, cards.drafts_card(kept))

    @app_commands.command()
    @app_commands.describe(name="Which draft")
    @app_commands.autocomplete(name=drafts)
    async def drop(self, interaction: Interaction, name: str) -> None:
        """Throw a draft away."""
        await think(interaction)
        kept = await plans.drafts_of(tools_of(interaction), caller=caller_of(interaction))
        key = _key(name, [(one.name, one.id) for one in kept], "no_draft")
        await plans.drop_draft(tools_of(interaction), **_asked(interaction), draft=key)
        await answer(interaction, "It is gone.")


def _form(name: str, known: PitchDraft | None, track: UUID | None) -> ui.Modal:
    blurb = known.blurb if known is not None else Blurb()
    fields = [
        text_field("name", "Its name", value=known.name if known is not None else name, required=True),
        text_field("pitch", "Your pitch", value=blurb.pitch, long=True, description="Up to 2,000 characters"),
        text_field("genre", "Genre", value=blurb.genre),
        text_field("decade", "Decade", value=blurb.decade, placeholder="1990s"),
        text_field("country", "Country", value=blurb.country),
    ]
    return PITCH_DRAFT.modal(label("Your pitch", 45), fields, track, encode_key(known.id) if known is not None else "")


@PITCH_DRAFT.received
async def on_drafted(submit: Submit) -> None:
    """Keep the draft."""
    interaction = submit.interaction
    await think(interaction)
    made = await plans.save_draft(
        tools_of(interaction),
        **_asked(interaction),
        name=submit.text("name"),
        blurb=Blurb(submit.text("pitch"), "", submit.text("genre"), submit.text("decade"), submit.text("country")),
        track=submit.key,
        draft=decode_key(submit.argument) if submit.argument else None,
    )
    of = (
        f"It fills the form when you nominate the album of **{plain(made.track, 160)}**."
        if made.track
        else "Name a track with `/pitch draft track:`, and it fills the form when you nominate its album."
    )
    await answer(interaction, f"**{plain(made.name, 160)}** is kept, for you alone. {of}")


class Milestones(commands.GroupCog, group_name="milestone", group_description="Days that matter, for you alone"):
    """A member's milestones."""

    def __init__(self) -> None:
        super().__init__()
        group = self.__cog_app_commands_group__
        if group is not None:
            group.guild_only = True

    @app_commands.command()
    @app_commands.describe(
        title="What is on that day",
        day="The day, like 2026-12-24",
        description="More about it",
        track=OF_TRACK,
        remind="When to remind you in private, like: fri 20:00",
    )
    @app_commands.autocomplete(day=days, track=offered.tracks, remind=suggest.times)
    async def add(
        self,
        interaction: Interaction,
        title: str,
        day: str,
        description: str = "",
        track: str | None = None,
        remind: str | None = None,
    ) -> None:
        """Mark a day."""
        await think(interaction)
        made = await plans.add_milestone(
            tools_of(interaction),
            **_asked(interaction),
            title=title,
            day=day,
            description=description,
            track=await _track(interaction, track),
            remind_at=await instant(interaction, remind) if remind else None,
            where=where_of(interaction),
        )
        told = f" You are reminded in private {when(made.remind_at)}." if made.remind_at is not None else ""
        await answer(interaction, f"Marked, for you alone: {plain(made.title, 160)}, {made.day.isoformat()}.{told}")

    @app_commands.command(name="list")
    async def list_milestones(self, interaction: Interaction) -> None:
        """Show the days that you marked."""
        await think(interaction)
        kept = await plans.milestones_of(tools_of(interaction), caller=caller_of(interaction))
        await answer(interaction, cards.milestones_card(kept))

    @app_commands.command()
    @app_commands.describe(milestone="Which day")
    @app_commands.autocomplete(milestone=milestones)
    async def drop(self, interaction: Interaction, milestone: str) -> None:
        """Take a marked day away, with its reminder."""
        await think(interaction)
        kept = await plans.milestones_of(tools_of(interaction), caller=caller_of(interaction))
        key = _key(milestone, [(one.title, one.id) for one in kept], "no_milestone")
        await plans.drop_milestone(tools_of(interaction), **_asked(interaction), milestone=key)
        await answer(interaction, "It is gone.")
