"""How far a found album or track is from what is wanted, reason by reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.domain.catalog.credits import (
    MORE_THAN_CREDITED,
    PART_OF_CREDIT,
    SHARED_NAME,
    Credit,
    credit_distance,
    parse_credit,
    tells_alone,
)
from bot.domain.catalog.editions import Name, parse_name
from bot.domain.catalog.found import FoundAlbum, FoundTrack
from bot.domain.catalog.spelling import ANOTHER_NAME, RESPACED, spelling
from bot.domain.catalog.vocabulary import GENERIC_ALBUMS
from bot.domain.catalog.wanted import Reading, Wanted, readings_of

WEIGHTS = {
    "title": 0.6,
    "artist": 0.5,
    "various_artists": 0.4,
    "version": 0.5,
    "number": 0.5,
    "edition": 0.1,
    "kind": 0.25,
    "year": 0.12,
    "repeated_title": 0.4,
    "track_count": 0.15,
    "duration": 0.15,
    "album": 0.12,
    "reading": 1.0,
}
"""How much each reason counts at its full amount; the distance is their sum, at most 1."""

ALONE = 0.4
"""A title with a slip and nothing told of the artist."""
GUESSED_SLIPS = 0.25
"""How far an artist may be whom nobody told to be the artist."""
YEARS_APART = 3
"""Years between release dates that no delay between countries explains."""
OF_A_FILM = frozenset(("soundtrack", "score"))
EP_TRACKS = 2, 9
SINGLE_TRACKS = 3
"""A release of this many tracks or fewer is a single."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One difference between what is wanted and what is found."""

    name: str
    amount: float
    """0 (none) to 1 (entirely different); its weight is in `WEIGHTS`."""
    words: str
    """The difference in a few words, with names as the source spells them."""

    @property
    def cost(self) -> float:
        """What it adds to the distance."""
        return WEIGHTS[self.name] * self.amount


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something found, with its distance from what is wanted (0 to 1) and the reasons for it, the weightiest first."""

    found: FoundAlbum | FoundTrack
    distance: float
    reasons: tuple[Reason, ...] = ()


def album_candidate(wanted: Wanted, readings: Iterable[Reading], album: FoundAlbum) -> Candidate:
    """A found album with its distance, under the reading that brings it nearest."""
    name, credit = _album_name(album), parse_credit(album.artist)
    best = min((_names(reading, name, credit, album.title, album.artist) for reading in readings), key=_total)
    reasons = [*best, *_year(wanted, album, name, credit), *_track_count(wanted, album), *_kind(wanted, name, album)]
    return _candidate(album, reasons)


def _album_name(album: FoundAlbum) -> Name:
    """An album's name, with the kind that its source tells beside it rather than in it."""
    name = parse_name(album.title)
    kind = "ep" if album.kind == "ep" else "single" if is_single(album) else ""
    return name if not kind or kind in name.editions else replace(name, kind=kind)


def track_candidate(wanted: Wanted, readings: Iterable[Reading], track: FoundTrack) -> Candidate:
    """A found track with its distance, under the reading that brings it nearest."""
    name, credit = parse_name(track.title), parse_credit(track.artist)
    best = min((_names(reading, name, credit, track.title, track.artist) for reading in readings), key=_total)
    return _candidate(track, [*best, *_on_album(wanted, track), *_duration(wanted, track)])


def distance_of(wanted: Wanted, found: FoundAlbum | FoundTrack) -> Candidate:
    """One album or track with its distance from what is wanted."""
    readings = readings_of(wanted)
    if isinstance(found, FoundAlbum):
        return album_candidate(wanted, readings, found)
    return track_candidate(wanted, readings, found)


def _candidate(found: FoundAlbum | FoundTrack, reasons: list[Reason]) -> Candidate:
    told = sorted((reason for reason in reasons if reason.amount > 0), key=lambda reason: (-reason.cost, reason.name))
    return Candidate(found, round(min(1.0, _total(told)), 4), tuple(told))


def _total(reasons: list[Reason]) -> float:
    return sum(reason.cost for reason in reasons)


def _names(reading: Reading, name: Name, credit: Credit, title: str, artist: str) -> list[Reason]:
    """The differences of title and artist under one reading."""
    reasons = [Reason("reading", reading.cost, "read in another way")] if reading.cost else []
    if reading.unsplit:
        return [*reasons, *_unsplit(reading, name, credit, title, artist)]
    wanted = reading.title
    if wanted.whole == name.whole:
        amount = 0.0
    elif reading.guessed and reading.artist is None:
        amount = 1.0
    else:
        editions = list(_editions(wanted, name))
        amount = spelling(wanted.core, name.core) or (0.0 if editions else RESPACED)
        reasons.extend(editions)
    reasons.append(Reason("title", amount, f"the title “{title}”"))
    if reading.artist is None:
        reasons.append(Reason("artist", 0.0 if _fits_alone(wanted, name, credit, amount) else ALONE, "no artist told"))
    else:
        reasons.append(_artist(reading, credit, name, artist))
    return reasons


def _fits_alone(wanted: Name, name: Name, credit: Credit, amount: float) -> bool:
    """Whether a title tells enough without an artist: it is the same but for edition and guests.

    Guests that are told have to be there, and what stands behind a colon or as an article before it may be a name's. A
    film's songs and its score are two records.
    """
    if wanted.guests and not {*wanted.guests} & {credit.whole, *credit.names, *credit.guests, *name.guests}:
        return False
    if (wanted.article and not name.article) or not tells_alone(name.core):
        return False
    if (wanted.editions ^ name.editions) & OF_A_FILM:
        return False
    if wanted.whole == name.whole:
        return True
    beside = wanted.guests or name.guests or wanted.editions or name.editions
    return amount <= RESPACED and bool(beside) and not (wanted.subtitled or name.subtitled)


def _unsplit(reading: Reading, name: Name, credit: Credit, title: str, artist: str) -> Iterable[Reason]:
    """The differences when artist and title stand side by side, in either order, with all artists or one of them."""
    amount, by = _beside_artist(reading.title.whole, credit, name.whole)
    editions: Iterable[Reason] = ()
    if max(amount, by) > RESPACED and not reading.guessed:
        amount, by = _beside_artist(reading.title.core, credit, name.core)
        of_artist = [word for word in credit.whole.split() if any(char.isdigit() for char in word)]
        numbers = tuple(sorted((*name.numbers, *of_artist)))
        of_both = replace(name, numbers=numbers) if numbers == reading.title.numbers else name
        editions = list(_editions(reading.title, of_both))
        amount = amount or (0.0 if editions else RESPACED)
    elif max(amount, by) > RESPACED:
        amount = by = 1.0
    return [Reason("title", amount, f"the title “{title}”"), Reason("artist", by, f"by {artist}"), *editions]


def _beside_artist(words: str, credit: Credit, title: str) -> tuple[float, float]:
    """How far the title and the artist are from words of which the artist is the beginning or the end."""
    parts = words.split()
    ways = [(1.0, 1.0)]
    for artist in dict.fromkeys((credit.whole, *filter(tells_alone, credit.names[:3]))):
        length = len(artist.split())
        of_whole = 0.0 if artist == credit.whole else PART_OF_CREDIT
        for by, called in ((parts[:length], parts[length:]), (parts[-length:], parts[:-length])):
            amount = spelling(" ".join(by), artist)  # strictly: nobody said where the artist ends
            if called and amount < ANOTHER_NAME:
                ways.append((spelling(" ".join(called), title), amount + of_whole))
    if len(credit.names) > 1:
        ways.append((spelling(_without_names(words, credit.names), title), 0.0))
    return min(ways, key=sum)


def _without_names(words: str, names: tuple[str, ...]) -> str:
    """Words without all of these names and what stands between them; empty when one of the names is not there."""
    rest = f" {words} "
    for name in sorted(names, key=len, reverse=True):
        if f" {name} " not in rest:
            return ""
        rest = rest.replace(f" {name} ", "  ", 1)
    left = rest.split()
    while left and left[0] == "and":
        left.pop(0)
    while left and left[-1] == "and":
        left.pop()
    return " ".join(left)


def _artist(reading: Reading, found: Credit, name: Name, artist: str) -> Reason:
    wanted = reading.artist or found
    if wanted.various != found.various:
        return Reason("various_artists", 1.0, f"by {artist}")
    amount = credit_distance(wanted, found, reading.title.guests, name.guests)
    more_names = amount >= MORE_THAN_CREDITED and len(wanted.names) > len(found.names)
    if reading.guessed and (more_names or amount > GUESSED_SLIPS):
        amount = max(amount, SHARED_NAME)
    return Reason("artist", amount, f"by {artist}")


def _editions(wanted: Name, name: Name) -> Iterable[Reason]:
    """The differences in version, number and edition."""
    if wanted.numbers != name.numbers:
        both = bool(wanted.numbers) and bool(name.numbers)
        words = f"number {', '.join(name.numbers)}" if name.numbers else f"not number {', '.join(wanted.numbers)}"
        yield Reason("number", 1.0 if both else 0.6, words)
    if wanted.versions != name.versions:
        yield Reason("version", 1.0, ", ".join(sorted(name.versions)) or f"not {', '.join(sorted(wanted.versions))}")
    elif (amount := _detail(wanted.detail, name.detail)) > 0:
        yield Reason("version", amount, name.detail or f"not {wanted.detail}")
    if differing := (wanted.editions ^ name.editions) - {name.kind}:
        added = ", ".join(sorted(name.editions - wanted.editions))
        yield Reason("edition", min(1.0, 0.3 * len(differing)), added or f"not {', '.join(sorted(differing))}")


def _detail(wanted: str, found: str) -> float:
    """How far apart it is where a record was made live, or who remixed it."""
    if not wanted or not found:
        return 0.0 if wanted == found else 0.5
    amount = spelling(wanted, found)
    return amount / 2 if amount < ANOTHER_NAME else 0.8


def _year(wanted: Wanted, album: FoundAlbum, name: Name, credit: Credit) -> Iterable[Reason]:
    if wanted.year is None or album.year is None or wanted.year == album.year:
        return
    apart = abs(wanted.year - album.year)
    words = f"{album.year}, not {wanted.year}"
    reissued = album.year > wanted.year and bool(name.editions)
    if apart >= YEARS_APART - 1 and not reissued and may_be_repeated(name, credit):
        yield Reason("repeated_title", 1.0, words)
    else:
        yield Reason("year", min(1.0, (apart / YEARS_APART) * (0.5 if reissued else 1.0)), words)


def may_be_repeated(name: Name, credit: Credit) -> bool:
    """Whether an artist may well have several albums of this title: the artist's own name, or `Greatest Hits`."""
    return name.core == credit.whole or name.core in credit.names or name.core in GENERIC_ALBUMS


def _track_count(wanted: Wanted, album: FoundAlbum) -> Iterable[Reason]:
    if wanted.track_count and album.track_count and wanted.track_count != album.track_count:
        apart = abs(wanted.track_count - album.track_count) / max(wanted.track_count, album.track_count)
        yield Reason("track_count", apart, f"{album.track_count} tracks, not {wanted.track_count}")


def _kind(wanted: Wanted, name: Name, album: FoundAlbum) -> Iterable[Reason]:
    """The difference between single, EP and album; between an album and a single of one name, the album is meant."""
    told = parse_name(wanted.title).editions
    count = album.track_count
    if "ep" in told and "ep" not in name.editions and count and not EP_TRACKS[0] <= count <= EP_TRACKS[1]:
        yield Reason("kind", 1.0, f"{count} tracks are no EP")
    elif "single" in told and not is_single(album) and count and count > SINGLE_TRACKS:
        yield Reason("kind", 1.0, f"{count} tracks are no single")
    elif is_single(album) and not told & {"single", "ep"} and not wanted.track_count:
        yield Reason("kind", 0.1, "a single")


def is_single(album: FoundAlbum) -> bool:
    """Whether a release is a single, as far as the source tells."""
    return album.kind == "single" and (album.track_count is None or album.track_count <= SINGLE_TRACKS)


def _on_album(wanted: Wanted, track: FoundTrack) -> Iterable[Reason]:
    if track.album is None:
        return
    name = parse_name(track.album.title)
    if wanted.album:
        asked = parse_name(wanted.album)
        amount = spelling(asked.core, name.core)
        if asked.versions != name.versions or asked.numbers != name.numbers:
            amount = max(amount, ANOTHER_NAME)
        yield Reason("album", amount, f"on “{track.album.title}”")
        return
    asked = parse_name(wanted.title)
    if name.versions - asked.versions:
        yield Reason("album", 0.5, f"on “{track.album.title}”")
    elif parse_credit(track.album.artist).various or track.album.kind == "compilation":
        yield Reason("album", 0.1, f"on “{track.album.title}”")


def _duration(wanted: Wanted, track: FoundTrack) -> Iterable[Reason]:
    if wanted.duration_ms and track.duration_ms:
        apart = abs(wanted.duration_ms - track.duration_ms)
        if apart > 3_000:
            words = f"{track.duration_ms // 60_000}:{track.duration_ms // 1_000 % 60:02d} long"
            yield Reason("duration", min(1.0, apart / 30_000), words)
