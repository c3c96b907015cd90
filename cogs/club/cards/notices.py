"""Short messages: what changed, what is due, what only hosts need to hear."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from discord import ui

from bot.domain.club.rules import Pick
from bot.domain.club.views import WeekView
from bot.domain.club.week import Phase, Week
from bot.domain.outbox import Kind
from cogs.club import actions
from cogs.club.cards import phrases
from cogs.club.cards.phrases import counted
from cogs.club.cards.week import cancel_words
from cogs.shared.render import Body, rows
from cogs.shared.text import plain, when


def notice_card(view: WeekView, payload: Mapping[str, Any]) -> Body:
    """A message to the thread; the payload says which words."""
    words = str(payload.get("words", ""))
    week = view.week
    ends = f"\n{phrases.ends_words(week)}: {when(week.ends_at)}." if week.ends_at and week.is_open else ""
    text = {
        "nominations_extended": _nominations_extended(week),
        "poll_extended": "Nobody has voted yet, so the poll stays open for a day more.",
        "moved": "The hosts have moved a deadline. From now on:",
        "reopened": f"{week.label} is open again: {phrases.phase_words(week).lower()}. Ballots and ratings stay "
        "as they are and can be changed.",
        "cancelled": cancel_words(view),
        "finished": "Everyone who shows their listening here has heard the whole album. Time to talk about it.",
    }.get(words)
    if words == "nominators":
        return Body(ui.TextDisplay(_nominators(view)))
    if words == "moved":
        ends = "".join(f"\n{line}" for line in phrases.deadline_lines(week))
    if text is None:
        text = f"{week.label} has changed; the card above says how."
    if words == "finished":  # a quiet moment, and no deadline
        return Body(ui.TextDisplay(text), silent=True)
    return Body(ui.TextDisplay(f"{text}{ends}"), *rows(panel_link(view) if week.is_open else None))


def _nominations_extended(week: Week) -> str:
    if week.rules.pick is Pick.HOST:
        return "The hosts have not picked an album yet, so they have a day more."
    return "Nobody has nominated an album yet, so nominations stay open for a day more."


def _nominators(view: WeekView) -> str:
    """Who was behind the nominations of an anonymous vote."""
    lines = phrases.listing(
        lambda width: [
            f"- {phrases.album_words(one.album, width)}: {phrases.person_words(one.nominator)}"
            for one in view.nominations
        ],
        3_000,
    )
    return f"The poll is over, so here is who nominated what:\n{lines}"


def host_note_card(view: WeekView, payload: Mapping[str, Any]) -> Body:
    """A quiet word to the hosts, with the button to act on it."""
    words = str(payload.get("words", ""))
    week = view.week
    shelf = "Members' shelves hold albums for such a week: `/shelf list` with `club:True` shows them."
    text = {
        "close_early": "Everyone who nominated has voted. You can close the poll early."
        if week.phase is Phase.POLL
        else "Everyone who nominated had voted before the poll closed.",
        "nominations_extended": "No album is picked yet: `/week pick` names it. There is a day more."
        if week.rules.pick is Pick.HOST
        else f"No album was nominated, so nominations got a day more. {shelf}",
        "poll_extended": "Nobody has voted, so the poll got a day more. After that the draw decides.",
        "cancelled": f"{cancel_words(view)} `/week reopen` takes it back. {shelf}",
    }.get(words, "Something needs a look: `/week summary`.")
    role = view.club.host_role_id
    greeting = f"For the hosts (<@&{role}>): " if role else "For the hosts: "
    buttons: list[ui.Item[Any]] = []
    if words == "close_early" and week.phase is Phase.POLL:
        buttons.append(actions.ADVANCE.button("Close the poll now", week.id, str(week.phase)))
    # Named, not pinged: a quiet word.
    return Body(ui.TextDisplay(f"{greeting}{text}"), *rows(*buttons), silent=True)


PANEL_OF = {
    Phase.NOMINATIONS: Kind.NOMINATIONS_PANEL,
    Phase.POLL: Kind.POLL_PANEL,
    Phase.LISTENING: Kind.ALBUM_PANEL,
    Phase.RATINGS: Kind.ALBUM_PANEL,
}
PANEL_LABELS = {
    Phase.NOMINATIONS: "Go to the nominations",
    Phase.POLL: "Go to the poll",
    Phase.LISTENING: "Go to the album",
    Phase.RATINGS: "Go to the album",
}
CALLS = {
    Phase.NOMINATIONS: "Nominations close soon: which album should the club hear?",
    Phase.POLL: "The poll closes soon: have you voted?",
    Phase.LISTENING: "The discussion is near: have you heard the album?",
    Phase.RATINGS: "Ratings close soon: what do you make of the album?",
}


def reminder_card(view: WeekView, closes_at: datetime, role_id: int | None) -> Body:
    """The one reminder of a deadline; it pings the opt-in role where it may."""
    week = view.week
    ping = f"<@&{role_id}> " if role_id else ""
    text = f"{ping}{CALLS.get(week.phase, 'A deadline is near.')}\n{phrases.ends_words(week)}: {when(closes_at)}."
    return Body(ui.TextDisplay(text), *rows(panel_link(view)), roles=(role_id,) if role_id else ())


def panel_link(view: WeekView) -> ui.Item[Any] | None:
    """The way to the panel with the buttons of the phase; a link, because this message is never drawn again."""
    kind = PANEL_OF.get(view.week.phase, Kind.CARD)
    panel = view.panels.get((str(kind), 0)) or view.panels.get((str(Kind.CARD), 0))
    if panel is None:
        return None
    address = f"https://discord.com/channels/{view.club.guild_id}/{panel.channel_id}/{panel.message_id}"
    picking = view.week.phase is Phase.NOMINATIONS and view.week.rules.pick is Pick.HOST
    return ui.Button(
        label="Go to the week" if picking else PANEL_LABELS.get(view.week.phase, "Open the week"), url=address
    )


def dm_card(view: WeekView, payload: Mapping[str, Any]) -> Body:
    """A private message; it carries links only, because what can be pressed lives on the server."""
    words = str(payload.get("words", ""))
    week, club = view.week, view.club
    name = plain(club.name, 60, hard=80)
    if words == "vote_lost":
        lost = next((one for one in view.nominations if str(one.id) == payload.get("nomination")), None)
        album = phrases.album_words(lost.album, 120) if lost else "an album"
        text = (
            f"**{name}**, {week.label}: a host removed {album}, which your ballot named. It counts for nothing now; "
            "your other choices stay where they are. You may vote again while the poll is open."
        )
    elif words == "reminder":
        text = f"**{name}**, {week.label}: {CALLS.get(week.phase, 'something is left for you to do.')}"
    else:
        text = f"**{name}**, {week.label} has changed."
    if week.ends_at is not None:
        text += f"\n{phrases.ends_words(week)}: {when(week.ends_at)}."
    if words == "reminder":
        text += "\n-# You asked for this. `/reminders` on the server turns it off."
    return Body(ui.TextDisplay(text), *rows(panel_link(view)))


def event_words(view: WeekView) -> tuple[str, str]:
    """Name and description of the discussion's scheduled event."""
    assert view.winner is not None, "an event follows a winner"
    album = view.winner.album
    name = f"{phrases.album_label(album, 70)} · week {view.week.number}"
    lines = [f"The club talks about {phrases.album_label(album, 300)}.", f"{view.week.label}"]
    lines.append(f"{counted(len(view.tracks), 'track')}." if view.tracks else "Come and say what you heard.")
    return name, "\n".join(lines)


def event_place(guild_id: int, thread_id: int) -> str:
    """Where the discussion is: the thread's address."""
    return f"https://discord.com/channels/{guild_id}/{thread_id}"
