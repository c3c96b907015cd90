"""Weeks as cards see them, from the plainest to the largest that the rules allow."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from bot.domain.calendar import Deadlines
from bot.domain.club.entries import SCORES, Album, Nomination, Rating, Track
from bot.domain.club.ratings import summarise
from bot.domain.club.rules import Rules
from bot.domain.club.views import PanelRef, WeekView
from bot.domain.club.week import Club, Phase, ThreadRole, Week
from bot.domain.covers import Picture
from bot.domain.tally import Ballot, Method, tally

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
COVER = Picture.of(b"pixels", 640, 640)
CLUB = Club(UUID(int=1), 10, "Club", 20, "Europe/Berlin")

TEXTS = {
    "plain": "x",
    "words": "Long words of an album ",
    "markup": "*",
    "backslashes": "\\",
    "mentions": "@everyone <@1> ",
    "lines": "a\n",
    "chinese": "音楽",
    "emoji": "🎧",
    "hebrew": "שלום ",
    "marks": "e\u0301\u0301\u0301",
}
"""What members may fill any field with, repeated to its limit."""


def filled(unit: str, limit: int) -> str:
    """A text of exactly the limit's length."""
    return (unit * limit)[:limit]


def nomination(number: int, unit: str = "Album ", size: int = 20, *, pitch: int = 0) -> Nomination:
    title = filled(unit, size - 3) + f"{number:03}" if size > 3 else unit
    album = Album(
        UUID(int=1000 + number),
        title,
        filled(unit, size),
        1997,
        "https://open.spotify.com/album/x",
        "https://i.scdn.co/x",
    )
    return Nomination(
        UUID(int=number),
        UUID(int=2),
        UUID(int=500 + number),
        number,
        album,
        filled(unit, min(size, 80)),
        9_000 + number,
        pitch=filled(unit, pitch),
        pitch_track=filled(unit, min(pitch, 500)),
        genre=filled(unit, min(pitch, 100)),
        decade="1990s",
        country=filled(unit, min(pitch, 100)),
        seconds=3,
    )


def week(phase: Phase, *, rules: Rules | None = None, theme: str = "") -> Week:
    moments = [NOW + timedelta(days=days) for days in range(5)]
    over = phase in (Phase.LISTENING, Phase.RATINGS, Phase.CLOSED)
    return Week(
        UUID(int=2),
        CLUB.id,
        3,
        date(2026, 11, 23),
        phase,
        1,
        Deadlines(*moments),
        rules or Rules(),
        theme=theme,
        winner_id=UUID(int=1) if over else None,
        deciding_step="points" if over else None,
        cancel_reason="no_nominations" if phase is Phase.CANCELLED else None,
        cancelled_from=Phase.NOMINATIONS if phase is Phase.CANCELLED else None,
        threads=dict.fromkeys(ThreadRole, 77),
    )


def view(
    phase: Phase = Phase.POLL,
    *,
    unit: str = "Album ",
    size: int = 20,
    count: int = 5,
    rules: Rules | None = None,
    method: Method = Method.POINTS,
) -> WeekView:
    """A week in any phase; with `size` 500 and `count` 45 it is as large as weeks get."""
    rules = replace(rules or Rules(), method=method)
    shown = week(phase, rules=rules, theme=filled(unit, min(size, 200)))
    nominations = tuple(nomination(number, unit, size, pitch=min(size * 4, 2_000)) for number in range(1, count + 1))
    over = shown.announced
    ids = [str(one.id) for one in nominations]
    ballots = [Ballot.ranked(*(ids[(start + step) % count] for step in range(min(2, count)))) for start in range(count)]
    ratings = [
        Rating(
            UUID(int=place),
            filled(unit, min(size, 80)) + str(place),
            SCORES[place % 9],
            filled(unit, size),
            None,
            filled(unit, size * 4),
        )
        for place in range(12)
    ]
    return WeekView(
        CLUB,
        shown,
        nominations,
        ballots=count,
        turnout_of=count + 3,
        winner=nominations[0] if over else None,
        links=tuple(
            (service, "https://example.org/" + "a" * 300) for service in ("spotify", "deezer", "lastfm", "other")
        ),
        tracks=tuple(Track(UUID(int=place), place, filled(unit, size), 215_000) for place in range(1, count * 2 + 1)),
        tally=tally(method, ids, ballots, ranks=rules.ranks, seed="0" * 64) if over and count else None,
        ratings=12,
        heard=9,
        summary=summarise(ratings, [Decimal("3.5")] * 9) if phase is Phase.CLOSED else None,
        late=2,
        panels={("card", 0): PanelRef(20, 30)},
        covers={one.album.id: COVER for one in nominations},
    )


def ratings_of(unit: str, size: int, count: int = 30) -> list[Rating]:
    return [
        Rating(
            UUID(int=place),
            filled(unit, 80),
            SCORES[place % 9],
            filled(unit, size),
            None,
            filled(unit, size * 4),
            place % 5 > 0,
        )
        for place in range(count)
    ]
