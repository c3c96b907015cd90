from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from bot.domain.errors import ClubNotSetUp, DraftGone, NotAHost, ShelfRefused
from bot.services import people
from bot.services.catalog import Resolved
from bot.services.club.drafts import KEPT_FOR, KEPT_PER_MEMBER, keep_draft, take_draft
from bot.services.club.shelf import shelf_of, shelf_of_club, shelve, unshelve
from tests.factories import GUILD, NOW, a_caller, make_club, make_tools

HOST = a_caller(50, manages=True)


@pytest.fixture
def tools(database):
    return make_tools(database)


@pytest.fixture
async def club(database):
    return await make_club(database)


async def keep(tools, title, caller=None, *, now=NOW):
    return await shelve(tools, caller=caller or a_caller(), now=now, album=Resolved(None, title, "An Artist"))


async def test_a_shelf_keeps_albums_latest_first(tools, club):
    for hour, title in enumerate(("One", "Two", "Three")):
        await keep(tools, title, now=NOW + timedelta(hours=hour))
    assert [album.title for album in await shelf_of(tools, caller=a_caller())] == ["Three", "Two", "One"]
    assert await shelf_of(tools, caller=a_caller(2)) == []


async def test_an_album_is_kept_once(tools, club):
    await keep(tools, "One")
    with pytest.raises(ShelfRefused) as caught:
        await keep(tools, "one")
    assert (caught.value.reason, caught.value.album) == ("held", "One — An Artist")


async def test_an_album_is_taken_down(tools, club):
    album = await keep(tools, "One")
    assert await unshelve(tools, caller=a_caller(), now=NOW, album_id=album.id) == album
    assert await shelf_of(tools, caller=a_caller()) == []
    for album_id in (album.id, uuid4()):
        with pytest.raises(ShelfRefused) as caught:
            await unshelve(tools, caller=a_caller(), now=NOW, album_id=album_id)
        assert caught.value.reason == "absent"


async def test_a_shelf_belongs_to_one_club(tools, club, database):
    await make_club(database, guild_id=GUILD + 5)
    await keep(tools, "One")
    assert await shelf_of(tools, caller=a_caller(guild_id=GUILD + 5)) == []
    with pytest.raises(ClubNotSetUp):
        await shelf_of(tools, caller=a_caller(guild_id=GUILD + 6))


async def test_hosts_see_what_is_kept_and_not_by_whom(tools, club):
    await keep(tools, "Lonely", a_caller(1))
    await keep(tools, "Loved", a_caller(1), now=NOW + timedelta(hours=1))
    await keep(tools, "Loved", a_caller(2))
    await keep(tools, "Gone", a_caller(3))
    await people.leave(tools, caller=a_caller(3), now=NOW)
    seen = await shelf_of_club(tools, caller=HOST)
    assert [(one.album.title, one.keepers) for one in seen] == [("Loved", 2), ("Lonely", 1)]
    with pytest.raises(NotAHost):
        await shelf_of_club(tools, caller=a_caller())


async def a_draft(tools, caller=None, *, now=NOW, **fields):
    return await keep_draft(tools, caller=caller or a_caller(), now=now, form="pitch", fields=fields)


async def test_a_draft_gives_back_what_was_typed(tools, club):
    fields = {"pitch": "x" * 4000, "album": "ünïcode 字", "week": None}
    draft = await a_draft(tools, **fields)
    for _ in range(2):  # a form can be opened, closed, and opened again
        assert await take_draft(tools, caller=a_caller(), now=NOW, draft=draft) == ("pitch", fields)


async def test_a_draft_survives_characters_no_database_keeps(tools, club):
    draft = await a_draft(tools, pitch="a\x00b\ud800")
    assert await take_draft(tools, caller=a_caller(), now=NOW, draft=draft) == ("pitch", {"pitch": "ab"})


async def test_a_draft_is_its_members_own(tools, club):
    draft = await a_draft(tools)
    for stranger in (a_caller(2), HOST):
        with pytest.raises(DraftGone):
            await take_draft(tools, caller=stranger, now=NOW, draft=draft)


async def test_a_draft_is_gone_after_a_day(tools, club):
    draft = await a_draft(tools)
    assert await take_draft(tools, caller=a_caller(), now=NOW + KEPT_FOR, draft=draft) == ("pitch", {})
    with pytest.raises(DraftGone):
        await take_draft(tools, caller=a_caller(), now=NOW + KEPT_FOR + timedelta(seconds=1), draft=draft)


async def test_of_many_drafts_the_latest_stay(tools, club):
    drafts = [await a_draft(tools, now=NOW + timedelta(seconds=n), n=n) for n in range(KEPT_PER_MEMBER + 1)]
    other = await a_draft(tools, a_caller(2))
    later = NOW + timedelta(minutes=1)
    with pytest.raises(DraftGone):
        await take_draft(tools, caller=a_caller(), now=later, draft=drafts[0])
    assert await take_draft(tools, caller=a_caller(), now=later, draft=drafts[1]) == ("pitch", {"n": 1})
    assert await take_draft(tools, caller=a_caller(2), now=later, draft=other) == ("pitch", {})
