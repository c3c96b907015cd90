"""Accounts that are read: found due, taken up, and written to by nobody but who took them up last.

Whoever holds several locks takes them in this order: the linked account, its row here, the member whose plays they are.
Where several accounts are landed together nobody is waited for, so that there the order is free.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, TextClause, text

from bot.domain.listening.accounts import LINKABLE, Standing
from bot.domain.listening.plays import Source
from bot.domain.listening.sync import BEGINNING, Missing, Purpose, Span, State, Window
from db.session import Reading, Writing

SERVICES = [str(source) for source in LINKABLE]

_BEGIN = text(
    "INSERT INTO sync_accounts (account_id, next_due_at, newest_due_at)"
    " SELECT id, :now, :beginning FROM linked_accounts AS linked"
    " WHERE provider = ANY(CAST(:services AS text[]))"
    " AND NOT EXISTS (SELECT FROM sync_accounts AS known WHERE known.account_id = linked.id)"
    " ON CONFLICT DO NOTHING"
)
_MENDED = text(
    "UPDATE sync_accounts AS state SET refused = false, next_due_at = :now, newest_due_at = :now FROM linked_accounts"
    " WHERE linked_accounts.id = state.account_id AND state.refused AND linked_accounts.standing = :well"
)
_UNDER_WAY = text(
    "SELECT count(*) FILTER (WHERE newest_due_at <= :now), count(*) FILTER (WHERE newest_due_at > :now)"
    " FROM sync_accounts WHERE lease_until > :now"
)
_CLAIM = (
    "WITH due AS (SELECT account_id FROM sync_accounts WHERE next_due_at <= :now AND newest_due_at {side} :now"
    " AND (lease_until IS NULL OR lease_until <= :now) ORDER BY next_due_at LIMIT :most FOR UPDATE SKIP LOCKED)"
    " UPDATE sync_accounts AS state SET claim = epoch + 1, epoch = epoch + 1, lease_until = :lease"
    " FROM due WHERE state.account_id = due.account_id RETURNING state.account_id, state.claim"
)
_CLAIM_NEWEST = text(_CLAIM.format(side="<="))
_CLAIM_BACKFILL = text(_CLAIM.format(side=">"))
_TAKE_UP = text(
    "UPDATE sync_accounts AS state SET epoch = epoch + 1, lease_until = :lease"
    " FROM unnest(CAST(:accounts AS uuid[]), CAST(:claims AS bigint[])) AS claimed (account_id, claim),"
    "  linked_accounts AS linked"
    " WHERE state.account_id = claimed.account_id AND state.claim = claimed.claim AND state.lease_until IS NOT NULL"
    "  AND linked.id = state.account_id"
    " RETURNING state.account_id, linked.user_id, linked.provider, linked.external_id, linked.external_name,"
    "  linked.standing, linked.access_token IS NOT NULL, state.epoch, state.covered_since, state.covered_until,"
    '  state."window", state.newest_due_at, state.deep_at, state.last_play_at, state.failures, state.doubted,'
    '  state.asked_at, state.read, state."left"'
)
_STAGE = text(
    "WITH mine AS (UPDATE sync_accounts SET \"window\" = CAST(:window AS jsonb), lease_until = :lease, why = ''"
    "  WHERE account_id = :account AND epoch = :epoch RETURNING account_id)"
    " INSERT INTO staged_pages (account_id, page, plays)"
    " SELECT account_id, :page, :plays FROM mine RETURNING page"
)
_PUT_OFF = text(
    "UPDATE sync_accounts SET next_due_at = :next_due, failures = :failures, why = :why, refused = :refused,"
    " lease_until = NULL WHERE account_id = :account AND epoch = :epoch"
)
_HOLD = text("SELECT account_id FROM sync_accounts WHERE account_id = :account AND epoch = :epoch FOR UPDATE")
_HOLD_WITH_MEMBERS = (
    "SELECT state.account_id"
    " FROM unnest(CAST(:accounts AS uuid[]), CAST(:epochs AS bigint[]), CAST(:members AS uuid[]))"
    "  AS turn (account_id, epoch, user_id)"
    " CROSS JOIN LATERAL (SELECT account_id FROM sync_accounts"
    "  WHERE account_id = turn.account_id AND epoch = turn.epoch FOR UPDATE{skip}) AS state"
    " CROSS JOIN LATERAL (SELECT id FROM users WHERE id = turn.user_id FOR NO KEY UPDATE{skip}) AS member"
)
_HOLD_ALONE = text(_HOLD_WITH_MEMBERS.format(skip=""))
_HOLD_FREE = text(_HOLD_WITH_MEMBERS.format(skip=" SKIP LOCKED"))
_STAGED = text("DELETE FROM staged_pages WHERE account_id = :account RETURNING page, plays")
_SETTLE = text(
    "UPDATE sync_accounts AS state SET next_due_at = given.next_due_at, newest_due_at = given.newest_due_at,"
    "  lease_until = NULL, covered_since = CAST(given.since AS timestamptz[]),"
    '  covered_until = CAST(given.until AS timestamptz[]), "window" = CAST(given."window" AS jsonb),'
    "  deep_at = given.deep_at, last_play_at = given.last_play_at, doubted = CAST(given.doubted AS jsonb),"
    "  failures = given.failures, why = '', refused = false, synced_at = COALESCE(given.synced_at, state.synced_at),"
    '  read = given.read, "left" = given."left"'
    " FROM unnest(CAST(:account AS uuid[]), CAST(:epoch AS bigint[]), CAST(:next_due AS timestamptz[]),"
    "  CAST(:newest_due AS timestamptz[]), CAST(:since AS text[]), CAST(:until AS text[]), CAST(:window AS text[]),"
    "  CAST(:deep AS timestamptz[]), CAST(:last_play AS timestamptz[]), CAST(:doubted AS text[]),"
    "  CAST(:failures AS smallint[]), CAST(:synced AS timestamptz[]), CAST(:read AS int[]), CAST(:left AS int[]))"
    '  AS given (account_id, epoch, next_due_at, newest_due_at, since, until, "window", deep_at, last_play_at,'
    '   doubted, failures, synced_at, read, "left")'
    " WHERE state.account_id = given.account_id AND state.epoch = given.epoch RETURNING state.account_id"
)
_NEXT = text("SELECT min(next_due_at) FROM sync_accounts WHERE lease_until IS NULL")
_ASK = text(
    "UPDATE sync_accounts SET asked_at = :now, next_due_at = :now, newest_due_at = LEAST(newest_due_at, :now)"
    " WHERE account_id = :account AND (asked_at IS NULL OR asked_at <= :before) RETURNING account_id"
)
_PROGRESS = text(
    'SELECT read, "left", covered_since, covered_until, "window", synced_at, next_due_at, why, failures,'
    " lease_until > :now, (SELECT provider FROM linked_accounts WHERE id = account_id)"
    " FROM sync_accounts WHERE account_id = :account"
)


@dataclass(frozen=True, slots=True)
class Claimed:
    """An account that was found due, and the number by which it is taken up."""

    account_id: UUID
    claim: int


@dataclass(frozen=True, slots=True)
class Turn:
    """An account in our hands: nobody else writes to it while the epoch is ours."""

    account_id: UUID
    user_id: UUID
    source: Source
    external_id: str
    name: str
    standing: Standing
    sealed: bool
    """Whether there is a token to open."""
    epoch: int
    state: State


@dataclass(frozen=True, slots=True)
class Given:
    """An account that is given back as it is now."""

    turn: Turn
    state: State
    next_due: datetime
    synced: datetime | None = None
    """When it was read with success; none where nothing was to be read."""


@dataclass(frozen=True, slots=True)
class Reached:
    """How far the history of an account is read, and how it goes."""

    source: Source
    read: int
    left: int | None
    coverage: tuple[Span, ...]
    window: Window | None
    synced_at: datetime | None
    next_due_at: datetime
    why: str
    failures: int
    under_way: bool


async def begin_accounts(session: Writing, now: datetime) -> None:
    """Every linked account is read from now on, and one that its owner has mended is read at once."""
    await session.execute(_BEGIN, {"now": now, "beginning": BEGINNING, "services": SERVICES})
    await session.execute(_MENDED, {"now": now, "well": str(Standing.WELL)})


async def under_way(session: Reading, now: datetime) -> tuple[int, int]:
    """How many accounts are in somebody's hands: for what is new, and for their history."""
    newest, backfilled = (await session.execute(_UNDER_WAY, {"now": now})).one()
    return newest, backfilled


async def claim_due(
    session: Writing, now: datetime, *, most: int, lease: datetime, backfill: bool = False
) -> list[Claimed]:
    """Take accounts that are due, the longest waiting first; who is in somebody's hands is passed over."""
    if most <= 0:
        return []
    asked = _CLAIM_BACKFILL if backfill else _CLAIM_NEWEST
    return [Claimed(*row) for row in await session.execute(asked, {"now": now, "most": most, "lease": lease})]


async def take_up(session: Writing, claimed: Sequence[Claimed], lease: datetime) -> list[Turn]:
    """Take accounts into our hands; those that another task has by now, or that are done, are left out."""
    values = {
        "accounts": [one.account_id for one in claimed],
        "claims": [one.claim for one in claimed],
        "lease": lease,
    }
    return [_turn(row) for row in await session.execute(_TAKE_UP, values)]


async def stage(session: Writing, turn: Turn, window: Window, plays: str, lease: datetime) -> bool:
    """Keep a page of the window, and which one comes next; False when the account is in other hands by now."""
    values = {
        "account": turn.account_id,
        "epoch": turn.epoch,
        "window": _json_of(window),
        "lease": lease,
        "page": window.pages,
        "plays": plays,
    }
    return await session.scalar(_STAGE, values) is not None


async def settle(session: Writing, given: Sequence[Given]) -> set[UUID]:
    """Give accounts back; which of them, since nothing is written of those that are in other hands by now."""
    states = [one.state for one in given]
    values = {
        "account": [one.turn.account_id for one in given],
        "epoch": [one.turn.epoch for one in given],
        "next_due": [one.next_due for one in given],
        "newest_due": [state.newest_due_at for state in states],
        "since": [_array_of(span.since for span in state.coverage) for state in states],
        "until": [_array_of(span.until for span in state.coverage) for state in states],
        "window": [None if state.window is None else _json_of(state.window) for state in states],
        "deep": [state.deep_at for state in states],
        "last_play": [state.last_play_at for state in states],
        "doubted": [
            json.dumps([[one.played_at.isoformat(), str(one.track_id)] for one in state.doubted]) for state in states
        ],
        "failures": [min(state.failures, 1000) for state in states],
        "synced": [one.synced for one in given],
        "read": [state.read for state in states],
        "left": [state.left for state in states],
    }
    return set(await session.scalars(_SETTLE, values))


async def put_off(
    session: Writing, turn: Turn, *, next_due: datetime, failures: int, why: str, refused: bool = False
) -> bool:
    """Give an account back that could not be read, its window as far as it came; False when it is in other hands."""
    values = {
        "account": turn.account_id,
        "epoch": turn.epoch,
        "next_due": next_due,
        "failures": min(failures, 1000),
        "why": why,
        "refused": refused,
    }
    return await _changed(session, _PUT_OFF, values)


async def hold(session: Writing, turn: Turn) -> bool:
    """Keep everybody from taking the account until the transaction ends; False when it is in other hands by now."""
    return await session.scalar(_HOLD, {"account": turn.account_id, "epoch": turn.epoch}) is not None


async def hold_with_members(session: Writing, turns: Sequence[Turn], *, waits: bool) -> set[UUID]:
    """Keep everybody from accounts and from their members' plays until the transaction ends; which of them are held.

    Those in other hands by now, and those that are unlinked, are not. Whoever holds several `waits` for none: what
    somebody else has at this moment is left out as well.
    """
    values = {
        "accounts": [turn.account_id for turn in turns],
        "epochs": [turn.epoch for turn in turns],
        "members": [turn.user_id for turn in turns],
    }
    return set(await session.scalars(_HOLD_ALONE if waits else _HOLD_FREE, values))


async def staged_pages(session: Writing, account_id: UUID) -> list[str]:
    """The staged pages of an account in order; they are gone with this transaction."""
    rows = await session.execute(_STAGED, {"account": account_id})
    return [plays for _, plays in sorted((row[0], row[1]) for row in rows)]


async def next_due(session: Reading) -> datetime | None:
    """When the next account is due that is in nobody's hands; None where there is none."""
    return await session.scalar(_NEXT)


async def ask(session: Writing, account_id: UUID, now: datetime, before: datetime) -> bool:
    """Have an account read now, unless it was asked for since `before`; whether it will be."""
    return await session.scalar(_ASK, {"account": account_id, "now": now, "before": before}) is not None


async def reached(session: Reading, account_id: UUID, now: datetime) -> Reached | None:
    """How far an account is read; None before it was ever due, and after it was unlinked."""
    row = (await session.execute(_PROGRESS, {"account": account_id, "now": now})).one_or_none()
    if row is None:
        return None
    read, left, since, until, window, synced_at, next_due_at, why, failures, held, provider = row
    return Reached(
        Source(provider),
        read,
        left,
        _coverage(since, until),
        _window(window),
        synced_at,
        next_due_at,
        why,
        failures,
        bool(held),
    )


async def _changed(session: Writing, statement: TextClause, values: dict[str, Any]) -> bool:
    done = cast("CursorResult[Any]", await session.execute(statement, values))
    return done.rowcount > 0


def _turn(row: Iterable[Any]) -> Turn:
    (account_id, user_id, provider, external_id, name, standing, sealed, epoch, *rest) = row
    since, until, window, newest_due, deep, last_play, failures, doubted, asked, read, left = rest
    state = State(
        coverage=_coverage(since, until),
        window=_window(window),
        newest_due_at=newest_due,
        deep_at=deep,
        last_play_at=last_play,
        failures=failures,
        doubted=tuple(Missing(datetime.fromisoformat(at), UUID(track)) for at, track in _loaded(doubted)),
        asked_at=asked,
        read=read,
        left=left,
    )
    return Turn(
        account_id,
        user_id,
        Source(provider),
        external_id,
        name or external_id,
        Standing(standing),
        sealed,
        epoch,
        state,
    )


def _coverage(since: Sequence[datetime], until: Sequence[datetime]) -> tuple[Span, ...]:
    return tuple(Span(*span) for span in zip(since, until, strict=True))


def _array_of(instants: Iterable[datetime]) -> str:
    """Instants as one text: arrays of several lengths make no array of arrays."""
    return f"{{{','.join(instant.isoformat() for instant in instants)}}}"


def _json_of(window: Window) -> str:
    return json.dumps({**asdict(window), "since": window.since.isoformat(), "until": window.until.isoformat()})


def _window(kept: Any) -> Window | None:
    if kept is None:
        return None
    told = _loaded(kept)
    return Window(
        Purpose(told["purpose"]),
        datetime.fromisoformat(told["since"]),
        datetime.fromisoformat(told["until"]),
        told["cursor"],
        told["pages"],
        told["told"],
        told["total"],
        told["whole"],
    )


def _loaded(value: Any) -> Any:
    """A JSON value, whether the driver has read it already or not."""
    return json.loads(value) if isinstance(value, str) else value
