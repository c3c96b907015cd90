"""The words of refusals about playlists that go elsewhere; `refusals` gives them to whoever is refused."""

from __future__ import annotations

from bot.domain.library.exporting import ExportRefused
from cogs.shared.refusals import WORDS, shown


def _refused(refusal: ExportRefused) -> str:
    name = f"**{shown(refusal.name)}**" if refusal.name else "That playlist"
    return {
        "empty": f"There is no track in {name} yet, so there is nothing to export. Put one in with `/playlist add`.",
        "moment": f"{name} was exported a moment ago. Give it half a minute before you do that again.",
    }.get(refusal.reason, "The playlist was not exported. Try it once more.")


WORDS |= {ExportRefused: _refused}
