"""The recap poster of a week: what the club made of its album, as a picture beside the words."""

from __future__ import annotations

import logging
from dataclasses import replace

from bot.domain.club.views import WeekView
from bot.domain.club.week import Phase
from bot.domain.pictures.charts import Recap
from bot.domain.pictures.painting import PictureRefused
from bot.services.tools import Tools

log = logging.getLogger(__name__)


def recap_of(view: WeekView) -> Recap | None:
    """What the poster shows: figures of the whole club, and nobody's name; None while nothing may be told."""
    summary, winner = view.summary, view.winner
    if summary is None or winner is None or view.week.phase is not Phase.CLOSED:
        return None
    cover = view.covers.get(winner.album.id)
    return Recap(
        label=view.week.label,
        title=winner.album.title,
        artist=winner.album.artist,
        counts=tuple(count for _, count in summary.histogram),
        mean=summary.mean,
        median=summary.median,
        spread=summary.spread,
        cover=cover.cover.sha256 if cover is not None else None,
        favourites=summary.favourites,
        past_mean=summary.past_mean,
        rank=summary.rank,
        weeks=summary.weeks,
        club=view.club.name,
    )


async def with_poster(tools: Tools, view: WeekView) -> WeekView:
    """The week with its poster; as it was where it cannot be drawn: the card waits for no picture that does not come.

    The same figures are the same picture, so whoever draws the card again shows the same file.
    """
    sketch = recap_of(view)
    if sketch is None or tools.painter is None:
        return view
    try:
        return replace(view, poster=await tools.painter.paint(sketch))
    except PictureRefused as refusal:
        log.warning("the recap of %s goes without its poster: %s", view.week.label, refusal.why)
    except Exception:
        log.exception("the recap goes without its poster")
    return view
