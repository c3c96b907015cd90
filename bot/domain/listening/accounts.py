"""Accounts at services that tell what their members hear: how they are asked, and what they answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.errors import Refusal
from bot.domain.listening.plays import Source, Told

LINKABLE = (Source.LASTFM, Source.SPOTIFY, Source.LISTENBRAINZ)
"""Services whose accounts members link; the name of the source is that of the provider in `linked_accounts`."""


class Standing(StrEnum):
    """Whether an account can be read; all but the first only its owner can mend."""

    WELL = "well"
    PRIVATE = "private"
    """Its owner hides what they hear, and we have no key of theirs."""
    GONE = "gone"
    """There is no such account, or no longer."""
    REVOKED = "revoked"
    """The grant was taken back."""
    ENDED = "ended"
    """The grant ended by itself, as the service's grants do."""
    NOT_ALLOWED = "not_allowed"
    """The owner of our app has not let this account in."""


@dataclass(eq=False)
class AccountRefused(Refusal):
    """Something is the matter with one account, and its owner can mend it."""

    source: Source
    standing: Standing
    name: str = ""


@dataclass(eq=False)
class AccessStale(AccountRefused):
    """The access token is no longer taken, though the grant may well stand: renew it and ask once more."""


@dataclass(eq=False)
class GrantTooSmall(AccountRefused):
    """The member granted less than reading what they hear takes."""

    missing: tuple[str, ...] = ()
    """As the service names what is missing."""


class SealBroken(Exception):  # noqa: N818 - the word of the field
    """A sealed secret that does not open: another key, another place, or changed bytes."""


@dataclass(frozen=True, slots=True)
class Access:
    """How an account is asked: its names at the service, and the opened token or session key where there is one."""

    external_id: str
    name: str
    token: str = ""

    def __repr__(self) -> str:
        return f"Access({self.external_id!r}, {self.name!r}, {'a token' if self.token else 'no token'})"


@dataclass(frozen=True, slots=True)
class Profile:
    """An account as its service tells it."""

    external_id: str
    """What never changes where the service has such a thing, else the name in lower case."""
    name: str
    plays: int | None = None
    """In all, as the service counts."""
    since: datetime | None = None
    """Since when the account exists."""


@dataclass(frozen=True, slots=True)
class NowPlaying:
    """What somebody hears at this moment."""

    artist: str
    title: str
    album: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """A page of an account's history, newest first."""

    plays: tuple[Told, ...]
    cursor: str = ""
    """Asks for the next, older page; empty at the end."""
    pages: int | None = None
    """How many pages there are with this one, where the service tells."""
    total: int | None = None
    """How many plays there are in what was asked for, where the service tells."""
    now_playing: NowPlaying | None = None
    complete: bool = True
    """Whether the pages together are all there is in that time; false where a service keeps only its last plays."""
    skipped: int = 0
    """Entries that cannot be read as plays: no date, no name, a podcast."""


@dataclass(frozen=True, slots=True)
class Granted:
    """What a member granted."""

    profile: Profile | None
    """None where a renewed grant does not say again whose it is."""
    access_token: str
    refresh_token: str = ""
    """Empty where there is none; a renewed one replaces the old."""
    expires_at: datetime | None = None
    """Of the access token."""
    scopes: str = ""
    ends_at: datetime | None = None
    """When the grant itself ends; told when it is given, not when it is renewed."""

    def __repr__(self) -> str:
        return f"Granted({self.profile!r}, until {self.expires_at})"
