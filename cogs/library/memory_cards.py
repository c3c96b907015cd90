"""A member's own memory, and a track's story, in words."""

from __future__ import annotations

from collections.abc import Sequence

import discord
from discord import ui

from bot.domain.library.memory import Deed, Entry, Remembered
from bot.domain.library.plans import Idea, Milestone, PitchDraft
from bot.services.library.plans import Reminder
from bot.services.library.story import Chapter, Story
from cogs.club.cards import phrases
from cogs.club.cards.phrases import counted
from cogs.shared.dynamic import Action
from cogs.shared.limits import OPTIONS
from cogs.shared.render import Body, Item, fitting, row, words
from cogs.shared.text import block, label, plain, short_when

PAGE = Action("memory-page")
"""Of a track, like those below: the argument is the page."""
NOTE = Action("memory-note")
"""Opens the form for a note."""
DROP_NOTE = Action("memory-drop")
"""One of the member's own notes is chosen to go."""
FORGET = Action("memory-forget")
"""Everything that is remembered of the track goes."""

PAGE_SIZE = 8
SIZE = 3_000
TITLE = 120

SAID = {
    Deed.NOMINATED: "You nominated it",
    Deed.PITCHED: "You pitched it",
    Deed.VOTED: "You voted for it",
    Deed.WON: "It won with your nomination",
    Deed.RATED: "You rated its album",
    Deed.FAVOURITE: "You named it your favourite",
    Deed.POSTED: "You posted it",
    Deed.NOTE_GIVEN: "You commented on it",
    Deed.VERSION_ADDED: "You added a version",
    Deed.PLAYLISTED: "You put it into a playlist",
    Deed.FIRST_LISTEN: "You heard it for the first time",
    Deed.HUNDREDTH_LISTEN: "You heard it for the hundredth time",
    Deed.NOTE: "Your note",
}
TOLD = {
    "won": "Won",
    "posted": "Posted in the listening guide",
    "playlist": "In the playlist",
}


def memory_card(memory: Remembered, page: int = 0) -> Body:
    """What a member's memory holds of a track, for them alone."""
    last = max(1, -(-len(memory.entries) // PAGE_SIZE)) - 1
    page = min(page, last)
    shown = memory.entries[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]
    artist = f" — {plain(memory.artist, 60)}" if memory.artist else ""
    head = [f"### Your memory of {plain(memory.title, TITLE)}{artist}"]
    if memory.plays:
        head.append(f"Heard {counted(memory.plays, 'time')}.")
    lines = _lines(shown) if shown else "Nothing is remembered of it yet."
    foot = f"-# Seen by you alone{f' · page {page + 1} of {last + 1}' if last else ''}"
    notes = [one for one in shown if one.deed is Deed.NOTE]
    parts: list[Item | None] = [
        row(
            NOTE.button("Note something", memory.track_id, style=discord.ButtonStyle.primary),
            PAGE.button("Newer", memory.track_id, str(page - 1)) if page else None,
            PAGE.button("Older", memory.track_id, str(page + 1)) if page < last else None,
        )
    ]
    if notes:
        options = [discord.SelectOption(label=label(one.words, 100), value=one.key) for one in notes[:OPTIONS]]
        parts.append(DROP_NOTE.select(options, memory.track_id, placeholder="Delete one of your notes"))
    return words("\n".join([*head, lines, foot]), *parts)


def _lines(entries: Sequence[Entry]) -> str:
    lines: list[str] = []
    for length in (600, 300, 150, 60):
        lines = [_line(entry, length) for entry in entries]
        if fitting(SIZE, lines):
            break
    return "\n".join(lines)


def _line(entry: Entry, length: int) -> str:
    about = f" · {plain(entry.about, 60)}" if entry.about else ""
    said = f"\n{block(entry.words, length, hard=length + length // 4 + 100, lines=8)}" if entry.words else ""
    return f"- {SAID[entry.deed]}{about}, {short_when(entry.happened_at)}{said}"


def forget_card(memory: Remembered) -> Body:
    """What forgetting means, before it is done."""
    many = counted(len(memory.entries), "entry", "entries")
    return words(
        f"**{plain(memory.title, TITLE)}**: {many} would go for good. What happened until now is not remembered again; "
        "what you do from now on is. `/memory export` hands you what there is first.",
        row(FORGET.button("Forget it", memory.track_id, style=discord.ButtonStyle.danger)),
    )


# --- a track's story ------------------------------------------------------------------------------------------------


def story_card(story: Story) -> Body:
    """What the club made of a track, oldest first."""
    artist = f" — {plain(story.artist, 60)}" if story.artist else ""
    head = f"### The story of {plain(story.title, TITLE)}{artist}"
    if not story.chapters:
        return Body(ui.TextDisplay(f"{head}\nNothing has happened to it in this club yet."))
    lines = phrases.listing(lambda width: [_chapter(one, width) for one in story.chapters], SIZE)
    return Body(ui.TextDisplay(f"{head}\n{lines}"))


def _chapter(one: Chapter, width: int) -> str:
    when = short_when(one.at)
    where = plain(one.where, width)
    if one.kind == "nominated":
        by = f" by {phrases.person_words(one.who)}" if one.who else ""
        return f"- Nominated as the track to start with{by} · {where}, {when}"
    if one.kind == "demo":
        by = f" by {phrases.person_words(one.who)}" if one.who else ""
        return f"- Put forward in a demo week{by} · {where}, {when}"
    if one.kind == "favourite":
        return f"- The favourite of {counted(one.count, 'member')} · {where}, {when}"
    if one.kind == "shared":
        return f"- Shared by {phrases.person_words(one.who)}{_talk(one)}{f' · {where}' if where else ''}, {when}"
    if one.kind == "playlist":
        return f"- {TOLD[one.kind]} **{where}**, {when}"
    return f"- {TOLD[one.kind]}{_talk(one)} · {where}, {when}"


def _talk(one: Chapter) -> str:
    told = [counted(one.count, "like")] if one.count else []
    told += [counted(one.comments, "comment")] if one.comments else []
    return f" ({', '.join(told)})" if told else ""


# --- ideas, drafts, milestones --------------------------------------------------------------------------------------


def ideas_card(ideas: Sequence[Idea]) -> Body:
    """A member's ideas, newest first."""
    if not ideas:
        return words("No idea is kept yet. `/idea add` keeps one.")
    lines = phrases.listing(lambda width: [_idea(one, width) for one in ideas], SIZE)
    return words(f"### Your ideas\n{lines}\n-# Seen by you alone")


def _idea(one: Idea, width: int) -> str:
    tag = f" · {plain(one.tag, 30)}" if one.tag else ""
    track = f" → **{plain(one.track, width)}**" if one.track else ""
    return f"- {plain(one.content, 2 * width)}{tag}{track}, {short_when(one.created_at)}"


def drafts_card(drafts: Sequence[PitchDraft]) -> Body:
    """A member's drafts of pitches, the one that changed last first."""
    if not drafts:
        return words("No pitch is drafted yet. `/pitch draft` keeps one.")
    lines = phrases.listing(lambda width: [_draft(one, width) for one in drafts], SIZE)
    return words(f"### Your drafts of pitches\n{lines}\n-# One of a track fills the form when you nominate its album")


def _draft(one: PitchDraft, width: int) -> str:
    track = f" for **{plain(one.track, width)}**" if one.track else ""
    return f"- **{plain(one.name, width)}**{track}: {plain(one.blurb.pitch, 2 * width) or 'no words yet'}"


def milestones_card(milestones: Sequence[Milestone]) -> Body:
    """A member's milestones, in the order of their days."""
    if not milestones:
        return words("No day is marked yet. `/milestone add` marks one.")
    lines = phrases.listing(lambda width: [milestone_line(one, width) for one in milestones], SIZE)
    return words(f"### Your milestones\n{lines}\n-# Seen by you alone")


def milestone_line(one: Milestone, width: int = 80) -> str:
    """A day and what is on it."""
    track = f" · **{plain(one.track, width)}**" if one.track else ""
    told = f", reminder {short_when(one.remind_at)}" if one.remind_at is not None else ""
    about = f": {plain(one.description, width)}" if one.description else ""
    return f"- {one.day:%a} {one.day.isoformat()} · {plain(one.title, width)}{about}{track}{told}"


def reminder_card(reminder: Reminder) -> Body:
    """The private message on the day, or before it."""
    return Body(ui.TextDisplay(f"### You asked to be reminded\n{milestone_line(reminder.milestone, 160)[2:]}"))
