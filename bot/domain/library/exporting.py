"""Playlists go elsewhere: to an account of their reader's at a service, or as a list of links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import quote_plus
from uuid import UUID

from bot.domain.catalog import FoundTrack, Service, service_name
from bot.domain.errors import Refusal
from bot.domain.listening.names import artist_key, title_key
from bot.domain.listening.plays import Source

SILENT_FOR = timedelta(minutes=3)
"""A running export that shows no sign of life for so long has been cut off."""
AGAIN_AFTER = timedelta(seconds=20)
"""So soon a list that was just exported is not exported again."""
MISSING_KEPT = 500


class ExportState(StrEnum):
    """How far an export is."""

    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    FAILED = "failed"


UNFINISHED = (ExportState.WAITING, ExportState.WORKING)


class Hitch(StrEnum):
    """What kept a list from being exported."""

    SCOPE = "scope"
    """Its reader has not granted (any more) that lists are made for them."""
    NOT_ALLOWED = "not_allowed"
    """The owner of our app has not let the account in."""
    LOST = "lost"
    """The grant has ended, was taken back, or the account is no longer linked."""
    BUSY = "busy"
    DOWN = "down"
    REFUSED = "refused"
    """The service does not let this bot do it."""
    GONE = "gone"
    """The list is gone here, or empty, or private to somebody else."""
    FAULT = "fault"
    """Something went wrong on our side."""


@dataclass(frozen=True, slots=True)
class Export:
    """A playlist on its way to an account of its reader's, or there."""

    club_id: UUID
    playlist_id: UUID
    user_id: UUID
    source: Source
    state: ExportState
    asked_at: datetime
    alive_at: datetime
    external_id: str = ""
    """Of the list at the service, once it is there."""
    url: str = ""
    total: int = 0
    """Tracks of the list here."""
    looked: int = 0
    """How many of them have been looked for."""
    missing: tuple[str, ...] = ()
    """Those that are not at the service."""
    hitch: Hitch | None = None
    until: datetime | None = None
    """When it may go on, where the service told."""
    found: Mapping[UUID, str] = field(default_factory=dict[UUID, str])
    """What each track is called there; looked for once."""

    def cut_off(self, now: datetime) -> bool:
        """Whether nobody goes on with it, though it is unfinished."""
        return self.state in UNFINISHED and now - self.alive_at > SILENT_FOR

    @property
    def there(self) -> int:
        """How many tracks stand in the list there."""
        return self.total - len(self.missing)


@dataclass(eq=False)
class ExportRefused(Refusal):
    """A list is not exported: `empty`, `moment` (it just was), `unknown` export."""

    reason: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """A list at a service."""

    external_id: str
    url: str


@dataclass(frozen=True, slots=True)
class Sought:
    """A track to be found at a service."""

    title: str
    artist: str
    isrc: str = ""
    external_id: str = ""
    """At the service, where the catalogue knows it."""


def marker_of(playlist_id: UUID) -> str:
    """A word in the description of a list at a service that says which of ours it is; letters and digits survive."""
    return f"longplay{playlist_id.hex}"


def description_of(words: str, marker: str, *, limit: int = 300) -> str:
    """What is written beside a list at a service: on one line, cut so that the marker has room."""
    tail = f"From Longplay. {marker}"
    line = " ".join(words.split())
    room = limit - len(tail) - 1
    head = line if len(line) <= room else f"{line[: room - 1].rstrip()}…"
    return f"{head} {tail}".strip()


def best_of(sought: Sought, found: Sequence[FoundTrack]) -> str:
    """The id of the first that is the recording, or has the same names; empty where none is.

    A remaster is the track that was meant, a live recording or a remix is not; of several artists the first counts.
    """
    if sought.isrc and (same := next((one for one in found if one.isrc == sought.isrc and one.link), None)):
        return same.link.external_id if same.link is not None else ""
    wanted = (artist_key(sought.artist), title_key(sought.title))
    for one in found:
        names = {artist_key(one.artist), artist_key(one.artist.split(", ")[0])}
        if one.link is not None and wanted[0] in names and title_key(one.title) == wanted[1]:
            return one.link.external_id
    return ""


# --- as links -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Linked:
    """A track of a list with where it is heard."""

    place: int
    title: str
    artist: str
    links: tuple[tuple[str, str], ...] = ()
    """Services' names, and addresses there: its own, else its album's."""
    hidden: bool = False


def searches(title: str, artist: str) -> tuple[tuple[str, str], ...]:
    """Where a track can be looked for by its names: services that know nearly everything."""
    words = quote_plus(f"{artist} {title}".strip()[:200])
    return (
        ("Search YouTube", f"https://www.youtube.com/results?search_query={words}"),
        ("Search Deezer", f"https://www.deezer.com/search/{words}"),
        ("Search Spotify", f"https://open.spotify.com/search/{quote_plus(f'{artist} {title}'.strip()[:200], safe='')}"),
    )


def links_file(name: str, about: str, tracks: Sequence[Linked]) -> str:
    """A list as text that every device opens: a track, and below it an address for each service."""
    lines = [one_line(name), one_line(about), ""]
    for one in tracks:
        if one.hidden:
            lines += [f"{one.place}. A private track", ""]
            continue
        head = f"{one.place}. {one_line(one.title)}"
        lines.append(f"{head} - {one_line(one.artist)}" if one.artist else head)
        known = dict(one.links)
        for service, url in (*one.links, *searches(one.title, one.artist)):
            if service in known or service.removeprefix("Search ") not in known:
                lines.append(f"   {service}: {url}")
        lines.append("")
    return "\r\n".join(lines)


def one_line(text: str) -> str:
    """A text without line breaks and without what turns or hides letters."""
    return " ".join("".join(letter for letter in text if letter.isprintable() or letter.isspace()).split())


def service_words(service: str) -> str:
    """A service as it calls itself."""
    return service_name(Service(service)) if service in set(Service) else service.title()


def read_found(told: Mapping[str, Any]) -> dict[UUID, str]:
    """What tracks are called at a service, as it is kept."""
    return {UUID(key): str(value) for key, value in told.items()}
