"""Linking accounts: what is kept of one, when its grant is renewed, and when its owner is told of the end."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from bot.domain.errors import Refusal
from bot.domain.listening.accounts import Standing
from bot.domain.listening.plays import Source

TICKET_LIFE = timedelta(minutes=10)
"""From the button on Discord to the answer of the service."""
STALE_BEFORE = timedelta(minutes=1)
"""A token that ends this soon is renewed before it is used."""
END_NOTICES = (timedelta(days=30), timedelta(days=7))
"""How long before the end of a grant its owner is told: for the first time, and for the second."""
USERNAME_LIMIT = 64
TOKEN_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Account:
    """A member's account at a service, as it is kept; its secrets are sealed."""

    id: UUID
    user_id: UUID
    source: Source
    external_id: str
    name: str
    linked_at: datetime
    proven: bool
    scopes: str
    consent_ends_at: datetime | None
    told_of_end: int
    standing: Standing
    standing_at: datetime | None
    told_standing: Standing
    token_expires_at: datetime | None
    access_token: bytes | None = field(repr=False)
    refresh_token: bytes | None = field(repr=False)

    @property
    def sealed(self) -> bool:
        """Whether there is a secret to read it with."""
        return self.access_token is not None


def is_stale(account: Account, now: datetime) -> bool:
    """Whether the access token is too old to be used."""
    return account.token_expires_at is not None and account.token_expires_at - STALE_BEFORE <= now


def end_notice(account: Account, now: datetime) -> int:
    """Which notice of the coming end is due: 1 a month ahead, 2 a week ahead, 0 none."""
    if account.consent_ends_at is None or account.standing is not Standing.WELL:
        return 0
    left = account.consent_ends_at - now
    due = sum(left <= ahead for ahead in END_NOTICES)
    return due if due > account.told_of_end else 0


def ended_or_revoked(account: Account, now: datetime) -> Standing:
    """What it means that the grant is no longer taken: its time was over, or its owner took it back."""
    over = account.consent_ends_at is not None and account.consent_ends_at <= now + timedelta(days=1)
    return Standing.ENDED if over else Standing.REVOKED


class Offer(StrEnum):
    """A way to link an account."""

    PAGE = "page"
    """On the service's own page, which proves whose it is."""
    NAME = "name"
    """By a public name."""
    TOKEN = "token"
    """By a token that the service shows its members."""


@dataclass(eq=False)
class LinkRefused(Refusal):
    """An account is not linked; `reason` is a code.

    `not_offered` (the operator gave no key), `no_web` (no pages are served), `no_vault`, `taken` (another member has
    it), `other_linked` (the member has another one there; `name` is its), `no_name`, `no_token`.
    """

    source: Source
    reason: str
    name: str = ""


@dataclass(eq=False)
class NoSuchAccount(Refusal):
    """The account is not, or no longer, linked; or it is somebody else's."""

    source: Source | None = None


@dataclass(eq=False)
class TicketRefused(Refusal):
    """A browser is not let on; `reason` is a code.

    `unknown`, `expired`, `used`, `other_browser`, `no_cookie`, `denied` (the member said no at the service), `failed`
    (the service sent the browser back with an error).
    """

    reason: str
    source: Source | None = None
