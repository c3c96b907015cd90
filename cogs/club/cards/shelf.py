"""Shelves: a member's own, and the club's without names."""

from __future__ import annotations

from collections.abc import Sequence

from discord import ui

from bot.domain.club.entries import Album
from bot.services.club.shelf import Shelved
from cogs.club.cards import phrases
from cogs.club.cards.phrases import counted
from cogs.shared.render import Body


def shelf_card(albums: Sequence[Album]) -> Body:
    """The member's own shelf."""
    if not albums:
        return Body(ui.TextDisplay("Your shelf is empty. `/shelf add` keeps an album for a later week."))
    lines = phrases.listing(lambda width: [f"- {phrases.album_words(album, width)}" for album in albums], 3_400)
    return Body(ui.TextDisplay(f"### Your shelf\n{lines}"))


def club_shelf_card(shelved: Sequence[Shelved]) -> Body:
    """What members keep, most kept first, for hosts whose week lacks nominations."""
    if not shelved:
        return Body(ui.TextDisplay("No member keeps an album on a shelf."))
    lines = phrases.listing(
        lambda width: [
            f"- {phrases.album_words(one.album, width)}: {counted(one.keepers, 'member')}" for one in shelved
        ],
        3_400,
    )
    return Body(ui.TextDisplay(f"### On members' shelves\n{lines}"))
