"""What members read of a taste: everything that its picture shows, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import discord
from discord import ui

from bot.domain.pictures.charts import WEEKDAYS, Bar, TasteCard
from bot.domain.pictures.painting import Painted
from bot.domain.taste.portrait import Portrait
from bot.domain.taste.profile import LOYAL_TO, Artist, Profile
from bot.domain.taste.scopes import Scope
from cogs.listening.cards import ARTIST, counted, name_of, person_of
from cogs.shared.dynamic import Action
from cogs.shared.render import Body, Gallery, Item
from cogs.shared.text import plain

SCOPE = Action("taste-scope")
"""The argument: who asked, whose it is, look, scope."""
NAMES = {
    Scope.WEEK: "Week",
    Scope.MONTH: "Month",
    Scope.QUARTER: "Quarter",
    Scope.YEAR: "Year",
    Scope.ALL: "All time",
}
PARTS = (("night", 0, 6), ("morning", 6, 12), ("afternoon", 12, 18), ("evening", 18, 24))
"""Of a day, by the hours in which they begin and end."""
CAUTION = 240


def scopes(now: Scope, argument: Callable[[Scope], str]) -> Item:
    """Buttons to the other times; the one that is shown stands out."""
    return ui.ActionRow(
        *(
            SCOPE.button(
                name,
                argument=argument(scope),
                style=discord.ButtonStyle.primary if scope is now else discord.ButtonStyle.secondary,
            )
            for scope, name in NAMES.items()
        )
    )


def taste_card(
    portrait: Portrait,
    sketch: TasteCard,
    painted: Painted | None,
    *,
    public: bool,
    trouble: str = "",
    turns: Item | None = None,
) -> Body:
    """A member's taste: what keeps it from being trusted first, the picture, and all of it in words."""
    heading = f"### {person_of(portrait.shown, public)} taste, {portrait.words}"
    cautions = [f"**{plain(one, CAUTION)}**" for one in sketch.cautions]
    return Body(
        ui.TextDisplay("\n".join(filter(None, (heading, *cautions, trouble)))),
        Gallery(painted) if painted is not None else None,
        ui.TextDisplay("\n".join(filter(None, _lines(portrait, sketch)))),
        turns,
        accent=painted.accent if painted is not None else None,
    )


def _lines(portrait: Portrait, sketch: TasteCard) -> Iterable[str]:
    profile = portrait.profile
    yield _line("Artists", [_artist(one) for one in profile.named[: len(sketch.artists)]])
    yield _line("Genres", _bars(sketch.genres))
    yield _line("Decades", _bars(sketch.decades))
    yield _line("Countries", _bars(sketch.countries))
    yield from _times(profile)
    yield from _figures(portrait, sketch)
    every = profile.scope is Scope.ALL
    foot = (
        f"{counted(profile.plays, 'play')} of {counted(profile.artists, 'artist')}",
        f"hours and days of {sketch.zone}" if sketch.zone else "",
        "what was heard a year ago weighs half" if every else "",
        "ratings above 3.0 weigh as plays",
    )
    yield f"-# {' · '.join(filter(None, foot))}"


def _artist(one: Artist) -> str:
    return f"{name_of(one.name, ARTIST)} ({f'{one.plays:,}' if one.plays else 'rated'})"


def _line(what: str, told: Sequence[str]) -> str:
    return f"**{what}:** {', '.join(told)}" if told else ""


def _bars(bars: Sequence[Bar]) -> list[str]:
    return [f"{name_of(bar.name, ARTIST)} {_percent(bar.share)}" for bar in bars]


def _percent(share: float) -> str:
    return "<1 %" if 0 < share < 0.005 else f"{share * 100:.0f} %"


def _times(profile: Profile) -> Iterable[str]:
    if not profile.week:
        return
    best = max(range(len(profile.week)), key=lambda slot: profile.week[slot])
    parts = [(name, sum(profile.hours[begin:end])) for name, begin, end in PARTS]
    yield f"{_line('Hours', _shares(parts))}; most of all {WEEKDAYS[best // 24]} at {best % 24:02}:00"
    yield _line("Days", _shares(zip(WEEKDAYS, profile.weekdays, strict=True)))


def _shares(told: Iterable[tuple[str, float]]) -> list[str]:
    return [f"{name} {_percent(share)}" for name, share in told if share]


def _figures(portrait: Portrait, sketch: TasteCard) -> Iterable[str]:
    profile = portrait.profile
    if sketch.novelty is not None:
        new = counted(profile.discovered or 0, "artist")
        yield f"**Novelty {sketch.novelty}:** {new} heard for the first time then, with {sketch.novelty} % of the plays"
    if sketch.loyalty is not None:
        yield f"**Loyalty {sketch.loyalty}:** the {LOYAL_TO} strongest artists are {sketch.loyalty} % of it"
    if sketch.obscurity is not None:
        others = counted(portrait.others, "other member")
        yield f"**Obscurity {sketch.obscurity}:** of {others}, {sketch.obscurity} % have not heard it, on average"
