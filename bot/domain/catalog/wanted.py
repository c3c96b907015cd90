"""What a member means by the words of a wish, and what to ask a source for it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from bot.domain.catalog.credits import GUESTS, SEPARATORS, Credit, parse_credit
from bot.domain.catalog.editions import Name, name_to_search, parse_name
from bot.domain.catalog.found import FoundAlbum, FoundTrack
from bot.domain.catalog.names import normalised, visible
from bot.domain.catalog.vocabulary import SELF_TITLED

WORDS_LIMIT = 150
"""Characters of a search; services refuse or cut longer ones."""
SEARCHES = 3
READINGS = 12
"""Ways in which words are read at most."""

DASH = re.compile(r"\s+[-–—―−]+\s+|\s*[–—―]\s*")
OTHER_MARK = re.compile(r"\s+[~|/:•·]+\s+|\s*[|]\s*|:\s+")
"""What stands between names where no dash does."""
BRACKETS = re.compile(r"[()\[\]{}\"“”„«»]")
BY = re.compile(r"\s+(?:by|von|par|de|from)\s+", re.IGNORECASE)
YEAR_AT_END = re.compile(r"\s*[(\[]\s*(?:18|19|20)\d\d\s*[)\]]\s*$")
QUOTE_MARKS = "\"“”„«»‘’'"

DASHES = "-–—―−"
"""A side that ends with one is no name: `Max Richter - From Sleep` is not `Sleep` by `Max Richter -`."""

BETWEEN_NAMES = re.compile(r"\s[-–—―−~|]+\s|\sby\s", re.IGNORECASE)
AS_TOLD = 0.0
OTHER_SPLIT = 0.02
"""The words split at another place, or the title before the artist."""
NO_SPLIT = 0.02
"""Artist and title side by side with nothing between them."""
TITLE_ALONE = 0.04
"""All words are the title, and nothing is told of the artist."""
SIGNS_BESIDE = 0.25
"""The same where signs stand beside the words, which may be the artist: `!!! careful`."""
SIGNS_AS_NAME = re.compile(r"^(?:[!?.…,*¦|]\s*){3,}(?=\s)|(?<=\s)[!?.…,*¦|]{3,}$")


@dataclass(frozen=True, slots=True)
class Wanted:
    """An album or a track that somebody means.

    `text` is what the person wrote, when it may be read in another way than `title` and `artist` say; without it they
    are taken at their word.
    """

    title: str
    artist: str = ""
    year: int | None = None
    text: str = ""
    album: str = ""
    """For a track: the album it is said to be on."""
    duration_ms: int | None = None
    track_count: int | None = None

    @classmethod
    def like_album(cls, album: FoundAlbum) -> Wanted:
        """The same album at another source."""
        return cls(album.title, album.artist, album.year, track_count=album.track_count)

    @classmethod
    def like_track(cls, track: FoundTrack) -> Wanted:
        """The same track at another source."""
        album = track.album.title if track.album else ""
        return cls(track.title, track.artist, album=album, duration_ms=track.duration_ms)


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a wish.

    Without an artist, `unsplit` tells whether the words may hold the artist too. `guessed` is a reading that nobody
    told: it has to fit all the better.
    """

    title: Name
    artist: Credit | None
    cost: float
    unsplit: bool = False
    guessed: bool = False


def readings_of(wanted: Wanted) -> tuple[Reading, ...]:
    """The ways to read a wish, the plainest first."""
    told = Reading(parse_name(wanted.title), parse_credit(wanted.artist) if wanted.artist.strip() else None, AS_TOLD)
    if told.artist is None:
        told = Reading(told.title, None, SIGNS_BESIDE if SIGNS_AS_NAME.search(wanted.title) else TITLE_ALONE)
    readings = [told]
    if told.artist is not None and normalised(wanted.title) in SELF_TITLED:
        readings.append(Reading(parse_name(wanted.artist), told.artist, OTHER_SPLIT))
    if wanted.year:  # which may as well be a part of the name
        dated = f"{wanted.title} {wanted.year}"
        readings.append(replace(told, title=parse_name(dated), cost=told.cost + OTHER_SPLIT))
        if told.artist is None:
            readings.append(Reading(parse_name(dated), None, NO_SPLIT + OTHER_SPLIT, unsplit=True))
    text = _text_of(wanted)
    if text:
        for left, right in _splits(text):
            readings.append(Reading(parse_name(right), parse_credit(left), OTHER_SPLIT, guessed=True))
            readings.append(Reading(parse_name(left), parse_credit(right), OTHER_SPLIT, guessed=True))
        split = BETWEEN_NAMES.search(text) is not None
        if _has_signs_for_a_name(text) or SIGNS_AS_NAME.search(text):
            return tuple(dict.fromkeys(readings))[:READINGS]
        readings.append(Reading(parse_name(text), None, TITLE_ALONE, guessed=split))
        readings.append(Reading(parse_name(text), None, NO_SPLIT, unsplit=True, guessed=split))
    return tuple(dict.fromkeys(readings))[:READINGS]


def is_parted(wanted: Wanted) -> bool:
    """Whether something stands between the names: a dash, a `by`."""
    return bool(_splits(_text_of(wanted)))


def _text_of(wanted: Wanted) -> str:
    """The person's words on one line without the year that was already read; a title alone is such words, too."""
    text = " ".join(visible(wanted.text or ("" if wanted.artist.strip() else wanted.title)).split())
    return YEAR_AT_END.sub("", text) if wanted.year else text


def _splits(text: str) -> list[tuple[str, str]]:
    """The two sides of each dash and each `by`; whoever reads them decides which side the artist is."""
    marks = (DASH if DASH.search(text) else OTHER_MARK, BY)
    sides = [(text[: gap.start()], text[gap.end() :]) for mark in marks for gap in mark.finditer(text)]
    cleaned = [(left.strip(QUOTE_MARKS + " "), right.strip(QUOTE_MARKS + " ")) for left, right in sides]
    whole = [(left, right) for left, right in cleaned if left and right and left[-1] not in DASHES]
    return [(left, right) for left, right in whole if not _splits_guests(left)][:4]


def _has_signs_for_a_name(text: str) -> bool:
    """Whether one side of a dash is signs alone, as in `!!! - Louden Up Now`: as a title they would be overlooked."""
    return any(not any(char.isalnum() for char in side) for sides in _splits(text) for side in sides)


def _splits_guests(left: str) -> bool:
    """Whether a side would take what comes behind another dash for guests."""
    guests = GUESTS.split(left)[1:]
    return any(DASH.search(name) for name in guests)


def words_for_search(wanted: Wanted) -> tuple[str, ...]:
    """What to send to a source, best first, at most three: without edition words, guests and brackets."""
    title = name_to_search(wanted.title)
    artist = " ".join(visible(wanted.artist).split())
    first_artist = SEPARATORS.split(_without_guests(artist))[0]
    text = _text_of(wanted)
    searches = [f"{_without_guests(artist)} {title}", f"{first_artist} {title}"]
    if normalised(wanted.title) in SELF_TITLED:
        searches = [f"{artist} {artist}", *searches]
    if text:
        searches.append(name_to_search(text))
    searches.extend((title, text))
    unique: dict[str, str] = {}
    for words in map(_searchable, searches):
        if words:
            unique.setdefault(normalised(words), words)
    return tuple(unique.values())[:SEARCHES]


def _without_guests(artist: str) -> str:
    return GUESTS.split(artist)[0]


def _searchable(words: str) -> str:
    """Words on one line without dashes between them, cut at the last whole word that fits."""
    line = " ".join(BRACKETS.sub(" ", DASH.sub(" ", words)).split())
    if len(line) <= WORDS_LIMIT:
        return line
    return line[:WORDS_LIMIT].rsplit(" ", 1)[0]
