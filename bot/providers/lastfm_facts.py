"""Last.fm: what its members call artists and albums, by pylast; a key is needed.

<https://www.last.fm/api/show/artist.getTopTags>. Tags are free words with weights from 0 to 100, the strongest 100.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.domain.errors import Why
from bot.domain.manners import Pace
from bot.domain.ports import Manners
from bot.domain.taste.facts import LONGEST_TAG, MOST_TAGS, Of, Teller, Told
from bot.providers.answers import Answer, judge
from bot.providers.http import Http
from bot.providers.lastfm import ADDRESS, NOTHING, PACE
from bot.providers.lastfm_accounts import KEY_REST, OUR_KEY
from bot.providers.lastfm_library import BUSY, DOWN, Pylast, children, error_code, text_in
from bot.providers.libraries import NotThere
from bot.providers.manners import IN_BACKGROUND, Gate, Patience
from bot.providers.shapes import number_of, text_of

if TYPE_CHECKING:
    from xml.dom.minidom import Document

    import pylast


class LastFmFacts:
    """Fulfils `FactSource`."""

    teller = Teller.LASTFM

    def __init__(
        self,
        http: Http,
        manners: Manners,
        *,
        api_key: str,
        address: str = ADDRESS,
        pace: Pace = PACE,
        patience: Patience = IN_BACKGROUND,
    ) -> None:
        self._clock = http.clock
        self._gate = Gate("lastfm", pace, manners, http.clock, patience)
        self._library = Pylast(http, self._gate, address=address, api_key=api_key, judge=self._judge)

    async def fetch_facts(self, of: Of, artist: str, title: str = "") -> Told:
        """The tags of an artist or an album; Last.fm tells no country and no year but in them."""

        def ask(network: pylast.LastFMNetwork) -> Any:
            # One question; pylast's own method turns every tag into an object of the network.
            if of is Of.ARTIST:
                named = {"artist": artist, "autocorrect": "1"}
                return network.get_artist(artist)._request("artist.getTopTags", False, named)
            named = {"artist": artist, "album": title, "autocorrect": "1"}
            return network.get_album(artist, title)._request("album.getTopTags", False, named)

        tags = await self._library.ask(self._gate.visit(), ask, read_top_tags)
        return Told(self.teller, tags or (), found=bool(tags))

    def _judge(self, answer: Answer) -> None:
        """Raise what an answer means; with a key that is refused nobody asks for a while."""
        code = error_code(answer.body)
        if code in NOTHING:
            raise NotThere
        if code is None or (code in BUSY and answer.status == 429):  # then the time to wait may be told
            if not judge("lastfm", answer, self._clock.now()):
                raise NotThere
            return
        if code in OUR_KEY:
            until = self._clock.now() + KEY_REST
            raise self._gate.unavailable(Why.REFUSED, f"error {code}: our key is refused", until)
        why = Why.BUSY if code in BUSY else Why.DOWN if code in DOWN else Why.REFUSED
        raise self._gate.unavailable(why, f"error {code}")


def read_top_tags(document: Document) -> tuple[tuple[str, float], ...]:
    """Tags with their weights, the strongest first; those that nobody stands for are left out."""
    listed = document.getElementsByTagName("toptags")[0]
    found: dict[str, float] = {}
    for tag in children(listed, "tag"):
        name, weight = text_of(text_in(tag, "name")).lower()[:LONGEST_TAG], number_of(text_in(tag, "count"))
        if name and weight:
            found.setdefault(name, float(weight))
    return tuple(sorted(found.items(), key=lambda one: (-one[1], one[0]))[:MOST_TAGS])
