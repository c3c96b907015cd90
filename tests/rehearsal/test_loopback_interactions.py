"""Commands, buttons, selects and forms, through the real client library."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import discord
import pytest
from discord import app_commands, ui

from bot.rehearsal.loopback import Fault, LoopbackDiscord, Refused
from tests.rehearsal.loopback_bot import Clock, LoopbackBot, Run


class Place:
    """A guild with one channel and one member."""

    def __init__(self, double: LoopbackDiscord) -> None:
        self.guild = double.add_guild("Loopback")
        self.channel = double.add_channel(self.guild, "general")
        self.user = double.add_user("ann", display="Ann")
        double.join(self.guild, self.user)
        self.ann = double.person(self.user, self.guild)
        other = double.add_user("ben", display="Ben")
        double.join(self.guild, other)
        self.ben = double.person(other, self.guild)


@pytest.fixture
def place(double: LoopbackDiscord) -> Place:
    return Place(double)


@pytest.fixture
def bot() -> LoopbackBot:
    return LoopbackBot()


async def test_a_command_is_answered_at_once(double: LoopbackDiscord, place: Place, bot: LoopbackBot, run: Run) -> None:
    @bot.tree.command(description="Says hello")
    async def hello(interaction: discord.Interaction) -> None:
        reply = await interaction.response.send_message(f"Hello {interaction.user.display_name}")
        assert reply.message_id is not None

    await run(bot)
    answer = await place.ann.slash(place.channel, "hello")
    assert answer.kind == "message"
    assert answer.text == "Hello Ann"
    assert not answer.ephemeral
    assert [each["content"] for each in double.channel_messages(place.channel)] == ["Hello Ann"]


async def test_a_deferred_answer_is_waited_for_until_it_is_edited(place: Place, bot: LoopbackBot, run: Run) -> None:
    @bot.tree.command(description="Thinks")
    async def think(interaction: discord.Interaction) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await asyncio.sleep(0.05)
        await interaction.edit_original_response(content="Forty-two")

    await run(bot)
    answer = await place.ann.slash(place.channel, "think")
    assert answer.text == "Forty-two"
    assert answer.ephemeral
    assert answer.message is not None
    assert await place.ann.history(place.channel) == []
    assert place.ann.sees(answer.message) is not None
    assert place.ben.sees(answer.message) is None


async def test_the_first_follow_up_of_a_deferred_answer_becomes_that_answer(
    place: Place, bot: LoopbackBot, run: Run
) -> None:
    @bot.tree.command(description="Thinks")
    async def think(interaction: discord.Interaction) -> None:
        await interaction.response.defer(ephemeral=True)
        await interaction.followup.send("one", ephemeral=False)
        await interaction.followup.send("two", ephemeral=True)

    await run(bot)
    answer = await place.ann.slash(place.channel, "think")
    assert answer.text == "one"
    assert answer.ephemeral, "the defer decides who sees it"


async def test_subcommands_options_and_choices_arrive_as_typed(place: Place, bot: LoopbackBot, run: Run) -> None:
    got: list[Any] = []
    group = app_commands.Group(name="week", description="Weeks")

    @group.command(description="Opens")
    @app_commands.choices(kind=[app_commands.Choice(name="Demo week", value="demo")])
    async def open_it(
        interaction: discord.Interaction,
        theme: str,
        ranks: app_commands.Range[int, 1, 5],
        kind: str,
        who: discord.Member,
        where: discord.TextChannel,
        role: discord.Role | None = None,
    ) -> None:
        got.extend((theme, ranks, kind, who.id, where.id, role))
        await interaction.response.send_message("ok", ephemeral=True)

    bot.tree.add_command(group)
    await run(bot)
    given = {"theme": "Blue", "ranks": 2, "kind": "Demo week", "who": place.user, "where": place.channel}
    await place.ann.slash(place.channel, "week open_it", **given)
    assert got == ["Blue", 2, "demo", int(place.user.id), int(place.channel.id), None]
    with pytest.raises(Refused, match="above 5"):
        await place.ann.slash(place.channel, "week open_it", **{**given, "ranks": 6})
    with pytest.raises(Refused, match="no choice"):
        await place.ann.slash(place.channel, "week open_it", **{**given, "kind": "other"})
    with pytest.raises(Refused, match="left out: theme"):
        await place.ann.slash(place.channel, "week open_it", **{k: v for k, v in given.items() if k != "theme"})
    with pytest.raises(Refused, match="no subcommand"):
        await place.ann.slash(place.channel, "week close")


async def test_autocomplete_suggests_and_sends_what_was_typed(place: Place, bot: LoopbackBot, run: Run) -> None:
    @bot.tree.command(description="Votes")
    async def vote(interaction: discord.Interaction, first: str) -> None:
        await interaction.response.send_message(first)

    @vote.autocomplete("first")
    async def suggest(_: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=f"{typed}e – Joni Mitchell", value="7")]

    await run(bot)
    suggested = await place.ann.autocomplete(place.channel, "vote", focused="first", first="Blu")
    assert [(each["name"], each["value"]) for each in suggested] == [("Blue – Joni Mitchell", "7")]
    assert (await place.ann.slash(place.channel, "vote", first="7")).text == "7"


class Like(ui.DynamicItem[ui.Button[Any]], template=r"v1:like:(?P<n>\d+)"):
    def __init__(self, n: int) -> None:
        self.n = n
        super().__init__(ui.Button(label=f"Like {n}", custom_id=f"v1:like:{n}"))

    @classmethod
    async def from_custom_id(cls, _: discord.Interaction, __: Any, match: re.Match[str]) -> Like:
        return cls(int(match["n"]))

    async def callback(self, interaction: discord.Interaction) -> None:
        view = ui.View(timeout=None)
        view.add_item(Like(self.n + 1))
        view.add_item(ui.Button(label="Gone", custom_id="v1:gone:0", disabled=True))
        view.add_item(ui.Button(label="Site", url="https://example.org"))
        await interaction.response.edit_message(content=f"liked {self.n}", view=view)


async def test_a_button_that_carries_its_id_outlives_the_view_it_was_sent_with(
    double: LoopbackDiscord, place: Place, bot: LoopbackBot, run: Run
) -> None:
    bot.add_dynamic_items(Like)
    await run(bot)
    view = ui.View(timeout=None)
    view.add_item(Like(1))
    sent = await bot.get_partial_messageable(int(place.channel.id)).send("panel", view=view)
    stale = double.message(sent.id)
    answer = await place.ann.press(sent.id, "Like 1")
    assert answer.kind == "update"
    assert (answer.message or {})["content"] == "liked 1"
    assert (await place.ann.press(stale, "v1:like:2")).message == double.message(sent.id)
    with pytest.raises(Refused, match="0 buttons"):
        await place.ann.press(stale, "Like 1")
    with pytest.raises(Refused, match="disabled"):
        await place.ann.press(sent.id, "Gone")
    with pytest.raises(Refused, match="link"):
        await place.ann.press(sent.id, "Site")


class Form(ui.Modal, title="Nominate"):
    album = ui.Label(text="Album", component=ui.TextInput(max_length=20))
    genre = ui.Label(
        text="Genre",
        component=ui.Select(options=[discord.SelectOption(label="Jazz", value="j"), discord.SelectOption(label="Pop")]),
    )
    score = ui.Label(
        text="Score",
        component=ui.RadioGroup(
            options=[discord.RadioGroupOption(label="4.5", value="45"), discord.RadioGroupOption(label="5")]
        ),
    )
    sure = ui.Label(
        text="Sure",
        component=ui.CheckboxGroup(options=[discord.CheckboxGroupOption(label="Yes", value="yes")], required=False),
    )
    with_whom = ui.Label(text="With", component=ui.UserSelect(required=False))

    def __init__(self) -> None:
        super().__init__(timeout=900)
        self.got: list[Any] = []

    async def on_submit(self, interaction: discord.Interaction) -> None:
        parts: list[Any] = [each.component for each in (self.album, self.genre, self.score, self.sure, self.with_whom)]
        album, genre, score, sure, whom = parts
        got = [album.value, genre.values, score.value, sure.values, [each.id for each in whom.values]]
        await interaction.response.send_message(repr(got), ephemeral=True)


async def test_a_form_is_filled_in_by_its_labels_and_held_to_its_limits(
    place: Place, bot: LoopbackBot, run: Run
) -> None:
    @bot.tree.command(description="Nominates")
    async def nominate(interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(Form())

    await run(bot)
    opened = await place.ann.slash(place.channel, "nominate")
    assert opened.kind == "modal"
    assert "Album" in opened.text
    good = {"Album": "Blue", "Genre": "Jazz", "Score": "4.5", "With": place.user}
    with pytest.raises(Refused, match="longer than 20"):
        await place.ann.submit(opened, {**good, "Album": "x" * 21})
    with pytest.raises(Refused, match="filled in"):
        await place.ann.submit(opened, {**good, "Album": ""})
    with pytest.raises(Refused, match="options of 'Score'"):
        await place.ann.submit(opened, {**good, "Score": "3"})
    with pytest.raises(Refused, match="'Nope'"):
        await place.ann.submit(opened, {**good, "Nope": "3"})
    answer = await place.ann.submit(opened, good)
    assert (answer.message or {})["content"] == repr(["Blue", ["j"], "45", [], [int(place.user.id)]])
    assert answer.ephemeral


async def test_selects_take_labels_values_and_members(place: Place, bot: LoopbackBot, run: Run) -> None:
    got: list[Any] = []

    class Ballot(ui.View):
        @ui.select(
            placeholder="Your choice",
            max_values=2,
            options=[discord.SelectOption(label="Blue", value="1"), discord.SelectOption(label="Hejira", value="2")],
        )
        async def pick(self, interaction: discord.Interaction, select: ui.Select[Any]) -> None:
            got.append(select.values)
            await interaction.response.defer()
            await interaction.followup.send("noted", ephemeral=True)

        @ui.select(cls=ui.UserSelect, placeholder="Who")
        async def who(self, interaction: discord.Interaction, select: ui.UserSelect[Any]) -> None:
            got.append([each.id for each in select.values])
            await interaction.response.defer()
            await interaction.edit_original_response(content="thanks")

    await run(bot)
    sent = await bot.get_partial_messageable(int(place.channel.id)).send("ballot", view=Ballot())
    answer = await place.ann.choose(sent.id, "Your choice", ["Hejira", "1"])
    assert (answer.kind, answer.text, answer.ephemeral) == ("message", "noted", True)
    answer = await place.ann.choose(sent.id, "Who", [place.user])
    assert answer.kind == "update"
    assert got == [["2", "1"], [int(place.user.id)]]
    with pytest.raises(Refused, match="options of"):
        await place.ann.choose(sent.id, "Your choice", ["Mingus"])
    with pytest.raises(Refused, match="1 to 2 choices"):
        await place.ann.choose(sent.id, "Your choice", [])


async def test_a_message_menu_brings_the_content_without_any_intent(place: Place, bot: LoopbackBot, run: Run) -> None:
    @bot.tree.context_menu(name="Nominate this album")
    async def nominate(interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(message.content.upper(), ephemeral=True)

    await run(bot)
    said = await place.ben.say(place.channel, "blue by joni")
    fetched = await bot.get_partial_messageable(int(place.channel.id)).fetch_message(int(said["id"]))
    assert fetched.content == "", "another's words are hidden from an app without Message Content"
    assert (await place.ann.menu(said, "Nominate this album")).text == "BLUE BY JONI"
    assert bot.seen == [], "without the message intent no message event arrives"


async def test_a_bot_that_does_not_answer_fails_the_person(
    double: LoopbackDiscord, place: Place, bot: LoopbackBot, run: Run
) -> None:
    late: list[int] = []

    @bot.tree.command(description="Sleeps")
    async def sleep(interaction: discord.Interaction) -> None:
        await asyncio.sleep(0.3)
        try:
            await interaction.response.send_message("too late")
        except discord.NotFound as error:
            late.append(error.code)

    await run(bot)
    double.first_answer = 0.1
    answer = await place.ann.slash(place.channel, "sleep")
    assert (answer.kind, answer.failed) == ("failed", "The application did not respond")
    await asyncio.sleep(0.4)
    assert late == [10062]


async def test_a_second_first_answer_is_refused(place: Place, bot: LoopbackBot, run: Run) -> None:
    codes: list[int] = []

    @bot.tree.command(description="Twice")
    async def twice(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("one")
        interaction.response._response_type = None  # what a second process does not know
        try:
            await interaction.response.send_message("two")
        except discord.HTTPException as error:
            codes.append(error.code)

    await run(bot)
    await place.ann.slash(place.channel, "twice")
    await asyncio.sleep(0.1)
    assert codes == [40060]


async def test_a_token_dies_after_fifteen_minutes_of_the_clock(
    clock: Clock, place: Place, bot: LoopbackBot, run: Run
) -> None:
    kept: list[discord.Interaction] = []

    @bot.tree.command(description="Keeps")
    async def keep(interaction: discord.Interaction) -> None:
        kept.append(interaction)
        await interaction.response.send_message("kept")

    await run(bot)
    await place.ann.slash(place.channel, "keep")
    clock.advance(minutes=14)
    await kept[0].edit_original_response(content="still")
    clock.advance(minutes=2)
    with pytest.raises(discord.NotFound) as caught:
        await kept[0].edit_original_response(content="dead")
    assert caught.value.code == 10015


async def test_a_callback_that_fails_once_is_tried_again(
    double: LoopbackDiscord, place: Place, bot: LoopbackBot, run: Run
) -> None:
    @bot.tree.command(description="Says hello")
    async def hello(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("hello")

    await run(bot)
    double.faults.add(Fault("POST", "/interactions/*/callback", status=500))
    assert (await place.ann.slash(place.channel, "hello")).text == "hello"


async def test_an_archived_or_locked_thread_takes_no_command(
    double: LoopbackDiscord, place: Place, bot: LoopbackBot, run: Run
) -> None:
    @bot.tree.command(description="Says hello")
    async def hello(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("hello")

    await run(bot)
    channel = bot.get_channel(int(place.channel.id))
    assert isinstance(channel, discord.TextChannel)
    thread = await (await channel.send("card")).create_thread(name="talk")
    assert (await place.ann.slash(thread.id, "hello")).text == "hello"
    double.set_thread(thread.id, locked=True)
    with pytest.raises(Refused, match="locked"):
        await place.ann.slash(thread.id, "hello")
    double.set_thread(thread.id, archived=True, locked=False)
    with pytest.raises(Refused, match="archived"):
        await place.ann.slash(thread.id, "hello")
