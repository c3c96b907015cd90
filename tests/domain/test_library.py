"""What a file is by its first bytes, what a member says of a track, and who may reach it."""

from __future__ import annotations

import io
from dataclasses import replace
from uuid import uuid4

import pytest

from bot.domain.errors import TextTooLong
from bot.domain.library.audio import ALIASES, UPLOAD_BYTES, Format, format_of, named_otherwise
from bot.domain.library.errors import TrackRefused
from bot.domain.library.tracks import TrackFields, check_fields, reachable, title_from
from tests.factories.audio import encoded, flac, mp3, samples, wav

SHORT = samples(0.3)
TAG = b"ID3\x04\x00\x00\x00\x00\x02\x00" + bytes(256)
"""An ID3 tag of 256 bytes that says nothing."""


@pytest.mark.row("1-56")
@pytest.mark.row("1-12")
@pytest.mark.parametrize(
    ("content", "found"),
    [
        (mp3(SHORT), Format.MP3),
        (mp3(SHORT, title="Tagged"), Format.MP3),
        (mp3(SHORT, rate=22_050), Format.MP3),
        (wav(SHORT), Format.WAV),
        (b"RF64" + wav(SHORT)[4:], Format.WAV),
        (flac(SHORT), Format.FLAC),
        (TAG + flac(SHORT), Format.FLAC),
        (TAG + bytes(300) + mp3(SHORT), Format.MP3),
        (encoded("ogg", "libopus", samples(0.3, rate=48_000), rate=48_000), None),
        (encoded("adts", "aac", SHORT), None),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", None),
        (b"#EXTM3U\nhttp://127.0.0.1/x.mp3\n", None),
        (b"MZ" + bytes(4_000), None),
        (b"\x7fELF" + bytes(range(256)) * 16, None),
        (b"\xff\xfb\x90\x00" + bytes(4_000), None),
        (b"ID3", None),
        (TAG, None),
        (b"", None),
    ],
)
def test_a_format_is_known_by_its_content_alone(content, found):
    assert format_of(io.BytesIO(content)) is found


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"OggS", "Ogg"),
        (b"\0\0\0\x20ftypM4A ", "M4A"),
        (b"FORM\0\0\0\0AIFF", "AIFF"),
        (b"\xff\xf1\x50\x80", "AAC"),
        (b"MZ\x90\0", "a program"),
        (b"what is this", ""),
    ],
)
def test_what_is_not_taken_is_named_where_its_bytes_say_what_it_is(head, name):
    assert named_otherwise(head) == name


@pytest.mark.row("1-56")
def test_what_clients_call_a_format_is_a_hint_with_many_spellings():
    assert {ALIASES[name] for name in ("audio/x-wav", "audio/wav", "audio/wave")} == {Format.WAV}
    assert {ALIASES[name] for name in ("audio/x-flac", "audio/flac")} == {Format.FLAC}
    assert {ALIASES[name] for name in ("audio/mp3", "audio/mpeg")} == {Format.MP3}
    assert UPLOAD_BYTES == 50 * 1024**2


@pytest.mark.row("1-20")
def test_a_tracks_texts_are_kept_tidy_and_within_their_limits():
    told = check_fields(
        TrackFields("  Kite\n string\u202e ", " Hum \n\nand go ", " Dream  pop ", "#Lo-fi, tape,tape ,, Demo")
    )
    assert told == TrackFields("Kite string", "Hum \n\nand go", "Dream pop", "lo-fi, tape, demo")
    with pytest.raises(TrackRefused) as refused:
        check_fields(TrackFields("\u200b "))
    assert refused.value.reason == "no_title"
    for field in ("title", "description", "genre", "tags"):
        with pytest.raises(TextTooLong):
            check_fields(replace(TrackFields("x"), **{field: "x" * 2_001}))


@pytest.mark.row("1-53")
def test_a_title_is_made_of_any_file_name():
    assert title_from("C:\\music\\my_demo_2.final.wav") == "my demo 2.final"
    assert title_from("../../etc/passwd") == "passwd"
    assert title_from(".mp3") == ".mp3"
    assert title_from("") == "Untitled"
    assert len(title_from("x" * 300 + ".mp3")) == 255


@pytest.mark.row("1-20")
@pytest.mark.row("0-04")
def test_a_track_is_within_reach_of_its_owner_and_of_everybody_where_it_is_public():
    owner, other = uuid4(), uuid4()

    def reach(user, *, public=True, gone=False, hidden=False):
        return reachable(owner_id=owner, public=public, gone=gone, hidden=hidden, user_id=user)

    assert reach(owner)
    assert reach(other)
    assert reach(None)
    assert reach(owner, public=False)
    assert not reach(other, public=False)
    assert not reach(None, public=False), "a message has no reader"
    assert reach(owner, hidden=True)
    assert not reach(other, hidden=True)
    assert not reach(owner, gone=True)
    assert reachable(owner_id=None, public=False, gone=True, user_id=None), "what is no member's is everybody's"
