"""MusicBrainz: the genres and the country of artists, the genres and the first year of albums.

<https://musicbrainz.org/doc/MusicBrainz_API/Search>. One search each, whose answers tell all of it; only what bears the
very name that was asked for is taken. Of several artists of one name it is the one whom most people gave genres.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bot.domain.catalog.countries import NAMES
from bot.domain.listening.names import artist_id, heard_album_id
from bot.domain.manners import Pace
from bot.domain.ports import Manners
from bot.domain.taste.facts import LONGEST_TAG, MOST_TAGS, Of, Teller, Told
from bot.providers.http import Http
from bot.providers.manners import IN_BACKGROUND, Gate, Patience
from bot.providers.musicbrainz import ADDRESS, PACE
from bot.providers.musicbrainz_shapes import VARIOUS_ARTISTS, artist_name, kind_of
from bot.providers.shapes import country_of, rows_of, search_words, text_of, year_of

LOOKED_AT = 10
"""Entries of a search: a name that many share is soon found."""


class MusicBrainzFacts:
    """Fulfils `FactSource`."""

    teller = Teller.MUSICBRAINZ

    def __init__(
        self,
        http: Http,
        manners: Manners,
        *,
        address: str = ADDRESS,
        pace: Pace = PACE,
        patience: Patience = IN_BACKGROUND,
    ) -> None:
        self._http = http
        self._address = address
        self._gate = Gate("musicbrainz", pace, manners, http.clock, patience)

    async def fetch_facts(self, of: Of, artist: str, title: str = "") -> Told:
        """What stands there of the artist or album of this name."""
        words = search_words(f"{artist} {title}")
        if not words:
            return Told(self.teller, found=False)
        what = "artist" if of is Of.ARTIST else "release-group"
        told = await self._http.get_json(
            self._gate.visit(),
            f"{self._address}/{what}",
            lambda body: read_artist(body, artist) if of is Of.ARTIST else read_album(body, artist, title),
            params={"fmt": "json", "query": words, "dismax": "true", "limit": LOOKED_AT},
        )
        return told or Told(self.teller, found=False)


def read_artist(body: Any, name: str) -> Told | None:
    """The artist of a name, of those that a search found; None where none is called so."""
    key = artist_id(name)
    same = [
        each
        for each in rows_of(body["artists"])
        if each.get("id") != VARIOUS_ARTISTS and key in {artist_id(one) for one in _names(each)}
    ]
    if not same:
        return None
    # The search puts the closest first, and `max` keeps the first of equals.
    best = max(same, key=lambda each: (artist_id(text_of(each.get("name"))) == key, _votes(each)))
    return Told(Teller.MUSICBRAINZ, _tags(best), _country(best))


def read_album(body: Any, artist: str, title: str) -> Told | None:
    """The album of these names, of the release groups that a search found; None where none is called so."""
    key = heard_album_id(artist, title)
    same = [
        each
        for each in rows_of(body["release-groups"])
        if heard_album_id(artist_name(each.get("artist-credit")), text_of(each.get("title"))) == key
    ]
    if not same:
        return None
    best = max(same, key=lambda each: (kind_of(each) == "album", _votes(each)))
    return Told(Teller.MUSICBRAINZ, _tags(best), year=year_of(best.get("first-release-date")))


def _names(artist: dict[str, Any]) -> Iterable[str]:
    told = [artist.get("name"), *(each.get("name") for each in rows_of(artist.get("aliases") or []))]
    return (name for each in told if (name := text_of(each)))


def _counted(entry: dict[str, Any]) -> dict[str, int]:
    """Genres and tags with their votes; what was voted down is left out."""
    told = [*rows_of(entry.get("genres") or []), *rows_of(entry.get("tags") or [])]
    counts = {text_of(each.get("name")).lower()[:LONGEST_TAG]: int(each.get("count") or 0) for each in told}
    return {name: count for name, count in counts.items() if name and count > 0}


def _votes(entry: dict[str, Any]) -> int:
    return sum(_counted(entry).values())


def _tags(entry: dict[str, Any]) -> tuple[tuple[str, float], ...]:
    ranked = sorted(_counted(entry).items(), key=lambda one: (-one[1], one[0]))[:MOST_TAGS]
    return tuple((name, float(count)) for name, count in ranked)


def _country(artist: dict[str, Any]) -> str:
    """The country's code, else the name of an area that is a country."""
    code = country_of(artist.get("country"))
    if code:
        return code
    area: dict[str, Any] = artist.get("area") or {}
    name = text_of(area.get("name"))
    return name if name in NAMES.values() else ""
