"""Albums offered while somebody types: from the database alone, what fits first, then what was nearly typed."""

from __future__ import annotations

from typing import Any

from bot.domain.catalog.searching import Typed, halves_keys, read_typed, slips_of, typed_near_keys, unspaced, word_keys
from bot.domain.catalog.suggesting import Suggestion, close_words, ranked, ranked_loosely
from bot.domain.club.entries import Album
from bot.services.catalog import ALBUM_PREFIX, SUGGESTIONS
from bot.services.tools import Tools
from db.queries import search

FEW = 3
"""Albums of one fitting word below which slips of the fingers are forgiven; of several words one album is enough."""


async def album_suggestions(
    tools: Tools, *, text: str, guild_id: int, discord_id: int | None = None
) -> list[tuple[str, str]]:
    """Albums for autocomplete: how each is called, and the value that `resolve_album` understands.

    Those that fit come before those that fit but for slips; in both the member's own shelf comes first, then what the
    club nominated, then the whole catalogue. Without words only shelf and nominations are offered.
    """
    found = await suggested_albums(tools, text=text, guild_id=guild_id, discord_id=discord_id)
    return [(Album(one.id, one.title, one.artist, one.year).shown, f"{ALBUM_PREFIX}{one.id}") for one in found]


async def suggested_albums(
    tools: Tools, *, text: str, guild_id: int, discord_id: int | None = None
) -> list[Suggestion]:
    """The albums behind `album_suggestions`, best first."""
    typed = read_typed(text)
    asker = (guild_id, str(discord_id))
    async with tools.database.looking() as connection:
        if not typed.words:
            return ranked(typed, await search.albums_near(connection, asker, limit=SUGGESTIONS))[:SUGGESTIONS]
        fitting = ranked(typed, await search.albums_fitting(connection, asker, typed, limit=SUGGESTIONS))
        if len(fitting) < (FEW if len(typed.words) == 1 else 1):
            loose = await _forgiving(connection, asker, typed)
            fitting += [one for one in loose if all(one.id != other.id for other in fitting)]
    return fitting[:SUGGESTIONS]


async def _forgiving(connection: Any, asker: search.Asker, typed: Typed) -> list[Suggestion]:
    """Albums that fit but for one slip in a word; where there are none, but for two."""
    most = max(slips_of(word) for word in typed.words)
    for slips in range(1, most + 1):
        groups = await _meanings(connection, typed, slips)
        loose = ranked_loosely(typed, await search.albums_loosely(connection, asker, groups), slips)
        if loose:
            return loose
    return []


async def _meanings(connection: Any, typed: Typed, slips: int) -> list[list[list[int]]]:
    """For each typed word what it may have meant: the keys of one meaning are all there in an album that has it."""
    wanted = {key for word in typed.words for key in typed_near_keys(word, slips)}
    known = await search.words_near(connection, wanted) if wanted else []
    groups: list[list[list[int]]] = []
    for word in typed.words:
        meanings = [word_keys(word)]
        if unspaced(word):
            meanings += halves_keys(word)
        else:
            meanings += [word_keys(other) for other in close_words(word, known, slips)]
        groups.append([list(keys) for keys in dict.fromkeys(map(tuple, meanings))])
    return groups
