"""Values to cards: an album's record, and what became of a merge."""

from __future__ import annotations

from typing import Any

from discord import ui

from bot.domain.catalog.record import AlbumRecord, Outing
from bot.domain.club.ratings import Summary
from bot.services.merging import Merged
from cogs.club.cards import phrases
from cogs.club.cards.phrases import counted, figure
from cogs.shared.render import Body, beside_cover, link, rows, sized
from cogs.shared.text import plain

GENRES = 5
WEEKS = 6
QUOTES = 2
TRACK_TEXT = 1_200
LINKS = 10


def album_card(record: AlbumRecord) -> Body:
    """What is known of an album and what the club made of it; links as buttons."""
    album = record.album
    head = "\n".join([phrases.album_headline(album), *_fact_lines(record)])
    parts: list[ui.Item[Any] | None] = [beside_cover(head, record.picture, phrases.cover_alt(album))]
    parts.append(ui.TextDisplay("\n".join(["### In this club", *_club_lines(record)])))
    if record.summary is not None:
        for quote in record.summary.quotes[:QUOTES]:
            said = phrases.pitch_block(quote.text, 220, 600)
            parts.append(ui.TextDisplay(f"{phrases.person_words(quote.name)}, {figure(quote.score)}:\n{said}"))
    if record.tracks:
        tracks = phrases.listing(lambda width: phrases.track_lines(record.tracks, width), TRACK_TEXT)
        parts.append(ui.TextDisplay(f"### {counted(len(record.tracks), 'track')}\n{tracks}"))
    parts += rows(*(link(phrases.service_label(service), url) for service, url in record.links[:LINKS]))
    return Body(*parts)


def _fact_lines(record: AlbumRecord) -> list[str]:
    """Kind, genres, country, and how many tracks where the list itself is not known."""
    facts = record.facts
    told = [plain(facts.kind.capitalize(), 30, hard=40)] if facts.kind else []
    if facts.genres:
        told.append(", ".join(plain(genre, 30, hard=40) for genre in facts.genres[:GENRES]))
    if facts.country:
        told.append(plain(facts.country, 40, hard=60))
    if facts.track_count and not record.tracks:
        told.append(counted(facts.track_count, "track"))
    return [" · ".join(told)] if told else []


def _club_lines(record: AlbumRecord) -> list[str]:
    if not record.outings:
        return ["Nobody has nominated it here yet. `/nominate` does."]
    lines = [f"- {_outing_words(outing)}" for outing in record.outings[:WEEKS]]
    if len(record.outings) > WEEKS:
        lines.append(f"- and {counted(len(record.outings) - WEEKS, 'earlier week')}")
    if record.summary is not None:
        lines += _summary_lines(record.summary)
    elif any(outing.won for outing in record.outings) and not record.unseen:
        lines.append("Nobody has rated it in time.")
    if record.unseen:
        lines.append("The ratings of a week that still runs show to those who have rated, and to all after its close.")
    return lines


def _outing_words(outing: Outing) -> str:
    """`WEEK 003 [2026-11-23]: nominated by Ben, won`."""
    by = "picked by a host" if outing.host_pick else f"nominated by {phrases.person_words(outing.nominator)}"
    if outing.cancelled:
        end = "the week was cancelled"
    elif outing.void:
        end = "taken out of the race"
    elif outing.won is None:
        end = "in the race"
    else:
        end = "**won**" if outing.won else "did not win"
    return f"{outing.label}: {by}, {end}"


def _summary_lines(summary: Summary) -> list[str]:
    lines = [
        f"**{figure(summary.mean)}** on average from {counted(summary.count, 'rating')} "
        f"(median {figure(summary.median)})."
    ]
    if summary.favourites:

        def draw(width: int) -> str:
            named = (
                f"{plain(title, width, hard=width + width // 4 + 2)} ({count})"
                for title, count in summary.favourites[:3]
            )
            return ", ".join(named)

        lines.append(f"**Favourite tracks:** {sized(draw, 60, 400)}.")
    return lines


def merged_words(done: Merged) -> str:
    """What went where, and how it is taken back."""
    moved = ", ".join(
        counted(number, noun, many)
        for number, noun, many in (
            (done.nominations, "nomination", None),
            (done.ratings, "rating", None),
            (done.shelves, "place on a shelf", "places on shelves"),
        )
        if number
    )
    went = f" {moved} went over." if moved else ""
    kept, gone = phrases.album_words(done.kept, 120), phrases.album_words(done.gone, 120)
    return f"{gone} is {kept} from now on.{went} `/catalogue split` takes it back."


def split_words(done: Merged) -> str:
    """What is apart again."""
    kept, gone = phrases.album_words(done.kept, 120), phrases.album_words(done.gone, 120)
    return (
        f"{gone} and {kept} are two albums again, each with what it had. What came in between stayed with the second."
    )
