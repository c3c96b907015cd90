"""The words of refusals about following; `refusals` gives them to whoever is refused."""

from __future__ import annotations

from bot.domain.taste.following import MOST, FollowRefused
from cogs.shared.refusals import WORDS, shown

NAME = 60


def _follow(refusal: FollowRefused) -> str:
    who = f"**{shown(refusal.name, NAME)}**" if refusal.name else "That member"
    return {
        "oneself": "Nobody follows themselves. What you hear shows with `/recent` and `/plays`.",
        "bot": f"{who} is a bot and hears nothing. Pick a member.",
        "not_here": (
            f"{who} is not in the club, so there is nothing of theirs to follow. They come in with `/club join`, or by "
            "taking part."
        ),
        "hidden": f"{who} keeps what they hear to themselves: there is nothing to follow. Only they can change that.",
        "barred": f"{who} does not want to be followed by you. Only they can change that.",
        "many": f"You follow {MOST} members, and that is the most. `/following` shows them; let one go first.",
        "not_followed": f"You do not follow {'them' if not refusal.name else who}. `/following` shows whom you do.",
        "no_request": "Nothing is asked of you any more: it was taken back, or answered. `/following` shows the rest.",
        "no_follower": "They do not follow you (any more). `/following` shows who does.",
        "not_barred": "They may follow you already. `/following` shows how it stands.",
    }[refusal.reason]


WORDS |= {FollowRefused: _follow}
