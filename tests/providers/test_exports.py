"""Files of listening history are told by their content, and every row of them is a play or says why it is none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.domain.listening.imports import FileKind, ListenFileRefused, RefusedRow, Unfit
from bot.domain.listening.plays import Resolution, Source, Told
from bot.providers.exports.reader import ExportFile, ExportFiles
from bot.providers.exports.times import read_time
from tests.factories.histories import (
    CSV_8,
    SMALL,
    account_row,
    as_json,
    extended_row,
    koito,
    lastfm_row,
    lines,
    listen,
    scrobble,
    zipped,
)

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
AT = datetime(2024, 3, 1, 20, 15, 31, tzinfo=UTC)


def opened(folder: Path, content: bytes, name: str = "anything.bin") -> ExportFile:
    path = folder / name
    path.write_bytes(content)
    return ExportFiles().open(path, now=NOW)


def rows(folder: Path, content: bytes, zone: ZoneInfo | None = None) -> list[Told | RefusedRow]:
    return list(opened(folder, content).rows(zone=zone or UTC))


def told(folder: Path, content: bytes, zone: ZoneInfo | None = None) -> list[Told]:
    found = rows(folder, content, zone)
    assert all(isinstance(row, Told) for row in found), found
    return [row for row in found if isinstance(row, Told)]


def refused(folder: Path, content: bytes) -> list[tuple[str, int]]:
    return [(row.why.value, row.line) for row in rows(folder, content) if isinstance(row, RefusedRow)]


# --- what it is -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.parametrize("called", ["recenttracks.csv", "StreamingHistory0.json", "x.zip", "photo.png"])
def test_a_file_is_what_stands_in_it_whatever_it_is_called(tmp_path: Path, name: str, called: str) -> None:
    file = opened(tmp_path, SMALL[name], called)
    wanted = {"spotify_zip": "spotify_extended"}.get(name, name.removesuffix("_zip").removesuffix("_minutes"))
    assert [kind.value for kind in file.kinds] == [wanted]
    plays = [row for row in file.rows(zone=UTC) if isinstance(row, Told)]
    assert plays[0].artist == "Moth"
    assert plays[0].title == "Lamp"
    assert file.share == 1.0


def test_every_kind_tells_the_same_play_as_its_source_means_it(tmp_path: Path) -> None:
    first = {name: next(r for r in rows(tmp_path, body) if isinstance(r, Told)) for name, body in SMALL.items()}
    for name in ("lastfm_csv", "lastfm_pages", "listenbrainz", "maloja", "koito"):
        assert (first[name].started_at, first[name].ended_at, first[name].album) == (AT, None, "Night Bus"), name
    extended, account, minutes = (first[n] for n in ("spotify_extended", "spotify_account", "lastfm_csv_minutes"))
    assert (extended.ended_at, extended.started_at) == (AT, AT - timedelta(minutes=3))
    assert extended.finished
    assert (account.ended_at, account.played) == (AT.replace(second=0), timedelta(minutes=3))
    assert account.started_at == AT.replace(second=0) - timedelta(minutes=3)
    assert (account.resolution, extended.resolution) == (Resolution.MINUTE, Resolution.SECOND)
    assert (minutes.started_at, minutes.ended_at, minutes.resolution) == (AT.replace(second=0), None, Resolution.MINUTE)
    assert first["koito"].duration == timedelta(seconds=213)
    assert first["lastfm_csv"].track_ref == "58900088-3e21-41d5-a2f6-44f3c34e056b"
    assert {one.source for one in first.values()} == {
        Source.SPOTIFY_EXTENDED,
        Source.SPOTIFY_ACCOUNT,
        Source.LASTFM_FILE,
        Source.LISTENBRAINZ_FILE,
        Source.MALOJA,
        Source.KOITO,
    }


def test_what_is_personal_is_not_even_read(tmp_path: Path) -> None:
    row = extended_row()
    (play,) = told(tmp_path, as_json([row]))
    for field in ("username", "platform", "conn_country", "ip_addr_decrypted", "user_agent_decrypted", "city"):
        assert str(row[field]) not in repr(play)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b" \r\n\n", "empty"),
        (b"[]", "empty"),
        (b'{"version": "1", "user": "x", "listens": []}', "empty"),
        (b"artist,album,track,time\n", "empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(64), "no_history"),
        (b"Dear diary,\ntoday I heard a song.\n", "no_history"),
        (b'{"displayName": "Moth", "scrobbles": [{"title": "x"}]}', "no_history"),
        (b'[{"searchTime": "2024-03-01T20:15:31Z", "searchQuery": "moth"}]', "no_history"),
        (b"[1, 2, 3]", "no_history"),
        (b'{"a": 1}', "no_history"),
        (b"artist,album,track\nMoth,Night Bus,Lamp\n", "no_times"),
        (b"artist,track,time\nMoth,Lamp,yesterday\n", "no_times"),
        (b"01 Mar 2024 20:15,Moth,Lamp,Night Bus\n" * 3, "no_header"),
        (b"Moth,Lamp,01 Mar 2024 20:15\n" * 3, "no_header"),
        (b'[{"endTime": "2024', "unreadable"),
        (CSV_8.decode().replace("Moth", "Björk").encode("latin-1"), "encoding"),
        (CSV_8.decode().encode("utf-16"), "encoding"),
        (CSV_8.decode().encode("utf-16-le"), "encoding"),
    ],
)
def test_what_is_no_history_is_refused_with_its_reason(tmp_path: Path, content: bytes, reason: str) -> None:
    with pytest.raises(ListenFileRefused) as refusal:
        list(opened(tmp_path, content).rows(zone=UTC))
    assert refusal.value.reason == reason


def test_a_file_that_is_gone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ListenFileRefused) as refusal:
        ExportFiles().open(tmp_path / "nothing.json", now=NOW)
    assert refusal.value.reason == "gone"


@pytest.mark.parametrize("name", [name for name in SMALL if "zip" not in name])
def test_a_byte_order_mark_changes_nothing(tmp_path: Path, name: str) -> None:
    assert rows(tmp_path, b"\xef\xbb\xbf" + SMALL[name]) == rows(tmp_path, SMALL[name])


# --- rows that are no plays -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (
            extended_row(None, episode_name="One", episode_show_name="Show", spotify_episode_uri="spotify:episode:1"),
            "episode",
        ),
        (extended_row(None, audiobook_title="Book", audiobook_uri="spotify:show:1"), "audiobook"),
        (extended_row(incognito_mode=True), "private"),
        (extended_row(None), "no_track"),
        (extended_row("  \u200b "), "nameless"),
        (extended_row(ended=""), "undated"),
        (extended_row(ended="soon"), "bad_time"),
        (extended_row(ended="1970-01-01T00:00:03Z"), "epoch"),
        (extended_row(ended="1999-12-31T23:00:00Z"), "too_old"),
        (extended_row(ended="2026-11-21T12:00:00Z"), "future"),
        (extended_row(ms=-1), "bad_length"),
        (extended_row(ms=10**9), "bad_length"),
        (extended_row(ms="long"), "bad_length"),
        (account_row(podcastName="Show", episodeName="One"), "episode"),
        (account_row("Unknown Track", artistName="Unknown Artist"), "no_track"),
        (account_row(ended="2024-13-41 99:99"), "bad_time"),
        (lastfm_row(uts=None), "undated"),
        (lastfm_row(uts="0"), "epoch"),
        (listen(at=0), "epoch"),
        (listen(at=99_999_999_999), "future"),
        (listen(""), "nameless"),
        (listen(at=None), "undated"),
        (listen(at=True), "bad_time"),
        (scrobble(at=1_000), "epoch"),
        (scrobble(at=1_709_324_131, duration=-4), "bad_length"),
        (koito(at="2027-01-01T00:00:00Z"), "future"),
        (koito(artists=[]), "nameless"),
        ("no row at all", "unreadable"),
        ({"ts": ["2024"], "track": 3, "track_metadata": 7}, "unreadable"),
    ],
)
def test_a_row_that_is_no_play_says_why_and_where(tmp_path: Path, row: object, why: str) -> None:
    """Each stands third, behind two good rows of its kind."""
    kinds = {
        "ts": ([extended_row(), extended_row("Hex")], as_json),
        "endTime": ([account_row(), account_row("Hex")], as_json),
        "listened_at": ([listen(), listen("Hex")], as_json),
        "name": ([lastfm_row(), lastfm_row("Hex")], as_json),
        "time": ([scrobble(), scrobble("Hex")], lambda all_: as_json({"scrobbles": all_})),
        "artists": ([koito(), koito("Hex")], lambda all_: as_json({"listens": all_})),
    }
    keys = row.keys() if isinstance(row, dict) else {"listened_at"}
    mark = "artists" if "artists" in keys else next((key for key in kinds if key in keys), "listened_at")
    if row == {"ts": ["2024"], "track": 3, "track_metadata": 7}:
        mark = "listened_at"
    good, pack = kinds[mark]
    found = rows(tmp_path, pack([*good, row]))
    assert isinstance(found[0], Told)
    assert isinstance(found[1], Told)
    assert isinstance(found[2], RefusedRow)
    assert (found[2].why.value, found[2].line) == (why, 3)


def test_nothing_of_a_private_session_is_repeated(tmp_path: Path) -> None:
    (row,) = rows(tmp_path, as_json([extended_row(incognito_mode=True)]))
    assert row == RefusedRow(Unfit.PRIVATE, 1)


def test_a_file_that_breaks_off_gives_what_it_had_and_says_where(tmp_path: Path) -> None:
    for body in (SMALL["spotify_account"][:-30], SMALL["spotify_account"] + b" and more"):
        found = rows(tmp_path, body)
        assert isinstance(found[0], Told)
        assert isinstance(found[-1], RefusedRow)
        assert found[-1].why is Unfit.BROKEN_OFF


def test_a_line_of_listens_that_is_none_costs_itself_alone(tmp_path: Path) -> None:
    body = lines(listen()) + b'{"half": \n\n' + b"[" * 50_000 + b"\n" + lines(listen("Hex"))
    assert [type(row).__name__ for row in rows(tmp_path, body)] == ["Told", "RefusedRow", "RefusedRow", "Told"]
    assert refused(tmp_path, body) == [("unreadable", 2), ("unreadable", 4)]


def test_a_page_with_one_track_is_no_list(tmp_path: Path) -> None:
    page = {"recenttracks": {"track": lastfm_row(), "@attr": {"user": "x"}}}
    assert [play.title for play in told(tmp_path, as_json(page))] == ["Lamp"]
    playing = lastfm_row("Now", None, **{"@attr": {"nowplaying": "true"}})
    pages = [{"track": [playing, lastfm_row()], "@attr": {}}, {"track": lastfm_row("Hex"), "@attr": {}}]
    found = rows(tmp_path, as_json(pages))
    assert refused(tmp_path, as_json(pages)) == [("undated", 1)]
    assert [row.title for row in found if isinstance(row, Told)] == ["Lamp", "Hex"]


def test_a_scrobblers_first_or_primary_artist_stands_for_all(tmp_path: Path) -> None:
    assert told(tmp_path, SMALL["maloja"])[0].artist == "Moth"
    assert told(tmp_path, SMALL["koito"])[0].artist == "Moth"


# --- tables ---------------------------------------------------------------------------------------------------------

LAMP = ("Moth", "Lamp", "Night Bus", datetime(2024, 3, 1, 20, 15, tzinfo=UTC))


@pytest.mark.parametrize(
    "table",
    [
        "artist,album,track,date\nMoth,Night Bus,Lamp,01 Mar 2024 20:15\n",
        "track,artist,album,date\nLamp,Moth,Night Bus,01 Mar 2024 20:15\n",
        'Artist Name;Song Title;Album;"Date & Time"\nMoth;Lamp;Night Bus;"01 Mar 2024, 20:15"\n'.replace("& Time", ""),
        ",artist,album,track,utc_time\n0,Moth,Night Bus,Lamp,2024-03-01 20:15\n",
        "0,Moth,Night Bus,Lamp,01 Mar 2024 20:15\n1,Moth,Night Bus,Hex,01 Mar 2024 20:11\n",
        "artist\talbum\ttitle\tplayed_at\nMoth\tNight Bus\tLamp\t2024-03-01T21:15+01:00\n",
        "Artist;Album;AlbumId;Track;Date#somebody\nMoth;Night Bus;7;Lamp;1709324100000\n",
        "uts,local time,artist,album,track\n1709324100,2024-03-01 23:15,Moth,Night Bus,Lamp\n",
        "\ufeffartist,album,track,ts\r\nMoth,Night Bus,Lamp,2024-03-01T20:15:00Z\r\n",
        '"artist","album","track","date"\n"Moth","Night Bus","Lamp","2024-03-01 20:15:00 UTC"\n',
    ],
)
def test_columns_are_found_by_their_names(tmp_path: Path, table: str) -> None:
    play = told(tmp_path, table.encode())[0]
    assert (play.artist, play.title, play.album, play.started_at) == LAMP


def test_artist_and_track_are_swapped_only_where_the_header_says_so(tmp_path: Path) -> None:
    swapped = told(tmp_path, b"Lamp,Night Bus,Moth,01 Mar 2024 20:15\n" * 3)
    assert (swapped[0].artist, swapped[0].title) == ("Lamp", "Moth")


def test_times_without_a_zone_are_in_the_one_that_is_told(tmp_path: Path) -> None:
    table = b"artist,track,date\nMoth,Lamp,01 Mar 2024 20:15\nMoth,Hex,01 Jul 2024 20:15\n"
    assert opened(tmp_path, table).local
    march, july = (play.started_at for play in told(tmp_path, table, BERLIN))
    assert (march.hour, july.hour) == (19, 18), "winter and summer time"
    told_utc = b"artist,track,utc_time\nMoth,Lamp,01 Mar 2024 20:15\n"
    assert not opened(tmp_path, told_utc).local
    assert told(tmp_path, told_utc, BERLIN)[0].started_at.hour == 20
    for name in SMALL:
        assert opened(tmp_path, SMALL[name]).local == (name == "lastfm_csv_minutes")
        if name != "lastfm_csv_minutes":
            assert rows(tmp_path, SMALL[name], BERLIN) == rows(tmp_path, SMALL[name])


def test_seconds_that_are_always_zero_are_minutes(tmp_path: Path) -> None:
    minutes = "artist,track,date\n" + "".join(f"Moth,Lamp,2024-03-01 20:{n}:00\n" for n in (15, 15, 19, 24))
    plays = told(tmp_path, minutes.encode())
    assert [(play.resolution, play.ordinal) for play in plays] == [
        (Resolution.MINUTE, 0),
        (Resolution.MINUTE, 1),
        (Resolution.MINUTE, 0),
        (Resolution.MINUTE, 0),
    ]
    seconds = minutes.replace("20:19:00", "20:19:07")
    assert {play.resolution for play in told(tmp_path, seconds.encode())} == {Resolution.SECOND}


def test_equal_rows_near_each_other_are_repeats_and_far_ones_the_same_told_again(tmp_path: Path) -> None:
    between = [account_row(f"Track {n}", f"2024-03-02 {n // 60 % 24:02}:{n % 60:02}") for n in range(1_200)]
    near = told(tmp_path, as_json([account_row(), account_row(), account_row(ms=1), *between[:900], account_row()]))
    assert [play.ordinal for play in near if play.title == "Lamp"] == [0, 1, 0, 2]
    far = told(tmp_path, as_json([account_row(), *between, account_row()]))
    assert [play.ordinal for play in far if play.title == "Lamp"] == [0, 0]


def test_odd_rows_of_a_table_cost_themselves_alone(tmp_path: Path) -> None:
    table = (
        b"artist,album,track,time\n"
        b"Moth,Night Bus,Lamp,01 Mar 2024 20:15\n"
        b"Moth,Lamp,01 Mar 2024 20:15\n"
        b"\n"
        b",,Lamp,01 Mar 2024 20:15\n"
        b"Moth,Night Bus,Hex,\n"
        b"Bj\xf6rk,Night Bus,Hex,01 Mar 2024 20:15\n"
        b'Moth,"Night\nBus",Hex,01 Mar 2024 20:19\n'
        b"Moth,Night Bus,Hex,31 Feb 2024 20:15\n"
        b'"Moth,Night Bus,Hex,01 Mar 2024 20:21\n'
        b"Moth,Night Bus,Hex,01 Mar 2024 20:23\n"
    )
    with pytest.raises(ListenFileRefused) as refusal:
        opened(tmp_path, table)
    assert refusal.value.reason == "encoding", "so short a file is judged whole"
    late = table.replace(b"\n", b"\n" + b"Moth,Night Bus,Filler,01 Mar 2024 21:15\n" * 3_000, 1)
    assert [(why, line - 3_000) for why, line in refused(tmp_path, late)] == [
        ("unreadable", 3),
        ("nameless", 5),
        ("undated", 6),
        ("encoding", 7),
        ("bad_time", 10),
        ("unreadable", 11),
    ]


@pytest.mark.parametrize(
    "text", ["", "x", "99 Foo 2024 10:10", "2024-02-30 10:10", "1" * 16, "2024-01-01T10:10:10+99:00"]
)
def test_what_is_no_time_is_none(text: str) -> None:
    assert read_time(text) is None


# --- archives -------------------------------------------------------------------------------------------------------


def test_an_archive_is_read_in_the_order_of_its_numbers_and_the_rest_left_aside(tmp_path: Path) -> None:
    entries = {f"MyData/StreamingHistory_music_{n}.json": as_json([account_row(f"T{n}")]) for n in (10, 2, 0)}
    others = {"MyData/Userdata.json": b'{"email": "x@example.org"}', "MyData/Playlist1.json": b'{"playlists": []}'}
    file = opened(tmp_path, zipped(entries | others | {"MyData/endsong_0.json": as_json([extended_row()])}))
    assert file.kinds == (FileKind.SPOTIFY_ACCOUNT, FileKind.SPOTIFY_EXTENDED)
    assert set(file.ignored) == set(others)
    titles = [row.title for row in file.rows(zone=UTC) if isinstance(row, Told)]
    assert [title for title in titles if title.startswith("T")] == ["T0", "T2", "T10"]


def test_a_refused_row_of_an_archive_names_its_file(tmp_path: Path) -> None:
    body = zipped({"a/1.jsonl": lines(listen()), "a/2.jsonl": lines(listen(), listen(at=0))})
    (row,) = [row for row in rows(tmp_path, body) if isinstance(row, RefusedRow)]
    assert (row.place, row.line, row.why) == ("a/2.jsonl", 2, Unfit.EPOCH)
