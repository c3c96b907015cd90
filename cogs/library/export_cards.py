"""What members read of a playlist on its way to elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from discord import ButtonStyle, ui

from bot.domain.library.exporting import Export, ExportState, Hitch, Linked, searches
from bot.domain.library.playlists import Playlist
from bot.services.library.exporting import Consent
from cogs.club.cards import phrases
from cogs.club.cards.phrases import counted
from cogs.shared.account_refusals import service
from cogs.shared.dynamic import Action
from cogs.shared.render import Body, Enclosed, Sound, link, row, words
from cogs.shared.text import address, plain, short_when

EXPORT = Action("playlist-export")
"""Of a playlist: it goes to the account of whoever presses. The argument: `again` where it draws its own message."""
LINKS = Action("playlist-links")
"""Of a playlist: its tracks with addresses everywhere."""

NAME = 120
MISSING_SIZE = 2_400
SHOWN = 8
"""Tracks whose links stand in the message itself; all stand in the file."""

HITCHES = {
    Hitch.SCOPE: "{there} says that you have not allowed Longplay to make playlists. Press **Try again** to allow it.",
    Hitch.NOT_ALLOWED: (
        "{there} lets only a few accounts into this club's app, and yours is not on its list. Ask whoever runs the bot "
        "to add the mail address of your account under User Management, then try again."
    ),
    Hitch.LOST: "{there} no longer lets Longplay into your account. Press **Try again** to log in there once more.",
    Hitch.BUSY: "{there} was asked too much and wants patience{until}. What was found is kept; try again then.",
    Hitch.DOWN: "{there} does not answer as it should right now. What was found is kept; try again in some minutes.",
    Hitch.REFUSED: "{there} does not let this bot do that. Tell whoever runs it; `longplay doctor` says more.",
    Hitch.GONE: "The playlist is gone here, empty, or private to somebody else now.",
    Hitch.FAULT: "Something went wrong on Longplay's side. Try again; if it stays so, tell your hosts.",
}


def consent_card(consent: Consent) -> Body:
    """What the service has to be asked for first, and the way there."""
    ticket = consent.ticket
    there = service(ticket.source)
    linked = (
        f" It links your {there} account here, too: what you play there is read from then on." if consent.links else ""
    )
    text = (
        f"### **{plain(consent.playlist.name, NAME)}** to {there}\n"
        f"{there} has to hear from you first that Longplay may make private playlists in your account, and see which "
        f"there are.{linked}\n**Allow it at {there}** opens a page of Longplay that leads there and back; it is for "
        f"you alone and open until {short_when(ticket.ends_at)}. Then come back and press **Export now**."
    )
    buttons = row(
        link(f"Allow it at {there}", ticket.address),
        EXPORT.button("Export now", consent.playlist.id, "again", style=ButtonStyle.primary),
    )
    return words(text, buttons)


def export_card(one: Export, now: datetime) -> Body:
    """How an export stands."""
    there = service(one.source)
    if one.cut_off(now):
        text = f"The export to {there} was cut off. Try again: it goes on where it was."
        return words(text, row(EXPORT.button("Try again", one.playlist_id, "again")))
    if one.state is ExportState.FAILED:
        until = f" until {short_when(one.until)}" if one.until else ""
        told = HITCHES[one.hitch or Hitch.FAULT].format(there=there, until=until)
        return words(f"Not exported. {told}", row(EXPORT.button("Try again", one.playlist_id, "again")))
    if one.state is not ExportState.DONE:
        seen = f": {one.looked} of {counted(one.total, 'track')} looked for" if one.looked else ""
        return words(f"It goes to {there}{seen} …")
    if one.missing:
        lines = phrases.listing(
            lambda width: [f"- {phrases.literal(name, width, width + 12)}" for name in one.missing], MISSING_SIZE
        )
        told = f"It is on {there}, with {one.there} of {counted(one.total, 'track')}. Not to be had there:\n{lines}"
    else:
        told = f"It is on {there}, with all of its {counted(one.total, 'track')}."
    return words(
        f"{told}\n-# Export it again, and that same playlist there follows.",
        row(link(f"Open it on {there}", one.url), EXPORT.button("Export again", one.playlist_id, "again")),
    )


def links_card(playlist: Playlist, tracks: Sequence[Linked], text: str) -> Body:
    """A list as links: the first ones to press, all in a file."""
    lines = [_line(one) for one in tracks[:SHOWN]]
    more = len(tracks) - SHOWN
    if more > 0:
        lines.append(f"-# and {counted(more, 'more track')} in the file")
    head = f"### {plain(playlist.name, NAME)}\n" + ("\n".join(lines) if lines else "No track.")
    file = Sound("playlist.txt", text.encode())
    return Body(ui.TextDisplay(head), Enclosed(file) if tracks else None, framed=False)


def _line(one: Linked) -> str:
    if one.hidden:
        return f"{one.place}. *A private track*"
    title = phrases.literal(one.title, 60, 72)
    artist = f" — {phrases.literal(one.artist, 40, 50)}" if one.artist else ""
    places = [*one.links[:2], searches(one.title, one.artist)[0]]
    told = " · ".join(f"[{name}]({url})" for name, found in places if len(url := address(found)) and len(url) < 220)
    return f"{one.place}. **{title}**{artist}{f' · {told}' if told else ''}"
