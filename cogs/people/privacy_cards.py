"""What a member is told of what is kept of them, before and after they ask for it or have it forgotten."""

from __future__ import annotations

from collections.abc import Mapping

import discord
from discord import ui

from bot.domain.privacy import Choice, Erased, Group, Kept
from bot.services.privacy.exporting import Export
from bot.services.privacy.packing import Part
from cogs.club.cards.phrases import counted, service_label
from cogs.shared.dynamic import Action
from cogs.shared.render import Body, row, words
from cogs.shared.text import plain, when

EXPORT = Action("privacy-export")
"""Of no row, like those below: the member has everything handed to them."""
BEGIN_DELETE = Action("privacy-delete")
"""Says what a deletion means."""
DELETE = Action("privacy-erase")
"""Opens the form that confirms it; the argument is the choice."""

VISIBILITY = {
    "club": "your clubs",
    "followers": "whoever follows you",
    "me": "you alone",
}
KINDS: Mapping[Group, tuple[str, str]] = {
    Group.PLAYS: ("play, as told by a source", "plays, as told by each source"),
    Group.COUNTS: ("counter of an artist, album or track", "counters of artists, albums and tracks"),
    Group.TASTE: ("figure of your taste", "figures of your taste"),
    Group.ACCOUNTS: ("row of linked accounts and their reading", "rows of linked accounts and their reading"),
    Group.IMPORTS: ("import of a history", "imports of histories"),
    Group.HEARD: ("album you said you have heard", "albums you said you have heard"),
    Group.NOMINATIONS: ("nomination or second", "nominations and seconds"),
    Group.BALLOTS: ("row of ballots", "rows of ballots"),
    Group.RATINGS: ("rating", "ratings"),
    Group.TALK: ("comment, like or post", "comments, likes and posts"),
    Group.PARTIES: ("party you came to or called", "parties you came to or called"),
    Group.PLANS: ("shelved album, draft or playlist row", "shelved albums, drafts and playlist rows"),
    Group.TRACKS: ("row about tracks you made", "rows about tracks you made"),
    Group.MEMORY: (
        "row of your memory of tracks, ideas, drafts and milestones",
        "rows of your memory of tracks, ideas, drafts and milestones",
    ),
    Group.FOLLOWS: ("row of follows and closeness of taste", "rows of follows and closeness of taste"),
    Group.HOSTING: ("deed as a host", "deeds as a host"),
    Group.MESSAGES: ("message or task that waits or was sent", "messages and tasks that wait or were sent"),
    Group.CLUBS: ("club", "clubs"),
}
FORMAT = "They are ZIP archives of JSON lines and CSV; `manifest.json` in each says what it holds."


def kept_card(kept: Kept) -> Body:
    """Everything that is kept, in words and counts, with what can be done about it."""
    clubs = ", ".join(plain(name, 60) for name in kept.clubs[:10])
    lines = [
        "### What Longplay keeps of you",
        f"Your name and your Discord account{f', in: {clubs}' if clubs else ''}.",
    ]
    if kept.accounts:
        names = ", ".join(f"{service_label(service)} ({plain(name, 40)})" for service, name in kept.accounts)
        lines.append(f"Linked: {names}; tokens are kept sealed.")
    if kept.first_play is not None and kept.last_play is not None:
        lines.append(f"Plays from {when(kept.first_play)} to {when(kept.last_play)}.")
    lines += ["", *_counts(kept.rows), ""]
    lines.append(f"What you hear is shown to {VISIBILITY.get(kept.visibility, 'you alone')} (`/privacy visibility`).")
    lines.append("Ballots are shown to nobody. No message of yours is read or kept.")
    buttons = row(
        EXPORT.button("Hand it to me", style=discord.ButtonStyle.primary),
        BEGIN_DELETE.button("Delete it", style=discord.ButtonStyle.danger),
    )
    return Body(ui.TextDisplay("\n".join(lines)), buttons, framed=False)


def _counts(rows: Mapping[Group, int]) -> list[str]:
    return [f"- {counted(rows[group], *names)}" for group, names in KINDS.items() if rows.get(group)]


def visibility_card(visibility: str, *, changed: bool) -> Body:
    """Who sees what the member hears, from now on."""
    text = f"What you hear is {'now' if changed else 'already'} shown to {VISIBILITY[visibility]}."
    if visibility == "club":
        text += " The week's card names you only where you press **Show my listening**."
    else:
        text += " Your plays no longer count in your clubs' charts, and no card of theirs names you."
    return words(text)


# --- handing it over ------------------------------------------------------------------------------------------------


def parts_card(export: Export) -> Body:
    """How much follows."""
    parts = counted(len(export.parts), "part")
    return words(f"### Everything that is kept of you\n{counted(export.rows, 'row')} in {parts}. {FORMAT}")


def part_card(part: Part, of: int) -> Body:
    """One archive, to be saved."""
    return words(f"Part {part.number} of {of}", ui.File(f"attachment://{part.path.name}"))


# --- forgetting -----------------------------------------------------------------------------------------------------


def before_delete_card(kept: Kept) -> Body:
    """What a deletion means, and the choice it leaves."""
    given = sum(kept.rows.get(group, 0) for group in (Group.NOMINATIONS, Group.BALLOTS, Group.RATINGS, Group.TALK))
    lines = [
        "### Delete everything about you",
        "In every club, and for good: plays and their counters, linked accounts with their tokens, imports, the albums "
        "you said you heard, shelf, drafts, playlists, follows, reminders, your name and your Discord account. There "
        "is no way back; **Hand it to me** first gives you a copy.",
    ]
    if given:
        lines += [
            "",
            "**What you gave your clubs** can go two ways:",
            "- **It stays without your name:** nominations with their pitches, ballots, ratings with their reviews, "
            "comments, likes and parties become a nameless former member's. Results and averages stay as they are.",
            "- **It goes too:** ratings, comments, likes, seconds and your presence at parties go, so averages "
            "of past weeks change. Nominations lose your pitch, and leave a race that still takes nominations; ballots "
            "in open polls are deleted. Ballots that decided a result, and nominated albums, stay without your name: "
            "others voted with and on them.",
        ]
    buttons = row(
        DELETE.button("Delete, what I gave stays nameless", None, Choice.STAY, style=discord.ButtonStyle.danger),
        DELETE.button("Delete that too", None, Choice.GO, style=discord.ButtonStyle.danger),
        EXPORT.button("Hand it to me first"),
    )
    return Body(ui.TextDisplay("\n".join(lines)), buttons, framed=False)


def erased_card(erased: Erased) -> Body:
    """What is gone, what stays nameless, and that a recount found nothing."""
    check = erased.recount
    lines = ["### You are forgotten", "**Deleted**", *_counts(erased.gone)]
    stays = _counts(erased.nameless)
    if stays:
        lines += ["**Kept without your name**", *stays]
    lines.append(
        f"Verified: {counted(check.total, 'row')} left, looked for in {check.columns} places of {check.tables} tables. "
        "Messages that showed your name are being drawn again. Whoever comes back begins anew."
    )
    return words("\n".join(lines))
