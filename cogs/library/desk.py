"""The commands `/demo …`: members' own tracks, uploaded, kept, changed and posted."""

from __future__ import annotations

from uuid import UUID

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.library.audio import UPLOAD_BYTES
from bot.domain.library.errors import Code, UploadFailed
from bot.domain.library.tracks import TrackFields
from bot.services.library import receiving, sharing, tracks
from cogs.club.suggest import Asked, Pairs, offering
from cogs.library import desk_cards as cards
from cogs.library.desk_parts import (
    ask_to_delete,
    card_of,
    follow,
    open_editor,
    post_form,
    set_public,
    upload_body,
)
from cogs.shared import library_refusals  # noqa: F401 - puts its words among the others
from cogs.shared.caller import Interaction, caller_of, now_of, tools_of
from cogs.shared.replies import answer, think

TRACK = "Which of your tracks; begin to type its title"
FILE = "An MP3, WAV or FLAC; without one you get a page that takes larger files"


@offering
async def own_tracks(interaction: Asked, current: str) -> Pairs[str]:
    """The member's own tracks."""
    found = await tracks.suggest(tools_of(interaction), caller=caller_of(interaction), words=current)
    return [(title if public else f"{title} (private)", str(key)) for key, title, public in found]


async def _meant(interaction: Interaction, text: str) -> UUID:
    return await tracks.own_track_called(tools_of(interaction), caller=caller_of(interaction), text=text)


class DemoDesk(commands.GroupCog, group_name="demo", group_description="Tracks that you made"):
    """Members' own tracks."""

    def __init__(self) -> None:
        super().__init__()
        group = self.__cog_app_commands_group__
        if group is not None:
            group.guild_only = True

    @app_commands.command()
    @app_commands.checks.cooldown(10, 60.0)
    @app_commands.describe(
        file=FILE,
        title="What it is called; the file's name else",
        description="What it is",
        genre="Such as dream pop",
        tags="With commas between them",
        private="Yours alone; everybody here may hear it otherwise",
        original="Keep a WAV or FLAC as it is, rather than a smaller copy",
    )
    async def share(
        self,
        interaction: Interaction,
        file: discord.Attachment | None = None,
        title: str = "",
        description: str = "",
        genre: str = "",
        tags: str = "",
        private: bool = False,
        original: bool = False,
    ) -> None:
        """Put a track of yours into your library, then post it or keep it."""
        fields = TrackFields(title, description, genre, tags, not private)
        await self._upload(interaction, file, fields=fields, compress=not original)

    @app_commands.command()
    @app_commands.describe(track=TRACK, file=FILE, note="What is new in it", original="Keep a WAV or FLAC as it is")
    @app_commands.autocomplete(track=own_tracks)
    async def version(
        self,
        interaction: Interaction,
        track: str,
        file: discord.Attachment | None = None,
        note: str = "",
        original: bool = False,
    ) -> None:
        """Add a new version of a track of yours; where it is posted, it shows the new one."""
        await self._upload(interaction, file, compress=not original, named=track, note=note)

    async def _upload(
        self,
        interaction: Interaction,
        file: discord.Attachment | None,
        *,
        fields: TrackFields | None = None,
        compress: bool,
        named: str = "",
        note: str = "",
    ) -> None:
        await think(interaction)
        tools, caller, now = tools_of(interaction), caller_of(interaction), now_of(interaction)
        track = await _meant(interaction, named) if named else None
        if file is None:
            page = await receiving.open_page(
                tools, caller=caller, now=now, fields=fields, compress=compress, track=track, note=note
            )
            await answer(interaction, cards.page_card(page, too_large=False))
            one = await receiving.standing(tools, key=page.upload_id)
        else:
            if file.size > UPLOAD_BYTES:
                raise UploadFailed(Code.FILE_TOO_LARGE, "limit")
            one = await receiving.receive(
                tools,
                caller=caller,
                now=now,
                url=file.url,
                name=file.filename,
                size=file.size,
                fields=fields,
                compress=compress,
                track=track,
                note=note,
            )
            await answer(interaction, await upload_body(interaction, one))
        if one is not None:
            follow(interaction, one)

    @app_commands.command()
    @app_commands.describe(member="Somebody else's public tracks; your own library when left out")
    async def library(self, interaction: Interaction, member: discord.Member | None = None) -> None:
        """Show your library, or what another member made."""
        await think(interaction)
        tools, caller, now = tools_of(interaction), caller_of(interaction), now_of(interaction)
        own = member is None or member.id == interaction.user.id
        found = await tracks.tracks_of_member(
            tools, caller=caller, now=now, member_id=None if member is None else member.id, include_private=own
        )
        deleted = await tracks.deleted_tracks(tools, caller=caller, now=now) if own else ()
        person = member or interaction.user
        bio = await tracks.bio_of(tools, member_id=person.id)
        maker = cards.Maker(person.display_name, bio, person.display_avatar.url)
        await answer(interaction, cards.library_card(found, deleted, maker=maker, own=own, now=now))

    @app_commands.command()
    @app_commands.describe(text="Up to 500 characters, above your tracks; nothing takes it away")
    async def about(self, interaction: Interaction, text: str = "") -> None:
        """Say something of yourself to who looks at your tracks."""
        await think(interaction)
        bio = await tracks.introduce(
            tools_of(interaction), caller=caller_of(interaction), now=now_of(interaction), text=text
        )
        told = "It stands above your tracks now." if bio else "Nothing stands above your tracks any more."
        await answer(interaction, told)

    @app_commands.command()
    @app_commands.describe(track=TRACK)
    @app_commands.autocomplete(track=own_tracks)
    async def show(self, interaction: Interaction, track: str) -> None:
        """Show a track of yours with its versions and facts, to you alone."""
        await think(interaction)
        await answer(interaction, await card_of(interaction, await _meant(interaction, track)))

    @app_commands.command()
    @app_commands.describe(track=TRACK)
    @app_commands.autocomplete(track=own_tracks)
    async def edit(self, interaction: Interaction, track: str) -> None:
        """Change what is said of a track of yours."""
        await open_editor(interaction, await _meant(interaction, track))

    @app_commands.command()
    @app_commands.describe(track=TRACK)
    @app_commands.autocomplete(track=own_tracks)
    async def post(self, interaction: Interaction, track: str) -> None:
        """Post a track of yours here."""
        key = await _meant(interaction, track)
        found = await tracks.track_of(
            tools_of(interaction), caller=caller_of(interaction), now=now_of(interaction), track=key
        )
        publish = "publish" if found is not None and not found.public else ""
        await interaction.response.send_modal(await post_form(interaction, key, publish))

    @app_commands.command()
    @app_commands.describe(track=TRACK)
    @app_commands.autocomplete(track=own_tracks)
    async def private(self, interaction: Interaction, track: str) -> None:
        """Keep a track of yours to yourself; where it was posted its place stays."""
        await think(interaction)
        await answer(interaction, await set_public(interaction, await _meant(interaction, track), False))

    @app_commands.command()
    @app_commands.describe(track=TRACK)
    @app_commands.autocomplete(track=own_tracks)
    async def public(self, interaction: Interaction, track: str) -> None:
        """Let everybody here hear a track of yours."""
        await think(interaction)
        await answer(interaction, await set_public(interaction, await _meant(interaction, track), True))

    @app_commands.command()
    @app_commands.describe(track=TRACK)
    @app_commands.autocomplete(track=own_tracks)
    async def delete(self, interaction: Interaction, track: str) -> None:
        """Delete a track of yours; you are told first what goes with it."""
        await think(interaction)
        await answer(interaction, await ask_to_delete(interaction, await _meant(interaction, track)))

    @app_commands.command()
    @app_commands.describe(member="Of this member alone", page="Older ones")
    async def posts(
        self,
        interaction: Interaction,
        member: discord.Member | None = None,
        page: app_commands.Range[int, 1, 1_000] = 1,
    ) -> None:
        """List the tracks that members posted here, newest first."""
        await think(interaction)
        found = await sharing.posts_page(
            tools_of(interaction),
            caller=caller_of(interaction),
            now=now_of(interaction),
            page=page,
            member_id=None if member is None else member.id,
        )
        await answer(interaction, cards.posts_card(found))

    @app_commands.command()
    async def reports(self, interaction: Interaction) -> None:
        """For hosts: the reported tracks that wait for you to look at them."""
        await think(interaction)
        found = await sharing.reported(tools_of(interaction), caller=caller_of(interaction), now=now_of(interaction))
        await answer(interaction, cards.reports_card(found))
