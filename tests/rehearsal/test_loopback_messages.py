"""Messages, threads, pins and reactions, through the real client library."""

from __future__ import annotations

import io
from datetime import timedelta

import aiohttp
import discord
import pytest
from discord import ui

from bot.rehearsal.loopback import LoopbackDiscord, Refused
from bot.rehearsal.loopback import permissions as bits
from bot.rehearsal.loopback.state import Entity, Guild
from tests.rehearsal.loopback_bot import Clock, LoopbackBot, Run, eventually


class Scene:
    """A bot that is ready in a guild with one text channel."""

    def __init__(self, double: LoopbackDiscord, bot: LoopbackBot, guild: Guild, channel: Entity) -> None:
        self.double = double
        self.bot = bot
        self.guild = guild
        self.channel_id = channel.id
        self.ann_user = double.add_user("ann", display="Ann")
        double.join(guild, self.ann_user)
        self.ann = double.person(self.ann_user, guild)

    @property
    def channel(self) -> discord.TextChannel:
        channel = self.bot.get_channel(int(self.channel_id))
        assert isinstance(channel, discord.TextChannel)
        return channel


@pytest.fixture
async def scene(double: LoopbackDiscord, run: Run) -> Scene:
    guild = double.add_guild("Loopback")
    channel = double.add_channel(guild, "general")
    bot = LoopbackBot()
    made = Scene(double, bot, guild, channel)
    await run(bot)
    return made


async def test_a_message_is_sent_edited_and_deleted(scene: Scene) -> None:
    sent = await scene.channel.send("one", embed=discord.Embed(title="Blue", description="1971"))
    assert (sent.content, sent.embeds[0].title) == ("one", "Blue")
    edited = await sent.edit(content="two")
    assert edited.content == "two"
    assert edited.edited_at is not None
    assert scene.double.channel_messages(scene.channel_id)[0]["content"] == "two"
    await sent.delete()
    assert scene.double.channel_messages(scene.channel_id) == []
    with pytest.raises(discord.NotFound) as caught:
        await sent.edit(content="three")
    assert caught.value.code == 10008


async def test_a_nonce_gives_back_the_first_message_for_five_minutes(scene: Scene, clock: Clock) -> None:
    first = await scene.channel.send("card", nonce="k1")
    assert (await scene.channel.send("card again", nonce="k1")).id == first.id
    assert (await scene.channel.send("another", nonce="k2")).id != first.id
    clock.advance(minutes=6)
    assert (await scene.channel.send("card", nonce="k1")).id != first.id


async def test_the_nonce_of_a_deleted_message_is_answered_with_unknown_message(scene: Scene) -> None:
    await (await scene.channel.send("card", nonce="k1")).delete()
    with pytest.raises(discord.NotFound) as caught:
        await scene.channel.send("card", nonce="k1")
    assert caught.value.code == 10008


async def test_a_thread_from_a_message_has_its_id_and_is_made_once(scene: Scene) -> None:
    card = await scene.channel.send("card")
    thread = await card.create_thread(name="Blue — Joni Mitchell")
    assert thread.id == card.id
    await eventually(lambda: ("thread", thread) in scene.bot.seen)
    with pytest.raises(discord.HTTPException) as caught:
        await card.create_thread(name="again")
    assert caught.value.code == 160004
    assert (await scene.bot.fetch_channel(card.id)).id == thread.id
    again = await scene.channel.fetch_message(card.id)
    assert again.thread is not None
    assert again.flags.has_thread


async def test_archived_threads_open_again_by_sending_unless_they_are_locked(scene: Scene) -> None:
    thread = await (await scene.channel.send("card")).create_thread(name="talk")
    first = await thread.send("hello")
    thread = await thread.edit(archived=True)
    assert thread.archived
    with pytest.raises(discord.HTTPException) as caught:
        await first.edit(content="changed")
    assert caught.value.code == 50083
    with pytest.raises(discord.HTTPException) as caught:
        await first.add_reaction("⭐")
    assert caught.value.code == 50083
    assert [each async for each in scene.channel.archived_threads()] == [thread]
    await thread.send("back")
    fetched = await scene.bot.fetch_channel(thread.id)
    assert isinstance(fetched, discord.Thread)
    assert not fetched.archived
    await fetched.edit(locked=True, archived=True)
    with pytest.raises(Refused, match="locked"):
        await scene.ann.say(thread.id, "me too")


async def test_a_locked_thread_is_closed_to_a_bot_that_does_not_manage_threads(scene: Scene) -> None:
    thread = await (await scene.channel.send("card")).create_thread(name="talk")
    role = scene.double.bot_role(scene.guild)
    scene.double.set_permissions(scene.guild, role, int(role["permissions"]) & ~bits.MANAGE_THREADS)
    scene.double.set_thread(thread.id, locked=True)
    with pytest.raises(discord.Forbidden) as caught:
        await thread.send("hello")
    assert caught.value.code == 160005


async def test_idle_threads_are_archived_by_the_clock(scene: Scene, clock: Clock) -> None:
    thread = await (await scene.channel.send("card")).create_thread(name="talk", auto_archive_duration=1440)
    clock.advance(hours=23)
    await thread.send("still here")
    clock.advance(hours=23)
    assert [each.id for each in await scene.channel.guild.active_threads()] == [thread.id]
    clock.advance(hours=2)
    assert await scene.channel.guild.active_threads() == []


async def test_a_thread_of_its_own_leaves_a_line_in_the_channel(scene: Scene) -> None:
    thread = await scene.channel.create_thread(name="alone", type=discord.ChannelType.public_thread)
    lines = [each async for each in scene.channel.history()]
    assert [each.type for each in lines] == [discord.MessageType.thread_created]
    assert thread.parent_id == scene.channel.id


async def test_a_forum_post_carries_its_first_message_and_tags(scene: Scene) -> None:
    forum_id = scene.double.add_channel(scene.guild, "albums", type=15).id
    forum = await scene.bot.fetch_channel(int(forum_id))
    assert isinstance(forum, discord.ForumChannel)
    role = scene.double.bot_role(scene.guild)
    scene.double.overwrite(forum_id, role, allow=bits.MANAGE_CHANNELS)
    tag = await forum.create_tag(name="Jazz")
    made = await forum.create_thread(name="Blue", content="Joni Mitchell", applied_tags=[tag])
    assert made.thread.id == made.message.id
    assert scene.double.threads(scene.guild)[0]["applied_tags"] == [str(tag.id)]
    with pytest.raises(discord.HTTPException):
        await scene.bot.get_partial_messageable(forum.id).send("into the forum itself")


async def test_history_is_read_in_order_and_after_an_id(scene: Scene, clock: Clock) -> None:
    ids = []
    for number in range(5):
        clock.advance(seconds=1)
        ids.append((await scene.channel.send(str(number))).id)
    assert [each.id async for each in scene.channel.history(after=discord.Object(ids[1]))] == ids[2:]
    assert [each.id async for each in scene.channel.history(limit=2)] == ids[:2:-1]
    assert [each.id async for each in scene.channel.history(before=discord.Object(ids[2]))] == ids[1::-1]


async def test_a_file_is_kept_and_served(scene: Scene) -> None:
    sent = await scene.channel.send(file=discord.File(io.BytesIO(b"cover"), "cover.png", description="A blue face"))
    attachment = sent.attachments[0]
    assert (attachment.filename, attachment.description, attachment.content_type) == (
        "cover.png", "A blue face", "image/png",
    )  # fmt: skip
    async with aiohttp.ClientSession() as session, session.get(attachment.url) as response:
        assert await response.read() == b"cover"
    with pytest.raises(discord.HTTPException) as caught:
        await scene.channel.send(file=discord.File(io.BytesIO(bytes(10 * 1024 * 1024 + 1)), "big.bin"))
    assert caught.value.code == 40005


async def test_a_layout_with_an_uploaded_picture_lists_it_again_on_edit(scene: Scene) -> None:
    def layout(text: str) -> ui.LayoutView:
        view = ui.LayoutView(timeout=None)
        gallery = ui.MediaGallery(discord.MediaGalleryItem("attachment://cover.png", description="A blue face"))
        view.add_item(ui.Container(ui.TextDisplay(text), ui.Separator(), gallery, id=4711))
        return view

    file = discord.File(io.BytesIO(b"cover"), "cover.png")
    sent = await scene.channel.send(view=layout("# Blue"), file=file)
    stored = scene.double.message(sent.id)
    assert stored is not None
    assert stored["components"][0]["id"] == 4711
    assert stored["components"][0]["components"][2]["items"][0]["media"]["url"].startswith("http://127.0.0.1")
    assert "A blue face" in scene.ann.reads(sent.id)
    with pytest.raises(discord.HTTPException) as caught:
        await sent.edit(view=layout("# Hejira"))
    assert caught.value.code == 50035
    await sent.edit(view=layout("# Hejira"), attachments=[discord.File(io.BytesIO(b"new"), "cover.png")])
    assert "Hejira" in scene.ann.reads(sent.id)
    with pytest.raises(discord.HTTPException):
        await sent.edit(content="words")


async def test_only_permitted_mentions_ping(scene: Scene) -> None:
    fans = scene.double.add_role(scene.guild, "fans")
    scene.double.set_roles(scene.guild, scene.ann_user, [fans])
    text = f"<@&{fans.id}> and {scene.ann.mention} and @everyone"
    await scene.channel.send(text, allowed_mentions=discord.AllowedMentions.none())
    assert scene.double.pings(scene.ann_user) == []
    mentions = discord.AllowedMentions(everyone=False, users=False, roles=[discord.Object(int(fans.id))])
    await scene.channel.send(text, allowed_mentions=mentions)
    await scene.channel.send(text, allowed_mentions=discord.AllowedMentions(users=True), silent=True)
    assert [(each.via, each.silent) for each in scene.double.pings(scene.ann_user)] == [("role", False), ("user", True)]


async def test_reactions_are_counted_and_told_only_with_their_intent(scene: Scene) -> None:
    sent = await scene.channel.send("track one")
    await sent.add_reaction("⭐")
    await scene.ann.react(sent.id, "⭐")
    fetched = await scene.channel.fetch_message(sent.id)
    assert [(each.emoji, each.count, each.me) for each in fetched.reactions] == [("⭐", 2, True)]
    assert {str(each.id) async for each in fetched.reactions[0].users()} == {scene.double.bot_id, scene.ann.id}
    await sent.remove_reaction("⭐", discord.Object(int(scene.double.bot_id)))
    assert [each for each in scene.bot.seen if each[0] == "reaction"] == []


async def test_pins_are_listed_and_leave_a_line(scene: Scene) -> None:
    sent = await scene.channel.send("card")
    await sent.pin()
    assert [each.id async for each in scene.channel.pins()] == [sent.id]
    assert [each["type"] for each in scene.double.channel_messages(scene.channel_id)] == [0, 6]
    await sent.unpin()
    assert scene.double.pins(scene.channel_id) == []


async def test_a_dm_arrives_unless_the_user_closed_theirs(scene: Scene) -> None:
    user = await scene.bot.fetch_user(int(scene.ann.id))
    await user.send("psst")
    assert [each["content"] for each in scene.double.dms(scene.ann_user)] == ["psst"]
    assert [each.via for each in scene.double.pings(scene.ann_user)] == ["dm"]
    scene.double.leave(scene.guild, scene.ann_user)
    with pytest.raises(discord.Forbidden):
        await user.send("no guild in common")
    scene.double.join(scene.guild, scene.ann_user)
    await user.send("back")
    scene.double.close_dms(scene.ann_user)
    with pytest.raises(discord.Forbidden) as caught:
        await user.send("psst")
    assert caught.value.code == 50007


async def test_limits_are_answered_as_bad_forms(scene: Scene) -> None:
    with pytest.raises(discord.HTTPException) as caught:
        await scene.channel.send("x" * 2001)
    assert caught.value.code == 50035
    with pytest.raises(discord.HTTPException) as caught:
        await scene.channel.send("")
    assert caught.value.code == 50006


async def test_events_start_and_end_with_the_clock(scene: Scene, clock: Clock) -> None:
    start = clock.now + timedelta(hours=1)
    event = await scene.channel.guild.create_scheduled_event(
        name="Discussion", start_time=start, end_time=start + timedelta(hours=1), location="thread",
        entity_type=discord.EntityType.external, privacy_level=discord.PrivacyLevel.guild_only,
    )  # fmt: skip
    assert [each["name"] for each in scene.double.events(scene.guild)] == ["Discussion"]
    scene.double.interested(event.id, scene.ann_user)
    assert [str(each.id) async for each in event.users()] == [scene.ann.id]
    clock.advance(minutes=61)
    fetched = await scene.channel.guild.fetch_scheduled_event(event.id)
    assert fetched.status is discord.EventStatus.active
    clock.advance(minutes=61)
    with pytest.raises(discord.HTTPException) as caught:
        await event.edit(name="Too late")
    assert caught.value.code == 180000
    assert scene.double.events(scene.guild) == []
