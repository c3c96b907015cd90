"""From parts to a message: drawn once, checked before the network, sent once."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Collection, Sequence
from typing import Any

import discord
from discord import ui

from bot.domain.covers import Picture
from bot.domain.pictures.painting import Painted
from cogs.shared.limits import check_message

Item = ui.Item[Any]

ALT_TEXT = 1_024


class Illustrated(ui.Section[Any]):
    """Text with a picture beside it that is uploaded with the message."""

    def __init__(self, text: str, picture: Picture, alt: str) -> None:
        super().__init__(
            ui.TextDisplay(text), accessory=ui.Thumbnail(f"attachment://{picture.name}", description=alt[:ALT_TEXT])
        )
        self.text = text
        self.picture = picture
        self.alt = alt


class Gallery(ui.MediaGallery[Any]):
    """A picture over the whole width of a message, uploaded with it."""

    def __init__(self, painted: Painted) -> None:
        super().__init__(
            discord.MediaGalleryItem(f"attachment://{painted.name}", description=painted.alt[:ALT_TEXT] or None)
        )
        self.picture = painted
        self.alt = painted.alt


class Body:
    """One message of components, fresh for one send or one edit.

    `roles` may be pinged by it, nothing else ever is. `framed` puts a container around it: public cards are, plain
    words to one person are not.
    """

    def __init__(
        self,
        *items: Item | None,
        framed: bool = True,
        roles: Sequence[int] = (),
        silent: bool = False,
        accent: int | None = None,
    ) -> None:
        self.items: tuple[Item, ...] = tuple(item for item in items if item is not None)
        self.framed = framed
        self.silent = silent
        self.roles = tuple(roles)
        self.accent = accent
        """The colour of the frame's edge, as 0xRRGGBB."""

    @property
    def pictures(self) -> dict[str, Picture | Painted]:
        """What has to be uploaded with it, by file name."""
        return {item.picture.name: item.picture for item in self.items if isinstance(item, Illustrated | Gallery)}

    def files(self, *, without: Collection[str] = ()) -> list[discord.File]:
        """Its pictures, fresh for one request; those `without` are there already."""
        alts = {item.picture.name: item.alt for item in self.items if isinstance(item, Illustrated | Gallery)}
        return [
            discord.File(io.BytesIO(picture.content), name, description=alts[name][:ALT_TEXT] or None)
            for name, picture in self.pictures.items()
            if name not in without
        ]

    def bare(self) -> Body:
        """The same message without pictures, for where they cannot be uploaded."""
        items = [
            ui.TextDisplay(item.text) if isinstance(item, Illustrated) else item
            for item in self.items
            if not isinstance(item, Gallery)
        ]
        return Body(*items, framed=self.framed, roles=self.roles, silent=self.silent, accent=self.accent)

    @property
    def mentions(self) -> discord.AllowedMentions:
        """Who may be pinged."""
        roles = [discord.Object(role) for role in self.roles]
        return discord.AllowedMentions(everyone=False, users=False, roles=roles or False, replied_user=False)

    @property
    def digest(self) -> str:
        """Equal for equal messages, whatever marker they carry: an edit that changes nothing is not sent."""
        drawn = json.dumps([item.to_component_dict() for item in self.items], sort_keys=True, default=str)
        return hashlib.sha256(drawn.encode()).hexdigest()

    def view(self, marker: int | None = None) -> ui.LayoutView:
        """The view to send; `marker` becomes the container's id, by which the message is found again in the history.

        Raises `TooLarge`. The view is stopped, so that the library sends it and never stores it: a stored view that is
        sent again or times out can take every button of its class with it.
        """
        view = ui.LayoutView(timeout=None)
        if self.framed:
            view.add_item(ui.Container(*self.items, id=marker, accent_colour=self.accent))
        else:
            for item in self.items:
                view.add_item(item)
        check_message(view.to_components())
        view.stop()
        return view


def words(text: str, *rows: Item | None) -> Body:
    """Plain words to one person, with buttons below where there are any."""
    return Body(ui.TextDisplay(text), *rows, framed=False)


def row(*buttons: Item | None) -> ui.ActionRow[Any] | None:
    """Buttons beside each other; None when there are none."""
    kept = [button for button in buttons if button is not None]
    return ui.ActionRow(*kept) if kept else None


def rows(*buttons: Item | None) -> list[ui.ActionRow[Any]]:
    """Buttons in as many rows as they need, five in each."""
    kept = [button for button in buttons if button is not None]
    return [ui.ActionRow(*kept[start : start + 5]) for start in range(0, len(kept), 5)]


def beside_cover(text: str, cover: Picture | str | None, alt: str) -> Item:
    """Text with a cover beside it; the text alone when there is none.

    Public cards show pictures that we keep; a private one may show an album that is not kept yet, by its address.
    """
    if isinstance(cover, Picture):
        return Illustrated(text, cover, alt)
    if not cover or not cover.startswith("https://") or len(cover) > 2_000:
        return ui.TextDisplay(text)
    return ui.Section(ui.TextDisplay(text), accessory=ui.Thumbnail(cover, description=alt[:ALT_TEXT]))


def link(label: str, url: str) -> ui.Button[Any] | None:
    """A button that opens an address; None for an address that Discord would refuse."""
    if not url.startswith(("https://", "http://")) or len(url) > 512:
        return None
    return ui.Button(label=label[:80], url=url)


def sized(draw: Callable[[int], str], limit: int, most: int) -> str:
    """A text drawn as long as `limit` allows, and shorter until it has at most `most` UTF-8 bytes."""
    text = draw(limit)
    while len(text.encode()) > most and limit > 1:
        limit = limit * 4 // 5
        text = draw(limit)
    return text


def fitting(size: int, texts: Sequence[str]) -> bool:
    """Whether texts, joined by line breaks, stay within so many characters and twice as many bytes."""
    joined = "\n".join(texts)
    return len(joined) <= size and len(joined.encode()) <= 2 * size
