"""Links to albums, told apart without asking anybody: which service, what kind of thing, which id there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import SplitResult, parse_qs, unquote, unquote_plus, urlsplit

from bot.domain.catalog.names import visible
from bot.domain.errors import AlbumNeeded


class Service(StrEnum):
    """A service whose links are known."""

    SPOTIFY = "spotify"
    APPLE_MUSIC = "apple_music"
    DEEZER = "deezer"
    YOUTUBE = "youtube"
    BANDCAMP = "bandcamp"
    MUSICBRAINZ = "musicbrainz"
    LASTFM = "lastfm"


class LinkKind(StrEnum):
    """What a link leads to."""

    ALBUM = "album"
    TRACK = "track"
    PLAYLIST = "playlist"
    ARTIST = "artist"
    UNKNOWN = "unknown"
    """A short link: only its service can tell where it leads."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link to a known service; `url` is free of tracking and fits a Discord button.

    `external_id` is the service's own id, with the path where that is the id: `artist/album/slug` at Bandcamp,
    `release-group/<uuid>` or `release/<uuid>` at MusicBrainz, `Artist/Album` as quoted in the address at Last.fm.
    """

    service: Service
    kind: LinkKind
    external_id: str
    url: str


NAMES = {
    Service.SPOTIFY: "Spotify",
    Service.APPLE_MUSIC: "Apple Music",
    Service.DEEZER: "Deezer",
    Service.YOUTUBE: "YouTube",
    Service.BANDCAMP: "Bandcamp",
    Service.MUSICBRAINZ: "MusicBrainz",
    Service.LASTFM: "Last.fm",
}

URL_LIMIT = 512
"""Characters; Discord takes no longer address on a button."""

OTHER_SCHEME = re.compile(
    r"(?:[a-z][a-z0-9+.-]*://|(?:javascript|vbscript|data|file|mailto|spotify):)\S*", re.IGNORECASE
)
"""A whole text that is an address, but none that a browser should be sent to."""
ADDRESS = re.compile(r"https?://[^\s<>\[\]\"`]+|spotify:[a-z]+:[A-Za-z0-9]{22}", re.IGNORECASE)
BARE_ADDRESS = re.compile(
    r"(?<![\w.@/-])(?:(?:open|play)\.spotify\.com|spotify\.link|(?:geo\.|www\.)?(?:music|itunes)\.apple\.com|"
    r"(?:www\.|link\.)?deezer\.com|(?:deezer|dzr)\.page\.link|(?:www\.|m\.|music\.)?youtube\.com|youtu\.be|[\w-]+\.bandcamp\.com|"
    r"(?:www\.)?musicbrainz\.org|(?:www\.)?last\.fm)/[^\s<>\"`]+",
    re.IGNORECASE | re.ASCII,
)
"""An address typed without its scheme, of a known service only."""
TRAILING = ".,;:!?'’”»*|"

ID22 = r"(?P<id>[0-9A-Za-z]{22})"
UUID = r"(?P<id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
SLUG = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"

SPOTIFY_PATH = re.compile(
    rf"^(?:/intl-[a-z-]+)?(?:/embed)?(?:/user/[^/]+)?/(?P<kind>album|track|playlist|artist)/{ID22}$"
)
SPOTIFY_URI = re.compile(rf"^spotify:(?P<kind>album|track|playlist|artist):{ID22}$")
APPLE_PATH = re.compile(
    r"^(?P<country>/[a-z]{2})?/(?P<kind>album|song|playlist|artist)(?P<slug>/[^/]+)?/(?:id)?(?P<id>\d+|pl\.[\w-]+)$"
)
DEEZER_PATH = re.compile(r"^(?:/[a-z]{2}(?:-[a-z]{2})?)?/(?P<kind>album|track|playlist|artist)/(?P<id>\d+)$")
VIDEO_ID = re.compile(r"^[\w-]{11}$", re.ASCII)
LIST_ID = re.compile(r"^[\w-]{2,64}$", re.ASCII)
BANDCAMP_HOST = re.compile(rf"^(?P<artist>{SLUG})\.bandcamp\.com$")
BANDCAMP_OWN = frozenset({"www", "daily", "get", "help", "blog", "m", "status"})
BANDCAMP_PATH = re.compile(rf"^/(?P<kind>album|track)/(?P<slug>{SLUG})$")
MUSICBRAINZ_PATH = re.compile(rf"^/(?P<kind>release-group|release|recording|artist)/{UUID}(?:/[a-z-]+)?$")
LASTFM_PATH = re.compile(
    r"^(?:/[a-z]{2})?/music(?:/\+noredirect)?/(?P<artist>[^/+\s][^/\s]*)(?:/(?P<album>[^/\s]+))?(?:/(?P<track>[^/\s]+))?$"
)
SHORT_PATH = re.compile(r"^(?:/s)?/[\w-]{3,64}$", re.ASCII)
SHORT_HOSTS = {
    "spotify.link": Service.SPOTIFY,
    "spotify.app.link": Service.SPOTIFY,
    "deezer.page.link": Service.DEEZER,
    "dzr.page.link": Service.DEEZER,
    "link.deezer.com": Service.DEEZER,
}


def find_link(text: str) -> tuple[str, tuple[int, int]] | None:
    """The first address in a text and where it stands, without the punctuation of the sentence around it."""
    found = ADDRESS.search(text) or BARE_ADDRESS.search(text)
    if found is None:
        return None
    alone = found[0] == text.strip()
    # Names at Last.fm may end in a full stop; an address that stands alone ends where it ends.
    address = found[0].rstrip(TRAILING.replace(".", "") if alone and "last.fm/" in found[0] else TRAILING)
    while address.endswith(")") and address.count(")") > address.count("("):
        address = address[:-1].rstrip(TRAILING)
    return address, (found.start(), found.start() + len(address))


def parse_link(text: str) -> Link | None:
    """The link in a text, or None when there is none.

    Raises `AlbumNeeded` (`unknown_link`) for an address of no known service or of a page that is no music there, and
    for anything odd in an address: a user name, a port, a host outside ASCII, a scheme other than http and https.
    """
    text = visible(text).strip()
    found = find_link(text)
    if found is None:
        if OTHER_SCHEME.fullmatch(text):
            raise AlbumNeeded("unknown_link", text)
        return None
    address = found[0]
    if address[:8].lower() == "spotify:":
        address = "spotify:" + address[8:]
    elif "://" not in address:
        address = "https://" + address
    link = _spotify_uri(address) if address.startswith("spotify:") else _from_address(address)
    if link is None or len(link.url) > URL_LIMIT:
        raise AlbumNeeded("unknown_link", address)
    return link


def _from_address(address: str) -> Link | None:
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").lower()
    except ValueError:
        return None
    # The host stands alone: no user, no password, no port, no trailing dot, and nothing that only looks like a letter.
    if parts.scheme not in ("http", "https") or parts.netloc.lower() != host or not host.isascii() or "\\" in address:
        return None
    parts = parts._replace(path=parts.path.rstrip("/"))
    if host in SHORT_HOSTS:
        short = SHORT_PATH.match(parts.path)
        return (
            Link(SHORT_HOSTS[host], LinkKind.UNKNOWN, parts.path[1:], f"https://{host}{parts.path}") if short else None
        )
    name = host.removeprefix("www.")
    if name in READERS:
        return READERS[name](parts)
    return _bandcamp(host, parts)


def _link(service: Service, kind: str, external_id: str, url: str = "") -> Link:
    link = Link(service, LinkKind(kind), external_id, url)
    return link if url else Link(service, link.kind, external_id, canonical_url(link))


def _spotify_uri(uri: str) -> Link | None:
    found = SPOTIFY_URI.match(uri)
    return _link(Service.SPOTIFY, found["kind"], found["id"]) if found else None


def _spotify(parts: SplitResult) -> Link | None:
    found = SPOTIFY_PATH.match(parts.path)
    return _link(Service.SPOTIFY, found["kind"], found["id"]) if found else None


def _apple(parts: SplitResult) -> Link | None:
    found = APPLE_PATH.match(parts.path)
    if found is None:
        return None
    song = parse_qs(parts.query).get("i", [""])[0]
    page = f"https://music.apple.com{parts.path}"
    if found["kind"] == "album" and song.isdecimal() and song.isascii():
        return _link(Service.APPLE_MUSIC, "track", song, f"{page}?i={song}")
    return _link(Service.APPLE_MUSIC, "track" if found["kind"] == "song" else found["kind"], found["id"], page)


def _deezer(parts: SplitResult) -> Link | None:
    found = DEEZER_PATH.match(parts.path)
    return _link(Service.DEEZER, found["kind"], found["id"]) if found else None


def _youtube(parts: SplitResult) -> Link | None:
    query = parse_qs(parts.query)
    listed, video = query.get("list", [""])[0], query.get("v", [""])[0]
    page, _, rest = parts.path[1:].partition("/")
    # A song opened from its album's list stands for the album: that is what the person was looking at.
    if page in ("playlist", "watch") and listed.startswith("OLAK5uy_") and LIST_ID.match(listed):
        return _link(Service.YOUTUBE, "album", listed)
    if page == "playlist" and LIST_ID.match(listed):
        return _link(Service.YOUTUBE, "playlist", listed)
    if page == "watch" and VIDEO_ID.match(video):
        return _link(Service.YOUTUBE, "track", video)
    if page in ("shorts", "embed", "live") and VIDEO_ID.match(rest):
        return _link(Service.YOUTUBE, "track", rest)
    if page == "browse" and rest.startswith("MPREb_") and LIST_ID.match(rest):
        return _link(Service.YOUTUBE, "album", rest)
    if page == "channel" and LIST_ID.match(rest):
        return _link(Service.YOUTUBE, "artist", rest)
    return None


def _youtu_be(parts: SplitResult) -> Link | None:
    video = parts.path[1:]
    return _link(Service.YOUTUBE, "track", video) if VIDEO_ID.match(video) else None


def _bandcamp(host: str, parts: SplitResult) -> Link | None:
    artist = BANDCAMP_HOST.match(host)
    if artist is None or artist["artist"] in BANDCAMP_OWN:
        return None
    if parts.path in ("", "/music"):
        return _link(Service.BANDCAMP, "artist", artist["artist"])
    found = BANDCAMP_PATH.match(parts.path)
    return (
        _link(Service.BANDCAMP, found["kind"], f"{artist['artist']}/{found['kind']}/{found['slug']}") if found else None
    )


def _musicbrainz(parts: SplitResult) -> Link | None:
    found = MUSICBRAINZ_PATH.match(parts.path.lower())
    if found is None:
        return None
    kind = {"recording": "track", "artist": "artist"}.get(found["kind"], "album")
    return _link(Service.MUSICBRAINZ, kind, f"{found['kind']}/{found['id']}")


def _lastfm(parts: SplitResult) -> Link | None:
    found = LASTFM_PATH.match(parts.path)
    if found is None:
        return None
    artist, album, track = found["artist"], found["album"], found["track"]
    if album is None or album.startswith("+"):  # `+wiki`, `+albums`: pages about the artist
        return _link(Service.LASTFM, "artist", artist)
    if track is not None and not track.startswith("+"):
        return _link(Service.LASTFM, "track", f"{artist}/{album}/{track}")
    return None if album == "_" else _link(Service.LASTFM, "album", f"{artist}/{album}")


READERS = {
    "open.spotify.com": _spotify,
    "play.spotify.com": _spotify,
    "music.apple.com": _apple,
    "geo.music.apple.com": _apple,
    "itunes.apple.com": _apple,
    "deezer.com": _deezer,
    "youtube.com": _youtube,
    "m.youtube.com": _youtube,
    "music.youtube.com": _youtube,
    "youtu.be": _youtu_be,
    "musicbrainz.org": _musicbrainz,
    "beta.musicbrainz.org": _musicbrainz,
    "last.fm": _lastfm,
}


def canonical_url(link: Link) -> str:
    """The address of a link from its service, kind and id; Apple Music and short links keep the one they came with."""
    kind, external_id = link.kind, link.external_id
    match link.service:
        case _ if link.kind is LinkKind.UNKNOWN or link.service is Service.APPLE_MUSIC:
            return link.url
        case Service.SPOTIFY:
            return f"https://open.spotify.com/{kind}/{external_id}"
        case Service.DEEZER:
            return f"https://www.deezer.com/{kind}/{external_id}"
        case Service.MUSICBRAINZ:
            return f"https://musicbrainz.org/{external_id}"
        case Service.LASTFM:
            return f"https://www.last.fm/music/{external_id}"
        case Service.BANDCAMP:
            artist, _, rest = external_id.partition("/")
            return f"https://{artist}.bandcamp.com/{rest}"
        case _:
            return _youtube_url(kind, external_id)


def _youtube_url(kind: LinkKind, external_id: str) -> str:
    if kind is LinkKind.TRACK:
        return f"https://www.youtube.com/watch?v={external_id}"
    if kind is LinkKind.ARTIST:
        return f"https://www.youtube.com/channel/{external_id}"
    if external_id.startswith("MPREb_"):
        return f"https://music.youtube.com/browse/{external_id}"
    site = "music" if kind is LinkKind.ALBUM else "www"
    return f"https://{site}.youtube.com/playlist?list={external_id}"


def readable(link: Link) -> tuple[str | None, str | None]:
    """The artist and the title that the link itself tells, each None where it does not.

    Exact at Last.fm; a guess from the words of the address at Bandcamp (artist and title) and Apple Music (title).
    """
    if link.service is Service.LASTFM:
        parts = [_spoken(part) for part in link.external_id.split("/")]
        title = parts[-1] if len(parts) > 1 else None
        return parts[0] or None, title or None
    if link.service is Service.BANDCAMP:
        artist, _, rest = link.external_id.partition("/")
        return _guess(artist), _guess(rest.rpartition("/")[2])
    if link.service is Service.APPLE_MUSIC and link.kind in (LinkKind.ALBUM, LinkKind.TRACK):
        found = APPLE_PATH.match(urlsplit(link.url).path)
        # A song's address inside an album is named after the album.
        return None, _guess(found["slug"][1:]) if found and found["slug"] and "?i=" not in link.url else None
    return None, None


def _spoken(part: str) -> str:
    # Last.fm quotes twice where a name holds a plus sign.
    return " ".join(visible(unquote(unquote_plus(part))).split())


def _guess(slug: str) -> str | None:
    words = " ".join(visible(unquote(slug)).replace("-", " ").replace("_", " ").split())
    return words.title() if words.isascii() and words else words or None


def service_name(service: Service) -> str:
    """The service as people call it."""
    return NAMES[service]


def album_of_track(link: Link) -> tuple[Link, str] | None:
    """The album on whose page a track's address lies, and the track's title where it is spelled out; else None.

    Apple Music names the album in the address of a song, Last.fm artist, album and song.
    """
    if link.kind is not LinkKind.TRACK:
        return None
    if link.service is Service.APPLE_MUSIC and "?i=" in link.url:
        album = parse_link(link.url.partition("?")[0])
        return (album, "") if album is not None and album.kind is LinkKind.ALBUM else None
    if link.service is Service.LASTFM:
        artist, album_name, track = link.external_id.split("/")
        return (_link(Service.LASTFM, "album", f"{artist}/{album_name}"), _spoken(track)) if album_name != "_" else None
    return None
