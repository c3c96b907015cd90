"""A Last.fm that tells everybody one page of plays, in a process of its own so that its work is not counted as ours.

Whatever else a worker asks it meanwhile, of members or of music, it knows nothing of, and says so.
"""

from __future__ import annotations

import json
import multiprocessing
import random
from contextlib import contextmanager
from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from multiprocessing.connection import Connection

ARTISTS = 2_000
TITLES = 12
"""Of each artist: members share what they hear, as those of a club do."""
PLAYS = "user.getRecentTracks"
APART = 240
"""Seconds from one play to the next."""


def works() -> Iterator[tuple[str, str, str]]:
    """Artist, title and album of everything that the shop's people hear."""
    for artist in range(ARTISTS):
        for title in range(TITLES):
            yield f"Artist {artist}", f"Title {artist}.{title}", f"Album {artist}.{title // 6}"


@contextmanager
def shop(plays: int, newest: int, seed: int) -> Generator[str]:
    """Its address while it is open; every page holds so many plays, the last of which began at the second `newest`."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=_serve, args=(theirs, plays, newest, seed), daemon=True)
    process.start()
    try:
        if not ours.poll(30):
            raise TimeoutError("the shop did not open")
        yield f"http://127.0.0.1:{ours.recv()}/2.0/"
    finally:
        process.terminate()
        process.join()


def page_of(user: str, plays: int, newest: int, seed: int) -> str:
    """The page of an account, the same each time."""
    chance = random.Random(f"{seed}:{user}")
    tracks: list[dict[str, object]] = []
    for number in range(plays):
        artist, title = chance.randrange(ARTISTS), chance.randrange(TITLES)
        tracks.append(
            {
                "artist": {"mbid": "", "#text": f"Artist {artist}"},
                "streamable": "0",
                "image": [{"size": size, "#text": ""} for size in ("small", "medium", "large", "extralarge")],
                "mbid": "",
                "album": {"mbid": "", "#text": f"Album {artist}.{title // 6}"},
                "name": f"Title {artist}.{title}",
                "url": f"https://www.last.fm/music/Artist+{artist}/_/Title+{artist}.{title}",
                "date": {"uts": str(newest - number * APART), "#text": ""},
            }
        )
    facts = {"perPage": "1000", "totalPages": "1", "page": "1", "user": user, "total": str(plays)}
    return json.dumps({"recenttracks": {"track": tracks, "@attr": facts}})


def nothing_of(method: str, user: str) -> str:
    """An answer to another question than for plays, the lists of `user.getTop…` and `artist.getTopTags` being empty."""
    frame = method.rpartition(".get")[2].lower()
    return f'<?xml version="1.0" encoding="UTF-8"?><lfm status="ok"><{frame} user="{user}"></{frame}></lfm>'


def _serve(report: Connection, plays: int, newest: int, seed: int) -> None:
    async def tell(request: web.Request) -> web.Response:
        form = await request.post()
        method, user = str(form.get("method", PLAYS)), str(form.get("user", ""))
        if method != PLAYS:
            return web.Response(text=nothing_of(method, user), content_type="text/xml")
        return web.Response(text=page_of(user, plays, newest, seed), content_type="application/json")

    async def build() -> web.Application:
        app = web.Application()
        app.router.add_post("/2.0/", tell)

        async def opened(_: web.Application) -> None:
            report.send(runner_port)

        app.on_startup.append(opened)
        return app

    import asyncio
    import socket

    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen(512)
    runner_port = listening.getsockname()[1]
    web.run_app(build(), sock=listening, print=None, access_log=None, loop=asyncio.new_event_loop())
