"""The list to listen to before the vote: the nominees' pitch tracks."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from discord import ui

from bot.domain.club.entries import Nomination, Track
from bot.domain.club.views import WeekView
from cogs.club.cards import phrases
from cogs.club.cards.phrases import counted
from cogs.shared.render import Body, fitting
from cogs.shared.text import address

SIZE = 3_200
WIDTH = 60
"""Characters of a track's title while every line carries its link; without links the list shrinks as others do."""


def before_vote_card(view: WeekView, tracks: Mapping[UUID, Track]) -> Body:
    """Number, pitch track, album, nominator where they are not hidden, and where to listen; `tracks` by nomination."""
    pitched = [one for one in view.standing if one.pitch_track]
    head = phrases.heading(view.week, "Before you vote")
    if not pitched:
        return Body(ui.TextDisplay(f"{head}\nNo nomination in the race names a track to start with."), silent=True)
    told = (
        f"{counted(len(pitched), 'track')} to hear first, one from each album whose nominator named one. The numbers "
        "are those on the ballot."
    )
    linked = [_line(one, tracks.get(one.id), WIDTH, linked=True) for one in pitched]
    if fitting(SIZE, linked):
        listed = "\n".join(linked)
    else:
        listed = phrases.listing(
            lambda width: [_line(one, tracks.get(one.id), width, linked=False) for one in pitched], SIZE
        )
    return Body(ui.TextDisplay(f"{head}\n{told}"), ui.TextDisplay(listed), silent=True)


def _line(nomination: Nomination, track: Track | None, width: int, *, linked: bool) -> str:
    title = phrases.literal(nomination.pitch_track, width, width + 12)
    length = f" ({phrases.duration(track.duration_ms)})" if track is not None and track.duration_ms else ""
    by = f" · {phrases.person_words(nomination.nominator)}" if nomination.nominator and width > 36 else ""
    url = address(nomination.album.url or "") if linked else ""
    listen = f" · [listen]({url})" if url else ""
    return f"{nomination.ordinal}. {title}{length} · {phrases.album_words(nomination.album, width)}{by}{listen}"
