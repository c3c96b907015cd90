"""What members read of whom they follow, and the feed of it; every card is one person's alone."""

from __future__ import annotations

from collections.abc import Sequence

import discord
from discord import ButtonStyle, ui

from bot.domain.taste.feed import Entry, Event, Feed
from bot.domain.taste.following import Bond, Follows, Neighbour
from bot.services.taste.following import Followed
from cogs.listening.cards import ARTIST, PERSON, TITLE, counted, name_of
from cogs.shared.dynamic import Action
from cogs.shared.render import Body, Item, row, words
from cogs.shared.text import label, short_when

UNFOLLOW = Action("follow-end")
"""Of somebody whom the one who presses follows, or asked."""
FEED = Action("feed-page")
"""The argument: until when, page."""
OPEN_FEED = Action("feed-open")
FOLLOWING = Action("follow-lists")
ACCEPT = Action("follow-accept")
DECLINE = Action("follow-decline")
LET_GO = Action("follow-let-go")
"""A select of whom one follows."""
REMOVE = Action("follow-remove")
"""A select of who follows one."""
LET_AGAIN = Action("follow-let-again")
"""A select of whom one has removed."""

LISTED = 15
"""Names of a list; the rest is a number."""
CHOICES = 25
REQUESTS = 3
"""Requests with buttons of their own at a time; the next ones come when these are answered."""


def who(neighbour: Neighbour) -> str:
    """A name in a list."""
    name = name_of(neighbour.name, PERSON)
    return name if neighbour.here else f"{name} (not in this club)"


def followed_card(told: Followed) -> Body:
    """What became of a wish to follow somebody."""
    name = f"**{name_of(told.name, PERSON)}**"
    if told.bond is Bond.ASKED:
        text = (
            f"You have asked {name} before; they have not answered yet."
            if told.again
            else f"{name} shows what they hear to followers alone, so you have asked first. They find it in "
            "`/following`, and your `/feed` begins when they say yes."
        )
        return words(text, row(UNFOLLOW.button("Take it back", told.user_id)))
    text = (
        f"You follow {name} already."
        if told.again
        else f"You follow {name} now. What they rate, win, discover and reach shows in your `/feed`, to you alone."
    )
    return words(text, row(OPEN_FEED.button("Feed"), UNFOLLOW.button("Unfollow", told.user_id)))


def unfollowed_words(name: str = "") -> Body:
    """A follow, or a request, has ended."""
    whom = f"**{name_of(name, PERSON)}**" if name else "them"
    return words(f"You no longer follow {whom}. They are not told.")


def _names(neighbours: Sequence[Neighbour]) -> str:
    more = len(neighbours) - LISTED
    return ", ".join(map(who, neighbours[:LISTED])) + (f" and {more:,} more" if more > 0 else "")


def _choose(action: Action, neighbours: Sequence[Neighbour], placeholder: str) -> Item | None:
    if not neighbours:
        return None
    options = [
        discord.SelectOption(
            label=label(one.name, 100), value=str(one.user_id), description=None if one.here else "Not in this club"
        )
        for one in neighbours[:CHOICES]
    ]
    return action.select(options, placeholder=placeholder)


def follows_card(told: Follows) -> Body:
    """Whom a member follows and who follows them, with what they can do about it."""
    parts: list[Item | None] = []
    for one in told.requests[:REQUESTS]:
        asks = f"**{who(one)}** asks to follow you, {short_when(one.since)}."
        buttons = row(
            ACCEPT.button(f"Let {label(one.name, PERSON)}", one.user_id, style=ButtonStyle.success),
            DECLINE.button(f"Not {label(one.name, PERSON)}", one.user_id),
        )
        parts += [ui.TextDisplay(asks), buttons]
    if len(told.requests) > REQUESTS:
        parts.append(ui.TextDisplay(f"-# {counted(len(told.requests) - REQUESTS, 'more request')} after these."))
    lines = ["### Whom you follow"]
    lines.append(_names(told.following) if told.following else "Nobody yet. `/follow` begins it.")
    if told.asked:
        lines.append(f"-# Asked, and not answered yet: {_names(told.asked)}")
    parts.append(ui.TextDisplay("\n".join(lines)))
    parts.append(_choose(LET_GO, [*told.following, *told.asked], "Unfollow…"))
    lines = ["### Who follows you"]
    lines.append(_names(told.followers) if told.followers else "Nobody.")
    lines.append(f"-# {_seen_by(told.visibility)} Nobody but you sees these lists.")
    parts.append(ui.TextDisplay("\n".join(lines)))
    parts.append(_choose(REMOVE, told.followers, "Remove a follower…"))
    if told.barred:
        parts.append(ui.TextDisplay(f"-# You do not let follow you: {_names(told.barred)}"))
        parts.append(_choose(LET_AGAIN, told.barred, "Let somebody follow you again…"))
    return Body(*parts, framed=False)


def _seen_by(visibility: str) -> str:
    return {
        "club": "Everybody in your clubs sees what you hear, and follows you without asking.",
        "followers": "Only they see what you hear; whoever comes new asks you first.",
    }.get(visibility, "You keep what you hear to yourself, so they see nothing of you.")


# --- the feed -------------------------------------------------------------------------------------------------------


def feed_card(feed: Feed, turns: Item | None = None) -> Body:
    """A page of a feed."""
    lines = ["### Your feed"]
    if feed.requests:
        asks = "1 member asks" if feed.requests == 1 else f"{feed.requests:,} members ask"
        lines.append(f"{asks} to follow you.")
    asked = row(FOLLOWING.button("Answer")) if feed.requests else None
    if not feed.following:
        lines.append(
            "You follow nobody in this club whom you may see. `/follow` a member: what they rate, win, discover and "
            "reach shows here, to you alone."
        )
        return words("\n".join(lines), asked)
    lines += [f"{entry_words(entry)} · {short_when(entry.at)}" for entry in feed.entries]
    if not feed.entries:
        lines.append(
            "Nothing further back."
            if feed.page
            else "Quiet: nothing in the last 30 days of those you follow, as far as you may see it."
        )
    lines.append(f"-# You follow {counted(feed.following, 'member')} here · of the last 30 days · only you see this")
    return words("\n".join(lines), turns, asked)


def entry_words(entry: Entry) -> str:
    """What somebody did, in one line."""
    name = f"**{name_of(entry.name, PERSON)}**"
    album = name_of(entry.title, TITLE)
    if entry.artist:
        album += f" — {name_of(entry.artist, ARTIST)}"
    match entry.event:
        case Event.RATED:
            return f"{name} rated {album} **{entry.score}** ({entry.label})"
        case Event.WON:
            return f"{name}’s nomination {album} won {entry.label}"
        case Event.HEARD:
            return f"{name} heard the club’s {album} ({entry.label})"
        case Event.DISCOVERED:
            return f"{name} first heard {_discovered(entry)}"
        case Event.PLAYS:
            return f"{name} reached **{entry.number:,} plays**"
        case Event.STREAK:
            return f"{name} heard music on **{entry.number:,} days in a row**"


def _discovered(entry: Entry) -> str:
    names = [name_of(name, ARTIST) for name in entry.names]
    more = entry.number - len(names)
    if more > 0:
        return f"{', '.join(names)} and {counted(more, 'more artist')}"
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]
