"""A source of albums that holds what it is given, and searches as the services do: by words, forgiving a slip."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from heapq import nsmallest
from math import log

from rapidfuzz.distance import OSA

from bot.domain.catalog import FoundAlbum, FoundTrack, Link, Service

WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W_]+")
"""A word, or one character of a script without spaces."""
SLIP_FROM = 4
"""Letters from which on a word is also found with one slip."""
SLIPPED = 0.6
TITLE_ASKED = 0.15
LEAST_SHARE = 0.35
"""The part of a query's weight that a record has to hold to be an answer at all."""


def words_of(text: str) -> list[str]:
    """The words that a full-text search sees."""
    text = text.casefold().replace("'", "").replace("’", "")
    if text.isascii():
        return WORD.findall(text)
    folded = unicodedata.normalize("NFKD", text)
    plain = "".join(char for char in folded if not unicodedata.combining(char) or char in "\u3099\u309a")
    return WORD.findall(unicodedata.normalize("NFC", plain))


class FullText:
    """Records by their words, the rarer weighing more; a word that is not quite there is found by its neighbours."""

    def __init__(self, texts: Sequence[tuple[str, str]]) -> None:
        """Each record is its title and the rest of its text."""
        self._places: dict[str, list[int]] = defaultdict(list)
        self._lengths: list[int] = []
        self._titles: list[set[str]] = []
        for place, (title, rest) in enumerate(texts):
            title_words = words_of(title)
            self._titles.append(set(title_words))
            words = dict.fromkeys([*title_words, *words_of(rest)])
            self._lengths.append(len(words))
            for word in words:
                self._places[word].append(place)
        self._near: dict[str, list[str]] = defaultdict(list)
        for word in self._places:
            if len(word) >= SLIP_FROM:
                for shorter in _shortened(word):
                    self._near[shorter].append(word)

    def find(self, words: str, limit: int) -> list[int]:
        """The places of the records that hold most of the words' weight, best first."""
        scores: dict[int, float] = defaultdict(float)
        whole = 0.0
        for word in dict.fromkeys(words_of(words)):
            here: dict[int, float] = {}
            for known, part in self._known(word):
                weight = log(1 + len(self._lengths) / len(self._places[known]))
                for place in self._places[known]:
                    here[place] = max(here.get(place, 0.0), weight * part)
            whole += max(here.values(), default=log(1 + len(self._lengths)) / 2)
            for place, score in here.items():
                scores[place] += score
        asked = set(words_of(words))
        ranked = [
            (-score * self._fit(place, asked), place) for place, score in scores.items() if score >= LEAST_SHARE * whole
        ]
        return [place for _, place in nsmallest(limit, ranked)]

    def _fit(self, place: int, asked: set[str]) -> float:
        """A short record counts more than a long one, and most of all one whose whole title was asked for."""
        return (1 + TITLE_ASKED * (self._titles[place] <= asked)) / (1 + 0.03 * self._lengths[place])

    def _known(self, word: str) -> list[tuple[str, float]]:
        exact = [(word, 1.0)] if word in self._places else []
        if len(word) < SLIP_FROM:
            return exact
        near = {known for shorter in _shortened(word) for known in self._near.get(shorter, ())} - {word}
        return exact + [(known, SLIPPED) for known in sorted(near) if OSA.distance(word, known, score_cutoff=1) <= 1]


def _shortened(word: str) -> set[str]:
    return {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}


class HeldSource:
    """An `AlbumSource` over albums and tracks in memory; it answers near things for what it does not hold."""

    def __init__(self, service: Service, albums: Iterable[FoundAlbum] = (), tracks: Iterable[FoundTrack] = ()) -> None:
        self.service = service
        self.albums, self.tracks = list(albums), list(tracks)
        self.asked: list[str] = []
        """What was searched, in order."""
        self._album_words = FullText([(album.title, album.artist) for album in self.albums])
        self._track_words = FullText(
            [(track.title, f"{track.artist} {track.album.title if track.album else ''}") for track in self.tracks]
        )

    async def search_albums(self, words: str, *, limit: int = 10) -> list[FoundAlbum]:
        """Albums whose title and artist hold most of the words."""
        return self.albums_for(words, limit)

    async def search_tracks(self, words: str, *, limit: int = 10) -> list[FoundTrack]:
        """Tracks whose title, artist and album hold most of the words."""
        return self.tracks_for(words, limit)

    def albums_for(self, words: str, limit: int = 10) -> list[FoundAlbum]:
        """`search_albums` without waiting."""
        self.asked.append(words)
        return [self.albums[place] for place in self._album_words.find(words, limit)]

    def tracks_for(self, words: str, limit: int = 10) -> list[FoundTrack]:
        """`search_tracks` without waiting."""
        self.asked.append(words)
        return [self.tracks[place] for place in self._track_words.find(words, limit)]

    async def fetch_album(self, link: Link) -> FoundAlbum | None:
        """The album that has this link."""
        return next((album for album in self.albums if link in album.links), None)

    async def fetch_track(self, link: Link) -> FoundTrack | None:
        """The track that has this link."""
        return next((track for track in self.tracks if track.link == link), None)

    async def tracks_of_isrc(self, isrc: str) -> list[FoundTrack]:
        """The tracks of this recording."""
        return [track for track in self.tracks if isrc and track.isrc == isrc]
