"""Spotify: a member's grant, by authorization code with PKCE.

<https://developer.spotify.com/documentation/web-api/tutorials/code-pkce-flow>. It takes the id of an app, no secret,
and is asked by our own HTTP: spotipy's ways to a token ask at a keyboard, forget what was really granted, and look at
no `state`. A grant ends six months after it was given, whatever is renewed in between.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from bot.domain.errors import Unavailable, Why
from bot.domain.listening.accounts import AccessStale, AccountRefused, Granted, GrantTooSmall, Profile, Standing
from bot.domain.listening.plays import Source
from bot.domain.manners import Pace
from bot.domain.ports import Manners
from bot.providers.answers import Answer, judge, read_json
from bot.providers.http import Http
from bot.providers.manners import FOR_PEOPLE, Gate, Patience
from bot.providers.shapes import name_of, text_of
from bot.providers.spotify import ACCOUNTS, ADDRESS, PACE

PAGE = "https://accounts.spotify.com/authorize"
NEEDED = ("user-read-recently-played",)
LIKES = "user-top-read"
SCOPES = (*NEEDED, "user-read-currently-playing", LIKES)
"""What we ask for: what was played, what plays now, and what Spotify says they like. Only the first is needed."""
MONTHS = 6
"""How long a grant lasts."""
ONCE = replace(FOR_PEOPLE, tries=1)
"""A code works once, and a renewal may take the old token along."""
SCOPE_LACKS = "scope"
NOT_ON_THE_LIST = ("not registered", "not be registered", "developer dashboard", "developer.spotify.com/dashboard")
"""What a refusal in plain text says of an account that the owner of our app has not let in."""


class SpotifyGranter:
    """Fulfils `Granter`."""

    source = Source.SPOTIFY

    def __init__(
        self,
        http: Http,
        manners: Manners,
        *,
        client_id: str,
        address: str = ADDRESS,
        accounts: str = ACCOUNTS,
        page: str = PAGE,
        pace: Pace = PACE,
        patience: Patience = ONCE,
    ) -> None:
        self._http = http
        self._client_id = client_id
        self._address = address
        self._accounts = accounts
        self._page = page
        self._gate = Gate("spotify", pace, manners, http.clock, patience)

    def page_address(self, *, state: str, challenge: str, back_to: str, wanted: str = "") -> str:
        """Where the member grants; `challenge` is the S256 of the verifier that redeems the code."""
        query = {
            "client_id": self._client_id,
            "response_type": "code",
            "redirect_uri": back_to,
            "state": state,
            "code_challenge_method": "S256",
            "code_challenge": challenge,
            "scope": " ".join((*SCOPES, *wanted.split())),
        }
        return f"{self._page}?{urlencode(query)}"

    async def redeem(self, *, code: str, verifier: str, back_to: str) -> Granted:
        """What the member granted, with whose it is.

        Raises `AccountRefused` for a code that is none or over and for an account that may not use our app, of that
        `GrantTooSmall`, and `Unavailable`.
        """
        now = self._http.clock.now()
        granted = await self._fetch_token(
            {"grant_type": "authorization_code", "code": code, "redirect_uri": back_to, "code_verifier": verifier}
        )
        missing = tuple(scope for scope in NEEDED if scope not in granted.scopes.split())
        if missing:
            raise GrantTooSmall(self.source, Standing.REVOKED, missing=missing)
        profile = await self._fetch_me(granted.access_token)
        return replace(granted, profile=profile, ends_at=months_later(now, MONTHS))

    async def renew(self, refresh_token: str) -> Granted:
        """A new access token, and a new refresh token where the old one has been replaced.

        Raises `AccountRefused` (ended or revoked) when the grant is over, `Unavailable`.
        """
        return await self._fetch_token({"grant_type": "refresh_token", "refresh_token": refresh_token})

    # Inside

    async def _fetch_token(self, form: Mapping[str, str]) -> Granted:
        now = self._http.clock.now()
        granted = await self._http.get_json(
            self._gate.visit(),
            self._accounts,
            lambda told: self._read_token(told, now),
            form={**form, "client_id": self._client_id},
            judged=self._judge_token,
        )
        assert granted is not None, "the judge lets nothing else pass"
        return granted

    def _read_token(self, told: Any, now: datetime) -> Granted:
        try:
            return Granted(
                profile=None,
                access_token=name_of(told["access_token"]),
                refresh_token=text_of(told.get("refresh_token")),
                expires_at=now + timedelta(seconds=float(told["expires_in"])),
                # Where nothing is said, what was asked for is granted.
                scopes=" ".join(SCOPES) if told.get("scope") is None else text_of(told["scope"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            # Without the error's own words, which may hold a piece of the answer.
            raise self._gate.unavailable(Why.GARBLED, "no token in the answer") from None

    def _judge_token(self, answer: Answer) -> bool:
        """What the token endpoint answers; a grant that is none or over is the account's matter."""
        if answer.status == 400 and (error := _fields(answer)).get("error") == "invalid_grant":
            ended = "expired" in text_of(error.get("error_description")).lower()
            raise AccountRefused(self.source, Standing.ENDED if ended else Standing.REVOKED)
        if not judge("spotify", answer, self._http.clock.now()):
            raise self._gate.unavailable(Why.REFUSED, f"{answer.status} from {answer.place}")
        return True

    async def _fetch_me(self, token: str) -> Profile:
        def judged(answer: Answer) -> bool:
            judge_account(answer, "", self._http.clock.now())
            return True

        profile = await self._http.get_json(
            self._gate.visit(),
            f"{self._address}/me",
            read_profile,
            headers={"Authorization": f"Bearer {token}"},
            judged=judged,
        )
        assert profile is not None, "the judge lets nothing else pass"
        return profile


def judge_account(answer: Answer, name: str, now: datetime, needed: tuple[str, ...] = NEEDED) -> None:
    """Raise what an answer about an account means; one that holds something passes.

    Raises `AccessStale` for a token that is no longer taken, `AccountRefused` for an account that is not on our app's
    list and for a grant that is too small, and `Unavailable`.
    """
    if answer.status == 401:
        raise AccessStale(Source.SPOTIFY, Standing.REVOKED, name)
    if answer.status == 403:
        text = answer.body.decode(errors="replace").strip()
        told = _fields(answer)
        error = told.get("error")
        message = text_of(error.get("message") if isinstance(error, dict) else error).lower() if told else text.lower()
        if SCOPE_LACKS in message:
            raise GrantTooSmall(Source.SPOTIFY, Standing.REVOKED, name, needed)
        plain = bool(text) and not told and not text.startswith("<")
        if plain or any(words in message for words in NOT_ON_THE_LIST):
            raise AccountRefused(Source.SPOTIFY, Standing.NOT_ALLOWED, name)
    if not judge("spotify", answer, now):
        raise Unavailable("spotify", Why.REFUSED, None, f"{answer.status} from {answer.place}")


def read_profile(me: Any) -> Profile:
    """An account as it tells itself: by the id that never changes, where it is told."""
    external_id = text_of(me.get("account_id")) or name_of(me["id"])
    return Profile(external_id=external_id, name=text_of(me.get("display_name")) or name_of(me["id"]))


def months_later(instant: datetime, months: int) -> datetime:
    """The same day some months later, or the last day of that month."""
    years, month = divmod(instant.month - 1 + months, 12)
    year = instant.year + years
    return instant.replace(year=year, month=month + 1, day=min(instant.day, calendar.monthrange(year, month + 1)[1]))


def _fields(answer: Answer) -> dict[str, Any]:
    """The fields of an error in JSON; none for anything else."""
    try:
        told = read_json("spotify", answer)
    except Unavailable:
        return {}
    return told if isinstance(told, dict) else {}
