"""The week's card in the club's channel: where the week stands, what comes next, and the button for it."""

from __future__ import annotations

from typing import Any

import discord
from discord import ui

from bot.domain.club.rules import Pick
from bot.domain.club.views import WeekView
from bot.domain.club.week import HEARING, Phase, Skip, ThreadRole
from cogs.club import actions
from cogs.club.cards import phrases
from cogs.club.cards.phrases import counted
from cogs.shared.render import Body, beside_cover, rows
from cogs.shared.text import plain, short_when

SKIPS = {
    Skip.HOST: "A host cancelled this week.",
    Skip.NO_NOMINATIONS: "Nobody nominated an album, also after a day more, so this week is skipped.",
    Skip.NO_PICK: "No album was picked, so this week is skipped.",
}


def week_card(view: WeekView) -> Body:
    """The card of any phase; it carries the buttons of the present one and loses them all when the week is over."""
    week = view.week
    body = "\n".join([*_state(view), *_deadlines(view), *_threads(view)])
    if week.announced and view.winner is not None:
        album = view.winner.album
        text = f"{phrases.album_headline(album)}\n{body}"
        shown = beside_cover(text, view.covers.get(album.id), phrases.cover_alt(album))
    else:
        shown = ui.TextDisplay(body)
    return Body(ui.TextDisplay(phrases.heading(week)), shown, *rows(*phase_buttons(view)))


def phase_buttons(view: WeekView) -> list[ui.Item[Any]]:
    """What a member can do with the week right now."""
    week = view.week
    primary = discord.ButtonStyle.primary
    yours = actions.YOUR_PART.button("Your part", week.id)
    if week.phase is Phase.NOMINATIONS and week.rules.pick is Pick.VOTE:
        return [actions.NOMINATE.button(phrases.nominate_words(week), week.id, style=primary), yours]
    if week.phase is Phase.POLL:
        return [actions.VOTE.button("Vote", week.id, style=primary), yours]
    if week.phase in HEARING:
        return [
            actions.RATE.button(f"Rate the {phrases.thing(week)}", week.id, style=primary),
            actions.HEARD.button("I've heard it", week.id),
            actions.SCORES.button("Scores", week.id),
            yours,
        ]
    return []


def _state(view: WeekView) -> list[str]:
    week = view.week
    reopened = " (reopened)" if week.reopened and week.is_open else ""
    lines = [f"### {phrases.phase_words(week)}{reopened}"]
    if week.phase is Phase.NOMINATIONS:
        lines.append(_nominations_state(view))
    elif week.phase is Phase.POLL:
        stand = counted(len(view.standing), phrases.thing(week))
        lines.append(f"{stand} to choose from. So far {phrases.turnout(view)}.")
        if week.poll_extended:
            lines.append("Nobody had voted, so the poll got a day more.")
    elif week.phase in HEARING:
        lines.append(f"{counted(view.heard, 'member has', 'members have')} heard it, {_rated(view)}.")
    elif week.phase is Phase.CLOSED:
        lines.append(_closed_state(view))
    elif week.phase is Phase.CANCELLED:
        lines.append(cancel_words(view))
    return lines


def _nominations_state(view: WeekView) -> str:
    if view.week.rules.pick is Pick.HOST:
        return "Keep an album of yours for another week with `/shelf add`."
    extended = " Nobody had nominated, so there is a day more." if view.week.nominations_extended else ""
    return f"{counted(len(view.standing), phrases.thing(view.week))} nominated so far.{extended}"


def _closed_state(view: WeekView) -> str:
    late = f" {counted(view.late, 'late rating')} beside it." if view.late else ""
    if view.summary is None:
        return f"Nobody rated it in time.{late}"
    count = counted(view.summary.count, "rating")
    listened = f" {phrases.listened_words(view)}" if view.listened is not None else ""
    return f"The club's score: **{phrases.figure(view.summary.mean)}** from {count}.{late}{listened}"


def _rated(view: WeekView) -> str:
    return f"{counted(view.ratings, 'has', 'have')} rated it"


def cancel_words(view: WeekView) -> str:
    """Why a week was cancelled, in a host's words or ours."""
    reason = view.week.cancel_reason or Skip.HOST
    if reason in set(Skip):
        return SKIPS[Skip(reason)]
    return f"A host cancelled this week: {plain(reason, 300, hard=400)}"


def _deadlines(view: WeekView) -> list[str]:
    paused = view.club.paused_until
    lines = phrases.deadline_lines(view.week)
    if lines and paused is not None and view.week.phase is Phase.SCHEDULED:
        lines.append(f"- The club pauses; it goes on {short_when(paused)}.")
    return lines


def _threads(view: WeekView) -> list[str]:
    """Where to talk: the choosing thread while it is needed, the album's thread after that."""
    threads = view.week.threads
    roles = (
        (ThreadRole.NOMINATIONS, ThreadRole.POLL)
        if view.week.phase in (Phase.NOMINATIONS, Phase.POLL)
        else (ThreadRole.LISTENING, ThreadRole.RATINGS)
    )
    places = list(dict.fromkeys(threads[role] for role in roles if role in threads))
    return [f"Thread: {' and '.join(f'<#{place}>' for place in places)}"] if places else []
