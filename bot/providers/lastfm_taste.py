"""Last.fm: what a member has heard most of all, and the tags they gave, by pylast.

A public name is enough; with a session key of theirs it is asked in their name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from bot.domain.errors import Why
from bot.domain.listening.accounts import Access
from bot.domain.listening.plays import Source
from bot.domain.manners import Pace
from bot.domain.ports import Manners
from bot.domain.taste.facts import LONGEST_TAG
from bot.domain.taste.priors import MOST, Liked
from bot.providers.http import Http
from bot.providers.lastfm import ADDRESS, PACE
from bot.providers.lastfm_accounts import judge_account
from bot.providers.lastfm_library import Pylast, children, text_in
from bot.providers.manners import IN_BACKGROUND, Gate, Patience, Visit
from bot.providers.shapes import number_of, text_of

if TYPE_CHECKING:
    from xml.dom.minidom import Document, Element

T = TypeVar("T")

TELLINGS = 3
"""So often we ask when the answer is somebody else's."""


class LastFmTaste:
    """Fulfils `TasteSource`."""

    source = Source.LASTFM
    needs: tuple[str, ...] = ()

    def __init__(
        self,
        http: Http,
        manners: Manners,
        *,
        api_key: str,
        auth_key: str = "",
        secret: str = "",
        address: str = ADDRESS,
        pace: Pace = PACE,
        patience: Patience = IN_BACKGROUND,
    ) -> None:
        self._http = http
        self._api_key = api_key
        self._auth_key = auth_key or api_key
        self._secret = secret
        self._address = address
        self._gate = Gate("lastfm", pace, manners, http.clock, patience)

    async def fetch_liked(self, access: Access) -> Liked:
        """The artists and albums of all their time, and their tags."""
        visit = self._gate.visit()
        artists = await self._ask(visit, access, "user.getTopArtists", "topartists", read_artists)
        albums = await self._ask(visit, access, "user.getTopAlbums", "topalbums", read_albums)
        tags = await self._ask(visit, access, "user.getTopTags", "toptags", read_tags)
        return Liked(artists, albums, tags=tags)

    async def _ask(self, visit: Visit, access: Access, method: str, frame: str, read: Callable[[Element], T]) -> T:
        """What one question brings; an answer for another account is asked again."""
        form = {"user": access.name, "limit": str(MOST)} | ({} if frame == "toptags" else {"period": "overall"})
        key = access.token if self._secret else ""
        library = Pylast(
            self._http,
            self._gate,
            address=self._address,
            api_key=self._auth_key if key else self._api_key,
            secret=self._secret,
            judge=lambda answer: judge_account(answer, access.name, self._http.clock.now()),
        )

        def told(document: Document) -> tuple[str, T]:
            listed = document.getElementsByTagName(frame)[0]
            return listed.getAttribute("user"), read(listed)

        for _ in range(TELLINGS):
            found: Any = await library.ask(
                visit,
                lambda network: network.get_user(access.name)._request(method, False, form),
                told,
                session_key=key,
            )
            if found is not None and found[0].casefold() == access.name.casefold():
                return found[1]
        raise self._gate.unavailable(Why.GARBLED, "answers for another account")


def read_artists(listed: Element) -> tuple[tuple[str, float], ...]:
    """Artists with how often each was heard."""
    return tuple(
        (name, float(plays))
        for each in children(listed, "artist")
        if (name := text_of(text_in(each, "name"))) and (plays := number_of(text_in(each, "playcount")))
    )


def read_albums(listed: Element) -> tuple[tuple[str, str, float], ...]:
    """Albums by artist and title, with how often each was heard."""
    return tuple(
        (artist, title, float(plays))
        for each in children(listed, "album")
        if (title := text_of(text_in(each, "name")))
        and (artist := next((text_of(text_in(one, "name")) for one in children(each, "artist")), ""))
        and (plays := number_of(text_in(each, "playcount")))
    )


def read_tags(listed: Element) -> tuple[tuple[str, float], ...]:
    """Tags with how often the member gave each."""
    return tuple(
        (name[:LONGEST_TAG], float(count))
        for each in children(listed, "tag")
        if (name := text_of(text_in(each, "name")).lower()) and (count := number_of(text_in(each, "count")))
    )
