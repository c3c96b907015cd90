"""The commands `/follow`, `/unfollow`, `/following` and `/feed`, and the buttons that go with them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.errors import PanelOutdated
from bot.domain.taste.feed import Feed
from bot.domain.taste.following import FollowRefused
from bot.services.listening.watching import Whose
from bot.services.taste import feed as feeds
from bot.services.taste import following
from cogs.listening import pages
from cogs.shared import follow_refusals  # noqa: F401 - puts its words among the others
from cogs.shared.caller import Interaction, caller_of, now_of, tools_of
from cogs.shared.dynamic import Press, read_key
from cogs.shared.render import Body
from cogs.shared.replies import answer, hold, think, update
from cogs.taste import follow_cards as cards

Asked = discord.Interaction[Any]


class Following(commands.Cog):
    """Whom a member follows, and what those do."""

    @app_commands.command(name="follow")
    @app_commands.guild_only()
    @app_commands.describe(member="Whom you want to follow")
    async def follow(self, interaction: Interaction, member: discord.Member) -> None:
        """Follow a member: what they rate, discover and reach shows in your feed."""
        await think(interaction)
        if member.bot:
            raise FollowRefused("bot", member.display_name)
        told = await following.follow(
            tools_of(interaction),
            caller=caller_of(interaction),
            now=now_of(interaction),
            whose=Whose(member.id, member.display_name),
        )
        await answer(interaction, cards.followed_card(told))

    @app_commands.command(name="unfollow")
    @app_commands.guild_only()
    @app_commands.describe(member="Whom you no longer want to follow")
    async def unfollow(self, interaction: Interaction, member: discord.User) -> None:
        """Follow somebody no longer; they are not told."""
        await think(interaction)
        whose = Whose(member.id, member.display_name)
        await following.unfollow(
            tools_of(interaction), caller=caller_of(interaction), now=now_of(interaction), whose=whose
        )
        await answer(interaction, cards.unfollowed_words(whose.name))

    @app_commands.command(name="following")
    @app_commands.guild_only()
    async def following(self, interaction: Interaction) -> None:
        """Show whom you follow, who follows you, and who asks to."""
        await think(interaction)
        await answer(interaction, await _lists(interaction))

    @app_commands.command(name="feed")
    @app_commands.guild_only()
    async def feed(self, interaction: Interaction) -> None:
        """Show what those you follow did lately, to you alone."""
        await think(interaction)
        await answer(interaction, await _feed(interaction))


async def _lists(interaction: Asked) -> Body:
    told = await following.my_follows(tools_of(interaction), caller=caller_of(interaction), now=now_of(interaction))
    return cards.follows_card(told)


async def _feed(interaction: Asked) -> Body:
    found = await feeds.read_feed(tools_of(interaction), caller=caller_of(interaction), now=now_of(interaction))
    return _page(found)


def _page(found: Feed) -> Body:
    until = int(found.until.timestamp())
    turns = pages.turning(
        found.page, found.more, lambda words, page: cards.FEED.button(words, argument=f"{until}.{page}")
    )
    return cards.feed_card(found, turns)


@cards.OPEN_FEED.answers
async def on_feed(press: Press) -> None:
    """Show the feed in a message of its own."""
    await think(press.interaction)
    await answer(press.interaction, await _feed(press.interaction))


@cards.FEED.answers
async def on_feed_page(press: Press) -> None:
    """Turn to another page of the feed."""
    interaction = press.interaction
    until, _, page = press.argument.partition(".")
    await hold(interaction)
    found = await feeds.read_feed(
        tools_of(interaction),
        caller=caller_of(interaction),
        now=now_of(interaction),
        page=pages.page_of(page),
        until=pages.instant_of(until),
    )
    await update(interaction, _page(found))


@cards.UNFOLLOW.answers
async def on_unfollow(press: Press) -> None:
    """Follow somebody no longer, or no longer ask to."""
    interaction = press.interaction
    await hold(interaction)
    await following.unfollow_key(
        tools_of(interaction), caller=caller_of(interaction), now=now_of(interaction), user_id=press.row
    )
    await update(interaction, cards.unfollowed_words())


@cards.FOLLOWING.answers
async def on_lists(press: Press) -> None:
    """Show the lists in a message of their own."""
    await think(press.interaction)
    await answer(press.interaction, await _lists(press.interaction))


@cards.ACCEPT.answers
async def on_accept(press: Press) -> None:
    """Let somebody follow."""
    await _answer(press, accept=True)


@cards.DECLINE.answers
async def on_decline(press: Press) -> None:
    """Do not let somebody follow; they may ask again."""
    await _answer(press, accept=False)


async def _answer(press: Press, *, accept: bool) -> None:
    interaction = press.interaction
    await hold(interaction)
    await following.answer_request(
        tools_of(interaction),
        caller=caller_of(interaction),
        now=now_of(interaction),
        follower=press.row,
        accept=accept,
    )
    await update(interaction, await _lists(interaction))


@cards.LET_GO.answers
async def on_let_go(press: Press) -> None:
    """Follow the one who was chosen no longer."""
    interaction = press.interaction
    await hold(interaction)
    await following.unfollow_key(
        tools_of(interaction), caller=caller_of(interaction), now=now_of(interaction), user_id=_chosen(press)
    )
    await update(interaction, await _lists(interaction))


@cards.REMOVE.answers
async def on_remove(press: Press) -> None:
    """The one who was chosen follows no longer, and cannot again until they are let."""
    interaction = press.interaction
    await hold(interaction)
    await following.remove_follower(
        tools_of(interaction), caller=caller_of(interaction), now=now_of(interaction), follower=_chosen(press)
    )
    await update(interaction, await _lists(interaction))


@cards.LET_AGAIN.answers
async def on_let_again(press: Press) -> None:
    """The one who was chosen may follow again."""
    interaction = press.interaction
    await hold(interaction)
    await following.let_follow(
        tools_of(interaction), caller=caller_of(interaction), now=now_of(interaction), follower=_chosen(press)
    )
    await update(interaction, await _lists(interaction))


def _chosen(press: Press) -> UUID:
    if not press.values:
        raise PanelOutdated
    return read_key(press.values[0])
