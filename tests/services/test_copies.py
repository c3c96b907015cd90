"""What clubs hear of demos: sound alone, small enough, made once, gone with its maker."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.domain.club.week import WeekKind
from bot.domain.library.audio import Stored
from bot.domain.library.demos import COPY_BITS, COPY_BYTES, copy_bit_rate, sound_name
from bot.domain.library.errors import Code, UploadFailed
from bot.domain.privacy import Choice
from bot.providers.audio import ChildEars
from bot.services.club import demos, nominating, planning
from bot.services.library import copies, sharing, tracks
from bot.services.privacy.deleting import delete_person
from db.queries.library import versions
from tests.factories import NOW, a_caller, make_club, make_member
from tests.factories.audio import flac, mp3, samples, wav
from tests.factories.library import FACTS, make_track
from tests.factories.uploading import desk_tools

BEN, DANA, HOST = a_caller(1, name="Ben"), a_caller(2, name="Dana"), a_caller(9, name="Host", manages=True)
TAGS = {"artist": "A name nobody shall read", "title": "Nor this"}


@pytest.fixture
async def tools(database, tmp_path):
    await make_club(database)
    return desk_tools(database, tmp_path)


async def kept(tools, content: bytes, stored: Stored = Stored.MP3):
    """A track of Ben's whose file is these bytes."""
    member = await make_member(tools.database, BEN)
    sha256 = hashlib.sha256(content).hexdigest()
    await tools.library.assets.put(sha256, content)
    track = await make_track(tools.database, member.user_id)
    async with tools.database.writing() as session:
        asset = await versions.keep_asset(
            session, sha256=sha256, size=len(content), stored=stored, facts=FACTS, now=NOW
        )
        await session.execute(text("UPDATE track_versions SET asset_id = :asset"), {"asset": asset})
        await session.execute(text("DELETE FROM assets WHERE id <> :asset"), {"asset": asset})
    return track


async def put_forward(tools, track):
    week = await planning.open_week(tools, caller=HOST, now=NOW, kind=WeekKind.DEMO)
    return (await demos.nominate_track(tools, caller=BEN, now=NOW, track=track, week=week.id)).nomination


async def heard(tools, nomination, limit: int = 10**8):
    async with tools.database.reading() as session:
        club = await session.scalar(text("SELECT id FROM clubs"))
    return await copies.heard(tools, club_id=club, nomination=nomination, limit=limit)


async def rows(tools, query: str):
    async with tools.database.reading() as session:
        return [tuple(row) for row in await session.execute(text(query))]


async def errands(tools) -> list[str]:
    return [
        str(row[0]) for row in await rows(tools, "SELECT payload->>'words' FROM outbox WHERE kind = 'nomination_edit'")
    ]


@pytest.mark.parametrize(
    ("stored", "content"),
    [
        (Stored.MP3, mp3(samples(1.0), **TAGS)),
        (Stored.FLAC, flac(samples(1.0), **TAGS)),
        (Stored.WAV, wav(samples(1.0)) + b"LIST\x1a\x00\x00\x00INFOIART\x0e\x00\x00\x00A name nobody\x00"),
    ],
    ids=["mp3", "flac", "wav"],
)
async def test_a_copy_is_sound_alone_in_one_format_under_a_name_that_tells_nothing(tools, stored, content):
    tools = replace(tools, library=replace(tools.library, ears=ChildEars()))
    assert b"A name nobody" in content
    nomination = await put_forward(tools, await kept(tools, content, stored))
    assert await heard(tools, nomination) is None, "not made yet"
    for _ in range(2):  # a task may be done again
        await copies.work(tools, version_id=str(nomination.version_id))
    sound = await heard(tools, nomination)
    assert sound is not None
    assert (sound.name, sound.content[:4], b"OpusHead" in sound.content) == ("demo-1.ogg", b"OggS", True)
    assert b"A name" not in sound.content
    assert b"Nor this" not in sound.content
    assert await rows(tools, "SELECT count(*) FROM demo_copies") == [(1,)]
    assert f"heard {nomination.version_id}" in await errands(tools), "its card is drawn with it"
    assert await heard(tools, nomination, limit=10) is None, "larger than the server takes"


async def test_what_is_stored_as_sound_alone_is_heard_as_it_is(tools):
    nomination = await put_forward(tools, await kept(tools, b"OggS of our own making", Stored.OPUS))
    sound = await heard(tools, nomination)
    assert sound is not None
    assert sound.content == b"OggS of our own making"
    assert tools.library.ears.heard == 0


async def test_a_copy_fits_every_server_however_long_it_is(tools):
    assert copy_bit_rate(60) == COPY_BITS
    for minutes in (5, 10, 15, 20):
        assert copy_bit_rate(60 * minutes) * 60 * minutes / 8 <= COPY_BYTES
    assert copy_bit_rate(20 * 60) >= 48_000
    assert sound_name(7) == "demo-7.ogg"


async def test_nobody_hears_what_was_deleted_reported_or_taken_back(tools):
    tools.library.ears.copy = b"a copy"
    track = await kept(tools, b"the file")
    post = await sharing.share(tools, caller=BEN, now=NOW, track=track, channel_id=5, attests=True)
    nomination = await put_forward(tools, track)
    await copies.work(tools, version_id=str(nomination.version_id))
    assert await heard(tools, nomination) is not None
    await tracks.delete(tools, caller=BEN, now=NOW, track=track)
    assert await heard(tools, nomination) is None
    await tracks.restore(tools, caller=BEN, now=NOW, track=track)
    await sharing.report(tools, caller=DANA, now=NOW, post=post.post.id)
    assert await heard(tools, nomination) is None
    await sharing.settle_report(tools, caller=HOST, now=NOW, track=track, keep=True)
    assert await heard(tools, nomination) is not None
    await nominating.withdraw_nomination(tools, caller=BEN, now=NOW, nomination=nomination.id)
    assert await heard(tools, nomination) is None
    assert len([words for words in await errands(tools) if words.startswith("track ")]) >= 1, "the card follows"


async def test_a_copy_that_cannot_be_made_leaves_nothing_and_one_goes_with_its_maker(tools):
    tools.library.ears.fails = UploadFailed(Code.INVALID_FORMAT, "damaged")
    track = await kept(tools, b"the file")
    nomination = await put_forward(tools, track)
    await copies.work(tools, version_id=str(nomination.version_id))
    assert (await heard(tools, nomination), len(tools.library.assets.files)) == (None, 1)
    tools.library.ears.fails, tools.library.ears.copy = None, b"a copy"
    await copies.work(tools, version_id=str(nomination.version_id))
    assert len(tools.library.assets.files) == 2
    assert list(tools.library.inbox.folder.glob("*")) == []
    await delete_person(tools, caller=BEN, now=NOW + timedelta(hours=1), choice=Choice.STAY, typed="DELETE")
    assert tools.library.assets.files == []
    assert await rows(tools, "SELECT count(*) FROM assets") == [(0,)]
    await copies.work(tools, version_id=str(nomination.version_id))  # a task that comes late
    assert tools.library.assets.files == []
