"""The bench of reading, small: every account is read the whole way; how fast, is asked of the full size alone."""

from __future__ import annotations

import json
from xml.dom import minidom

from bot.bench.listening_shop import nothing_of, page_of
from bot.bench.sync import Options, bench
from bot.providers.lastfm_facts import read_top_tags
from bot.providers.lastfm_history import read_page
from bot.providers.lastfm_taste import read_artists


async def test_a_few_accounts_are_read_and_measured(capsys):
    assert await bench(Options(accounts=45, plays=5, json=True)) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["accounts"], told["plays"]) == (45, 225)
    assert told["per_second"] > 0
    assert 0 < told["processor_share"] < 2
    assert told["ratio"] == round(told["floor"]["seconds"] / told["ours"]["seconds"], 3)
    assert told["goal"] == {"per_second": 200.0, "reached": told["per_second"] >= 200.0}


def test_a_page_of_the_shop_is_one_of_lastfm():
    page = read_page(json.loads(page_of("ada", 7, 1_700_000_000, 1)))
    assert (page.user, len(page.plays), page.total) == ("ada", 7, 7)
    assert page_of("ada", 7, 1_700_000_000, 1) == page_of("ada", 7, 1_700_000_000, 1)


def test_of_everything_else_the_shop_knows_nothing_and_says_so():
    document = minidom.parseString(nothing_of("user.getTopArtists", "ada"))
    [listed] = document.getElementsByTagName("topartists")
    assert (listed.getAttribute("user"), read_artists(listed)) == ("ada", ())
    assert read_top_tags(minidom.parseString(nothing_of("album.getTopTags", ""))) == ()
