"""The listening guide: the card with the track list, a message for each track, and what one member sees of a track."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import discord
from discord import ui

from bot.domain.club.rules import Guide
from bot.domain.club.views import WeekView
from bot.domain.club.week import HEARING
from bot.domain.posts import Comment, Like, Post, Talk
from cogs.club import actions
from cogs.club.cards import phrases
from cogs.club.cards.phrases import counted
from cogs.club.cards.result import link_buttons
from cogs.shared.limits import OPTIONS
from cogs.shared.render import Body, Enclosed, Sound, beside_cover, fitting, row, rows, words
from cogs.shared.text import block, label, short_when

LIST_SIZE = 2_800
TITLE = 200
SERVICES = 10
PAGE = 6
"""Comments on one page of a track's private card."""
SAID = 400
"""Characters of a comment that are shown in full view of others."""
PAGE_SIZE = 3_000
DEEPEST = 3
"""Replies to replies are set in no further than this."""


def guide_card(view: WeekView, posts: Sequence[Post], sound: Sound | None = None) -> Body:
    """The album with its length and where to listen; with the track list, unless each track has its own message.

    A demo is heard right here. A song has no list to be told: it is named, with its link.
    """
    week, winner = view.week, view.winner
    if winner is None or not week.announced:
        text = f"{phrases.heading(week, 'Listening guide')}\nThis week's {phrases.thing(week)} is being chosen again."
        return Body(ui.TextDisplay(text), silent=True)
    live = [post for post in posts if post.track is not None]
    head = [phrases.heading(week, "Listening guide"), phrases.album_headline(winner.album), length_words(live)]
    cover, alt = view.covers.get(winner.album.id), phrases.cover_alt(winner.album)
    parts: list[ui.Item[Any] | None] = [beside_cover("\n".join(filter(None, head)), cover, alt)]
    taken = week.phase in HEARING
    if sound is not None and live:
        parts.append(Enclosed(sound, winner.album.title))
    if not live and not winner.album.is_song:
        parts += _no_tracks(week.id, taken=taken)
    elif live and week.rules.guide is Guide.TRACKS:
        parts.append(ui.TextDisplay("Every track has a message of its own here: like it, or say what you hear."))
    if week.rules.guide is Guide.CARD and posts:
        parts.append(ui.TextDisplay(phrases.listing(lambda width: [_line(post, width) for post in posts], LIST_SIZE)))
        if live and taken:
            parts += _picker(week.id, live)
    parts += rows(*link_buttons(view)[:SERVICES])
    return Body(*parts, silent=True)


def length_words(posts: Sequence[Post]) -> str:
    """How many tracks, and how long together where every length is known."""
    known = [post.track.duration_ms for post in posts if post.track is not None and post.track.duration_ms]
    total = f", {phrases.duration(sum(known))}" if known and len(known) == len(posts) else ""
    return f"{counted(len(posts), 'track')}{total}" if posts else ""


def _no_tracks(week: UUID, *, taken: bool) -> list[ui.Item[Any] | None]:
    if not taken:
        return [ui.TextDisplay("Nobody has told its track list.")]
    text = "Nobody has told its track list yet. Paste it, and every track can be liked and discussed here."
    add = actions.TELL_TRACKS.button("Add the track list", week, style=discord.ButtonStyle.primary)
    return [ui.TextDisplay(text), row(add)]


def _picker(week: UUID, posts: Sequence[Post]) -> list[ui.Item[Any] | None]:
    """A select for a list that fits into one; a longer one is chosen from privately, page by page."""
    if len(posts) > OPTIONS:
        return [row(actions.TRACKS.button("Like or discuss a track", week, "0"))]
    return [actions.TRACK.select(_options(posts), week, placeholder="Like or discuss a track")]


def _options(posts: Sequence[Post]) -> list[discord.SelectOption]:
    return [discord.SelectOption(label=label(_number(post), 100), value=str(post.id)) for post in posts]


def _number(post: Post) -> str:
    """`3. Title`, raw."""
    return "A removed track" if post.track is None else f"{_place(post)}{post.track.title}"


def _place(post: Post) -> str:
    """`3. `, or nothing for a track that is on no list."""
    return f"{post.track.position}. " if post.track is not None and post.track.position else ""


def _line(post: Post, width: int) -> str:
    counts = f" · {_counts(post)}" if post.talked_about else ""
    if post.track is None:
        return f"- *A track that was removed*{counts}"
    length = f" ({phrases.duration(post.track.duration_ms)})" if post.track.duration_ms else ""
    return f"{post.track.position}. {phrases.literal(post.track.title, width, width + 12)}{length}{counts}"


def _counts(post: Post) -> str:
    told = [counted(post.likes, "like")] if post.likes else []
    told += [counted(post.comments, "comment")] if post.comments else []
    return ", ".join(told)


def _title(post: Post) -> str:
    """A track as a heading."""
    if post.track is None:
        return "### A track that was removed"
    length = f" ({phrases.duration(post.track.duration_ms)})" if post.track.duration_ms else ""
    return f"### {_place(post)}{phrases.literal(post.track.title, TITLE, TITLE + 60)}{length}"


# --- a message for each track ---------------------------------------------------------------------------------------


def track_message(view: WeekView, post: Post, latest: Sequence[Comment]) -> Body:
    """One track for everybody: its counts on its buttons, and the latest that was said about it."""
    lines = [_title(post)]
    if post.track is None:
        lines.append("It is no longer on the album's list. What was said about it stays.")
    lines += [_said(comment, SAID // 2) for comment in latest]
    taken = post.track is not None and view.week.phase in HEARING
    if not taken:
        lines += [f"-# {_counts(post)}"] if post.talked_about else []
        return Body(ui.TextDisplay("\n".join(lines)), silent=True)
    likes = f"Like ({post.likes:,})" if post.likes else "Like"
    buttons = row(
        actions.LIKE.button(likes, post.id),
        actions.COMMENT.button("Comment", post.id),
        actions.COMMENTS.button(f"Comments ({post.comments:,})", post.id) if post.comments else None,
    )
    return Body(ui.TextDisplay("\n".join(lines)), buttons, silent=True)


def _said(comment: Comment, length: int, depth: int = 0) -> str:
    """A comment with its author, its moment and its words; a deleted one says so."""
    inset = "↳ " * min(depth, DEEPEST)
    if comment.deleted:
        return f"{inset}*A comment that was deleted.*"
    moment = f" at {phrases.duration(comment.position_ms)}" if comment.position_ms is not None else ""
    said = block(comment.content, length, hard=length + length // 4 + 100, lines=8)
    return f"{inset}**{phrases.person_words(comment.name)}**{moment}, {short_when(comment.commented_at)}:\n{said}"


# --- what one member sees -------------------------------------------------------------------------------------------


def picker_card(week: UUID, posts: Sequence[Post], page: int) -> Body:
    """The tracks to choose from, for lists longer than a select holds."""
    last = (len(posts) - 1) // OPTIONS
    page = min(page, last)
    shown = posts[page * OPTIONS : (page + 1) * OPTIONS]
    return words(
        f"Which track? {counted(len(posts), 'track')}, page {page + 1} of {last + 1}.",
        actions.TRACK.select(_options(shown), week, placeholder=f"Tracks {_span(shown)}"),
        row(
            actions.TRACKS.button("Earlier tracks", week, str(page - 1)) if page else None,
            actions.TRACKS.button("Later tracks", week, str(page + 1)) if page < last else None,
        ),
    )


def _span(posts: Sequence[Post]) -> str:
    places = [post.track.position for post in posts if post.track is not None]
    return f"{places[0]}–{places[-1]}" if places else ""


def pages_of(talk: Talk) -> int:
    """How many pages its comments fill, one at least."""
    return max(1, -(-len(talk.comments) // PAGE))


def track_card(talk: Talk, page: int | None = None) -> Body:
    """A track with what is said about it, the newest page unless told; buttons while its week goes on."""
    post, last = talk.post, pages_of(talk) - 1
    page = last if page is None else min(page, last)
    shown = talk.comments[page * PAGE : (page + 1) * PAGE]
    lines = [_title(post)]
    if talk.album is not None:
        lines.append(f"{phrases.album_words(talk.album)} · {talk.label}")
    liked = ", yours among them" if talk.liked else ""
    lines.append(f"{counted(post.likes, 'like')}{liked}, {counted(post.comments, 'comment')}.")
    if last:
        lines.append(f"Page {page + 1} of {last + 1}.")
    lines += _page_of_comments(shown)
    parts: list[ui.Item[Any] | None] = []
    if talk.open:
        parts.append(_talk_buttons(talk))
    parts += rows(
        actions.COMMENTS.button("Earlier comments", post.id, str(page - 1)) if page else None,
        actions.COMMENTS.button("Later comments", post.id, str(page + 1)) if page < last else None,
    )
    return words("\n".join(lines), *parts, *_comment_selects(talk, [one for _, one in shown if not one.deleted], page))


def _page_of_comments(shown: Sequence[tuple[int, Comment]]) -> list[str]:
    """Comments as long as fit together into one message."""
    lines: list[str] = []
    for length in (SAID, SAID // 2, SAID // 4, SAID // 8):
        lines = [_said(comment, length, depth) for depth, comment in shown]
        if fitting(PAGE_SIZE, lines):
            break
    return lines


def _talk_buttons(talk: Talk) -> ui.ActionRow[Any] | None:
    key = talk.post.id
    like = (
        actions.LIKE.button("Take your like back", key, "off") if talk.liked else actions.LIKE.button("Like", key, "on")
    )
    return row(like, actions.COMMENT.button("Comment", key, style=discord.ButtonStyle.primary))


def _comment_selects(talk: Talk, shown: Sequence[Comment], page: int) -> list[ui.Item[Any] | None]:
    """The comments of this page to answer, and the member's own to delete."""
    own = [comment for comment in shown if comment.user_id == talk.user_id]
    parts: list[ui.Item[Any] | None] = []
    if talk.open and shown:
        parts.append(actions.REPLY.select(_choices(shown), talk.post.id, placeholder="Answer a comment"))
    if own:
        choices = _choices(own)
        parts.append(
            actions.DELETE_COMMENT.select(choices, talk.post.id, str(page), placeholder="Delete one of your comments")
        )
    return parts


def _choices(comments: Sequence[Comment]) -> list[discord.SelectOption]:
    return [
        discord.SelectOption(label=label(f"{comment.name}: {comment.content}", 100), value=str(comment.id))
        for comment in comments
    ]


def liked_card(like: Like) -> Body:
    """The answer to a press on a public Like, with the way back."""
    title = "" if like.post.track is None else phrases.literal(like.post.track.title, TITLE, TITLE + 60)
    people = counted(like.post.likes, "member likes it", "members like it")
    if not like.liked:
        return words(f"You no longer like **{title}**.", row(actions.LIKE.button("Like it again", like.post.id)))
    said = f"You like **{title}**." if like.changed else f"You like **{title}** already; it counts once."
    return words(
        f"{said} {people}.",
        row(
            actions.LIKE.button("Take it back", like.post.id, "undo"),
            actions.COMMENT.button("Comment", like.post.id),
        ),
    )
