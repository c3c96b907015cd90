"""Files of listening histories: small ones of every kind, and the real ones that stand beside the project."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

LISTENS = Path(__file__).resolve().parents[3] / "shared" / "data" / "listens"
real = pytest.mark.skipif(not LISTENS.exists(), reason="the real histories are not here")

Json = dict[str, Any]


def account_row(title: str = "Lamp", ended: str = "2024-03-01 20:15", ms: Any = 180_000, **more: Any) -> Json:
    return {"endTime": ended, "artistName": "Moth", "trackName": title, "msPlayed": ms, **more}


def extended_row(
    title: str | None = "Lamp", ended: str = "2024-03-01T20:15:31Z", ms: Any = 180_000, **more: Any
) -> Json:
    return {
        "ts": ended,
        "username": "somebody",
        "platform": "Web Player (Windows 10; Chrome 99)",
        "ms_played": ms,
        "conn_country": "XQ",
        "ip_addr_decrypted": "203.0.113.7",
        "user_agent_decrypted": "a browser of theirs",
        "city": "Visby",
        "region": "I",
        "master_metadata_track_name": title,
        "master_metadata_album_artist_name": "Moth" if title else None,
        "master_metadata_album_album_name": "Night Bus" if title else None,
        "spotify_track_uri": "spotify:track:0lx2cLdOt3piJbcaXIV74f" if title else None,
        "episode_name": None,
        "episode_show_name": None,
        "spotify_episode_uri": None,
        "reason_start": "trackdone",
        "reason_end": "trackdone",
        "skipped": False,
        "offline_timestamp": 1_709_323_951,
        "incognito_mode": False,
        **more,
    }


def lastfm_row(name: str = "Lamp", uts: str | None = "1709324131", **more: Any) -> Json:
    date = {} if uts is None else {"date": {"uts": uts, "#text": "01 Mar 2024, 20:15"}}
    return (
        {"artist": {"mbid": "", "#text": "Moth"}, "album": {"mbid": "", "#text": "Night Bus"}, "name": name}
        | date
        | more
    )


def listen(title: str = "Lamp", at: Any = 1_709_324_131, **more: Any) -> Json:
    track = {"track_name": title, "artist_name": "Moth", "release_name": "Night Bus", "additional_info": {}}
    return {"listened_at": at, "inserted_at": 1.5, "recording_msid": "7ae1", "track_metadata": track | more}


def scrobble(title: str = "Lamp", at: Any = 1_709_324_131, **more: Any) -> Json:
    track = {"artists": ["Moth", "Guest"], "title": title, "album": {"artists": ["Moth"], "albumtitle": "Night Bus"}}
    return {"time": at, "track": track, "duration": None, "origin": "client:default"} | more


def koito(title: str = "Lamp", at: Any = "2024-03-01T20:15:31Z", **more: Any) -> Json:
    def called(name: str) -> Json:
        aliases = [{"alias": "Other", "is_primary": False}, {"alias": name, "is_primary": True}]
        return {"mbid": None, "aliases": aliases}

    artists = [called("Guest") | {"is_primary": False}, called("Moth") | {"is_primary": True}]
    return {
        "listened_at": at,
        "track": called(title) | {"duration": 213},
        "album": called("Night Bus"),
        "artists": artists,
    } | more


def as_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def lines(*values: Any) -> bytes:
    return b"".join(as_json(value) + b"\n" for value in values)


def zipped(entries: dict[str, bytes], *, packed: bool = True) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED) as archive:
        for name, body in entries.items():
            archive.writestr(name, body)
    return content.getvalue()


CSV_8 = (
    b"uts,utc_time,artist,artist_mbid,album,album_mbid,track,track_mbid\n"
    b'"1709324131","01 Mar 2024, 20:15","Moth","","Night Bus","","Lamp","58900088-3e21-41d5-a2f6-44f3c34e056b"\n'
)
CSV_4 = b"Moth,Night Bus,Kora,\nMoth,Night Bus,Lamp,01 Mar 2024 20:15\nMoth,Night Bus,Lamp,01 Mar 2024 20:15\n"
SMALL: dict[str, bytes] = {
    "spotify_account": as_json([account_row(), account_row("Hex", "2024-03-01 20:19")]),
    "spotify_extended": as_json([extended_row(), extended_row("Hex", "2024-03-01T20:19:02Z")]),
    "lastfm_pages": as_json([{"track": [lastfm_row(), lastfm_row("Hex", "1709324400")], "@attr": {"page": "1"}}]),
    "lastfm_csv": CSV_8,
    "lastfm_csv_minutes": CSV_4,
    "listenbrainz": lines(listen(), listen("Hex", 1_709_324_400)),
    "maloja": as_json({"maloja": {"export_time": 1}, "scrobbles": [scrobble(), scrobble("Hex", 1_709_324_400)]}),
    "koito": as_json({"version": "1", "user": "x", "listens": [koito(), koito("Hex", "2024-03-01T20:20:00Z")]}),
    "listenbrainz_zip": zipped(
        {"user.json": b'{"user_id": 1}', "listens/": b"", "listens/2024/3.jsonl": lines(listen())}
    ),
    "spotify_zip": zipped({"MyData/endsong_0.json": as_json([extended_row()]), "MyData/ReadMe.pdf": b"%PDF-1.4"}),
}
"""A small file of every kind."""
