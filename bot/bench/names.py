"""Names for a catalogue of any size: made up with the shape of real ones, or real ones told in new pairs."""

from __future__ import annotations

import csv
import gzip
import io
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ONSETS = (*"bcdfghjklmnprstvw", *"bdhlmnrst", "br", "ch", "cl", "fl", "gr", "pl", "sh", "st", "th", "tr")
NUCLEI = (*"aeiou", *"aeiou", "ai", "ea", "ee", "oo", "ou")
CODAS = ("", "", "", "", "", "", *"dklmnnrrsty", "ck", "ll", "nd", "ng", "nt", "rd", "rn", "ss", "st")
SMALL_WORDS = ("the", "of", "and", "in", "a", "to", "for", "on", "my", "you", "from", "with", "at", "is", "no")
HAN = "東京夜空青春花火電車音楽光影夢世界心海風月星雨雪時間愛少女白黒赤金石山川森林天地人生日本中国大小新古明暗水木"
KANA = "アイウエオカキクケコサシスセソタチツテトナニノハヒフホマミムメモヤユヨラリルレロワンさくらひかりゆめみらいはる"
HANGUL = "사랑하늘바다봄여름가을겨울밤별꽃나무길꿈빛소리마음시간이름오늘내일청춘노래"
ACCENTED = str.maketrans("aeiou", "áéíöü")

WORDS = 30_000
"""Words the made names are of; the n-th is used about 1/n as often as the first."""
ALBUMS_OF_ARTIST = 4
"""On average; a few artists have many."""
UNSPACED_SHARE = 0.06
ACCENTED_SHARE = 0.03


@dataclass(frozen=True, slots=True)
class Name:
    """What an album is called."""

    title: str
    artist: str
    year: int


class MadeNames:
    """Names nobody has, in the frequencies that real ones have."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        made = dict.fromkeys(self._word() for _ in range(WORDS * 2))
        self.words = [*SMALL_WORDS, *made][:WORDS]
        total = 0.0
        self.weights = [total := total + 1 / (rank + 10) for rank in range(len(self.words))]

    def _word(self) -> str:
        syllables = self.random.choices((1, 2, 3, 4), (30, 45, 20, 5))[0]
        parts = (
            self.random.choice(ONSETS) + self.random.choice(NUCLEI) + self.random.choice(CODAS)
            for _ in range(syllables)
        )
        return "".join(parts)

    def _phrase(self, lengths: tuple[int, ...]) -> str:
        share = self.random.random()
        if share < UNSPACED_SHARE:
            script = self.random.choice((HAN, HAN + KANA, HAN + KANA, KANA, HANGUL))
            return "".join(self.random.choices(script, k=self.random.randint(2, 7)))
        count = self.random.choices(range(1, len(lengths) + 1), lengths)[0]
        words = self.random.choices(self.words, cum_weights=self.weights, k=count)
        phrase = " ".join(words).title()
        return phrase.translate(ACCENTED) if share > 1 - ACCENTED_SHARE else phrase

    def names(self, count: int) -> Iterator[Name]:
        """So many albums, no two of one name."""
        artists = [self._phrase((35, 45, 15, 5)) for _ in range(max(1, count // ALBUMS_OF_ARTIST))]
        total = 0.0
        weights = [total := total + 1 / (rank + 50) ** 0.7 for rank in range(len(artists))]
        seen: set[tuple[str, str]] = set()
        while len(seen) < count:
            artist = self.random.choices(artists, cum_weights=weights)[0]
            # One in forty is self-titled.
            title = artist if self.random.random() < 1 / 40 else self._phrase((25, 35, 22, 12, 6))
            if (title, artist) not in seen:
                seen.add((title, artist))
                yield Name(title, artist, self.random.randint(1955, 2026))


def read_names(path: Path) -> list[Name]:
    """The albums of a table of tracks or albums, once each: `.csv` or `.csv.gz` with a head line.

    Read are `album_name` or `title`, `artist_names` or `artist`, `release_date` or `year`. Raises `ValueError` where
    those are missing.
    """
    found: dict[tuple[str, str], Name] = {}
    with (
        gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as raw,
        io.TextIOWrapper(raw, encoding="utf-8", newline="") as lines,
    ):
        table = csv.DictReader(lines)
        for row in table:
            title = (row.get("album_name") or row.get("title") or "").strip()
            artist = (row.get("artist_names") or row.get("artist") or "").split("|")[0].strip()
            year = (row.get("release_date") or row.get("year") or "")[:4]
            if title and artist:
                name = Name(title[:500], artist[:500], int(year) if year.isdecimal() else 2000)
                found.setdefault((name.title, name.artist), name)
    if not found:
        raise ValueError(
            f"{path} names no albums: it needs the columns album_name and artist_names, or title and artist"
        )
    return list(found.values())


def real_names(known: list[Name], count: int, seed: int) -> Iterator[Name]:
    """The known albums, then titles of some by artists of others, until there are so many."""
    choose = random.Random(seed)
    seen = {(name.title, name.artist) for name in known[:count]}
    yield from known[:count]
    while len(seen) < count:
        title, by = choose.choice(known), choose.choice(known)
        if (title.title, by.artist) not in seen:
            seen.add((title.title, by.artist))
            yield Name(title.title, by.artist, title.year)
