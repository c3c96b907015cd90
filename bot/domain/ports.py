"""What the club asks of the world: the contracts that providers and doubles fulfil."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Protocol
from uuid import UUID

from bot.domain.catalog import FoundAlbum, FoundTrack, Link, Service
from bot.domain.covers import Picture
from bot.domain.errors import Why
from bot.domain.library.audio import OPUS_BITS, Format, Heard, Stored
from bot.domain.library.exporting import Listing, Sought
from bot.domain.listening.accounts import Access, Granted, HistoryPage, NowPlaying, Profile
from bot.domain.listening.imports import FileKind, RefusedRow
from bot.domain.listening.plays import Source, Told
from bot.domain.manners import Pace
from bot.domain.pictures.painting import Painted, Theme
from bot.domain.pictures.sketches import Sketch
from bot.domain.taste.facts import Of, Teller
from bot.domain.taste.facts import Told as ToldFacts
from bot.domain.taste.priors import Liked


class AlbumSource(Protocol):
    """A catalogue of albums and tracks in the world.

    Every call raises `Unavailable` when the source does not answer, refuses, or answers what nobody can read; what it
    does not have is an empty list or None.
    """

    service: Service

    async def search_albums(self, words: str, *, limit: int = 10) -> list[FoundAlbum]:
        """Albums that fit the words, best first as the source sees it."""
        ...

    async def search_tracks(self, words: str, *, limit: int = 10) -> list[FoundTrack]:
        """Tracks that fit the words, each with its album where the source tells it."""
        ...

    async def fetch_album(self, link: Link) -> FoundAlbum | None:
        """The album of a link, with its track list; None for another service's link or one that leads nowhere."""
        ...

    async def fetch_track(self, link: Link) -> FoundTrack | None:
        """The track of a link, with its album; None for another service's link or one that leads nowhere."""
        ...

    async def tracks_of_isrc(self, isrc: str) -> list[FoundTrack]:
        """Tracks of a recording by its ISRC; empty where the source cannot be asked so."""
        ...


class LinkReader(Protocol):
    """Somebody who opens a short link, guarded, to see where it leads."""

    async def follow(self, link: Link) -> str | None:
        """The address that a short link leads to; None when it leads nowhere or where nobody may look.

        Raises `Unavailable` when its service does not answer.
        """
        ...


class Manners(Protocol):
    """How often each service of the world is asked, by all processes together, and when it is left alone."""

    async def wait_turn(self, source: str, pace: Pace, *, within: float, interactive: bool = True) -> None:
        """Wait, `within` seconds at most, until a service may be asked once.

        Raises `Unavailable` at once when that would take longer or the service is to be left alone; `until` says how
        long. Whoever got a turn tells how it went, by `served` or `failed`.
        """
        ...

    async def served(self, source: str) -> None:
        """The service answered."""
        ...

    async def failed(self, source: str, why: Why, *, until: datetime | None = None) -> None:
        """The service did not answer, or asked to be left alone `until` then."""
        ...


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address of the open web answered."""

    url: str
    """Where it came from in the end, after every redirect."""
    content_type: str
    """As it says of itself, in lower case and without parameters: a claim, no fact."""
    body: bytes


class Web(Protocol):
    """The open web, asked with care: no address on this machine or in its network is ever reached."""

    async def fetch(self, url: str, *, limit_bytes: int, hosts: Collection[str] | None = None) -> Fetched | None:
        """What an address answers, redirects followed step by step; None where nothing is.

        `hosts` narrows where it may lead: names, or `.name` for a name and everything below it. Raises `Unavailable`:
        REFUSED for an address that may not be asked, GARBLED for more than `limit_bytes`, else as sources do.
        """
        ...

    async def next_address(self, url: str, *, hosts: Collection[str]) -> str | None:
        """Where an address of one of the `hosts` redirects to, in one step and without asking there; None if nowhere.

        Raises `Unavailable` as `fetch` does.
        """
        ...


class CoverFetcher(Protocol):
    """Gets covers from the world."""

    async def fetch_cover(self, url: str) -> Picture:
        """The picture at an address, checked and made as small as it is kept.

        Raises `CoverRefused` for what is no cover we take, `Unavailable` where nobody answers.
        """
        ...


class CoverStore(Protocol):
    """Keeps the bytes of covers under their hash, until they are removed or lost.

    What it gives back is what was put there: a file that was cut off or changed is as good as lost.
    """

    async def put(self, sha256: str, content: bytes) -> None:
        """Keep these bytes; whole or not at all, wherever the process ends. Raises `OSError`."""
        ...

    async def read(self, sha256: str) -> bytes | None:
        """The bytes; None where they are not there, or no longer what they were."""
        ...

    async def remove(self, hashes: Collection[str]) -> None:
        """Keep these no longer; what is gone already stays so."""
        ...

    async def older_than(self, instant: datetime) -> list[str]:
        """The hashes of what was put there before."""
        ...


class ListenSource(Protocol):
    """A service that tells what its members heard.

    Every call raises `Unavailable` when the service does not serve us, `AccountRefused` for what is the matter with
    this one account and only its owner can mend, and of that `AccessStale` where a renewed token may do.
    """

    source: Source

    async def fetch_profile(self, access: Access) -> Profile:
        """Who the account is, and how many plays it has in all where the service tells."""
        ...

    async def fetch_history(
        self, access: Access, *, since: datetime | None, until: datetime, cursor: str = "", newest: bool = False
    ) -> HistoryPage:
        """A page of plays that began in [since, until), newest first; `cursor` is the one of the page before.

        A service that keeps only its last plays gives those, whatever is asked. `newest` says that somebody waits for
        what is new, so that a small page will do.
        """
        ...

    async def fetch_now_playing(self, access: Access) -> NowPlaying | None:
        """What is playing at this moment; None for silence."""
        ...


class FactSource(Protocol):
    """A service that tells what music is: tags and genres, where an artist is from, when an album came out."""

    teller: Teller

    async def fetch_facts(self, of: Of, artist: str, title: str = "") -> ToldFacts:
        """What it tells of an artist, or of an album by its artist and title; not `found` where it knows none.

        Raises `Unavailable`.
        """
        ...


class TasteSource(Protocol):
    """A service that says what its members like.

    It raises what a `ListenSource` does; of `AccountRefused` it is `GrantTooSmall` where the member granted less.
    """

    source: Source
    needs: tuple[str, ...]
    """What a grant has to hold for it, as the service names it."""

    async def fetch_liked(self, access: Access) -> Liked:
        """Artists, albums, tracks and tags that a member likes, as the service sees it."""
        ...


class Granter(Protocol):
    """A service that lets its members grant us access on a page of its own."""

    source: Source

    def page_address(self, *, state: str, challenge: str, back_to: str, wanted: str = "") -> str:
        """Where the member's browser is sent; the service sends it to `back_to` with `state`.

        `wanted` is what shall be granted beside what linking takes, as the service names it.
        """
        ...

    async def redeem(self, *, code: str, verifier: str, back_to: str) -> Granted:
        """What the member granted.

        Raises `AccountRefused` for a code that is none, of that `GrantTooSmall` for too little, and `Unavailable`.
        """
        ...

    async def renew(self, refresh_token: str) -> Granted:
        """A new access token. Raises `AccountRefused` (revoked) when the grant has ended, `Unavailable`."""
        ...


class ListKeeper(Protocol):
    """A service where members keep playlists, and may let us keep some for them.

    Every call raises what `ListenSource` raises, and `GrantTooSmall` where the member did not grant `needs`.
    """

    source: Source
    needs: tuple[str, ...]
    """What a member grants for it beside what linking takes, as the service names it."""

    async def find_list(self, access: Access, *, marker: str, known: str) -> Listing | None:
        """The account's list of this id, else the one whose description holds the marker."""
        ...

    async def create_list(self, access: Access, *, name: str, description: str) -> Listing:
        """A new list that the member alone sees. Asked once: whoever does not know what became of it looks first."""
        ...

    async def fill_list(self, access: Access, external_id: str, tracks: Sequence[str]) -> bool:
        """The list holds these tracks of the service, in this order, and no others; False where it is not there."""
        ...

    async def find_track(self, access: Access, sought: Sought) -> str:
        """What a track is called at the service; empty where it is not to be had."""
        ...


class Vault(Protocol):
    """Seals what nobody may read in the database; what is sealed for one place opens nowhere else."""

    def seal(self, secret: str, *, place: str) -> bytes:
        """The secret, sealed; `place` names the row and field it is kept in."""
        ...

    def open(self, sealed: bytes, *, place: str) -> str:
        """The secret. Raises `SealBroken` for a wrong key, another place, or changed bytes."""
        ...


class ChangingVault(Vault, Protocol):
    """A vault whose key can be changed."""

    def is_fresh(self, sealed: bytes) -> bool:
        """Whether it is sealed with the key that seals now."""
        ...


class ListenFile(Protocol):
    """A file of listening history that was recognised by its content."""

    @property
    def kinds(self) -> tuple[FileKind, ...]:
        """What it is; an archive may hold several kinds."""
        ...

    @property
    def local(self) -> bool:
        """Whether times in it name no zone, and are not known to be in UTC."""
        ...

    @property
    def ignored(self) -> tuple[str, ...]:
        """Files of an archive that are no histories."""
        ...

    @property
    def share(self) -> float:
        """How much of it was read, from 0 to 1."""
        ...

    def rows(self, *, zone: tzinfo) -> Iterator[Told | RefusedRow]:
        """Every row from the beginning, a play or why it is none; times that name no zone are in this one. Blocks."""
        ...


class ListenFiles(Protocol):
    """Reads files of listening history, whatever they are called, and never holds much of one."""

    def open(self, path: Path, *, now: datetime) -> ListenFile:
        """What a file is. Blocks; raises `ListenFileRefused`."""
        ...


class Luggage(Protocol):
    """Keeps files that members attached until they were dealt with."""

    def path(self, key: UUID) -> Path:
        """Where a file lies, or would lie."""
        ...

    async def fetch(self, url: str, *, key: UUID, limit_bytes: int) -> str:
        """Get an attachment and keep it under this key; its SHA-256. Raises `Unavailable`, `OSError`."""
        ...

    async def remove(self, key: UUID) -> None:
        """Keep it no longer."""
        ...

    async def kept(self, *, before: datetime) -> list[UUID]:
        """The keys of what was put there before."""
        ...


class Painter(Protocol):
    """Draws pictures, beside everything else that goes on and within limits of time and memory."""

    async def paint(self, sketch: Sketch, *, theme: Theme = Theme.DARK) -> Painted:
        """The picture of a sketch; one that was drawn before is given again.

        Covers are found by their hash in the store of covers; one that is not there, or no good, is a tile with its
        name. Raises `PictureRefused`: BUSY, SLOW or FAILED; what it would show can then be said by `lines_of`.
        """
        ...


class Inbox(Luggage, Protocol):
    """Keeps files on their way into the library, also such as a browser sends."""

    async def receive(self, chunks: AsyncIterator[bytes], *, key: UUID, limit_bytes: int) -> int:
        """Keep what comes in, whole or not at all; its bytes. Raises `UploadFailed` (FILE_TOO_LARGE), `OSError`."""
        ...


class AssetStore(Protocol):
    """Keeps files under the hash of their content, until they are removed or lost."""

    async def put_file(self, sha256: str, source: Path) -> None:
        """Keep a copy of this file; whole or not at all, wherever the process ends. Raises `OSError`."""
        ...

    async def has(self, sha256: str) -> bool:
        """Whether it is there."""
        ...

    async def read(self, sha256: str) -> bytes | None:
        """The bytes; None where they are not there, or no longer what they were."""
        ...

    async def remove(self, hashes: Collection[str]) -> None:
        """Keep these no longer; what is gone already stays so."""
        ...

    async def older_than(self, instant: datetime) -> list[str]:
        """The hashes of what was put there before."""
        ...


class Ears(Protocol):
    """Whoever decodes files of audio that nobody knows yet, apart from everything that could be harmed."""

    async def hear(
        self, path: Path, found: Format | Stored, *, copy: Path | None = None, bit_rate: int = OPUS_BITS
    ) -> Heard:
        """Decode a file to its end and measure it; `copy` is where one in Opus is written, without tags and pictures.

        Raises `UploadFailed` (INVALID_FORMAT), `OSError`.
        """
        ...
