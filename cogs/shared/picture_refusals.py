"""The words of refusals about pictures; `refusals` gives them to whoever is refused."""

from __future__ import annotations

from bot.domain.pictures.painting import PictureRefused, PictureSize, TooFewForPicture, Unpainted
from cogs.shared.refusals import WORDS, shown

NOT_DRAWN = {
    Unpainted.BUSY: "Many pictures are being drawn right now. Try again in a few seconds.",
    Unpainted.SLOW: "Drawing the picture took too long, so it was given up. Try again, or choose a smaller size.",
    Unpainted.FAILED: "The picture could not be drawn. Nothing was lost; `/top` shows the same in words.",
}


def _size(refusal: PictureSize) -> str:
    return (
        f"“{shown(refusal.text, 40)}” is no size of a collage. Write columns and rows, like `3x3` or `5x4`, each from "
        f"{refusal.smallest} to {refusal.largest}."
    )


def _few(refusal: TooFewForPicture) -> str:
    if refusal.kind == "play":
        return "Nothing was heard in that time, as far as Longplay knows. Choose a longer one."
    if refusal.kind == "genre":
        return (
            "Longplay does not know the genres of what was heard then yet. It asks services about them little by "
            "little: try again tomorrow, or choose a longer time."
        )
    have = f"{refusal.found:,} {refusal.kind}{'' if refusal.found == 1 else 's'}"
    which = " with a cover" if refusal.covered else ""
    helps = "show tiles without a cover too" if refusal.covered else "choose a longer time"
    told = f"Not enough {refusal.kind}s: {have}{which} found, {refusal.needed:,} needed."
    return f"{told} Choose a smaller size, or {helps}."


WORDS |= {
    PictureRefused: lambda refusal: NOT_DRAWN[refusal.why],
    PictureSize: _size,
    TooFewForPicture: _few,
}
