"""Playlists as they are shown: page by page, in words alone."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import discord
from discord import ui

from bot.domain.library.playlists import Listed, Playlist, PlaylistEntry
from cogs.club.cards import phrases
from cogs.club.cards.phrases import counted
from cogs.library.export_cards import EXPORT, LINKS
from cogs.shared.dynamic import Action
from cogs.shared.limits import OPTIONS
from cogs.shared.render import Body, Item, fitting, row, words
from cogs.shared.text import address, block, label, plain

PAGE = Action("playlist-page")
"""Of a playlist: the argument is the page, shown to whoever pressed."""
ANEW = Action("playlist-anew")
"""Of a playlist that was made for whoever presses: it is made anew."""
WHICH_TRACK = Action("playlist-which")
"""A track of a message is chosen; the argument is the message and the page."""
MORE_TRACKS = Action("playlist-more")
"""Of no row: the tracks of a message; the argument is the message and the page."""
INTO = Action("playlist-into")
"""Of a track: the playlist that it joins is chosen."""
INTO_NEW = Action("playlist-new")
"""Of a track: opens the form for a new playlist that it joins."""

PAGE_SIZE = 15
SIZE = 3_000
NAME, OWNER = 120, 40


def playlist_card(playlist: Playlist | None, page: int = 0, *, public: bool = False, told: str = "") -> Body:
    """A page of a playlist, with what was just `told` of it; on a public one the buttons open pages for who presses.

    Its owner has a button to make it anew, where it was made for them.
    """
    if playlist is None:
        return Body(ui.TextDisplay("### A playlist\nIt is gone, or its owner keeps it private now."), silent=True)
    last = pages_of(playlist) - 1
    page = min(page, last)
    shown = playlist.entries[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]
    head = [f"### {plain(playlist.name, NAME)}", _about(playlist), told]
    if not page and playlist.description:
        head.append(block(playlist.description, 500, lines=8))
    lines = _lines(shown) if shown else _empty(playlist)
    if public:
        turns = row(PAGE.button("Show me the whole list", playlist.id, "0") if last else None)
        more = f"-# and {counted(playlist.track_count - len(shown), 'more track')}" if last else ""
    else:
        turns = row(
            PAGE.button("Previous", playlist.id, str(page - 1)) if page else None,
            PAGE.button("Next", playlist.id, str(page + 1)) if page < last else None,
            EXPORT.button("To Spotify", playlist.id) if playlist.entries else None,
            LINKS.button("Links", playlist.id) if playlist.entries else None,
            ANEW.button("Make it anew", playlist.id) if playlist.mine and playlist.made_of is not None else None,
        )
        more = f"-# Page {page + 1} of {last + 1}" if last else ""
    texts = ("\n".join(filter(None, part)) for part in (head, (lines, more)))
    return Body(*map(ui.TextDisplay, texts), turns, silent=True)


def _empty(playlist: Playlist) -> str:
    return "No track." if playlist.made_of is not None else "No track yet. `/playlist add` puts one in."


def pages_of(playlist: Playlist) -> int:
    """How many pages it fills, one at least."""
    return max(1, -(-playlist.track_count // PAGE_SIZE))


def _about(playlist: Playlist) -> str:
    whose = f"by {phrases.person_words(playlist.owner)}" if playlist.user_id is not None else "the club's own"
    told = [
        whose,
        *([] if playlist.is_public else ["private"]),
        counted(playlist.track_count, "track"),
        _length(playlist),
    ]
    return " · ".join(filter(None, told))


def _length(playlist: Playlist) -> str:
    """How long it is; what is not known is said, so that the sum misleads nobody."""
    if not playlist.known_ms:
        return ""
    unknown = playlist.unknown_lengths
    rest = f" and {counted(unknown, 'track')} of unknown length" if unknown else ""
    return f"{phrases.duration(playlist.known_ms)}{rest}"


def _lines(entries: Sequence[PlaylistEntry]) -> str:
    for width in (80, 60, 45):
        lines = [_line(entry, width, linked=True) for entry in entries]
        if fitting(SIZE, lines):
            return "\n".join(lines)
    return phrases.listing(lambda width: [_line(entry, width, linked=False) for entry in entries], SIZE)


def _line(entry: PlaylistEntry, width: int, *, linked: bool) -> str:
    place = f"{entry.position + 1}."
    if entry.hidden:
        return f"{place} *A private track*"
    title = phrases.literal(entry.track.title, width, width + 12)
    artist = f" — {phrases.literal(entry.artist, width // 2, width // 2 + 8)}" if entry.artist else ""
    length = f" ({phrases.duration(entry.track.duration_ms)})" if entry.track.duration_ms else ""
    url = address(entry.url) if linked else ""
    return f"{place} **{title}**{artist}{length}{f' · [listen]({url})' if url else ''}"


def lists_card(playlists: Sequence[Listed], user_id: UUID | None) -> Body:
    """The playlists that a member may see, their own first."""
    if not playlists:
        return words("There is no playlist yet. `/playlist create` makes one.")
    lines = phrases.listing(lambda width: [_listed(one, user_id, width) for one in playlists], SIZE)
    return Body(ui.TextDisplay(f"### Playlists\n{lines}\n-# `/playlist show playlist:` opens one."))


def _listed(one: Listed, user_id: UUID | None, width: int) -> str:
    whose = (
        "the club's" if one.user_id is None else "yours" if one.user_id == user_id else phrases.person_words(one.owner)
    )
    private = "" if one.is_public else ", private"
    return (
        f"- **{phrases.literal(one.name, width, width + 12)}** · {whose}{private}, {counted(one.track_count, 'track')}"
    )


# --- a track of a message -------------------------------------------------------------------------------------------


def which_track_card(options: Sequence[tuple[UUID, str]], message_id: int, page: int) -> Body:
    """The tracks of a message to choose from, in pages of what a select holds."""
    last = (len(options) - 1) // OPTIONS
    page = min(page, last)
    shown = options[page * OPTIONS : (page + 1) * OPTIONS]
    select = WHICH_TRACK.select(
        [discord.SelectOption(label=label(name, 100), value=str(key)) for key, name in shown],
        argument=f"{message_id}.{page}",
        placeholder="Which track?",
    )
    turns = row(
        MORE_TRACKS.button("Earlier tracks", argument=f"{message_id}.{page - 1}") if page else None,
        MORE_TRACKS.button("Later tracks", argument=f"{message_id}.{page + 1}") if page < last else None,
    )
    return words(f"This message shows {counted(len(options), 'track')}. Which one do you want to keep?", select, turns)


def into_card(track: UUID, name: str, playlists: Sequence[Listed]) -> Body:
    """A member's playlists to choose from, the one that changed last first, and a new one."""
    parts: list[Item | None] = []
    if playlists:
        options = [
            discord.SelectOption(
                label=label(one.name, 100), value=str(one.id), description=counted(one.track_count, "track")
            )
            for one in playlists[:OPTIONS]
        ]
        parts.append(INTO.select(options, track, placeholder="Into which playlist?"))
    parts.append(row(INTO_NEW.button("A new playlist", track)))
    return words(f"**{plain(name, 160)}** goes into:", *parts)
