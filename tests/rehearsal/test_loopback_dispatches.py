"""Every dispatch of the loopback, sent to a bot with all intents: the library parses it and the schema fits."""

from __future__ import annotations

from datetime import timedelta

import discord
import pytest

from bot.rehearsal.loopback import LoopbackDiscord, intents
from bot.rehearsal.loopback import permissions as bits
from bot.rehearsal.loopback.world import BOT_PERMISSIONS
from tests.rehearsal.loopback_bot import Clock, LoopbackBot, Run, eventually


class Listener(LoopbackBot):
    """A bot that is told everything."""

    def __init__(self) -> None:
        super().__init__(discord.Intents.all(), enable_debug_events=True)
        self.types: set[str] = set()

    async def on_socket_event_type(self, event: str) -> None:
        self.types.add(event)


@pytest.fixture
async def listener(double: LoopbackDiscord, run: Run) -> Listener:
    double.privileged = intents.PRIVILEGED
    guild = double.add_guild("Loopback")
    double.add_channel(guild, "general")
    bot = Listener()
    await run(bot)
    return bot


def _channel(bot: LoopbackBot) -> discord.TextChannel:
    return next(each for each in bot.guilds[0].text_channels if each.name == "general")


async def test_messages_reactions_pins_and_threads_are_told(double: LoopbackDiscord, listener: Listener) -> None:
    guild = next(iter(double.state.guilds.values()))
    user = double.add_user("ann")
    double.join(guild, user)
    ann = double.person(user, guild)
    channel = _channel(listener)
    said = await ann.say(channel.id, "hello")
    await ann.say(channel.id, "and again", reply=said)
    await ann.react(said, "⭐")
    await ann.delete(said)
    sent = await channel.send("card", embed=discord.Embed(title="Blue"))
    await sent.add_reaction("⭐")
    double.set_permissions(guild, double.bot_role(guild), BOT_PERMISSIONS | bits.MANAGE_MESSAGES | bits.MANAGE_CHANNELS)
    await sent.clear_reactions()
    await sent.edit(content="card 2", suppress=True)
    await sent.pin()
    await sent.unpin()
    thread = await sent.create_thread(name="talk")
    await thread.add_user(discord.Object(int(user.id)))
    await thread.remove_user(discord.Object(int(user.id)))
    await thread.send("inside")
    await thread.edit(archived=True, locked=True)
    await thread.delete()
    await (await channel.create_thread(name="alone", type=discord.ChannelType.public_thread)).leave()
    await (await listener.fetch_user(int(user.id))).send("psst")
    await ann.react(double.dms(user)[0], "⭐")
    wanted = {
        "MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE", "MESSAGE_REACTION_ADD", "CHANNEL_PINS_UPDATE",
        "MESSAGE_REACTION_REMOVE_ALL", "THREAD_CREATE", "THREAD_UPDATE", "THREAD_DELETE", "THREAD_MEMBERS_UPDATE",
        "GUILD_MEMBER_ADD",
    }  # fmt: skip
    await eventually(lambda: wanted <= listener.types)
    heard = [each.content for _, each in listener.seen if isinstance(each, discord.Message)]
    assert heard[:2] == ["hello", "and again"]


async def test_guild_changes_and_events_are_told(double: LoopbackDiscord, listener: Listener, clock: Clock) -> None:
    guild = next(iter(double.state.guilds.values()))
    user = double.add_user("ann")
    double.join(guild, user)
    role = double.add_role(guild, "fans")
    double.set_roles(guild, user, [role])
    double.set_permissions(guild, role, 0)
    double.delete_role(guild, role)
    extra = double.add_channel(guild, "extra")
    double.overwrite(extra, user, allow=1024, member=True)
    double.delete_channel(extra)
    start = clock.now + timedelta(hours=1)
    event = await listener.guilds[0].create_scheduled_event(
        name="Discussion", start_time=start, end_time=start + timedelta(hours=1), location="thread",
        entity_type=discord.EntityType.external, privacy_level=discord.PrivacyLevel.guild_only,
    )  # fmt: skip
    double.interested(event.id, user)
    await event.edit(name="Talk")
    await event.delete()
    double.leave(guild, user)
    wanted = {
        "GUILD_MEMBER_ADD", "GUILD_MEMBER_UPDATE", "GUILD_MEMBER_REMOVE", "GUILD_ROLE_CREATE", "GUILD_ROLE_UPDATE",
        "GUILD_ROLE_DELETE", "CHANNEL_CREATE", "CHANNEL_UPDATE", "CHANNEL_DELETE", "GUILD_SCHEDULED_EVENT_CREATE",
        "GUILD_SCHEDULED_EVENT_UPDATE", "GUILD_SCHEDULED_EVENT_DELETE", "GUILD_SCHEDULED_EVENT_USER_ADD",
    }  # fmt: skip
    await eventually(lambda: wanted <= listener.types)


async def test_members_are_asked_for_over_the_gateway(double: LoopbackDiscord, listener: Listener) -> None:
    guild = next(iter(double.state.guilds.values()))
    for name in ("ann", "anton", "ben"):
        double.join(guild, double.add_user(name))
    asked = await listener.guilds[0].query_members("an", limit=5)
    assert sorted(each.name for each in asked) == ["ann", "anton"]
    known = [int(key) for key in guild.members]
    listed = await listener.guilds[0].query_members(user_ids=[known[0], 1])
    assert [each.id for each in listed] == [known[0]]
