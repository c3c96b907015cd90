"""Members' tracks: a work that its member made, the versions of it, and who may reach it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from bot.domain.catalog import visible
from bot.domain.errors import TextTooLong
from bot.domain.library.audio import AudioFacts, Compression, Stored
from bot.domain.library.errors import TrackRefused

TITLE_LIMIT = 255
DESCRIPTION_LIMIT = 2_000
GENRE_LIMIT = 100
TAGS_LIMIT = 500
NOTE_LIMIT = 1_000
BIO_LIMIT = 500
ATTESTATION = 1
"""The version of the words by which a member says that they may share what they share."""
KEPT_AFTER_DELETION = timedelta(days=7)
"""How long a deleted track can be brought back; what is remembered of it is out of sight at once."""


@dataclass(frozen=True, slots=True)
class TrackFields:
    """What a member says of a track."""

    title: str = ""
    description: str = ""
    genre: str = ""
    tags: str = ""
    public: bool = True


@dataclass(frozen=True, slots=True)
class Asset:
    """A stored file: bytes by their hash, and what was measured of them."""

    id: UUID
    sha256: str
    size: int
    stored: Stored
    facts: AudioFacts


@dataclass(frozen=True, slots=True)
class Version:
    """One delivered file of a member's track."""

    id: UUID
    track_id: UUID
    number: int
    """From 1."""
    asset: Asset
    file_name: str
    """As its member called it; a name, never a path."""
    compression: Compression
    delivered_at: datetime
    note: str = ""
    """What is new in it."""


@dataclass(frozen=True, slots=True)
class MemberTrack:
    """A track that a member made, with its newest version."""

    id: UUID
    user_id: UUID
    owner: str
    """The owner's name as the club sees it."""
    title: str
    description: str
    genre: str
    tags: str
    public: bool
    created_at: datetime
    updated_at: datetime
    current: Version | None
    """None for one whose file is gone."""
    play_count: int = 0
    playlist_count: int = 0
    post_count: int = 0
    deleted_at: datetime | None = None
    hidden_at: datetime | None = None
    """Somebody reported it, and hosts are to look at it."""
    veiled: bool = False
    """It is in the race of a blind demo week: nobody but its owner reaches it elsewhere until the result."""

    def open_to(self, user_id: UUID | None) -> bool:
        """Whether somebody may reach it: its owner, and everybody where it is public; nobody once it is deleted."""
        return reachable(
            owner_id=self.user_id,
            public=self.public,
            gone=self.deleted_at is not None,
            hidden=self.hidden_at is not None or self.veiled,
            user_id=user_id,
        )

    @property
    def fields(self) -> TrackFields:
        """What its member says of it."""
        return TrackFields(self.title, self.description, self.genre, self.tags, self.public)


def reachable(*, owner_id: UUID | None, public: bool, gone: bool, hidden: bool = False, user_id: UUID | None) -> bool:
    """The one rule of access. A catalogue's track has no owner and is everybody's; a message has no reader (None).

    `hidden`: reported, or veiled by a blind week.
    """
    if owner_id is None:
        return True
    if gone:
        return False
    return (user_id is not None and user_id == owner_id) or (public and not hidden)


def check_fields(fields: TrackFields) -> TrackFields:
    """A track's texts as they are kept, its title on one line; raises `TrackRefused` (`no_title`), `TextTooLong`."""
    title = " ".join(visible(fields.title).split())
    if not title:
        raise TrackRefused("no_title")
    told = replace(
        fields,
        title=title,
        description=visible(fields.description).strip(),
        genre=" ".join(visible(fields.genre).split()),
        tags=", ".join(tags_of(fields.tags)),
    )
    limits = {"title": TITLE_LIMIT, "description": DESCRIPTION_LIMIT, "genre": GENRE_LIMIT, "tags": TAGS_LIMIT}
    for name, limit in limits.items():
        text = str(getattr(told, name))
        if len(text) > limit:
            raise TextTooLong(name, limit, len(text))
    return told


def check_bio(text: str) -> str:
    """What a member says of themselves, as it is kept; empty is nothing. Raises `TextTooLong`."""
    words = visible(text).strip()
    if len(words) > BIO_LIMIT:
        raise TextTooLong("about you", BIO_LIMIT, len(words))
    return words


def tags_of(text: str) -> list[str]:
    """The tags of a text that lists them with commas, or with `#`; each once."""
    words = visible(text).replace("#", ",").split(",")
    return list(dict.fromkeys(" ".join(word.split()).lower() for word in words if word.strip()))


def title_from(file_name: str) -> str:
    """A title for a file whose member gave none: its name without path and ending, never empty."""
    name = visible(file_name).replace("\\", "/").rpartition("/")[2]
    stem = name.rpartition(".")[0] or name
    return " ".join(stem.replace("_", " ").split())[:TITLE_LIMIT] or "Untitled"


def owned_by(track: MemberTrack | None, user_id: UUID) -> MemberTrack:
    """A track that is the caller's; raises `TrackRefused`: `unknown` also for a private one of somebody else."""
    if track is None or (track.deleted_at is not None and track.user_id != user_id):
        raise TrackRefused("unknown")
    if track.user_id != user_id:
        raise TrackRefused("not_yours" if track.open_to(user_id) else "unknown", track.title)
    if track.deleted_at is not None:
        raise TrackRefused("deleted", track.title)
    return track
