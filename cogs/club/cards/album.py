"""Cards of the album's thread: what opens it, the call to talk, the recap."""

from __future__ import annotations

from typing import Any

from discord import ui

from bot.domain.club.ratings import Summary
from bot.domain.club.rules import Guide
from bot.domain.club.views import WeekView
from bot.domain.club.week import HEARING, Phase
from cogs.club.cards import phrases
from cogs.club.cards.phrases import counted, figure
from cogs.club.cards.result import link_buttons
from cogs.club.cards.week import phase_buttons
from cogs.shared.render import Body, Gallery, beside_cover, rows, sized
from cogs.shared.text import plain, when


def album_panel(view: WeekView) -> Body:
    """The thread's first message: pitch and buttons to rate; links and tracks too where no guide follows."""
    week, winner = view.week, view.winner
    what = phrases.thing(week)
    if winner is None or not week.announced:
        return Body(ui.TextDisplay(f"{phrases.heading(week)}\nThis week's {what} is being chosen again."))
    album = winner.album
    head = [f"# {phrases.album_words(album, 120)}", f"{week.label} · {phrases.nominators(winner)}"]
    if phrases.tags(winner):
        head.append(phrases.tags(winner))
    if winner.pitch_track:
        head.append(f"**Start with:** {plain(winner.pitch_track, 120, hard=160)}")
    parts: list[ui.Item[Any] | None] = [
        beside_cover("\n".join(head), view.covers.get(album.id), phrases.cover_alt(album))
    ]
    if winner.pitch:
        parts.append(ui.TextDisplay(phrases.pitch_block(winner.pitch, 700, 2_000)))
    if view.tracks and week.rules.guide is Guide.OFF:
        tracks = phrases.listing(lambda width: phrases.track_lines(view.tracks, width), 1_500)
        parts.append(ui.TextDisplay(f"### {_tracks_heading(view)}\n{tracks}"))
    if week.rules.guide is Guide.OFF:
        parts += rows(*link_buttons(view)[:5])
    if week.phase in HEARING:
        ends = week.deadlines
        parts.append(
            ui.TextDisplay(f"The club talks {when(ends.discussion_at)}. Ratings close {when(ends.ratings_close_at)}.")
        )
        parts += rows(*phase_buttons(view))
    return Body(*parts)


def _tracks_heading(view: WeekView) -> str:
    known = [track.duration_ms for track in view.tracks if track.duration_ms]
    total = f", {phrases.duration(sum(known))}" if len(known) == len(view.tracks) else ""
    return f"{counted(len(view.tracks), 'track')}{total}"


def discussion_card(view: WeekView) -> Body:
    """Time to talk: who has heard and rated it so far, and until when ratings count."""
    week = view.week
    lines = [phrases.heading(week, "Discussion")]
    if view.winner is not None:
        lines.append(f"Let's talk about {phrases.album_words(view.winner.album)}.")
    if week.phase is Phase.RATINGS:
        heard = counted(view.heard, "member has", "members have")
        lines.append(f"{heard} heard it, {counted(view.ratings, 'has', 'have')} rated it.")
        blind = " The club's scores show once you have rated." if week.rules.blind_ratings else ""
        lines.append(f"Ratings count until {when(week.deadlines.ratings_close_at)}.{blind}")
    return Body(ui.TextDisplay("\n".join(lines)), *rows(*phase_buttons(view)))


def recap_card(view: WeekView) -> Body:
    """What the club made of the album, said in words and figures."""
    week, winner = view.week, view.winner
    if winner is None:
        return Body(ui.TextDisplay(f"{phrases.heading(week, 'Recap')}\nThis week has no {phrases.thing(week)}."))
    album = winner.album
    head = f"{phrases.heading(week, 'Recap')}\n{phrases.album_headline(album)}\n{phrases.nominators(winner)}"
    parts: list[ui.Item[Any]] = [beside_cover(head, view.covers.get(album.id), phrases.cover_alt(album))]
    if view.poster is not None:
        parts.append(Gallery(view.poster))
    summary = view.summary
    if summary is None:
        parts.append(ui.TextDisplay("Nobody rated it in time. `/rate` still takes late ratings."))
        return Body(*parts)
    parts.append(ui.TextDisplay(figures_words(summary, phrases.thing(week))))
    parts.append(ui.TextDisplay(histogram_words(summary)))
    people = "\n".join([*_pair_words(summary), *_favourite_words(summary)])
    if people:
        parts.append(ui.TextDisplay(people))
    for quote in summary.quotes[:3]:
        said = phrases.pitch_block(quote.text, 280, 700)
        parts.append(ui.TextDisplay(f"{phrases.person_words(quote.name)}, {figure(quote.score)}:\n{said}"))
    heard = counted(view.heard, "member", "members")
    listened = f" {phrases.listened_words(view)}" if view.listened is not None else ""
    late = "Late ratings are welcome with `/rate`; they stand beside these."
    parts.append(ui.TextDisplay(f"Heard by {heard}.{listened} {late}"))
    return Body(*parts)


def figures_words(summary: Summary, what: str = "album") -> str:
    """Mean, median, spread, and where the album, or the demo, stands among the club's."""
    lines = [
        f"**{figure(summary.mean)}** on average from {counted(summary.count, 'rating')} "
        f"(median {figure(summary.median)}, spread {figure(summary.spread)})."
    ]
    if summary.past_mean is not None and summary.rank is not None:
        gap = summary.mean - summary.past_mean
        beside = f"{figure(abs(gap))} {'above' if gap > 0 else 'below'}" if gap else "exactly at"
        lines.append(
            f"That is {beside} the club's average of {figure(summary.past_mean)}: place {summary.rank} of "
            f"{counted(summary.weeks, what)}."
        )
    return "\n".join(lines)


def histogram_words(summary: Summary) -> str:
    """How often each score was given, best first; the bar repeats what the number says."""
    most = max(count for _, count in summary.histogram)
    lines: list[str] = []
    for score, count in reversed(summary.histogram):
        if count:
            bar = "▮" * max(1, round(count * 12 / most))
            lines.append(f"- {score:.1f}: {counted(count, 'member')} {bar}")
    return "\n".join(["### Scores", *lines])


def _pair_words(summary: Summary) -> list[str]:
    lines: list[str] = []
    if summary.divided is not None:
        pair = summary.divided
        one, other = phrases.person_words(pair.first), phrases.person_words(pair.second)
        lines.append(f"**Most divided:** {one} and {other}, {figure(pair.distance)} apart.")
    if summary.closest is not None and summary.closest != summary.divided:
        pair = summary.closest
        one, other = phrases.person_words(pair.first), phrases.person_words(pair.second)
        apart = f"{figure(pair.distance)} apart" if pair.distance else "the same score"
        lines.append(f"**Closest:** {one} and {other}, {apart}.")
    return lines


def _favourite_words(summary: Summary) -> list[str]:
    if not summary.favourites:
        return []

    def draw(width: int) -> str:
        return ", ".join(
            f"{plain(title, width, hard=width + width // 4 + 2)} ({count})" for title, count in summary.favourites[:5]
        )

    return [f"**Favourite tracks:** {sized(draw, 80, 600)}."]
