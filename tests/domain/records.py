"""Real albums and tracks to search in, and an independent rule for when two of them are one record."""

from __future__ import annotations

import csv
import gzip
import json
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path

from bot.domain.catalog import FoundAlbum, FoundTrack, Link, LinkKind, Service

DATA = Path(__file__).resolve().parents[2] / ".." / "shared" / "data"
CATALOGUE = DATA / "api" / "spotify_tracks_catalog" / "tracks.csv.gz"
LISTENS = DATA / "listens"
CLUBS = DATA / "clubs"

SAME = re.compile(
    r"deluxe|re-?master|expanded|anniversary|edition|bonus|reissue|mono\b|stereo\b(?! mc)|explicit|clean\b|"
    r"\bfeat|\bft\b|\bwith\b|soundtrack|score|\bost\b|\be\.?p\b|\bsingle\b|radio edit|radio mix|radio version|"
    r"lp version|original mix|album version|single version|original version|definitive version|"
    r"main version|album edit|international version|from the|from \"|motion picture|series",
    re.IGNORECASE,
)
OTHER = re.compile(
    r"live|extended(?! edition)|acoustic|instrumental|remix|karaoke|tribute|demo|cover|dub\b|piano|unplugged|orchestra|"
    r"taylor.s version",
    re.IGNORECASE,
)
PIECE = re.compile(r"\s*[(\[][^()\[\]]*[)\]]|\s+-\s+(?:[^-]|(?<=\w)-(?=\w))*$")
FEAT = re.compile(r"\s+(?:feat\.?|ft\.?|featuring)\s.*$", re.IGNORECASE)
SEVERAL = re.compile(r"\s*(?:[,&+;|/]|\band\b|\bx\b|\bfeat\b|\bft\b|\bfeaturing\b|\bwith\b|\bvs\b)\s*", re.IGNORECASE)
AT_END = re.compile(
    r":?\s+(?:e\.?p\.?|(?:original )?(?:motion picture |film |game )?(?:soundtrack|score|ost)"
    r"|(?:original )?music from the (?:original )?(?:motion picture|film)"
    r"|remastered|(?:\d+th )?anniversary(?: edition)?"
    r"|(?:deluxe|expanded|special|limited|collector.?s) (?:edition|version))$",
    re.IGNORECASE,
)
NUMERALS = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
ROMAN = re.compile(r"(?<=\s)(?:ii|iii|iv|vi|vii|viii|ix|xi|xii)\b")
NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
SPELT = re.compile(rf"\b(?:vol(?:ume)?|p(?:ar)?t)\b\.?\s+({'|'.join(NUMBERS)})\b")
COUNTER = re.compile(r"\b(?:vol(?:ume)?|p(?:ar)?t|no)\b\.?\s*(?=\d)")
NO_LETTER = re.compile(r"[\W_]+")
LETTERS = str.maketrans({"ø": "o", "ı": "i", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "σ": "s"})
ARTICLE = re.compile(r"^(?:the|an?|l\.?a\.?|le|les|el|los|las|der|die|das)\s+", re.IGNORECASE)
ARTICLE_WITHIN = re.compile(r"(?<=[(\[])the\s+(?=[^()\[\]]*mix)|(?<=\s-\s)the\s+(?=[^-]*mix$)", re.IGNORECASE)
"""Before the name of whoever mixed it."""
QUOTES = "\"“”„«»‘’' "
VARIOUS = "Various Artists"
ALIKE = 0.9
ALIKE_LENGTHS = 3
SWAPPED_FROM = 6
OWN_TRACKS = 3
"""Tracks of one artist from which on an album in a history counts as the artist's own."""


@cache
def plain(text: str) -> str:
    """Letters and digits of a text, without case and accents."""
    folded = text.casefold().replace("&", "and").replace("rmx", "remix").replace(" version", "")
    folded = COUNTER.sub("", ROMAN.sub(lambda numeral: str(NUMERALS.index(numeral[0])), folded))
    folded = SPELT.sub(lambda word: str(NUMBERS.index(word[1]) + 1), folded)
    if not folded.isascii():
        folded = unicodedata.normalize("NFKD", folded.translate(LETTERS))
        folded = "".join(char for char in folded if not unicodedata.combining(char))
    return NO_LETTER.sub("", folded) or text.strip()


@cache
def work_title(title: str) -> str:
    """A title without what names an edition of the same record, told by a list of words of its own."""
    shorter = PIECE.sub(lambda piece: "" if SAME.search(piece[0]) and not OTHER.search(piece[0]) else piece[0], title)
    if shorter != title and shorter.strip():
        return work_title(shorter)
    shorter = FEAT.sub("", shorter)
    while (without := AT_END.sub("", shorter)) != shorter:
        shorter = without
    return plain(ARTICLE_WITHIN.sub("", ARTICLE.sub("", shorter.strip(QUOTES)))) or plain(title)


@dataclass(frozen=True, slots=True)
class Record:
    """What is labelled: two uploads or editions of one record are equal."""

    title: str
    artist: str


@cache
def record_of(title: str, artist: str) -> Record:
    return Record(work_title(title), plain(ARTICLE.sub("", SEVERAL.split(artist)[0] or artist)))


def is_right(expected: Record, found: FoundAlbum | FoundTrack) -> bool:
    """Whether something found is the record: the same work's name, by the same artist or one of the artists."""
    if plain(found.artist + found.title) == expected.artist + expected.title:
        return True  # the same letters, parted elsewhere
    if work_title(found.title) != expected.title:
        return False
    artists = {plain(ARTICLE.sub("", artist)) for artist in (*SEVERAL.split(found.artist), found.artist)}
    return expected.artist in artists


def looks_alike(title: str, others: Iterable[str]) -> bool:
    """Whether a title may be another in a source's own spelling: a letter in ten differs, or two are swapped."""
    digits = [char for char in title if char.isdigit()]
    return any(
        _swapped(title, other)
        or (
            abs(len(title) - len(other)) <= ALIKE_LENGTHS
            and digits == [char for char in other if char.isdigit()]
            and len(set(title) ^ set(other)) <= ALIKE_LENGTHS
            and SequenceMatcher(None, title, other).ratio() >= ALIKE
        )
        for other in others
    )


def _swapped(title: str, other: str) -> bool:
    """Whether two neighbouring letters of a longer name are swapped."""
    if len(title) != len(other) or len(title) < SWAPPED_FROM:
        return False
    places = [place for place, (one, two) in enumerate(zip(title, other, strict=True)) if one != two]
    return len(places) == 2 and places[1] - places[0] == 1 and sorted(title) == sorted(other) and title.isalpha()


@dataclass(frozen=True, slots=True)
class Holdings:
    """Everything there is, before anything is withheld."""

    albums: list[FoundAlbum]
    tracks: list[FoundTrack]


def there_is_data() -> bool:
    return CATALOGUE.exists()


def read_holdings(*, histories: bool = True) -> Holdings:
    """The catalogue's albums and tracks, and those of the histories and submissions."""
    by_album: dict[str, list[dict[str, str]]] = defaultdict(list)
    with gzip.open(CATALOGUE, "rt", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            by_album[row["album_id"]].append(row)
    albums: list[FoundAlbum] = []
    tracks: list[FoundTrack] = []
    for rows in by_album.values():
        album = _album(rows)
        albums.append(album)
        tracks.extend(_track(row, album) for row in rows)
    if histories:
        known = {record_of(album.title, album.artist) for album in albums}
        heard = list(_heard_albums(known))
        albums.extend(heard)
        seen = {record_of(track.title, track.artist) for track in tracks}
        tracks.extend(_heard_tracks(seen))
    return Holdings(albums, tracks)


def _artist_of(rows: list[dict[str, str]]) -> str:
    artists = {row["artist_names"] for row in rows}
    firsts = Counter(row["artist_names"].split("|")[0] for row in rows)
    if len(artists) == 1 and (rows[0]["album_type"] == "single" or len(rows) > 1):
        return ", ".join(artists.pop().split("|"))
    if len(firsts) > 1 and rows[0]["album_type"] == "compilation":
        return VARIOUS
    return firsts.most_common(1)[0][0]


def _album(rows: list[dict[str, str]]) -> FoundAlbum:
    row = rows[0]
    year = int(row["release_date"][:4])
    return FoundAlbum(
        Service.SPOTIFY,
        row["album_name"],
        _artist_of(rows),
        year or None,
        (_link(LinkKind.ALBUM, row["album_id"]),),
        row["album_type"],
        int(row["total_tracks"]),
    )


def _track(row: dict[str, str], album: FoundAlbum) -> FoundTrack:
    return FoundTrack(
        row["name"],
        ", ".join(row["artist_names"].split("|")),
        int(row["track_number"]),
        int(row["duration_ms"]),
        row["isrc"],
        _link(LinkKind.TRACK, row["track_id"]),
        album,
    )


def _link(kind: LinkKind, external_id: str) -> Link:
    return Link(Service.SPOTIFY, kind, external_id, f"https://open.spotify.com/{kind}/{external_id}")


def heard() -> Iterator[tuple[str, str, str]]:
    """Artist, album and track of each play in the histories and each submission that names them."""
    with (LISTENS / "person-b-lastfm-8-columns" / "recenttracks.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            yield row["artist"], row["album"], row["track"]
    with (LISTENS / "person-c-lastfm-minutes-no-header" / "lastfm_scrobbles.csv").open(encoding="utf-8") as lines:
        for cells in csv.reader(lines):
            yield cells[0], cells[1], cells[2]
    with (LISTENS / "person-d-lastfm-4-columns" / "lastfm_data.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            yield row["artist"], row["album"], row["song_title"]
    for path in sorted(LISTENS.glob("*/*Streaming_History_Audio*.json")) + sorted(LISTENS.glob("*/*endsong*.json")):
        for play in json.loads(path.read_text(encoding="utf-8")):
            yield (
                play["master_metadata_album_artist_name"] or "",
                play["master_metadata_album_album_name"] or "",
                play["master_metadata_track_name"] or "",
            )
    yield from submissions()


def submissions() -> Iterator[tuple[str, str, str]]:
    """Artist, album and track of each submission that names them."""
    for club in ("music-league-b", "music-league-c"):
        with (CLUBS / club / "submissions.csv").open(encoding="utf-8") as lines:
            for row in csv.DictReader(lines):
                yield row["Artist(s)"], row["Album"], row["Title"]


def _heard_albums(known: set[Record]) -> Iterator[FoundAlbum]:
    titles: dict[tuple[str, str], set[str]] = defaultdict(set)
    for artist, album, track in heard():
        if artist and album:
            titles[artist, album].add(track)
    submitted = {(artist, album) for artist, album, _ in submissions()}
    for (artist, album), tracks in titles.items():
        own = len(tracks) >= OWN_TRACKS or (artist, album) in submitted
        if own and record_of(album, artist) not in known:
            known.add(record_of(album, artist))
            yield FoundAlbum(Service.LASTFM, album, artist)


def _heard_tracks(seen: set[Record]) -> Iterator[FoundTrack]:
    for artist, album, track in heard():
        record = record_of(track, artist) if artist and track else None
        if record and record not in seen:
            seen.add(record)
            yield FoundTrack(track, artist, album=FoundAlbum(Service.LASTFM, album, artist) if album else None)
