"""The words of refusals about listening parties; `refusals` gives them to whoever is refused."""

from __future__ import annotations

from bot.domain import errors
from cogs.shared.refusals import WORDS
from cogs.shared.text import when

REASONS = {
    "none": "No listening party is on. A host starts one with `/party start`.",
    "no_tracks": "The album's track list is not known, and a party goes by it. Add the list with the button, one track "
    "a line with its length, then start again.",
    "club_paused": "The club pauses, so there is no party now. `/club resume` ends the pause.",
    "lobby": "The party has not begun. **Start now** on its card begins it, **Stop** calls it off.",
    "begun": "The party has begun already; its card says what is on.",
    "paused": "The party is paused already. `/party resume` goes on.",
    "playing": "The party is playing, so there is nothing to resume. `/party pause` holds it.",
    "moved_on": "That track is over already, so nothing was skipped. The card shows the one that is on.",
    "not_there": "You are not at this party. **Join** on its card lets you in.",
}


def _party_is_on(refusal: errors.PartyIsOn) -> str:
    if refusal.starts_at is not None:
        return (
            f"{refusal.label} has a listening party already; it begins {when(refusal.starts_at)}. Its card in the "
            "album's thread has **Start now** and **Stop**."
        )
    return f"{refusal.label} is having a listening party right now: join it on its card in the album's thread."


def _party_refused(refusal: errors.PartyRefused) -> str:
    if refusal.reason == "no_winner":
        where = refusal.label or "This club"
        return f"{where} has no album to listen to yet. A party can be held once a week has its winner."
    if refusal.reason == "too_late" and refusal.at is not None:
        return f"{refusal.label} closes {when(refusal.at)}, and its thread with it. Let the party begin before that."
    return REASONS.get(refusal.reason, "That party is over. A host starts another with `/party start`.")


WORDS[errors.PartyIsOn] = _party_is_on
WORDS[errors.PartyRefused] = _party_refused
