"""Connecting, resuming, intents, sharding, faults and kills, through the real client library."""

from __future__ import annotations

import asyncio
import time

import aiohttp
import discord
import pytest

from bot.rehearsal.loopback import Call, Cut, Fault, LoopbackDiscord, Refused
from bot.rehearsal.loopback import permissions as bits
from tests.rehearsal.loopback_bot import Clock, LoopbackBot, Run, eventually


def hello(bot: LoopbackBot) -> LoopbackBot:
    @bot.tree.command(description="Says hello")
    async def greet(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("hello")

    return bot


async def test_a_bot_is_ready_at_once_with_its_guilds_and_commands(double: LoopbackDiscord, run: Run) -> None:
    guild = double.add_guild("Loopback")
    double.add_channel(guild, "general")
    bot = hello(LoopbackBot())
    begun = time.monotonic()
    await run(bot)
    assert time.monotonic() - begun < 2
    assert [each.name for each in bot.guilds] == ["Loopback"]
    assert [each.name for each in bot.guilds[0].text_channels] == ["general"]
    assert [each.name for each in await bot.tree.fetch_commands()] == ["greet"]
    first = double.state.commands[""][0].id
    await bot.tree.sync()
    assert (double.state.commands[""][0].id, double.command_creations) == (first, 1), "a known command keeps its id"


async def test_a_wrong_token_is_refused(double: LoopbackDiscord) -> None:
    async with LoopbackBot() as bot:
        with pytest.raises(discord.LoginFailure):
            await bot.login("wrong")


async def test_a_privileged_intent_that_was_not_granted_ends_the_bot(double: LoopbackDiscord) -> None:
    async with LoopbackBot(discord.Intents(guilds=True, message_content=True)) as bot:
        await bot.login(double.token)
        with pytest.raises(discord.PrivilegedIntentsRequired):
            await bot.connect()


async def test_what_happened_during_a_dropped_connection_is_replayed(double: LoopbackDiscord, run: Run) -> None:
    guild = double.add_guild("Loopback")
    double.add_channel(guild, "general")
    bot = LoopbackBot()
    await run(bot)
    await double.drop_gateway(4000)
    double.add_channel(guild, "made meanwhile")
    await eventually(lambda: bot.resumes == 1)
    assert [each.name for each in bot.guilds[0].text_channels] == ["general", "made meanwhile"]
    assert len(double.gateway.identifies) == 1
    await double.reconnect()
    await eventually(lambda: bot.resumes == 2)
    await double.invalidate(resumable=True)
    await eventually(lambda: bot.resumes == 3)
    await double.invalidate(resumable=False)
    await eventually(lambda: len(double.gateway.identifies) == 2)


async def test_a_dispatch_can_come_twice(double: LoopbackDiscord, run: Run) -> None:
    guild = double.add_guild("Loopback")
    channel = double.add_channel(guild, "general")
    bot = LoopbackBot()
    calls: list[int] = []
    codes: list[int] = []

    @bot.tree.command(description="Says hello")
    async def greet(interaction: discord.Interaction) -> None:
        calls.append(interaction.id)
        try:
            await interaction.response.send_message("hello")
        except discord.HTTPException as error:
            codes.append(error.code)

    await run(bot)
    user = double.add_user("ann")
    double.join(guild, user)
    await double.person(user, guild).slash(channel, "greet")
    await double.replay_last()
    await eventually(lambda: codes == [40060])
    assert len(calls) == 2
    assert calls[0] == calls[1]


async def test_a_newer_connection_takes_its_session_over(double: LoopbackDiscord, run: Run) -> None:
    double.add_guild("Loopback")
    bot = LoopbackBot()
    await run(bot)
    session = next(iter(double.gateway.sessions.values()))
    async with aiohttp.ClientSession() as http, http.ws_connect(double.gateway_url) as second:
        await second.receive_json()
        resume = {"token": double.token, "session_id": session.id, "seq": session.last}
        await second.send_json({"op": 6, "d": resume})
        assert (await second.receive_json())["t"] == "RESUMED"
        await eventually(lambda: bot.resumes == 1)
        assert (await second.receive()).type is aiohttp.WSMsgType.CLOSE, "the bot resumed and took it back"


async def test_message_events_need_their_intent_and_hide_the_words_of_others(double: LoopbackDiscord, run: Run) -> None:
    guild = double.add_guild("Loopback")
    channel = double.add_channel(guild, "general")
    user = double.add_user("ann")
    double.join(guild, user)
    ann = double.person(user, guild)
    quiet, nosy = LoopbackBot(), LoopbackBot(discord.Intents(guilds=True, guild_messages=True))
    await run(quiet)
    await run(nosy)
    await ann.say(channel, "secret")
    await ann.say(channel, f"hey <@{double.bot_id}>")
    await eventually(lambda: len(nosy.seen) == 2)
    assert [each.content for _, each in nosy.seen] == ["", f"hey <@{double.bot_id}>"]
    assert quiet.seen == []


async def test_shards_get_the_guilds_that_are_theirs(double: LoopbackDiscord, run: Run) -> None:
    double.shards = 2
    guilds = [double.add_guild(f"Guild {number}") for number in range(4)]
    bot = LoopbackBot()
    await run(bot)
    assert {str(each.id) for each in bot.guilds} == {each.id for each in guilds}
    assert {each.shard_id for each in bot.guilds} <= {0, 1}
    assert len(double.gateway.identifies) == 2


async def test_identifying_too_fast_is_answered_with_an_invalid_session(double: LoopbackDiscord, run: Run) -> None:
    double.shards = 2
    double.gateway.identify_spacing = 0.2
    await run(LoopbackBot())
    (first, one), (second, other) = double.gateway.identifies
    assert (one, other) == (0, 1)
    assert second - first >= 0.2


async def test_rate_limits_are_waited_out(double: LoopbackDiscord, run: Run) -> None:
    channel_id = int(double.add_channel(double.add_guild("Loopback"), "general").id)
    bot = LoopbackBot()
    await run(bot)
    channel = bot.get_partial_messageable(channel_id)
    for scope in ("user", "shared", "global"):
        fault = Fault("POST", "/channels/*/messages", kind="429", retry_after=0.02, scope=scope)
        double.faults.add(fault)
        await channel.send(scope)
        assert fault.met == 1
    assert [each["content"] for each in double.channel_messages(channel_id)] == ["user", "shared", "global"]
    double.faults.add(Fault("POST", "/channels/*/messages", kind="no_via"))
    with pytest.raises(discord.HTTPException) as caught:
        await channel.send("banned")
    assert caught.value.status == 429


async def test_server_errors_are_retried_without_making_two_messages(double: LoopbackDiscord, run: Run) -> None:
    channel_id = int(double.add_channel(double.add_guild("Loopback"), "general").id)
    bot = LoopbackBot()
    await run(bot)
    channel = bot.get_partial_messageable(channel_id)
    double.faults.add(Fault("POST", "/channels/{channel_id}/messages", kind="status_after", status=502))
    sent = await channel.send("once")
    assert [each["id"] for each in double.channel_messages(channel_id)] == [str(sent.id)]
    double.faults.add(Fault("POST", "/channels/*/messages", status=503))
    with pytest.raises(discord.DiscordServerError):
        await channel.send("never")
    assert len(double.channel_messages(channel_id)) == 1


async def test_a_cut_connection_happens_before_or_after_the_effect(double: LoopbackDiscord, run: Run) -> None:
    channel_id = int(double.add_channel(double.add_guild("Loopback"), "general").id)
    bot = LoopbackBot()
    await run(bot)
    channel = bot.get_partial_messageable(channel_id)
    for kind, there in (("reset_before", 0), ("reset_after", 1)):
        double.faults.add(Fault("POST", "/channels/*/messages", kind=kind))  # type: ignore[arg-type]
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await channel.send(kind)
        assert len(double.channel_messages(channel_id)) == there


async def test_every_effect_is_announced_before_and_after_and_can_be_cut(double: LoopbackDiscord, run: Run) -> None:
    channel_id = int(double.add_channel(double.add_guild("Loopback"), "general").id)
    bot = LoopbackBot()
    await run(bot)
    told: list[tuple[str, str, int]] = []

    async def watch(call: Call, moment: str) -> None:
        told.append((call.route, moment, len(double.channel_messages(channel_id))))
        if call.body["content"] == f"cut {moment}":
            raise Cut

    double.on_effect = watch
    channel = bot.get_partial_messageable(channel_id)
    await channel.send("whole")
    route = "/channels/{channel_id}/messages"
    assert told == [(route, "before", 0), (route, "after", 1)]
    for moment in ("before", "after"):
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await channel.send(f"cut {moment}")
    assert [each["content"] for each in double.channel_messages(channel_id)] == ["whole", "cut after"]
    double.on_effect = None


async def test_permissions_are_named_by_the_code_that_refuses(double: LoopbackDiscord, run: Run) -> None:
    guild = double.add_guild("Loopback")
    channel = double.add_channel(guild, "general")
    bot = LoopbackBot()
    await run(bot)
    place = bot.get_channel(int(channel.id))
    assert isinstance(place, discord.TextChannel)
    role = double.bot_role(guild)
    double.overwrite(channel, role, deny=bits.SEND_MESSAGES)
    with pytest.raises(discord.Forbidden) as caught:
        await place.send("hello")
    assert caught.value.code == 50013
    double.overwrite(channel, role, deny=bits.VIEW_CHANNEL)
    with pytest.raises(discord.Forbidden) as caught:
        await place.send("hello")
    assert caught.value.code == 50001
    double.overwrite(channel, role, deny=bits.CREATE_PUBLIC_THREADS)
    sent = await place.send("hello")
    with pytest.raises(discord.Forbidden):
        await sent.create_thread(name="talk")
    everyone = guild.roles[guild.id]
    double.overwrite(channel, everyone, deny=bits.VIEW_CHANNEL)
    user = double.add_user("ann")
    double.join(guild, user)
    with pytest.raises(Refused, match="no such channel"):
        await double.person(user, guild).say(channel, "hello")


async def test_a_bot_grants_only_roles_below_its_own(double: LoopbackDiscord, run: Run) -> None:
    guild = double.add_guild("Loopback")
    user = double.add_user("ann")
    double.join(guild, user)
    fans, top = double.add_role(guild, "fans"), double.add_role(guild, "top")
    top["position"] = 1000
    bot = LoopbackBot()
    await run(bot)
    member = await bot.guilds[0].fetch_member(int(user.id))
    await member.add_roles(discord.Object(int(fans.id)))
    assert guild.members[user.id]["roles"] == [fans.id]
    with pytest.raises(discord.Forbidden):
        await member.add_roles(discord.Object(int(top.id)))
    double.leave(guild, user)
    with pytest.raises(discord.NotFound) as caught:
        await bot.guilds[0].fetch_member(int(user.id))
    assert caught.value.code == 10007


async def test_a_revoked_token_ends_rest_and_gateway(double: LoopbackDiscord) -> None:
    double.add_guild("Loopback")
    async with LoopbackBot() as bot:
        await bot.login(double.token)
        task = asyncio.create_task(bot.connect())
        await bot.wait_until_ready()
        await double.revoke_token()
        with pytest.raises(discord.ConnectionClosed) as closed:
            await task
        assert closed.value.code == 4004


async def test_quiet_waits_for_requests_and_open_interactions(double: LoopbackDiscord, clock: Clock, run: Run) -> None:
    guild = double.add_guild("Loopback")
    channel = double.add_channel(guild, "general")
    user = double.add_user("ann")
    double.join(guild, user)
    bot = hello(LoopbackBot())
    await run(bot)
    double.faults.add(Fault("POST", "/interactions/*/callback", kind="slow", seconds=0.3))
    pressing = asyncio.create_task(double.person(user, guild).slash(channel, "greet"))
    await asyncio.sleep(0.05)
    with pytest.raises(TimeoutError):
        await double.quiet(timeout=0.1)
    await double.quiet()
    assert (await pressing).text == "hello"


async def test_unknown_routes_are_a_violation(double: LoopbackDiscord) -> None:
    headers = {"Authorization": f"Bot {double.token}"}
    async with aiohttp.ClientSession(headers=headers) as http:
        async with http.get(f"{double.api_url}/no/such/route") as response:
            assert response.status == 404
        async with http.get(f"{double.api_url}/users/@me") as response:
            assert response.headers["Content-Type"] == "application/json"
            assert "Via" in response.headers
    assert double.violations == ["no such route: GET /api/v10/no/such/route"]
    double.violations.clear()
