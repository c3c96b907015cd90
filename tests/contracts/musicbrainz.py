"""MusicBrainz with the Cover Art Archive, as the contract suite tries it."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.catalog import Link, LinkKind, Service, canonical_url
from bot.domain.errors import Why
from bot.domain.ports import AlbumSource, Manners
from bot.providers.cover_art import CoverArt
from bot.providers.http import Http
from bot.providers.manners import Patience
from bot.providers.musicbrainz import MusicBrainz
from bot.rehearsal.providers import Fault, LoopbackProviders
from bot.rehearsal.providers.catalogue import ALBUMS
from bot.rehearsal.providers.musicbrainz import cover_art, musicbrainz
from tests.contracts.cases import DISCOVERY, Known, Trouble, UsualCase
from tests.contracts.replay import Replay

GROUP = "release-group/48117b90-a16e-34ca-a514-19c702df1158"
HARBOUR = ALBUMS[0]


def link_to(external_id: str, kind: LinkKind = LinkKind.ALBUM) -> Link:
    link = Link(Service.MUSICBRAINZ, kind, external_id, "")
    return replace(link, url=canonical_url(link))


def made(server: LoopbackProviders, http: Http, manners: Manners, patience: Patience) -> AlbumSource:
    covers = CoverArt(http, manners, address=server.address("coverart"), patience=patience)
    return MusicBrainz(http, manners, covers, address=server.address("musicbrainz"), patience=patience)


WRITTEN = Known(
    words="daft punk discovery",
    title="Discovery",
    artist="Daft Punk",
    link=link_to(GROUP),
    year=2001,
    titles=DISCOVERY,
    first_ms=320_333,
    first_isrc="GBDUW0000053",
    genres=("electronic", "french house"),
    country="FR",
    kind="album",
    track_words="daft punk digital love",
    track_title="Digital Love",
    track_link=link_to("recording/00000000-0000-4000-8000-000000002003", LinkKind.TRACK),
    isrc="GBDUW0000055",
    missing=link_to("release-group/00000000-0000-4000-8000-00000000dead"),
    bare=link_to("release-group/00000000-0000-4000-8000-000000000901"),
    elsewhere=frozenset({Service.SPOTIFY, Service.DEEZER, Service.APPLE_MUSIC}),
)
MADE_UP = Known(
    words="low tides glass harbour",
    title="Glass Harbour",
    artist="The Low Tides",
    link=link_to(f"release-group/{HARBOUR.group}"),
    year=1997,
    titles=tuple(track.title for track in HARBOUR.tracks),
    first_ms=HARBOUR.tracks[0].seconds * 1_000,
    first_isrc=HARBOUR.tracks[0].isrc,
    genres=HARBOUR.genres,
    country="GB",
    kind="album",
    track_words="glass harbour ferry song",
    track_title="Ferry song",
    track_link=link_to(f"recording/{HARBOUR.tracks[5].mbid}", LinkKind.TRACK),
    isrc=HARBOUR.tracks[5].isrc,
    missing=link_to("release-group/00000000-0000-4000-8000-00000000dead"),
    elsewhere=frozenset({Service.SPOTIFY, Service.DEEZER}),
)
TOO_FAST = Trouble(
    Fault("musicbrainz/*", status=503, body=b'{"error": "Your requests are exceeding the allowable rate limit."}'),
    Why.DOWN,
)

MUSICBRAINZ = [
    UsualCase(
        name="MusicBrainz as written",
        known=WRITTEN,
        shop="musicbrainz",
        answers=Replay("musicbrainz"),
        others={"coverart": Replay("cover_art")},
        make=made,
        more_faults={"too fast, without a Retry-After": TOO_FAST},
    ),
    UsualCase(
        name="MusicBrainz in rehearsal",
        known=MADE_UP,
        shop="musicbrainz",
        answers=musicbrainz,
        others={"coverart": cover_art},
        make=made,
    ),
]
