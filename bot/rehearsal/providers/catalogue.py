"""What the loopback providers know: the albums of the rehearsal's script, made up from the first track to the last.

Ids are derived from names, so that they are the same in every run and on every shop.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from hashlib import sha256
from uuid import NAMESPACE_URL, UUID, uuid5

from bot.domain.catalog import normalised

BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
COVER_SIDE = 300
CLOSE = 0.85
"""How like a word another one is that is found for it: one slip in a word of seven letters."""


@dataclass(frozen=True)
class MadeArtist:
    """An artist nobody has heard."""

    name: str
    country: str
    """ISO 3166 in two letters."""

    @cached_property
    def mbid(self) -> UUID:
        """The id at MusicBrainz."""
        return uuid5(NAMESPACE_URL, f"longplay:artist:{self.name}")

    @cached_property
    def number(self) -> int:
        """The id at a service that counts."""
        return _number(f"artist:{self.name}")

    @cached_property
    def spotify_id(self) -> str:
        """The id at Spotify: 22 letters and digits."""
        return _base62(f"artist:{self.name}")


@dataclass(frozen=True)
class MadeTrack:
    """A track; `position` counts from 1 over the album."""

    album: str
    position: int
    title: str
    seconds: int

    @cached_property
    def mbid(self) -> UUID:
        """The recording's id at MusicBrainz."""
        return uuid5(NAMESPACE_URL, f"longplay:recording:{self.album}:{self.position}")

    @cached_property
    def number(self) -> int:
        """The id at a service that counts."""
        return _number(f"track:{self.album}:{self.position}")

    @cached_property
    def spotify_id(self) -> str:
        """The id at Spotify."""
        return _base62(f"track:{self.album}:{self.position}")

    @cached_property
    def isrc(self) -> str:
        """An ISRC of a registrant that does not exist."""
        return f"XXLP0{_number(f'isrc:{self.album}:{self.position}') % 10_000_000:07d}"


@dataclass(frozen=True)
class MadeAlbum:
    """An album with its track list."""

    title: str
    artist: MadeArtist
    year: int
    genres: tuple[str, ...]
    tracks: tuple[MadeTrack, ...]
    bandcamp: str = ""
    """Its address at Bandcamp, where it has one."""
    known_spotify_id: str = ""
    """Where the script writes the address out."""

    @property
    def released(self) -> str:
        """The day it came out."""
        return f"{self.year}-04-18"

    @cached_property
    def group(self) -> UUID:
        """The release group's id at MusicBrainz."""
        return uuid5(NAMESPACE_URL, f"longplay:release-group:{self.title}")

    @cached_property
    def release(self) -> UUID:
        """The first release's id at MusicBrainz."""
        return uuid5(NAMESPACE_URL, f"longplay:release:{self.title}")

    @cached_property
    def number(self) -> int:
        """The id at a service that counts."""
        return _number(f"album:{self.title}")

    @cached_property
    def spotify_id(self) -> str:
        """The id at Spotify."""
        return self.known_spotify_id or _base62(f"album:{self.title}")

    @cached_property
    def barcode(self) -> str:
        """A UPC that is nobody's."""
        return f"0000{_number(f'upc:{self.title}') % 10**9:09d}"

    @cached_property
    def cover(self) -> bytes:
        """The cover, a PNG of stripes in the album's own colours."""
        return _striped_png(sha256(self.title.encode()).digest())


def _number(name: str) -> int:
    return 100_000_000 + int.from_bytes(sha256(name.encode()).digest()[:5], "big") % 800_000_000


def _base62(name: str) -> str:
    number = int.from_bytes(sha256(name.encode()).digest(), "big")
    letters: list[str] = []
    for _ in range(22):
        number, rest = divmod(number, 62)
        letters.append(BASE62[rest])
    return "".join(letters)


def _striped_png(seed: bytes) -> bytes:
    """A small PNG by hand, so that nothing that draws has to be loaded."""
    stripes = [bytes(seed[at : at + 3]) for at in range(0, 24, 3)]
    rows = b"".join(b"\0" + stripes[row * len(stripes) // COVER_SIDE] * COVER_SIDE for row in range(COVER_SIDE))
    head = struct.pack(">IIBBBBB", COVER_SIDE, COVER_SIDE, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts
    )


def _album(title: str, artist: MadeArtist, year: int, genres: str, tracks: str, **more: str) -> MadeAlbum:
    """An album from lines of `title m:ss`."""
    made: list[MadeTrack] = []
    for position, line in enumerate(tracks.strip().splitlines(), start=1):
        name, _, length = line.strip().rpartition(" ")
        minutes, seconds = length.split(":")
        made.append(MadeTrack(title, position, name, int(minutes) * 60 + int(seconds)))
    return MadeAlbum(title, artist, year, tuple(genres.split(", ")), tuple(made), **more)


LOW_TIDES = MadeArtist("The Low Tides", "GB")
MOTH = MadeArtist("Moth", "CA")
INES_VALE = MadeArtist("Ines Vale", "PT")
FENN = MadeArtist("Fenn", "NL")
ODA = MadeArtist("Oda & the Hills", "NO")

ALBUMS = (
    _album(
        "Glass Harbour", LOW_TIDES, 1997, "indie rock, dream pop",
        """Boat shed 3:41
        Glass harbour 4:58
        The lamp room 3:12
        Salt on the radio 4:26
        Eleven knots 2:57
        Ferry song 5:33
        Low water 4:04
        Harbour master 3:49
        Fog signal 6:12
        Home by Tuesday 4:31""",
    ),
    _album(
        "Undertow", LOW_TIDES, 2001, "indie rock, shoegaze",
        """Groundswell 4:20
        Rip 3:05
        What the tide leaves 5:16
        Undertow 4:47
        Kelp 2:38
        A slower boat 5:52
        Leeward 3:33
        Drift line 4:09
        The long shelf 7:24""",
    ),
    _album(
        "Lamp", MOTH, 2018, "electronic, ambient",
        """Switch 2:11
        Filament 4:36
        Dust and wings 5:02
        Forty watts 3:48
        Shade 6:15
        Moth hour 4:44
        Afterglow 5:27
        Off 1:59""",
        bandcamp="https://moth.bandcamp.com/album/lamp",
    ),
    _album(
        "Night Bus", MOTH, 2020, "electronic, downtempo",
        """Stop request 3:20
        Upper deck 4:51
        Rain on the glass 5:38
        N29 4:02
        Last but one 3:57
        Terminus 6:44
        Depot 4:13
        First light 5:05""",
    ),
    _album(
        "Paper Lanterns", INES_VALE, 2012, "folk, chamber pop",
        """Kite string 3:12
        Ash and rain 4:40
        The quiet stair 5:01
        Wax 2:58
        A house of sparrows 4:17
        Small hours 3:36
        Letters I kept 4:22
        Winter kitchen 3:08
        The paper boat 3:54
        Almost asleep 2:45
        Home, late 6:20""",
    ),
    _album(
        "Sea Level", INES_VALE, 2009, "folk, singer-songwriter",
        """Tide table 3:28
        Limestone 4:11
        My mother's coat 3:50
        Sea level 5:19
        The heron 2:52
        Pilot light 4:33
        Azulejo 3:41
        Driftwood bed 4:58
        What is left of June 5:46""",
    ),
    _album(
        "Slow Weather", FENN, 2011, "slowcore, post-rock",
        """Front 6:02
        Polder 5:44
        Grey mare 7:18
        Barometer 4:55
        Slow weather 8:31
        A field at night 6:27
        Dew point 5:09
        Clearing 9:14""",
    ),
    _album(
        "Ground Frost", FENN, 2015, "slowcore, ambient",
        """First white 4:48
        Hoar 6:36
        The ditch 5:21
        Ground frost 7:55
        Breath 3:17
        Thaw line 6:03
        Black ice 5:40
        Snowdrop 4:26""",
    ),
    _album(
        "Field Notes", ODA, 2016, "country, folk",
        """Gate 2:36
        Barley 3:44
        Notes on a heifer 3:02
        The hill road 4:18
        Haymaking 2:49
        Rook 3:31
        Oda's waltz 3:15
        Fence post 2:27
        Rainy Saturday 4:05
        The long field 5:12
        Leaving the light on 3:58
        Field notes 4:39""",
        known_spotify_id="4aLongplayRehearsal000",
    ),
)  # fmt: skip
"""Every album there is."""


def search_albums(words: str) -> list[MadeAlbum]:
    """Albums whose artist and title hold every word, or one that is close, in the order of the catalogue."""
    return [each for each in ALBUMS if _holds(f"{each.artist.name} {each.title}", words)]


def search_tracks(words: str) -> list[tuple[MadeAlbum, MadeTrack]]:
    """Tracks whose artist, album and title hold every word, or one that is close."""
    return [
        (album, track)
        for album in ALBUMS
        for track in album.tracks
        if _holds(f"{album.artist.name} {album.title} {track.title}", words)
    ]


def search_fields(title: str, artist: str) -> list[tuple[MadeAlbum, MadeTrack]]:
    """Tracks whose title holds every word of one text, and whose artist every word of another."""
    return [
        (album, track)
        for album in ALBUMS
        for track in album.tracks
        if _holds(track.title, title) and _holds(album.artist.name, artist)
    ]


def find_album(fits: Callable[[MadeAlbum], bool]) -> MadeAlbum | None:
    """The album that fits; None where none does."""
    return next((each for each in ALBUMS if fits(each)), None)


def find_track(fits: Callable[[MadeTrack], bool]) -> tuple[MadeAlbum, MadeTrack] | None:
    """The track that fits, with its album; None where none does."""
    return next(((album, track) for album in ALBUMS for track in album.tracks if fits(track)), None)


def _holds(text: str, words: str) -> bool:
    present = normalised(text).split()
    wanted = normalised(words).split()
    return bool(wanted) and all(
        any(word.startswith(each) for word in present) or get_close_matches(each, present, cutoff=CLOSE)
        for each in wanted
    )
