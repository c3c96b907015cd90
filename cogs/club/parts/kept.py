"""Albums on their way: what a member told so far, kept between presses, and searches that somebody still watches."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any
from uuid import UUID

import discord

from bot.domain.errors import DraftGone
from bot.services.club import drafts
from cogs.shared.caller import caller_of, now_of, tools_of
from cogs.shared.render import Body
from cogs.shared.replies import update

KEPT = "kept-album"
"""The name under which an album on its way is kept among the drafts."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What a member told of an album so far, in their own words, and what the sources told of it."""

    text: str = ""
    artist: str = ""
    title: str = ""
    year: str = ""
    cover: str = ""
    tracks: str = ""
    week: str = ""
    pitch_track: str = ""
    genre: str = ""
    decade: str = ""
    country: str = ""
    purpose: str = ""
    """What the album is for: empty to nominate it, `shelf`, `pick`."""
    number: str = ""
    """The week's number, as a host typed it."""
    pitch: str = ""
    album: str = ""
    """The key of the album of the catalogue that was shown."""
    found: str = ""
    """What the sources told of it, packed."""
    unread: str = ""
    """The services whose pages of it were not read in time, with spaces between."""
    picked: str = ""
    """Set when the member chose it among several."""
    choices: str = ""
    """Albums to choose from, packed, in the order of their options."""

    @classmethod
    def from_fields(cls, values: Mapping[str, Any]) -> Kept:
        """From a stored draft; names unknown to this version are ignored."""
        return cls(**{field.name: str(values.get(field.name, "")) for field in fields(cls)})

    @property
    def week_id(self) -> UUID | None:
        """The week it is meant for, once that is settled."""
        return UUID(self.week) if self.week else None


async def keep(interaction: discord.Interaction[Any], kept: Kept) -> UUID:
    """Keep an album between two presses."""
    return await drafts.keep_draft(
        tools_of(interaction),
        caller=caller_of(interaction),
        now=now_of(interaction),
        form=KEPT,
        fields=asdict(kept),
    )


async def kept_album(interaction: discord.Interaction[Any], draft: UUID) -> Kept:
    """A kept album of this member, who goes on with it: a search that still draws on its card ends.

    Raises `DraftGone`.
    """
    if (watched := _watched.get(draft)) is not None:
        await watched.end()
    form, values = await drafts.take_draft(
        tools_of(interaction), caller=caller_of(interaction), now=now_of(interaction), draft=draft
    )
    if form != KEPT:
        raise DraftGone
    return Kept.from_fields(values)


class Watched:
    """A search that draws what it finds on one private card, until its member goes on; use it as a context."""

    def __init__(self, interaction: discord.Interaction[Any]) -> None:
        self._interaction = interaction
        self._drafts: list[UUID] = []
        self._drawing = asyncio.Lock()
        self._over = False

    def __enter__(self) -> Watched:
        return self

    def __exit__(self, *_: object) -> None:
        self._over = True
        for draft in self._drafts:
            _watched.pop(draft, None)

    def follow(self, draft: UUID) -> None:
        """Whoever goes on with this draft, whose card is drawn next, ends the search."""
        self._drafts.append(draft)
        _watched[draft] = self

    async def draw(self, body: Body) -> bool:
        """Draw the card anew; False when the member has gone on, or waved it away."""
        async with self._drawing:
            if not self._over:
                try:
                    await update(self._interaction, body)
                except discord.NotFound:
                    self._over = True
            return not self._over

    async def end(self) -> None:
        """Draw nothing more; what is being drawn is waited for, so that it does not cover what comes next."""
        self._over = True
        async with self._drawing:
            pass


_watched: dict[UUID, Watched] = {}
"""Searches that go on in this process, by the drafts of what they have drawn; after a restart there are none to end."""
