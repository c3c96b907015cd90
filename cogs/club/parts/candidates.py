"""Which of several albums is meant: the member picks, searches further, or says it is as they wrote it."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace
from typing import Any

import discord

from bot.domain.catalog import service_name
from bot.domain.catalog.packing import pack, unpack
from bot.domain.errors import AlbumNeeded, PanelOutdated
from bot.services.catalog import ALBUM_PREFIX, Findings, Resolved, read_album, read_on, search_further
from bot.services.club import planning, shelf
from cogs.club import actions
from cogs.club.cards import phrases
from cogs.club.cards.album_step import AS_WRITTEN, choice_card
from cogs.club.parts.album import PURPOSES, ask_for_pieces, ask_which, known_link, resolve, with_understood
from cogs.club.parts.kept import Kept, Watched, keep, kept_album
from cogs.shared.caller import caller_of, now_of, tools_of
from cogs.shared.dynamic import Press
from cogs.shared.render import words
from cogs.shared.replies import answer, hold, update

# --- picking --------------------------------------------------------------------------------------------------------


@actions.CHOOSE_ALBUM.answers
async def on_choose(press: Press) -> None:
    """Go on with the album that was picked, or with what the member wrote."""
    await hold(press.interaction)
    kept = await kept_album(press.interaction, press.row)
    chosen = next(iter(press.values), "")
    as_written = chosen == AS_WRITTEN
    if as_written:
        kept = with_understood(kept, await wish_of(press.interaction, kept))
    else:
        listed = unpack(kept.choices)
        if not (chosen.isdecimal() and int(chosen) < len(listed)):
            raise PanelOutdated
        kept = replace(kept, found=pack([listed[int(chosen)]]), picked="1", choices="", album="")
    await PURPOSES[kept.purpose](press.interaction, kept, in_place=True, ask=not as_written)


async def wish_of(interaction: discord.Interaction[Any], kept: Kept) -> Resolved:
    """The names of a kept album as the member wrote them; where they wrote none, as it was understood."""
    if not kept.text.startswith(ALBUM_PREFIX):
        read = read_album(kept.text, artist=kept.artist, title=kept.title, year=kept.year)
        if read.title:
            return read
    return await resolve(interaction, kept)


# --- searching further ----------------------------------------------------------------------------------------------


@actions.SEARCH_FURTHER.answers
async def on_further(press: Press) -> None:
    """Ask every source, and show what comes as it comes, until the member goes on."""
    await hold(press.interaction)
    interaction = press.interaction
    kept = await kept_album(interaction, press.row)
    wish = await wish_of(interaction, kept)
    if kept.text.startswith(ALBUM_PREFIX) or ((kept.album or kept.found) and known_link(kept.text)):
        # It said which album it is, and that is not the one: only its names are searched on.
        kept = replace(kept, text="", title=wish.title, artist=wish.artist)
    names = tuple(service_name(source.service) for source in tools_of(interaction).album_sources)
    with Watched(interaction) as watched:
        if not await _draw(watched, interaction, kept, wish, Findings((), names, ())):
            return
        async with aclosing(search_further(tools_of(interaction), wish)) as findings:
            async for so_far in findings:
                if not await _draw(watched, interaction, kept, wish, so_far):
                    return


async def _draw(
    watched: Watched, interaction: discord.Interaction[Any], kept: Kept, wish: Resolved, so_far: Findings
) -> bool:
    """Draw what was found so far, with a draft of its own: an option means what it meant when it was read."""
    listed = pack(choice.found for choice in so_far.choices)
    draft = await keep(interaction, replace(kept, choices=listed, picked="", found="", unread="", album=""))
    watched.follow(draft)
    card = choice_card(
        so_far.choices,
        draft,
        wish=wish.shown,
        waiting=so_far.waiting,
        unheard=so_far.unheard,
        further=not so_far.waiting,
    )
    return await watched.draw(card)


# --- albums for something else than a nomination --------------------------------------------------------------------


async def to_shelve(
    interaction: discord.Interaction[Any], kept: Kept, *, in_place: bool = False, ask: bool = True
) -> None:
    """Keep an album for a later week, once it is known which."""
    album = await _which(interaction, kept, in_place=in_place, ask=ask)
    if album is None:
        return
    shelved = await shelf.shelve(
        tools_of(interaction), caller=caller_of(interaction), now=now_of(interaction), album=album
    )
    done = words(f"On your shelf: {phrases.album_words(shelved, 160)}. `/nominate` offers it first.")
    await (update(interaction, done) if in_place else answer(interaction, done))


async def to_pick(
    interaction: discord.Interaction[Any], kept: Kept, *, in_place: bool = False, ask: bool = True
) -> None:
    """Name the album of a week that the hosts pick, once it is known which."""
    album = await _which(interaction, kept, in_place=in_place, ask=ask)
    if album is None:
        return
    picked = await planning.pick_album(
        tools_of(interaction),
        caller=caller_of(interaction),
        now=now_of(interaction),
        album=album,
        pitch=kept.pitch,
        where=interaction.channel_id,
        number=int(kept.number) if kept.number else None,
    )
    done = words(f"Picked for {picked.week.label}: {phrases.album_words(picked.nomination.album, 160)}.")
    await (update(interaction, done) if in_place else answer(interaction, done))


async def _which(interaction: discord.Interaction[Any], kept: Kept, *, in_place: bool, ask: bool) -> Resolved | None:
    """The album that is meant; None when the member has been asked instead."""
    try:
        resolved = await resolve(interaction, kept, ask=ask)
    except AlbumNeeded as needed:
        await ask_for_pieces(interaction, kept, needed)
        return None
    if not resolved.choices:
        return await read_on(tools_of(interaction), resolved)
    await ask_which(interaction, kept, resolved, in_place=in_place)
    return None


PURPOSES["shelf"] = to_shelve
PURPOSES["pick"] = to_pick
