"""The Discord client: which events it wants, what it keeps in memory, and the faces it carries.

It asks for the `guilds` intent alone, so it needs no review by Discord: commands, buttons and forms arrive without any
intent, and message contents are read only where a person hands them over by a message menu.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from importlib import import_module
from typing import Any, Protocol

import aiohttp
import discord
import discord.gateway
import discord.http
import yarl
from discord import app_commands
from discord.ext import commands
from discord.webhook.async_ import AsyncWebhookAdapter, async_context

from bot.services.discord_turns import DiscordTurns, LeftAlone
from bot.services.tools import Tools

log = logging.getLogger(__name__)

FACES = (
    "cogs.shared.boundary",
    "cogs.shared.dynamic",
    "cogs.shared.modal",
    "cogs.club",
    "cogs.catalog",
    "cogs.people",
    "cogs.listening",
    "cogs.library",
    "cogs.taste",
    "cogs.help",
    "cogs.delivery",
)
"""Set up in this order: the boundary stands before anybody can press anything."""

RATE_LIMIT_SECONDS = 30.0
"""The library waits this long for a rate limit by itself; the outbox does the longer waiting."""
READY_SECONDS = 0.5
"""How long the library waits for another server before it calls itself ready."""
ANSWER_SECONDS = 3.0
"""How long a stop waits for the answers to people that are under way: no longer than Discord does."""
AGAIN_SECONDS = 0.2
"""After this an answer to a person is sent once more whose connection was lost."""
ALREADY_ANSWERED = 40060
ANSWERS = ("CommandTree-invoker", "discord-ui-")
"""How the library's names of tasks begin that answer a person."""

# Voice is not used; its missing parts are no news for an operator.
discord.VoiceClient.warn_nacl = False
discord.VoiceClient.warn_dave = False


class Deliverer(Protocol):
    """Whoever performs the errands of the outbox; the delivery face puts itself here."""

    halted: bool
    """Discord no longer knows our token."""

    def kick(self) -> None:
        """There may be something to do."""
        ...

    async def idle(self) -> None:
        """Wait until everything that is due was performed or put off."""
        ...

    async def stop(self, timeout: float = ...) -> None:
        """Take nothing new, and finish what is under way within so many seconds."""
        ...


class Counted:
    """A session that knows how often it was asked."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session
        self.asked = 0

    def request(self, *args: Any, **options: Any) -> Any:
        """As the session does."""
        self.asked += 1
        return self._session.request(*args, **options)


class PatientAnswers(AsyncWebhookAdapter):
    """Sends answers to people as the library does, and once more where the connection was lost on the way.

    When a first answer is sent again and Discord says that there is one, it is ours: the use that it promised goes on.
    """

    async def request(self, route: Any, session: aiohttp.ClientSession, **options: Any) -> Any:
        """Send one request; a further private message is never sent twice."""
        counted = Counted(session)
        first_answer = route.path.endswith("/callback")
        try:
            try:
                return await super().request(route, counted, **options)  # pyright: ignore[reportArgumentType]
            except (aiohttp.ClientConnectionError, ConnectionError):
                if route.method == "POST" and not first_answer:
                    raise
            await asyncio.sleep(AGAIN_SECONDS)
            for file in options.get("files") or ():
                file.reset(seek=1)
            return await super().request(route, counted, **options)  # pyright: ignore[reportArgumentType]
        except discord.HTTPException as error:
            if not (first_answer and error.code == ALREADY_ANSWERED and counted.asked > 1):
                raise
            return {"interaction": {"id": route.webhook_id}}


UNCOUNTED = ("/interactions/", "/webhooks/")
"""Answers to people do not count against Discord's global rate, and wait for nobody's turn."""


def in_turn(turns: DiscordTurns) -> aiohttp.TraceConfig:
    """Have every request that counts wait for its turn, tries that the library repeats by itself included."""

    async def before(_session: object, _context: object, asked: aiohttp.TraceRequestStartParams) -> None:
        if _counts(asked.url):
            try:
                await turns.take(RATE_LIMIT_SECONDS)
            except LeftAlone as alone:
                raise discord.RateLimited(alone.seconds) from None

    async def after(_session: object, _context: object, answered: aiohttp.TraceRequestEndParams) -> None:
        response = answered.response
        if not _counts(answered.url):
            return
        if response.status < 400:
            await turns.served()
        elif response.status == 429 and "Via" in response.headers:
            told = await discord.http.json_or_text(response)
            if isinstance(told, dict) and told.get("global"):
                await turns.stopped(told.get("retry_after"))

    trace = aiohttp.TraceConfig()
    trace.on_request_start.append(before)
    trace.on_request_end.append(after)
    return trace


def _counts(url: yarl.URL) -> bool:
    base, path = discord.http.Route.BASE, str(url)
    return path.startswith(base) and not path.removeprefix(base).startswith(UNCOUNTED)


class LongplayBot(commands.AutoShardedBot):
    """The bot of every club; `api_url` leads it to another Discord than the real one (`http://127.0.0.1:…/api/v10`).

    With `turns` all processes of the token keep its global rate together.
    """

    def __init__(
        self,
        tools: Tools,
        *,
        api_url: str | None = None,
        faces: Sequence[str] = FACES,
        turns: DiscordTurns | None = None,
        **options: Any,
    ) -> None:
        super().__init__(
            # No text commands: messages do not arrive, and this prefix is the one that asks for no intent.
            command_prefix=commands.when_mentioned,
            intents=discord.Intents(guilds=True),
            help_command=None,
            chunk_guilds_at_startup=False,
            member_cache_flags=discord.MemberCacheFlags.none(),
            max_messages=None,
            allowed_mentions=discord.AllowedMentions.none(),
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
            guild_ready_timeout=READY_SECONDS,
            max_ratelimit_timeout=RATE_LIMIT_SECONDS,
            http_trace=in_turn(turns) if turns is not None else None,  # pyright: ignore[reportArgumentType]
            **options,
        )
        self.tools = tools
        self.faces = tuple(faces)
        self.delivery: Deliverer | None = None
        self.led_elsewhere = api_url is not None
        if api_url is not None:
            # The one place the library reads the address from.
            discord.http.Route.BASE = api_url

    def serves(self, guild_id: int) -> bool:
        """Whether the events of a server come to this process; Discord numbers the shards so."""
        return self.shard_ids is None or (guild_id >> 22) % (self.shard_count or 1) in self.shard_ids

    async def setup_hook(self) -> None:
        """Set up every face before the gateway opens: presses may arrive before the library is ready.

        They are modules with a `setup(bot)`, but not loaded as extensions: the library throws those out of
        `sys.modules` when it closes, and a second client in the same process would then meet two of every class.
        """
        # Whatever answers a person is begun by this task or by one that it begins.
        async_context.set(PatientAnswers())
        if self.led_elsewhere:
            # The gateway's address comes with the answer of /gateway/bot, but after a lost session the library goes to
            # its own default: that must not be the real Discord.
            _, address, _ = await self.http.get_bot_gateway()
            discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(address)
        for face in self.faces:
            await import_module(face).setup(self)

    async def on_ready(self) -> None:
        """Say who we are; nothing is done here, because it may happen again at any time."""
        log.info("connected as %s to %d servers", self.user, len(self.guilds))

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        """Log what a listener raised; the library would print it."""
        log.exception("event %s failed", event_method)

    async def close(self) -> None:
        """Answer whom we owe an answer, finish what is being performed, leave Discord.

        Also when the gateway was never opened, where the library stumbles over its missing queue.
        """
        await self._answer_people()
        connected = hasattr(self, "_AutoShardedClient__queue")
        try:
            await super().close()
        except AttributeError:
            if connected:
                raise

    async def _answer_people(self) -> None:
        """Let the commands, buttons and forms that people wait for come to their end."""
        here = asyncio.current_task()
        answers = {task for task in asyncio.all_tasks() if task.get_name().startswith(ANSWERS) and task is not here}
        if answers:
            await asyncio.wait(answers, timeout=ANSWER_SECONDS)


def explain_login(error: BaseException) -> str | None:
    """What to do when Discord does not let the bot in; None for any other trouble."""
    # Discord's close code for a token it does not know, which a running bot meets when the token was reset.
    refused = isinstance(error, discord.ConnectionClosed) and error.code == 4004
    if refused or isinstance(error, discord.LoginFailure):
        return (
            "Discord refuses DISCORD_TOKEN. Copy the bot's token again from the developer portal "
            "(Bot → Reset Token): the client secret or the application id will not do."
        )
    if isinstance(error, discord.PrivilegedIntentsRequired):
        return "Discord refuses an intent. Longplay asks for none that needs approval: is another bot using this token?"
    if isinstance(error, aiohttp.ClientError):
        return f"Discord cannot be reached ({error}). Look at the network, and at DISCORD_API_URL where it is set."
    if isinstance(error, discord.HTTPException) and error.status == 429:
        return "Discord wants to be left alone for a while (429). Start again in ten minutes; nothing is lost."
    if isinstance(error, (discord.GatewayNotFound, discord.DiscordServerError)):
        return "Discord does not answer properly right now. Start again in a minute; nothing is lost meanwhile."
    return None
