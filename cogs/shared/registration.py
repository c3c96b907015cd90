"""Telling Discord which commands there are: only when they changed, as the stored digest says."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import discord

from bot.client import LongplayBot
from bot.services import commands
from bot.services.tools import Tools


class NotInvited(Exception):  # noqa: N818 - the operator's word
    """Discord does not let the application tell this server of commands."""


class ToldTooOften(Exception):  # noqa: N818 - Discord's word for us
    """Discord wants to be told of commands later."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"Discord wants to be told of the commands in {seconds:.0f} seconds at the earliest")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Registration:
    """What was, or would be, told to Discord."""

    scope: str
    """`global`, or a guild's id."""
    names: tuple[str, ...]
    digest: str
    changed: bool
    sent: bool


def payload_of(bot: LongplayBot) -> list[dict[str, Any]]:
    """Every command as Discord is told of it, in the order of their names."""
    told = [command.to_dict(bot.tree) for command in bot.tree.get_commands()]
    told += [
        command.to_dict(bot.tree)
        for kind in (discord.AppCommandType.message, discord.AppCommandType.user)
        for command in bot.tree.get_commands(type=kind)
    ]
    unique = {(one.get("type", 1), one["name"]): one for one in told}
    return [unique[key] for key in sorted(unique)]


def digest_of(payload: list[dict[str, Any]]) -> str:
    """The SHA-256 of the commands; equal commands have equal digests on any machine."""
    return hashlib.sha256(json.dumps(payload, sort_keys=True, default=str).encode()).hexdigest()


async def register_commands(
    bot: LongplayBot,
    tools: Tools,
    *,
    now: datetime,
    guild_id: int | None = None,
    dry_run: bool = False,
    force: bool = False,
) -> Registration:
    """Tell Discord of the commands where the digest differs from the stored one; once for all servers, or for one.

    Raises `NotInvited` for a server that the bot is not on, `ToldTooOften` where Discord sets a long limit.
    """
    scope = "global" if guild_id is None else str(guild_id)
    payload = payload_of(bot)
    digest = digest_of(payload)
    changed = force or await commands.known_digest(tools, scope=_scope(bot, scope)) != digest
    if changed and not dry_run:
        guild = None if guild_id is None else discord.Object(guild_id)
        if guild is not None:
            bot.tree.copy_global_to(guild=guild)
        try:
            await bot.tree.sync(guild=guild)
        except discord.RateLimited as limited:
            raise ToldTooOften(limited.retry_after) from limited
        except (discord.Forbidden, discord.NotFound) as error:
            raise NotInvited(
                f"Discord does not let the bot tell {scope} of commands ({error.text}). Invite it there with the scope "
                "applications.commands, and look at the id."
            ) from error
        await commands.keep_digest(tools, scope=_scope(bot, scope), digest=digest, now=now)
    names = tuple(one["name"] for one in payload)
    return Registration(scope, names, digest, changed, changed and not dry_run)


async def knows_commands(bot: LongplayBot, tools: Tools) -> bool:
    """Whether Discord was ever told of commands of this application."""
    return await commands.known_digest(tools, scope=_scope(bot, "global")) is not None


def _scope(bot: LongplayBot, scope: str) -> str:
    """Another application on the same database was told nothing yet."""
    return f"{bot.application_id}:{scope}"
