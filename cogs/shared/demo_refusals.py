"""The words of refusals in demo weeks."""

from __future__ import annotations

from bot.domain.library import demos
from cogs.shared.refusals import WORDS, shown


def _demo_refused(refusal: demos.DemoRefused) -> str:
    name = f"**{shown(refusal.name)}**" if refusal.name else "That track"
    return {
        "takes_tracks": f"{name} takes tracks that members made. Put one of yours forward with `/nomination demo`.",
        "takes_albums": f"{name} takes albums. Put one forward with `/nominate`.",
        "no_tracks": "You have no track in your library yet. Put one in first; then it can be nominated.",
        "unknown": "That is no track of yours (any more). Choose one from what is offered while you type.",
        "hidden": f"{name} was reported, and the hosts are to look at it. Choose another one meanwhile.",
        "played": f"{name} was in the race of a demo week not long ago. Choose another one of yours.",
        "no_audio": f"The file of {name} is gone. Upload it again with `/demo version`, then put it forward.",
    }.get(refusal.reason, "That does not fit this week. Look at its card for what it takes.")


WORDS |= {demos.DemoRefused: _demo_refused}
