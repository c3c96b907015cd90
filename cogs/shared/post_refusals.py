"""The words of refusals about posts and comments; `refusals` gives them to whoever is refused."""

from __future__ import annotations

from bot.domain import post_errors
from cogs.shared.refusals import WORDS, shown


def _post_closed(refusal: post_errors.PostClosed) -> str:
    if refusal.reason == "track_removed":
        return (
            "That track is no longer on the album's list. What was said about it stays; say new things in the thread."
        )
    if refusal.reason == "ended":
        return "This week is over, and so is the talk about its tracks. The album's thread is still there to read."
    if refusal.reason == "private":
        return (
            "That track is no longer everybody's: its owner, or a report, keeps it back. Only its place is left here."
        )
    return "That track is nowhere to be found. Choose one from the album's listening guide."


def _comment_refused(refusal: post_errors.CommentRefused) -> str:
    if refusal.reason == "empty":
        return "A comment needs some words. Write what you hear and send it again."
    if refusal.reason == "not_yours":
        return "Only its author can delete a comment. Ask them, or ask a host to have a word with them."
    return "That comment is gone: its author has deleted it. Open the track again to see what is there."


def _bad_position(refusal: post_errors.BadPosition) -> str:
    minutes, seconds = divmod(round((refusal.length_ms or 0) / 1_000), 60)
    ends = f" The track ends at {minutes}:{seconds:02}." if refusal.length_ms else ""
    text = shown(refusal.text, 40)
    return f"“{text}” is no moment of this track.{ends} Write it like `1:23`, or leave the field empty."


def _tracks_known(_: post_errors.TracksKnown) -> str:
    return "This album has its track list already. Only a host can replace it; tell one what is wrong with it."


WORDS |= {
    post_errors.PostClosed: _post_closed,
    post_errors.CommentRefused: _comment_refused,
    post_errors.BadPosition: _bad_position,
    post_errors.TracksKnown: _tracks_known,
}
