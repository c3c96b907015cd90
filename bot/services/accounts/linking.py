"""Linking an account: by a walk to the service's own page and back, by a public name, or by a token.

A walk begins with a ticket that the member is given on Discord. Their browser goes on with it and is known by a cookie
from then on; the service gets a state that comes back with the answer. Ticket, state and cookie are random, kept as
hashes, and bound to each other: what is stolen of them alone opens nothing.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from bot.domain.catalog import visible
from bot.domain.errors import Refusal
from bot.domain.listening.accounts import Access, Granted
from bot.domain.listening.linking import (
    TICKET_LIFE,
    TOKEN_LIMIT,
    USERNAME_LIMIT,
    LinkRefused,
    Offer,
    TicketRefused,
)
from bot.domain.listening.plays import Source
from bot.domain.people import Caller
from bot.domain.ports import Granter, ListenSource
from bot.services.accounts.keeping import Linked, keep_linked
from bot.services.accounts.owners import owner_of
from bot.services.accounts.sealing import opened, place_of_verifier, vault_of
from bot.services.tools import Tools
from db.queries import accounts as account_queries
from db.queries import linking as queries
from db.queries.linking import Attempt

KEPT_FOR = timedelta(days=1)
"""How long a walk that is over stays on record, so that who comes back late reads what happened."""
WORD = re.compile(r"[A-Za-z0-9_-]{43}")
"""A random word of ours: 256 bits."""
DENIED = "access_denied"
"""What a service sends back with when its member said no (RFC 6749, 4.1.2.1)."""
WAYS = {
    Source.LASTFM: (Offer.PAGE, Offer.NAME),
    Source.SPOTIFY: (Offer.PAGE,),
    Source.LISTENBRAINZ: (Offer.TOKEN,),
}
PROFILE_ADDRESS = re.compile(
    r"(?:https?://)?(?:www\.)?last\.fm/(?:[a-z]{2}/)?user/([^/?#\s]+)(?:[/?#]\S*)?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Ticket:
    """The way to our own page, for one member and one service."""

    source: Source
    address: str
    ends_at: datetime

    def __repr__(self) -> str:
        return f"Ticket({self.source}, until {self.ends_at})"


@dataclass(frozen=True, slots=True)
class Invitation:
    """What our start page says: for whom an account is about to be linked, and where it leads."""

    source: Source
    name: str
    handle: str
    ends_at: datetime
    leads_to: str
    """Scheme and host of the service's page."""
    wanted: str = ""
    """What shall be granted beside what linking takes, as the service names it."""


def offers(tools: Tools, source: Source) -> tuple[Offer, ...]:
    """How accounts of a service can be linked here; raises `LinkRefused` where they cannot be."""
    listening = tools.listening
    if source not in listening.sources:
        raise LinkRefused(source, "not_offered")
    missing = ""
    found: list[Offer] = []
    for way in WAYS[source]:
        if way is Offer.NAME:
            found.append(way)
        elif listening.vault is None:
            missing = "no_vault"
        elif way is Offer.PAGE and source not in listening.granters:
            missing = missing or "not_offered"
        elif way is Offer.PAGE and not listening.web_address:
            missing = missing or "no_web"
        else:
            found.append(way)
    if not found:
        raise LinkRefused(source, missing or "not_offered")
    return tuple(found)


def back_to(tools: Tools, source: Source) -> str:
    """Where a service sends the browser back to; an operator tells it to the service."""
    return f"{tools.listening.web_address}/callback/{source}"


# A walk to the service's page and back


async def begin(
    tools: Tools, *, caller: Caller, now: datetime, source: Source, pressed_id: int, wanted: str = ""
) -> Ticket:
    """A ticket for the caller and for the interaction that asked for it. Raises `LinkRefused`.

    `wanted` is what the service is asked for beside what linking takes: at the moment it is used, and not before.
    """
    if Offer.PAGE not in offers(tools, source):
        raise LinkRefused(source, "no_web")
    word = secrets.token_urlsafe(32)
    ends_at = now + TICKET_LIFE
    async with tools.database.writing() as session:
        user_id = await owner_of(session, caller, now, takes_part=True)
        await queries.forget_attempts(session, now - KEPT_FOR)
        await queries.begin_attempt(
            session,
            user_id=user_id,
            source=source,
            pressed_id=pressed_id,
            ticket_hash=_hash(word),
            wanted=wanted,
            now=now,
            ends_at=ends_at,
        )
    return Ticket(source, f"{tools.listening.web_address}/link/{word}", ends_at)


async def invitation(tools: Tools, *, ticket: str, now: datetime) -> Invitation:
    """What a ticket is for. Raises `TicketRefused`, `LinkRefused`."""
    async with tools.database.reading() as session:
        attempt = await queries.attempt_by_ticket(session, _hash(ticket))
        attempt = _still_open(attempt, now)
        name, handle = await account_queries.name_of(session, attempt.user_id)
    page = _granter(tools, attempt.source).page_address(state="", challenge="", back_to=back_to(tools, attempt.source))
    parts = urlsplit(page)
    leads_to = f"{parts.scheme}://{parts.netloc}"
    return Invitation(attempt.source, name, handle, attempt.ends_at, leads_to, attempt.wanted)


async def go_on(tools: Tools, *, ticket: str, browser: str, now: datetime) -> str:
    """The address of the service's page for the browser with this cookie; no other one may use the ticket then.

    Going on again gives another state, and the one before no longer counts. Raises `TicketRefused`, `LinkRefused`.
    """
    if not WORD.fullmatch(browser):
        raise TicketRefused("no_cookie")
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(64)
    async with tools.database.writing() as session:
        attempt = _still_open(await queries.attempt_by_ticket(session, _hash(ticket), lock=True), now)
        if attempt.browser_hash is not None and not _is(attempt.browser_hash, browser):
            raise TicketRefused("other_browser", attempt.source)
        granter = _granter(tools, attempt.source)
        await queries.send_off(
            session,
            attempt.id,
            browser_hash=_hash(browser),
            state_hash=_hash(state),
            verifier=vault_of(tools).seal(verifier, place=place_of_verifier(attempt.id)),
        )
    digest = hashlib.sha256(verifier.encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    return granter.page_address(
        state=state, challenge=challenge, back_to=back_to(tools, attempt.source), wanted=attempt.wanted
    )


async def come_back(
    tools: Tools, *, source: Source, state: str, browser: str, code: str, error: str, now: datetime
) -> Linked:
    """A browser comes back from the service with a state and a code, or an error: the account is whoever's who began.

    Raises `TicketRefused`, `LinkRefused`, `AccountRefused`, `Unavailable`; the state is used up by each of them but
    for a wrong browser, and nothing is linked.
    """
    attempt = await _answered(tools, source, state, browser, now, "denied" if error == DENIED else "failed")
    if error or not code:
        raise TicketRefused("denied" if error == DENIED else "failed", source)
    assert attempt.verifier is not None, "a state has a verifier"
    try:
        verifier = opened(tools, attempt.verifier, place_of_verifier(attempt.id))
        granted = await _granter(tools, source).redeem(code=code, verifier=verifier, back_to=back_to(tools, source))
        return await _keep_granted(tools, attempt, granted, now)
    except Refusal:
        async with tools.database.writing() as session:
            await queries.note_outcome(session, attempt.id, "refused")
        raise


async def _answered(tools: Tools, source: Source, state: str, browser: str, now: datetime, outcome: str) -> Attempt:
    """The walk of a state, which is used up from now on. Raises `TicketRefused`."""
    async with tools.database.writing() as session:
        attempt = await queries.attempt_by_state(session, _hash(state)) if WORD.fullmatch(state) else None
        if attempt is None or attempt.source is not source:
            raise TicketRefused("unknown", source)
        if not browser:
            raise TicketRefused("no_cookie", source)
        if attempt.browser_hash is None or not _is(attempt.browser_hash, browser):
            raise TicketRefused("other_browser", source)
        if attempt.answered_at is not None:
            raise TicketRefused("used", source)
        if attempt.ends_at <= now:
            raise TicketRefused("expired", source)
        await queries.note_answer(session, attempt.id, now=now, outcome=outcome)
        return attempt


async def _keep_granted(tools: Tools, attempt: Attempt, granted: Granted, now: datetime) -> Linked:
    assert granted.profile is not None, "a service that grants says whose it is"
    async with tools.database.writing() as session:
        linked = await keep_linked(
            tools,
            session,
            user_id=attempt.user_id,
            source=attempt.source,
            profile=granted.profile,
            granted=granted,
            now=now,
        )
        await queries.note_outcome(session, attempt.id, "linked")
        given = set(granted.scopes.split())
        return replace(linked, wanted=bool(attempt.wanted), lacks=not set(attempt.wanted.split()) <= given)


def _still_open(attempt: Attempt | None, now: datetime) -> Attempt:
    if attempt is None:
        raise TicketRefused("unknown")
    if attempt.outcome == "linked":
        raise TicketRefused("used", attempt.source)
    if attempt.ends_at <= now:
        raise TicketRefused("expired", attempt.source)
    return attempt


def _granter(tools: Tools, source: Source) -> Granter:
    granter = tools.listening.granters.get(source)
    if granter is None:
        raise LinkRefused(source, "not_offered")
    return granter


def _hash(word: str) -> bytes:
    return hashlib.sha256(word.encode()).digest()


def _is(kept: bytes, word: str) -> bool:
    return secrets.compare_digest(kept, _hash(word))


# By a name, by a token


async def link_by_name(tools: Tools, *, caller: Caller, now: datetime, source: Source, name: str) -> Linked:
    """Link an account by its public name, which proves nothing: whoever proves it later takes it over.

    Raises `LinkRefused`, `AccountRefused`, `Unavailable`.
    """
    if Offer.NAME not in offers(tools, source):
        raise LinkRefused(source, "not_offered")
    found = PROFILE_ADDRESS.fullmatch(name.strip())
    name = visible(found[1] if found else name).strip().removeprefix("@")
    if not name or len(name) > USERNAME_LIMIT or len(name.split()) > 1:
        raise LinkRefused(source, "no_name", name)
    return await _link(tools, caller, now, source, Access(name.lower(), name), token="")


async def link_by_token(tools: Tools, *, caller: Caller, now: datetime, source: Source, token: str) -> Linked:
    """Link an account by the token that the service shows its owner alone. Raises as `link_by_name` does."""
    if Offer.TOKEN not in offers(tools, source):
        raise LinkRefused(source, "not_offered")
    token = token.strip()
    if not token or len(token) > TOKEN_LIMIT or not re.fullmatch(r"[!-~]+", token):
        raise LinkRefused(source, "no_token")
    return await _link(tools, caller, now, source, Access("", "", token), token=token)


async def _link(tools: Tools, caller: Caller, now: datetime, source: Source, access: Access, *, token: str) -> Linked:
    profile = await _source(tools, source).fetch_profile(access)
    granted = Granted(profile, token) if token else None
    async with tools.database.writing() as session:
        user_id = await owner_of(session, caller, now, takes_part=True)
        return await keep_linked(
            tools, session, user_id=user_id, source=source, profile=profile, granted=granted, now=now
        )


def _source(tools: Tools, source: Source) -> ListenSource:
    found = tools.listening.sources.get(source)
    if found is None:
        raise LinkRefused(source, "not_offered")
    return found
