"""What is offered while somebody types: what fits, near ones first, and despite slips of the fingers."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select, text, update

from bot.domain.catalog.searching import name_keys, near_keys, read_typed, typed_near_keys, words_of
from bot.domain.catalog.suggesting import close_words
from bot.services.catalog import Resolved, keep_album, resolve_album
from bot.services.club.shelf import shelve
from bot.services.suggestions import album_suggestions
from db.queries import search
from db.tables.catalog import Album, NameWord
from tests.factories import GUILD, NOW, a_caller, make_club, make_nomination, make_tools, make_week

CATALOGUE = (
    ("OK Computer", "Radiohead"),
    ("In Rainbows", "Radiohead"),
    ("Discovery", "Daft Punk"),
    ("Homework", "Daft Punk"),
    ("( )", "Sigur Rós"),
    ("Ágætis byrjun", "Sigur Rós"),
    ("The Dark Side of the Moon", "Pink Floyd"),
    ("無罪モラトリアム", "椎名林檎"),
    ("教育", "東京事変"),
    ("사랑의 인사", "씨야"),
    ("100% Punk_Rock", "Nobody"),
    ("Blur", "Blur"),
)


@pytest.fixture
def tools(database):
    return make_tools(database)


async def keep(database, title, artist, year=None):
    async with database.writing() as session:
        return await keep_album(session, Resolved(None, title, artist, year), NOW)


@pytest.fixture
async def offered(tools, database):
    """The titles that are offered for a text, where the club and a small catalogue are."""
    await make_club(database)
    for title, artist in CATALOGUE:
        await keep(database, title, artist)

    async def titles(typed: str) -> list[str]:
        return [label.rpartition(" — ")[0] for label, _ in await album_suggestions(tools, text=typed, guild_id=GUILD)]

    return titles


async def test_names_that_begin_as_typed_are_offered(offered, tools):
    assert await offered("disc") == ["Discovery"]
    assert sorted(await offered("daft")) == ["Discovery", "Homework"]
    assert await offered("100") == ["100% Punk_Rock"]
    assert await offered("%") == await offered("zzz") == await offered("") == await offered("   ") == []
    assert await album_suggestions(tools, text="disc", guild_id=GUILD + 1) == [], "there is no club"


async def test_a_value_is_what_resolving_understands(offered, tools):
    ((label, value),) = await album_suggestions(tools, text="discovery", guild_id=GUILD)
    album = (await resolve_album(tools, text=value, now=NOW)).album
    assert album is not None
    assert album.shown == label


@pytest.mark.parametrize("typed", ["radiohead ok", "computer radio", "ok comp radioh", "Radiohead - OK Comp", "ra co"])
async def test_words_stand_in_any_order_and_need_only_be_begun(offered, typed):
    assert await offered(typed) == ["OK Computer"]


@pytest.mark.parametrize("typed", ["sigur ros agaetis", "SIGUR RÓS ÁGÆTIS", "agætis", "byrjun sigur"])
async def test_case_and_accents_do_not_matter(offered, typed):
    assert await offered(typed) == ["Ágætis byrjun"]


@pytest.mark.parametrize("typed", ["the dark side", "pink floyd the", "floyd moon the dark", "side of the moon"])
async def test_articles_do_not_matter(offered, typed):
    assert await offered(typed) == ["The Dark Side of the Moon"]


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("モラト", "無罪モラトリアム"),
        ("林檎", "無罪モラトリアム"),
        ("東京", "教育"),
        ("事変 教", "教育"),
        ("사랑", "사랑의 인사"),
        ("무", None),
        ("無罪モリトリアム", "無罪モラトリアム"),
    ],
)
async def test_any_part_of_a_name_without_spaces_may_be_typed(offered, typed, title):
    assert await offered(typed) == ([title] if title else [])


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("radiohed ok comp", "OK Computer"),
        ("raidohead computer", "OK Computer"),
        ("radiohaed ok computre", "OK Computer"),
        ("dicsovery", "Discovery"),
        ("discvory", "Discovery"),
        ("xiscovery", "Discovery"),
        ("hommework daft", "Homework"),
        ("daft pubk hom", "Homework"),
        ("blurr", "Blur"),
        ("byrjnu", "Ágætis byrjun"),
        ("raimbwos", "In Rainbows"),
    ],
)
async def test_one_or_two_slips_in_a_word_are_forgiven(offered, typed, title):
    assert (await offered(typed))[0] == title


async def test_short_words_and_many_slips_are_not_guessed_at(offered):
    assert await offered("blx") == []
    assert await offered("dzzcqvery") == []


async def test_what_fits_stands_before_what_nearly_fits(tools, database, offered):
    await keep(database, "Radioheart", "Radioheart")
    await keep(database, "Radiohearts", "Others")
    assert (await offered("radiohear"))[:2] == ["Radioheart", "Radiohearts"]
    assert "OK Computer" in await offered("radiohear"), "few fit, so the nearly fitting follow"


async def test_the_own_shelf_comes_first_then_the_clubs_albums(tools, database):
    club = await make_club(database)
    week = await make_week(database, club)
    for title in ("Blue 1", "Blue 2", "Blue 3"):
        await keep(database, title, "Anybody")
    await make_nomination(database, week, caller=a_caller(1), title="Blue 2", artist="Anybody")
    await shelve(tools, caller=a_caller(2), now=NOW, album=Resolved(None, "Blue 3", "Anybody"))

    async def titles(discord_id, typed="blue"):
        found = await album_suggestions(tools, text=typed, guild_id=GUILD, discord_id=discord_id)
        return [label.removesuffix(" — Anybody") for label, _ in found]

    assert await titles(a_caller(2).discord_id) == ["Blue 3", "Blue 2", "Blue 1"]
    assert await titles(a_caller(1).discord_id) == ["Blue 2", "Blue 1", "Blue 3"]
    assert await titles(a_caller(2).discord_id, "") == ["Blue 3", "Blue 2"]
    assert await titles(a_caller(2).discord_id, "anybodi") == ["Blue 3", "Blue 2", "Blue 1"], "also despite a slip"


async def test_the_near_ones_are_offered_among_more_than_fit(tools, database):
    club = await make_club(database)
    week = await make_week(database, club)
    for number in range(40):
        await keep(database, f"Blue {number:02}", "Anybody")
    await make_nomination(database, week, title="Zero Blue", artist="Anybody")
    found = await album_suggestions(tools, text="blue", guild_id=GUILD)
    assert len(found) == 25
    assert found[0][0] == "Zero Blue — Anybody"


async def test_an_album_another_club_nominated_is_not_near(tools, database):
    await make_club(database)
    other = await make_club(database, guild_id=GUILD + 1)
    await keep(database, "Blue 1", "Anybody")
    week = await make_week(database, other)
    await make_nomination(database, week, caller=a_caller(3, guild_id=GUILD + 1), title="Blue 2", artist="Anybody")
    for guild_id, first in ((GUILD, "Blue 1"), (GUILD + 1, "Blue 2")):
        found = await album_suggestions(tools, text="blue", guild_id=guild_id)
        assert found[0][0] == f"{first} — Anybody"


async def test_a_name_and_its_keys_are_kept_or_lost_together(database):
    async def keep_and_fail():
        async with database.writing() as session:
            await keep_album(session, Resolved(None, "Discovery", "Daft Punk"), NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await keep_and_fail()
    async with database.reading() as session:
        assert (await session.scalars(select(Album.search_keys))).all() == []
        assert (await session.scalars(select(NameWord.word))).all() == []


async def test_a_new_name_is_found_and_the_old_one_no_more(tools, database, offered):
    async with database.writing() as session:
        album = (await session.execute(select(Album.id).where(Album.title == "Discovery"))).scalar_one()
        await session.execute(update(Album).where(Album.id == album).values(title="Alive", title_key="alive"))
        await search.index_album(session, album)
    assert await offered("punk aliv") == ["Alive"]
    assert await offered("punk disc") == []


async def test_a_keystroke_cannot_write(database):
    async with database.looking() as connection:
        with pytest.raises(Exception, match="read-only"):
            await connection.execute("DELETE FROM albums")


async def test_a_lost_connection_is_replaced(database, offered):
    async with database.looking() as connection:
        lost = await connection.fetchval("SELECT pg_backend_pid()")
    async with database.writing() as session:
        await session.execute(text("SELECT pg_terminate_backend(:pid, 1000)"), {"pid": lost})
    await asyncio.sleep(0.05)  # until the news has come
    assert await offered("disc") == ["Discovery"]


async def test_people_who_type_at_once_are_all_answered(offered):
    titles = await asyncio.gather(*(offered(typed) for typed in ("disc", "homew", "radiohed ok", "林檎") * 5))
    assert [found[0] for found in titles[:4]] == ["Discovery", "Homework", "OK Computer", "無罪モラトリアム"]


def test_words_part_where_an_unspaced_script_begins():
    assert words_of("東京jihen 教育") == ["東京", "jihen", "教育"]
    assert read_typed("The Dark Side").words == ("dark", "side")
    assert read_typed("the").words == ("the",)


def test_every_beginning_of_a_word_is_a_key():
    assert set(read_typed("ok com").keys) <= set(name_keys(["ok computer", "radiohead"]))
    assert not set(read_typed("ok cox").keys) <= set(name_keys(["ok computer", "radiohead"]))


@pytest.mark.parametrize("typed", ["radiohed", "rdiohead", "raidohead", "radiohexd", "radioxhead", "radoih", "rqdjoh"])
def test_spellings_within_the_forgiven_slips_share_a_key(typed):
    assert set(typed_near_keys(typed, 2)) & set(near_keys("radiohead"))
    assert close_words(typed, ["radiohead", "radish", "unrelated"], 2)[0] == "radiohead"
