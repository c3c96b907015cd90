"""Sealing everything anew under another key: row by row, each in a transaction of its own, while others go on."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from bot.domain.listening.accounts import SealBroken
from bot.domain.ports import ChangingVault
from bot.services.accounts.sealing import ACCESS, REFRESH, place_of, place_of_verifier
from bot.services.tools import Tools
from db.queries import accounts as queries
from db.queries import linking as link_queries
from db.session import Writing

AT_ONCE = 200


@dataclass(slots=True)
class Sealed:
    """How many sealed values there are, by what their key is to the vault."""

    fresh: int = 0
    """Under the key that seals now."""
    old: int = 0
    """Under a key that only opens."""
    broken: int = 0
    """Under no key of this vault."""


async def count_sealed(tools: Tools, vault: ChangingVault) -> Sealed:
    """Look at every sealed value, and change none."""
    found = Sealed()
    for places in await _every_place(tools):
        for place, value in places.items():
            try:
                vault.open(value, place=place)
            except SealBroken:
                found.broken += 1
            else:
                found.fresh += vault.is_fresh(value)
                found.old += not vault.is_fresh(value)
    return found


async def reseal_all(tools: Tools, vault: ChangingVault) -> int:
    """Seal what lies under an old key under the one that seals now; what does not open stays as it is. How many.

    Whatever ends this in its middle leaves every value under one of the keys; doing it again goes on.
    """
    resealed = 0
    for account_id in await _sealed_accounts(tools):
        async with tools.database.writing() as session:
            resealed += await _reseal_account(session, vault, account_id)
    async with tools.database.reading() as session:
        attempts = await link_queries.open_attempts(session)
    for attempt_id in attempts:
        async with tools.database.writing() as session:
            value = await link_queries.sealed_verifier(session, attempt_id)
            again = _again(vault, value, place_of_verifier(attempt_id))
            if again is not None:
                await link_queries.reseal_verifier(session, attempt_id, again)
                resealed += 1
    return resealed


async def _reseal_account(session: Writing, vault: ChangingVault, account_id: UUID) -> int:
    account = await queries.account(session, account_id, lock=True)
    if account is None:
        return 0
    access = _again(vault, account.access_token, place_of(account_id, ACCESS))
    refresh = _again(vault, account.refresh_token, place_of(account_id, REFRESH))
    if access is None and refresh is None:
        return 0
    await queries.reseal(
        session,
        account_id,
        access_token=access or account.access_token,
        refresh_token=refresh or account.refresh_token,
    )
    return (access is not None) + (refresh is not None)


def _again(vault: ChangingVault, sealed: bytes | None, place: str) -> bytes | None:
    """The same secret under the present key; None where there is nothing to do, or nothing that opens."""
    if sealed is None or vault.is_fresh(sealed):
        return None
    try:
        return vault.seal(vault.open(sealed, place=place), place=place)
    except SealBroken:
        return None


async def _sealed_accounts(tools: Tools) -> list[UUID]:
    found: list[UUID] = []
    async with tools.database.reading() as session:
        while some := await queries.sealed_after(session, found[-1] if found else None, AT_ONCE):
            found += some
    return found


async def _every_place(tools: Tools) -> list[dict[str, bytes]]:
    """Every sealed value by its place, by row."""
    found: list[dict[str, bytes]] = []
    accounts = await _sealed_accounts(tools)
    async with tools.database.reading() as session:
        for account_id in accounts:
            account = await queries.account(session, account_id)
            if account is not None:
                kept = {ACCESS: account.access_token, REFRESH: account.refresh_token}
                found.append({place_of(account_id, field): value for field, value in kept.items() if value})
        for attempt_id in await link_queries.open_attempts(session):
            verifier = await link_queries.verifier_of(session, attempt_id)
            if verifier:
                found.append({place_of_verifier(attempt_id): verifier})
    return found
