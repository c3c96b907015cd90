"""The words of refusals about playlists made of taste; `refusals` gives them to whoever is refused."""

from __future__ import annotations

from bot.domain.taste.blending import LOVED, NothingToBlend
from cogs.shared.refusals import WORDS, shown

NAME = 60


def _nothing(refusal: NothingToBlend) -> str:
    if refusal.name:
        return (
            f"Too little is known of what **{shown(refusal.name, NAME)}** hears in this club for a blend: it takes "
            f"tracks that were heard {LOVED} times."
        )
    return (
        f"Too little is known of what you hear for a blend: it takes tracks that you heard {LOVED} times. Link an "
        "account with `/link`, or bring your history with `/import`."
    )


WORDS |= {NothingToBlend: _nothing}
