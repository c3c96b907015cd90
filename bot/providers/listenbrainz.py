"""ListenBrainz: what its members hear; everybody may read it, a member's own token proves whose account it is.

<https://listenbrainz.readthedocs.io/en/latest/users/api/core.html>, by our own HTTP: the one client there is knows no
time-out. `max_ts` and `min_ts` are never given together, and both are exclusive: the next page begins a second after
the oldest play, so that of several plays in one second none is lost at the edge of a page.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import quote

from bot.domain.errors import Unavailable, Why
from bot.domain.listening.accounts import Access, AccountRefused, HistoryPage, NowPlaying, Profile, Standing
from bot.domain.listening.plays import Source, Told
from bot.domain.manners import Pace
from bot.domain.ports import Manners
from bot.providers.answers import Answer, judge, read_json
from bot.providers.http import Http
from bot.providers.manners import FOR_PEOPLE, IN_BACKGROUND, Gate, Patience
from bot.providers.shapes import name_of, number_of, rows_of, text_of

T = TypeVar("T")

ADDRESS = "https://api.listenbrainz.org"
PACE = Pace(25, timedelta(seconds=10), reserved=8)
"""Its headers tell of thirty in ten seconds."""
PAGE = 1_000
NEWEST_PAGE = 100
LONGEST_RESET = 86_400.0
SENSIBLE = range(1_009_843_200, 4_102_444_800)
"""Seconds from 2002 to 2100; what lies elsewhere comes of clocks that were never set."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it was told."""

    user: str
    plays: list[Told]
    seconds: list[int]
    """Of every dated entry, readable or not."""
    skipped: int
    entries: int
    oldest: int | None
    """The second of the account's very first play, where it is told."""


class ListenBrainz:
    """Fulfils `ListenSource`."""

    source = Source.LISTENBRAINZ

    def __init__(
        self,
        http: Http,
        manners: Manners,
        *,
        address: str = ADDRESS,
        pace: Pace = PACE,
        patience: Patience = IN_BACKGROUND,
        hurried: Patience = FOR_PEOPLE,
    ) -> None:
        self._http = http
        self._address = address
        self._gate = Gate("listenbrainz", pace, manners, http.clock, patience)
        self._quick = Gate("listenbrainz", pace, manners, http.clock, hurried)

    async def fetch_profile(self, access: Access) -> Profile:
        """Whose the token is, else who is called so, with how many plays; a token alone is enough to ask."""
        name = access.name
        if access.token:
            name = await self._ask(self._quick, access, "/1/validate-token", _read_owner)
            if not name:
                raise AccountRefused(self.source, Standing.REVOKED, access.name)
        plays = await self._ask(self._quick, access, f"{_user(name)}/listen-count", _read_count)
        return Profile(external_id=name.lower(), name=name, plays=plays)

    async def fetch_history(
        self, access: Access, *, since: datetime | None, until: datetime, cursor: str = "", newest: bool = False
    ) -> HistoryPage:
        """A page of plays that began in [since, until), newest first."""
        gate = self._quick if newest else self._gate
        before = int(cursor) if cursor else math.ceil(until.timestamp())
        count = NEWEST_PAGE if newest else PAGE
        page = await self._ask(
            gate, access, f"{_user(access.name)}/listens", read_page, {"count": count, "max_ts": before}
        )
        if page.user and page.user.casefold() != access.name.casefold():
            raise gate.unavailable(Why.GARBLED, "an answer for another account")
        plays = [each for each in page.plays if each.started_at < until and (since is None or each.started_at >= since)]
        plays.sort(key=lambda told: told.started_at, reverse=True)
        following, whole = _next(page, before, count, since)
        return HistoryPage(tuple(plays), cursor=following, complete=whole, skipped=page.skipped)

    async def fetch_now_playing(self, access: Access) -> NowPlaying | None:
        """What is playing at this moment."""
        return await self._ask(self._quick, access, f"{_user(access.name)}/playing-now", _read_playing, optional=True)

    # Inside

    async def _ask(
        self,
        gate: Gate,
        access: Access,
        path: str,
        read: Callable[[Any], T],
        params: dict[str, str | int] | None = None,
        *,
        optional: bool = False,
    ) -> T:
        def judged(answer: Answer) -> bool:
            self._judge(answer, access)
            return True

        headers = {"Authorization": f"Token {access.token}"} if access.token else None
        address = f"{self._address}{path}"
        told = await self._http.get_json(gate.visit(), address, read, params=params, headers=headers, judged=judged)
        if told is None and not optional:
            raise gate.unavailable(Why.GARBLED, f"nothing to read from {path.rpartition('/')[2]}")
        return told  # type: ignore[return-value]

    def _judge(self, answer: Answer, access: Access) -> None:
        """Raise what an answer means; one that holds something passes."""
        now = self._http.clock.now()
        if answer.status == 401 and access.token:
            raise AccountRefused(self.source, Standing.REVOKED, access.name)
        if answer.status == 404:
            # Only its own word says that somebody is gone; a page of some proxy does not.
            told = read_json("listenbrainz", answer)
            if isinstance(told, dict) and told.get("code") == 404:
                raise AccountRefused(self.source, Standing.GONE, access.name)
        if answer.status == 429:
            raise Unavailable("listenbrainz", Why.BUSY, _reset(answer, now), f"429 from {answer.place}")
        if answer.status == 204 or not judge("listenbrainz", answer, now):
            raise Unavailable("listenbrainz", Why.GARBLED, None, f"{answer.status} from {answer.place}")


def read_page(body: Any) -> Page:
    """A page of listens."""
    payload: dict[str, Any] = body["payload"]
    rows = rows_of(payload["listens"])
    plays: list[Told] = []
    seconds: list[int] = []
    for row in rows:
        second = number_of(row.get("listened_at"))
        if second is None:
            continue
        seconds.append(second)
        told = _told(row, second) if second in SENSIBLE else None
        if told is not None:
            plays.append(told)
    oldest = number_of(payload.get("oldest_listen_ts"))
    return Page(text_of(payload.get("user_id")), plays, seconds, len(rows) - len(plays), len(rows), oldest)


def _told(row: dict[str, Any], second: int) -> Told | None:
    names = _names(row)
    if names is None:
        return None
    about: dict[str, Any] = row["track_metadata"].get("additional_info") or {}
    length = number_of(about.get("duration_ms")) or (number_of(about.get("duration")) or 0) * 1_000
    return Told(
        Source.LISTENBRAINZ,
        names[0],
        names[1],
        datetime.fromtimestamp(second, UTC),
        album=names[2],
        duration=timedelta(milliseconds=length) if 0 < length < 86_400_000 else None,
        track_ref=text_of(row.get("recording_msid") or about.get("recording_msid")),
    )


def _names(row: dict[str, Any]) -> tuple[str, str, str] | None:
    """Artist, title and album; None where one of the first two is missing."""
    track: dict[str, Any] = row.get("track_metadata") or {}
    artist, title = text_of(track.get("artist_name")), text_of(track.get("track_name"))
    return (artist, title, text_of(track.get("release_name"))) if artist and title else None


def _next(page: Page, before: int, count: int, since: datetime | None) -> tuple[str, bool]:
    """Where the next, older page begins, and whether nothing is missed on the way there."""
    if not page.seconds:
        return "", True
    oldest = min(page.seconds)
    if (since is not None and oldest < since.timestamp()) or (page.oldest is not None and oldest <= page.oldest):
        # Of the account's first second more may stand than a page holds.
        return "", page.entries < count or max(page.seconds) > oldest
    if page.oldest is None and page.entries < count:
        return "", True
    if oldest + 1 < before:
        return str(oldest + 1), True
    # A whole page in one second, and older ones behind it: there is no way to ask for the rest of that second.
    return str(oldest), False


def _read_owner(body: Any) -> str:
    """Whose a token is; empty for one that is none."""
    return name_of(body["user_name"]) if body["valid"] is True else ""


def _read_count(body: Any) -> int:
    return int(body["payload"]["count"])


def _read_playing(body: Any) -> NowPlaying | None:
    rows = rows_of(body["payload"]["listens"])
    names = _names(rows[0]) if rows else None
    if names is None:
        return None
    about: dict[str, Any] = rows[0]["track_metadata"].get("additional_info") or {}
    return NowPlaying(*names, text_of(about.get("origin_url")))


def _reset(answer: Answer, now: datetime) -> datetime | None:
    """When questions are welcome again; None where the answer does not say."""
    told = answer.headers.get("X-RateLimit-Reset-In") or answer.headers.get("Retry-After") or ""
    try:
        seconds = float(told)
    except ValueError:
        return None
    return now + timedelta(seconds=seconds) if 0 <= seconds <= LONGEST_RESET else None


def _user(name: str) -> str:
    return f"/1/user/{quote(name, safe='')}"
