"""The words of refusals about playlists; `refusals` gives them to whoever is refused."""

from __future__ import annotations

from bot.domain import post_errors
from bot.domain.library.playlists import MOST_PLAYLISTS, MOST_TRACKS
from cogs.shared.refusals import WORDS, shown


def _playlist_refused(refusal: post_errors.PlaylistRefused) -> str:
    name = f"**{shown(refusal.name)}**" if refusal.name else "That track"
    return {
        "unknown": "There is no such playlist here, or it is private. Ask its owner to make it public.",
        "not_yours": "Only its owner can change a playlist. Make one of your own to add tracks to.",
        "no_track": "That track does not exist, or is not in the playlist (any more). Choose another one.",
        "no_access": "You do not have access to this track: its member keeps it private. Ask them to make it public.",
        "which": "Several tracks have that title. Choose the one you mean from what is offered while you type.",
        "no_post": (
            "That message presents no track. Use the menu on a track of a listening guide, on the guide itself, or on "
            "a track that a member shared."
        ),
        "held": f"{name} is in this playlist already; a track stands in a playlist once.",
        "no_place": "There is no such place in the playlist. Leave the place out to put the track at the end.",
        "no_name": "A playlist needs a name. Give it one of up to 255 characters.",
        "full": f"A playlist holds {MOST_TRACKS} tracks at most. Make another one with `/playlist create`.",
        "many": f"You keep {MOST_PLAYLISTS} playlists here, as many as one may. Delete one that you no longer need.",
        "private": "You alone see this playlist. Make it public with `/playlist edit private:False`, then share it.",
        "not_made": f"{name} was put together by hand, so there is nothing to make it anew from.",
        "empty": "There is no track in this playlist yet. Put one in with `/playlist add`, then share it.",
        "shared": "It was shared here a moment ago, and that message follows its changes. Try again in ten minutes.",
    }.get(refusal.reason, "The playlist was not changed. Try it once more.")


WORDS |= {post_errors.PlaylistRefused: _playlist_refused}
