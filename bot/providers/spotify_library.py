"""spotipy, held: one call through a session of ours without retries, whose answers are judged before spotipy sees them.

spotipy's own retries sleep through a `Retry-After` of hours, its log holds the token, its errors lose what the service
said, and its ways to a token ask at a keyboard.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from bot.domain.errors import Why
from bot.providers.answers import Answer
from bot.providers.http import Http
from bot.providers.libraries import CONNECT_SECONDS, hush
from bot.providers.manners import Gate

if TYPE_CHECKING:
    import requests
    import spotipy

T = TypeVar("T")

ERROR_BODY = 2_000
"""Bytes of an error that are read."""


class Spotipy:
    """Asks Spotify by spotipy, in a thread; `judge` raises what an answer means, one that holds something passes.

    A judge is given the body of errors alone.
    """

    def __init__(self, http: Http, gate: Gate, *, address: str, judge: Callable[[Answer], None]) -> None:
        self._user_agent = http.user_agent
        self._gate = gate
        self._address = f"{address}/"
        self._judge = judge
        hush("spotipy", "urllib3")

    def call(self, token: str, ask: Callable[[spotipy.Spotify], Any], seconds: float) -> Any:
        """What spotipy brings with this token. Raises what the judge raises, and `Unavailable`."""
        # Imported where it is needed, so that a start does not wait for it.
        import spotipy

        with self.session() as session:
            taken: Any = {"requests_session": session, "requests_timeout": (CONNECT_SECONDS, seconds)}
            client = spotipy.Spotify(auth=token, **taken)  # it says nothing of these types
            client.prefix = self._address
            try:
                return self.carried(lambda: ask(client))
            except spotipy.SpotifyException as error:
                raise self._gate.unavailable(Why.REFUSED, f"spotipy: {error.http_status}") from None

    def session(self) -> requests.Session:
        """A session of one call: nothing is kept open, nothing of the machine's `.netrc` takes the token's place."""
        import requests

        session = requests.Session()
        session.trust_env = False
        session.max_redirects = 0
        session.headers["User-Agent"] = self._user_agent
        session.hooks["response"].append(self._see)
        return session

    def carried(self, send: Callable[[], T]) -> T:
        """What a request brings; raises `Unavailable` for one that the network did not carry."""
        import requests
        import urllib3

        try:
            return send()
        except (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError):
            raise self._gate.unavailable(Why.GARBLED, "cut off") from None
        except requests.exceptions.Timeout:
            raise self._gate.unavailable(Why.SLOW, "no answer in time") from None
        except requests.exceptions.RequestException as error:
            # The library wraps a time-out in the middle of a body in a lost connection.
            slow = bool(error.args) and isinstance(error.args[0], urllib3.exceptions.ReadTimeoutError)
            raise self._gate.unavailable(Why.SLOW if slow else Why.DOWN, type(error).__name__) from None

    def _see(self, response: requests.Response, *_: Any, **__: Any) -> None:
        """Judge an answer before anybody else reads it."""
        try:
            body = next(response.iter_content(ERROR_BODY), b"") if response.status_code >= 400 else b""
            self._judge(Answer(response.status_code, response.headers, body, response.url))
        except Exception:
            response.close()
            raise
