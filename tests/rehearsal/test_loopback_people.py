"""People beyond the common path: direct messages, files, hidden commands, roles that vanish, kicks and kills."""

from __future__ import annotations

import asyncio
import signal
import sys
from typing import Any

import aiohttp
import discord
import pytest
from discord import app_commands, ui

from bot.rehearsal.loopback import Call, LoopbackDiscord, Person, Refused
from bot.rehearsal.loopback import permissions as bits
from bot.rehearsal.loopback.state import Entity, Guild
from tests.rehearsal.loopback_bot import Clock, LoopbackBot, Run, eventually


@pytest.fixture
def guild(double: LoopbackDiscord) -> Guild:
    return double.add_guild("Loopback")


@pytest.fixture
def channel(double: LoopbackDiscord, guild: Guild) -> Entity:
    return double.add_channel(guild, "general")


@pytest.fixture
def ann(double: LoopbackDiscord, guild: Guild) -> Person:
    user = double.add_user("ann", display="Ann")
    double.join(guild, user)
    return double.person(user, guild)


class Yes(ui.View):
    @ui.button(label="Yes")
    async def yes(self, interaction: discord.Interaction, _: ui.Button[Any]) -> None:
        await interaction.response.edit_message(content=f"thanks, {interaction.context.dm_channel}", view=None)


async def test_buttons_and_commands_work_in_direct_messages(double: LoopbackDiscord, ann: Person, run: Run) -> None:
    bot = LoopbackBot()

    @bot.tree.command(description="Everywhere")
    async def here(interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"guild: {interaction.guild_id}")

    @bot.tree.command(description="In guilds")
    @app_commands.guild_only()
    async def there(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("never")

    await run(bot)
    sent = await (await bot.fetch_user(int(ann.id))).send("Sure?", view=Yes())
    answer = await ann.press(sent.id, "Yes")
    assert (answer.kind, answer.text) == ("update", "thanks, True")
    assert (await ann.slash(double.dm_channel(ann.user), "here")).text == "guild: None"
    with pytest.raises(Refused, match="not offered here"):
        await ann.slash(double.dm_channel(ann.user), "there")


async def test_a_command_for_moderators_is_not_shown_to_members(
    double: LoopbackDiscord, guild: Guild, channel: Entity, ann: Person, run: Run
) -> None:
    bot = LoopbackBot()

    @bot.tree.command(description="For moderators")
    @app_commands.default_permissions(manage_guild=True)
    async def settle(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("settled")

    await run(bot)
    with pytest.raises(Refused, match="not shown"):
        await ann.slash(channel, "settle")
    double.set_roles(guild, ann.user, [double.add_role(guild, "mods", bits.MANAGE_GUILD)])
    assert (await ann.slash(channel, "settle")).text == "settled"


class Upload(ui.Modal, title="Upload"):
    track = ui.Label(text="Track", component=ui.FileUpload(max_values=2))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        uploaded = self.track.component.values  # type: ignore[attr-defined]
        contents = [await each.read() for each in uploaded]
        await interaction.response.send_message(repr(contents), ephemeral=True)


async def test_files_come_with_a_command_and_with_a_form(channel: Entity, ann: Person, run: Run) -> None:
    bot = LoopbackBot()

    @bot.tree.command(description="Takes a file")
    async def bring(interaction: discord.Interaction, file: discord.Attachment) -> None:
        await interaction.response.send_message(f"{file.filename}: {(await file.read()).decode()}")

    @bot.tree.command(description="Asks for files")
    async def ask(interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(Upload())

    await run(bot)
    assert (await ann.slash(channel, "bring", file=("a.csv", b"x,y"))).text.startswith("a.csv: x,y")
    opened = await ann.slash(channel, "ask")
    answer = await ann.submit(opened, {"Track": [("a.mp3", b"la"), ("b.mp3", b"li")]})
    assert (answer.message or {})["content"] == "[b'la', b'li']"
    with pytest.raises(Refused, match="1 to 2 files"):
        await ann.submit(opened, {"Track": []})


async def test_a_form_opened_from_a_button_may_change_its_message(channel: Entity, ann: Person, run: Run) -> None:
    class Ask(ui.Modal, title="Ask"):
        word = ui.TextInput[Any](label="Word", required=False, default="blue")

        async def on_submit(self, interaction: discord.Interaction) -> None:
            await interaction.response.edit_message(content=self.word.value)

    class Panel(ui.View):
        @ui.button(label="Open")
        async def open(self, interaction: discord.Interaction, _: ui.Button[Any]) -> None:
            await interaction.response.send_modal(Ask(timeout=60))

    bot = LoopbackBot()
    await run(bot)
    sent = await bot.get_partial_messageable(int(channel.id)).send("?", view=Panel())
    opened = await ann.press(sent.id, "Open")
    assert opened.modal is not None
    answer = await ann.submit(opened.modal, {})
    assert answer.kind == "update"
    assert (answer.message or {})["content"] == "blue", "a field left alone keeps its preset"


async def test_a_private_answer_can_be_changed_by_its_buttons_and_dismissed(
    channel: Entity, ann: Person, run: Run
) -> None:
    bot = LoopbackBot()

    @bot.tree.command(description="Privately")
    async def privately(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("Sure?", view=Yes(), ephemeral=True)

    await run(bot)
    shown = await ann.slash(channel, "privately")
    assert shown.message is not None
    with pytest.raises(discord.NotFound) as caught:
        await (
            bot.get_partial_messageable(int(channel.id)).get_partial_message(int(shown.message["id"])).edit(content="?")
        )
    assert caught.value.code == 10008, "a private answer is not reached through its channel"
    answer = await ann.press(shown, "Yes")
    assert (answer.kind, answer.ephemeral) == ("update", True)
    with pytest.raises(Refused, match="no reactions"):
        await ann.react(shown, "⭐")
    await ann.dismiss(shown)
    assert shown.message is None


async def test_a_kicked_bot_is_told_and_gets_no_further(
    double: LoopbackDiscord, guild: Guild, channel: Entity, run: Run
) -> None:
    bot = LoopbackBot()
    await run(bot)
    double.remove_bot(guild)
    await eventually(lambda: not bot.guilds)
    with pytest.raises(discord.Forbidden) as caught:
        await bot.get_partial_messageable(int(channel.id)).send("hello")
    assert caught.value.code == 50001
    double.invite_bot(guild)
    await eventually(lambda: len(bot.guilds) == 1)
    await bot.get_partial_messageable(int(channel.id)).send("back")


async def test_threads_arrive_when_a_hidden_channel_becomes_visible(
    double: LoopbackDiscord, guild: Guild, channel: Entity, run: Run
) -> None:
    bot = LoopbackBot()
    await run(bot)
    place = bot.get_channel(int(channel.id))
    assert isinstance(place, discord.TextChannel)
    thread = await (await place.send("card")).create_thread(name="talk")
    role = double.bot_role(guild)
    double.overwrite(channel, role, deny=bits.VIEW_CHANNEL)
    await double.drop_gateway()
    second = LoopbackBot()
    await run(second)
    assert not second.guilds[0].threads
    double.overwrite(channel, role)
    await eventually(lambda: [each.id for each in second.guilds[0].threads] == [thread.id])


async def test_a_deleted_channel_takes_its_threads_and_a_deleted_role_its_overwrites(
    double: LoopbackDiscord, guild: Guild, channel: Entity, ann: Person, run: Run
) -> None:
    bot = LoopbackBot()
    await run(bot)
    role = double.add_role(guild, "fans")
    double.set_roles(guild, ann.user, [role])
    double.overwrite(channel, role, allow=bits.MANAGE_MESSAGES)
    double.delete_role(guild, role)
    assert guild.members[ann.id]["roles"] == []
    assert channel["permission_overwrites"] == []
    place = bot.get_channel(int(channel.id))
    assert isinstance(place, discord.TextChannel)
    thread = await (await place.send("card")).create_thread(name="talk")
    double.delete_channel(channel)
    with pytest.raises(discord.NotFound) as caught:
        await thread.send("anyone?")
    assert caught.value.code == 10003


async def test_an_answer_says_in_words_what_the_person_reads(channel: Entity, ann: Person, run: Run) -> None:
    bot = LoopbackBot()

    @bot.tree.command(description="A card")
    async def card(interaction: discord.Interaction) -> None:
        view = ui.LayoutView(timeout=None)
        row = ui.ActionRow(ui.Button[Any](label="Rate", custom_id="v1:rate"))
        view.add_item(ui.Container(ui.TextDisplay(f"# Blue\nby {interaction.user.mention}"), row))
        await interaction.response.defer()
        await interaction.edit_original_response(view=view)

    await run(bot)
    lines = (await ann.slash(channel, "card")).text.splitlines()
    assert lines == ["Blue", "by @Ann", "[ Rate ]"]


async def test_a_message_waits_for_ben_not_for_a_timed_out_member(
    double: LoopbackDiscord, guild: Guild, channel: Entity, ann: Person, clock: Clock
) -> None:
    until = clock.now.replace(hour=23)
    guild.members[ann.id]["communication_disabled_until"] = until.isoformat()
    with pytest.raises(Refused, match="Missing Permissions"):
        await ann.say(channel, "let me")
    clock.now = until
    await ann.say(channel, "at last")
    assert [each["content"] for each in double.channel_messages(channel)] == ["at last"]


_CHILD = """
import asyncio, sys, discord, discord.http
async def main(api, token, channel):
    discord.http.Route.BASE = api
    client = discord.Client(intents=discord.Intents.none())
    await client.login(token)
    await client.get_partial_messageable(int(channel)).send("one")
asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.parametrize(("moment", "there"), [("before", 0), ("after", 1)])
async def test_a_bot_killed_before_an_effect_has_not_had_it_and_after_it_has(
    double: LoopbackDiscord, channel: Entity, moment: str, there: int
) -> None:
    arguments = ["-W", "ignore", "-c", _CHILD, double.api_url, double.token, channel.id]
    child = await asyncio.create_subprocess_exec(sys.executable, *arguments)

    async def kill(_: Call, now: str) -> None:
        if now == moment:
            child.kill()
            await child.wait()

    double.on_effect = kill
    assert await child.wait() == -signal.SIGKILL
    await double.quiet()
    assert len(double.channel_messages(channel)) == there


async def test_a_request_the_double_cannot_answer_fails_the_test_that_made_it(
    double: LoopbackDiscord, channel: Entity
) -> None:
    headers = {"Authorization": f"Bot {double.token}"}
    async with aiohttp.ClientSession(headers=headers) as http:
        async with http.post(f"{double.api_url}/users/@me/channels", json={"nobody": 1}) as response:
            assert response.status == 400
    assert any("KeyError" in each for each in double.violations)
    assert "POST /users/@me/channels" in double.transcript()
    double.violations.clear()
