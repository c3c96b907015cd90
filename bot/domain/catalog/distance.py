"""How far a found album or track is from what is wanted, reason by reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.domain.catalog.credits import Credit, credit_distance, parse_credit
from bot.domain.catalog.editions import Name, parse_name
from bot.domain.catalog.found import FoundAlbum, FoundTrack
from bot.domain.catalog.spelling import ANOTHER_NAME, spelling
from bot.domain.catalog.wanted import Reading, Wanted, readings_of

WEIGHTS = {
    "title": 0.6,
    "artist": 0.5,
    "various_artists": 0.4,
    "version": 0.5,
    "number": 0.5,
    "edition": 0.1,
    "kind": 0.2,
    "year": 0.12,
    "self_titled": 0.4,
    "track_count": 0.15,
    "duration": 0.15,
    "album": 0.12,
    "reading": 1.0,
}
"""How much each reason counts at its full amount; the distance is their sum, at most 1."""

YEARS_APART = 3
"""Years between release dates that no delay between countries explains."""
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
    name, credit = parse_name(album.title), parse_credit(album.artist)
    best = min((_names(reading, name, credit, album.title, album.artist) for reading in readings), key=_total)
    reasons = [*best, *_year(wanted, album, name, credit), *_track_count(wanted, album), *_kind(wanted, album)]
    return _candidate(album, reasons)


def track_candidate(wanted: Wanted, readings: Iterable[Reading], track: FoundTrack) -> Candidate:
    """A found track with its distance, under the reading that brings it nearest."""
    name, credit = parse_name(track.title), parse_credit(track.artist)
    best = min((_names(reading, name, credit, track.title, track.artist) for reading in readings), key=_total)
    return _candidate(track, [*best, *_on_album(wanted, track), *_duration(wanted, track)])


def distance_of(wanted: Wanted, found: FoundAlbum | FoundTrack) -> Candidate:
    """One album or track with its distance from what is wanted."""
    measure = album_candidate if isinstance(found, FoundAlbum) else track_candidate
    return measure(wanted, readings_of(wanted), found)  # pyright: ignore[reportArgumentType]


def _candidate(found: FoundAlbum | FoundTrack, reasons: list[Reason]) -> Candidate:
    told = sorted((reason for reason in reasons if reason.amount > 0), key=lambda reason: (-reason.cost, reason.name))
    return Candidate(found, round(min(1.0, _total(told)), 4), tuple(told))


def _total(reasons: list[Reason]) -> float:
    return sum(reason.cost for reason in reasons)


def _names(reading: Reading, name: Name, credit: Credit, title: str, artist: str) -> list[Reason]:
    """The differences of title and artist under one reading."""
    reasons = [Reason("reading", reading.cost, "read in another way")] if reading.cost else []
    if reading.unsplit:
        amount = _unsplit_amount(reading.title.core, name.core, credit)
        reasons.append(Reason("title", amount, f"“{title}” by {artist}"))
    else:
        reasons.append(Reason("title", spelling(reading.title.core, name.core), f"the title “{title}”"))
        if reading.artist is not None:
            reasons.append(_artist(reading.artist, credit, (*name.guests, *reading.title.guests), artist))
    reasons.extend(_editions(reading, name, credit))
    return reasons


def _unsplit_amount(words: str, core: str, credit: Credit) -> float:
    """How far words are from artist and title side by side, in either order, with all artists or the first."""
    best = 1.0
    for artist in dict.fromkeys((credit.whole, *credit.names[:3])):
        for both in (f"{artist} {core}", f"{core} {artist}", f"{core} by {artist}"):
            if abs(len(both) - len(words)) <= 4:
                best = min(best, spelling(words, both))
    return best


def _artist(wanted: Credit, found: Credit, guests: tuple[str, ...], artist: str) -> Reason:
    if wanted.various != found.various:
        return Reason("various_artists", 1.0, f"by {artist}")
    return Reason("artist", credit_distance(wanted, found, guests), f"by {artist}")


def _editions(reading: Reading, name: Name, credit: Credit) -> Iterable[Reason]:
    """The differences in version, number and edition."""
    wanted = reading.title
    if wanted.numbers != name.numbers and not _numbers_of_artist(reading, name, credit):
        both = bool(wanted.numbers) and bool(name.numbers)
        words = f"number {', '.join(name.numbers)}" if name.numbers else "no number"
        yield Reason("number", 1.0 if both else 0.6, words)
    if wanted.versions != name.versions:
        yield Reason("version", 1.0, ", ".join(sorted(name.versions)) or f"not {', '.join(sorted(wanted.versions))}")
    elif wanted.detail != name.detail and spelling(wanted.detail, name.detail) >= ANOTHER_NAME:
        amount = 0.8 if wanted.detail and name.detail else 0.5
        yield Reason("version", amount, name.detail or f"not {wanted.detail}")
    if differing := wanted.editions ^ name.editions:
        added = ", ".join(sorted(name.editions - wanted.editions))
        yield Reason("edition", min(1.0, 0.3 * len(differing)), added or f"not {', '.join(sorted(differing))}")


def _numbers_of_artist(reading: Reading, name: Name, credit: Credit) -> bool:
    """Whether the number too many is one of the artist's own name (`blink-182`), in words that nobody split."""
    if not reading.unsplit:
        return False
    of_artist = [word for word in credit.whole.split() if any(char.isdigit() for char in word)]
    return sorted((*name.numbers, *of_artist)) == list(reading.title.numbers)


def _year(wanted: Wanted, album: FoundAlbum, name: Name, credit: Credit) -> Iterable[Reason]:
    if wanted.year is None or album.year is None or wanted.year == album.year:
        return
    apart = abs(wanted.year - album.year)
    words = f"{album.year}, not {wanted.year}"
    reissued = album.year > wanted.year and bool(name.editions)
    if apart >= YEARS_APART - 1 and not reissued and is_self_titled(name, credit):
        yield Reason("self_titled", 1.0, words)
    else:
        yield Reason("year", min(1.0, (apart / YEARS_APART) * (0.5 if reissued else 1.0)), words)


def is_self_titled(name: Name, credit: Credit) -> bool:
    """Whether an album is called as its artist: of these, a band may have several."""
    return name.core == credit.whole or name.core in credit.names


def _track_count(wanted: Wanted, album: FoundAlbum) -> Iterable[Reason]:
    if wanted.track_count and album.track_count and wanted.track_count != album.track_count:
        apart = abs(wanted.track_count - album.track_count) / max(wanted.track_count, album.track_count)
        yield Reason("track_count", apart, f"{album.track_count} tracks, not {wanted.track_count}")


def _kind(wanted: Wanted, album: FoundAlbum) -> Iterable[Reason]:
    """Between an album and a single of one name, the album is meant."""
    if is_single(album) and not parse_name(wanted.title).editions & {"single", "ep"} and not wanted.track_count:
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
