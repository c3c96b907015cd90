"""Keeping an account that a member has linked: theirs alone, mended where it was theirs already."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.domain.ids import new_id
from bot.domain.listening.accounts import Granted, Profile
from bot.domain.listening.linking import Account, LinkRefused
from bot.domain.listening.plays import Source
from bot.services.accounts import notices
from bot.services.accounts.sealing import ACCESS, REFRESH, place_of, vault_of
from bot.services.taste import priors
from bot.services.tools import Tools
from db.queries import accounts as queries
from db.session import WAKE, Writing

TRIES = 3
"""Somebody else may link or unlink the same account between two looks."""


@dataclass(frozen=True, slots=True)
class Linked:
    """An account that is linked now."""

    account_id: UUID
    user_id: UUID
    source: Source
    name: str
    proven: bool
    plays: int | None
    """In all, as the service counts."""
    again: bool
    """It was theirs already."""
    ends_at: datetime | None
    wanted: bool = False
    """More was asked for than linking takes."""
    lacks: bool = False
    """And not all of that was granted."""


async def keep_linked(
    tools: Tools,
    session: Writing,
    *,
    user_id: UUID,
    source: Source,
    profile: Profile,
    granted: Granted | None,
    now: datetime,
) -> Linked:
    """Keep the account of a profile; without a grant it is known by its public name alone.

    A proven account goes over from whoever had it by its name alone. Raises `LinkRefused`: `taken`, `other_linked`.
    """
    for _ in range(TRIES):
        kept = await _claim(session, user_id, source, profile, proves=granted is not None, now=now)
        if kept is not None:
            break
    else:
        raise LinkRefused(source, "taken", profile.name)
    account_id, before = kept
    if granted is None and before is not None and before.proven and before.sealed:
        # A name that was typed takes nothing away from a grant that stands.
        return _linked(before, profile, proven=True, again=True)
    await _keep(tools, session, account_id, profile, granted, now)
    session.info[WAKE] = now  # it is due at once
    held = await queries.account(session, account_id)
    assert held is not None, "just kept"
    return _linked(held, profile, proven=granted is not None, again=before is not None)


def _linked(account: Account, profile: Profile, *, proven: bool, again: bool) -> Linked:
    return Linked(
        account.id,
        account.user_id,
        account.source,
        profile.name,
        proven,
        profile.plays,
        again,
        account.consent_ends_at,
    )


async def _claim(
    session: Writing, user_id: UUID, source: Source, profile: Profile, *, proves: bool, now: datetime
) -> tuple[UUID, Account | None] | None:
    """The key of the member's account, made where it was not, and what it was before; None to look once more."""
    mine = await queries.account_of_user(session, user_id, source, lock=True)
    if mine is not None:
        if mine.external_id != profile.external_id:
            raise LinkRefused(source, "other_linked", mine.name)
        return mine.id, mine
    theirs = await queries.account_at(session, source, profile.external_id, lock=True)
    if theirs is not None:
        if theirs.user_id == user_id:  # linked between the two looks
            return None
        if theirs.proven or not proves:
            raise LinkRefused(source, "taken", profile.name)
        await notices.tell_of_loss(session, theirs, now)
        await queries.remove_account(session, theirs.id)
        await priors.forget(session, user_id=theirs.user_id, source=source)
    account_id = new_id(now)
    made = await queries.add_account(
        session, account_id=account_id, user_id=user_id, source=source, external_id=profile.external_id, now=now
    )
    return (account_id, None) if made else None


async def _keep(
    tools: Tools, session: Writing, account_id: UUID, profile: Profile, granted: Granted | None, now: datetime
) -> None:
    def sealed(secret: str, field: str) -> bytes | None:
        return vault_of(tools).seal(secret, place=place_of(account_id, field)) if secret else None

    await queries.keep_grant(
        session,
        account_id,
        name=profile.name,
        proven=granted is not None,
        scopes=granted.scopes if granted else "",
        access_token=sealed(granted.access_token, ACCESS) if granted else None,
        refresh_token=sealed(granted.refresh_token, REFRESH) if granted else None,
        token_expires_at=granted.expires_at if granted else None,
        consent_ends_at=granted.ends_at if granted else None,
        now=now,
    )
