"""Sketches of every kind, ordinary and extreme ones, for tests of pictures."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from math import sin

from bot.domain.pictures.charts import (
    Bar,
    Calendar,
    Clock,
    Comparison,
    GenreSpread,
    Recap,
    SharedArtist,
    TasteCard,
    Waveform,
)
from bot.domain.pictures.collages import Collage, Tile
from bot.domain.pictures.sketches import Sketch

FIVE_SCRIPTS = (
    ("Music Has the Right to Children", "Boards of Canada"),
    ("Что-то важное", "Кино"),
    ("教育", "東京事変"),
    ("أغاني الحياة", "فيروز"),
    ("שירים ישנים", "אריק איינשטיין"),
    ("봄날", "방탄소년단"),
    ("🎧 👩🏽‍🎤 🇩🇪", "Emoji & Söhne"),
    ("Ágætis byrjun", "Sigur Rós"),
    ("Ωδή", "Βαγγέλης"),
)
HOSTILE = (
    "<script>alert('x')</script> & \"co\"",
    "</text><image href='/etc/passwd'/>",
    "a\x00b\x1f\x7f\x85c",
    "\u202egnol\u202c \u2066x\u2069",
    "\ud83d broken \udc00",
    "e" + "\u0301" * 200,
    "",
    " \u200b\u3000 ",
    "A" * 5_000,
    "العربية and Latin mixed 123",
    "👨‍👩‍👧‍👦👩🏽‍🎤🇩🇪🏳️‍🌈 1️⃣ ❤️",
    "𒀀𒁀𒂀",
    "new\nline\ttab\u2028sep",
)


def a_collage(
    columns: int = 3, rows: int = 3, *, covers: tuple[str | None, ...] = (), titles: bool = True, name: str = "Ada"
) -> Collage:
    """A collage of titles in many scripts, its covers in turn."""
    tiles = tuple(
        Tile(*FIVE_SCRIPTS[place % 9], plays=200 - place, cover=covers[place % len(covers)] if covers else None)
        for place in range(columns * rows)
    )
    return Collage(name, "last 7 days", "album", columns, rows, tiles, titles)


def sketches(name: str = "Ada", title: str = "Music Has the Right to Children") -> dict[str, Sketch]:
    """One sketch of every kind, with these names in it."""
    hours = tuple(int(60 + 50 * sin(hour / 4)) if hour not in (3, 4) else 0 for hour in range(24))
    return {
        "collage": Collage(name, "last 7 days", "album", 2, 2, (Tile(title, name, 4),) * 4),
        "taste": TasteCard(
            name,
            "last 365 days",
            12_345,
            (Bar(title, 0.4), Bar("electronic", 0.2), Bar("jazz", 0.001)),
            tuple(Bar(f"{1960 + 10 * place}s", 0.02 + 0.03 * place) for place in range(7)),
            tuple(tuple(max(0, round(9 * sin((hour + day) / 4))) for hour in range(24)) for day in range(7)),
            34,
            71,
            58,
            artists=(title, "Low"),
            countries=(Bar("United Kingdom", 0.6), Bar(title, 0.3), Bar("Japan", 0.1)),
            cautions=(f"Genres are known of 31 % of what {name} heard so far.",),
            zone="Europe/Berlin",
        ),
        "comparison": Comparison(
            name,
            title,
            87,
            (SharedArtist(title, 120, 80), SharedArtist("Low", 1, 300)),
            (f"You both hear {title}", "Alike", "Near"),
            "closer than most here",
            left_loves=(title, "Low"),
            right_loves=(name, title, "Burial"),
            cautions=("Little is known of one of them.",),
        ),
        "recap": Recap(
            "WEEK 003 [2026-11-23]",
            title,
            name,
            (1, 0, 0, 2, 1, 3, 5, 4, 1),
            Decimal("3.82"),
            Decimal("4.00"),
            Decimal("0.81"),
            favourites=((title, 5), ("Aquarius", 3)),
            past_mean=Decimal("3.5"),
            rank=2,
            weeks=14,
            club=name,
        ),
        "clock": Clock(name, "last 365 days", hours, "Europe/Berlin"),
        "calendar": Calendar(name, "last 365 days", date(2025, 11, 30), tuple(place * 7 % 30 for place in range(365))),
        "genres": GenreSpread(
            name,
            "last 365 days",
            tuple(f"{month} 2026" for month in ("Jan", "Feb", "Mar", "Apr", "May", "Jun")),
            ((title, (0.5, 0.4, 0.3, 0.0, 0.2, 0.4)), ("jazz", (0.1, 0.3, 0.4, 0.0, 0.5, 0.2))),
        ),
        "waveform": Waveform(
            title,
            name,
            tuple((-abs(sin(place / 40)), abs(sin(place / 40))) for place in range(800)),
            217.4,
            -14.2,
            "v2",
        ),
    }


def smallest() -> dict[str, Sketch]:
    """Every kind with one play or less in it."""
    none = Decimal(0)
    return {
        "collage": Collage("A", "today", "artist", 2, 2, (Tile("X", "", 1),)),
        "taste": TasteCard("A", "today", 1, cautions=("Incomplete: 1 play of 1 artist.",)),
        "comparison": Comparison("A", "B", 0),
        "recap": Recap("WEEK 001", "X", "", (0,) * 9, none, none, none),
        "recap of one": Recap("WEEK 001", "X", "Y", (0,) * 8 + (1,), Decimal(5), Decimal(5), none),
        "clock": Clock("A", "today", (0,) * 23 + (1,)),
        "silent clock": Clock("A", "today", (0,) * 24),
        "calendar": Calendar("A", "today", date(2026, 2, 28), (1,)),
        "genres": GenreSpread("A", "today", ("Feb 2026",), (("jazz", (1.0,)),)),
        "no genres": GenreSpread("A", "today", ("Feb 2026",), ()),
        "waveform": Waveform("X", "", ((0.0, 0.0),), 0.4),
    }


SCRIPTS = tuple(title for title, _ in FIVE_SCRIPTS[:5])
MANY = 10_000


def one_listen() -> dict[str, Sketch]:
    """What every kind shows of somebody who heard one track once, or of an album that one rated."""
    monday = tuple(tuple(float((day, hour) == (0, 21)) for hour in range(24)) for day in range(7))
    return {
        "collage": Collage("Ada", "today", "album", 2, 2, (Tile("Blue", "Low", 1),)),
        "taste": TasteCard(
            "Ada",
            "all time",
            1,
            (Bar("slowcore", 1.0),),
            (Bar("1990s", 1.0),),
            monday,
            artists=("Low",),
            countries=(Bar("United States", 1.0),),
            cautions=("Incomplete: 1 play of 1 artist. It takes 50 plays of 10 artists to say more.",),
            zone="UTC",
        ),
        "comparison": Comparison(
            "Ada", "Ben", 51, (SharedArtist("Low", 1, 1),), ("Both hear Low",), "an ordinary pair", ("Can",), ("Low",)
        ),
        "recap": smallest()["recap of one"],
        "clock": smallest()["clock"],
        "calendar": smallest()["calendar"],
        "genres": smallest()["genres"],
        "waveform": smallest()["waveform"],
    }


def ten_thousand_artists() -> dict[str, Sketch]:
    """Every kind of somebody who heard ten thousand artists, in figures as large as they come."""
    names = tuple(f"Artist {place}" for place in range(MANY))
    bars = tuple(Bar(name, 0.0001) for name in names)
    tiles = tuple(Tile(f"Album {place}", names[place], 1_234_567 - place) for place in range(100))
    shared = tuple(SharedArtist(name, 1_000_000 - place, place) for place, name in enumerate(names))
    months = tuple(f"Month {place}" for place in range(24))
    return {
        "collage": Collage("Ada", "all time", "artist", 10, 10, tiles),
        "taste": TasteCard(
            "Ada",
            "all time",
            12_345_678,
            bars,
            tuple(Bar(f"{1900 + 10 * place}s", 0.08) for place in range(13)),
            tuple(tuple(float(99 + hour + day) for hour in range(24)) for day in range(7)),
            0,
            1,
            100,
            artists=names,
            countries=bars,
            zone="America/Argentina/ComodRivadavia",
        ),
        "comparison": Comparison("Ada", "Ben", 100, shared, names, "as close as it gets", names, names),
        "recap": Recap(
            "WEEK 1234 [2049-11-23]",
            "Blue",
            "Low",
            (1_111,) * 9,
            Decimal("3.00"),
            Decimal("3.00"),
            Decimal("1.29"),
            favourites=tuple((name, MANY - place) for place, name in enumerate(names[:50])),
            past_mean=Decimal("3.99"),
            rank=1_234,
            weeks=1_234,
            club="A club",
        ),
        "clock": Clock("Ada", "all time", tuple(410_000 + 10_000 * hour for hour in range(24)), "Europe/Berlin"),
        "calendar": Calendar("Ada", "all time", date(2025, 11, 20), (2_880,) * 371),
        "genres": GenreSpread("Ada", "all time", months, tuple((name, (1 / 6,) * 24) for name in names[:6])),
        "waveform": Waveform("Night Drive", "Ada", ((-1.0, 1.0),) * MANY, 43_199.0, 3.0, "v9999"),
    }


def in_five_scripts() -> dict[str, Sketch]:
    """Every kind with names in Latin, Cyrillic, Chinese, Arabic and Hebrew, and emoji."""
    mixed = " ".join(SCRIPTS)
    kinds = sketches("Ada Ада 愛 ادا 🎧", mixed)
    titles = tuple(title for title, _ in FIVE_SCRIPTS)
    return {
        **kinds,
        "collage": a_collage(3, 3, name="Ада"),
        "taste": TasteCard(
            "Ада 愛",
            "last 365 days",
            99,
            tuple(Bar(title, 0.2 - place / 50) for place, title in enumerate(titles[:6])),
            artists=titles,
            countries=tuple(Bar(title, 0.25) for title in titles[5:9]),
        ),
        "comparison": Comparison(
            "Кино",
            "فيروز",
            50,
            tuple(SharedArtist(title, 9 - place, place + 1) for place, title in enumerate(titles[:8])),
            tuple(f"Both hear {title}" for title in titles[1:4]),
            left_loves=titles,
            right_loves=titles[::-1],
        ),
        "genres": GenreSpread(
            "방탄",
            "2026",
            ("Jan", "Feb"),
            tuple((title, (0.2, 0.1 + place / 50)) for place, title in enumerate(SCRIPTS)),
        ),
    }


def with_cover(cover: str | None) -> dict[str, Sketch]:
    """The kinds that show covers, with this one: there, missing, enormous."""
    kinds = sketches()
    recap = kinds["recap"]
    assert isinstance(recap, Recap)
    return {"collage": a_collage(2, 2, covers=(cover,)), "recap": replace(recap, cover=cover)}
