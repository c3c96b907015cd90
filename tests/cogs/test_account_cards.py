"""What members read of their accounts: how each stands, how far it is read, and what they can do."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from bot.domain.listening.accounts import LINKABLE, Standing
from bot.domain.listening.linking import Account, Offer
from bot.domain.listening.plays import Source
from bot.services.accounts.keeping import Linked
from bot.services.accounts.linking import Ticket
from bot.services.accounts.notices import Notice
from bot.services.accounts.overview import Overview, Shown
from bot.services.accounts.unlinking import Unlinked
from bot.services.listening.backfill import Progress
from cogs.people import cards
from cogs.shared.render import Body
from tests.cogs.examples import NOW, TEXTS, filled

KEY = UUID(int=7)
ACCOUNT = Account(
    id=KEY,
    user_id=UUID(int=8),
    source=Source.SPOTIFY,
    external_id="id",
    name="ben",
    linked_at=NOW,
    proven=True,
    scopes="",
    consent_ends_at=NOW + timedelta(days=100),
    told_of_end=0,
    standing=Standing.WELL,
    standing_at=NOW,
    told_standing=Standing.WELL,
    token_expires_at=None,
    access_token=b"sealed",
    refresh_token=None,
)
READ = Progress(
    source=Source.SPOTIFY,
    read=120,
    total=None,
    since=NOW,
    holes=(),
    done=False,
    under_way=False,
    synced_at=NOW,
    next_due_at=NOW + timedelta(minutes=25),
    why="",
    failures=0,
)


def shown(account: Account = ACCOUNT, progress: Progress | None = READ) -> str:
    return cards.account_words(Shown(account, progress), NOW)


def labels(body: Body) -> list[str]:
    def walk(node: Any) -> list[str]:
        if isinstance(node, dict):
            own = [node["label"]] if node.get("type") == 2 and "label" in node else []
            return own + [each for value in node.values() for each in walk(value)]
        return [each for value in node for each in walk(value)] if isinstance(node, list) else []

    return walk(body.view().to_components())


def card_of(account: Account) -> Body:
    return cards.accounts_card(Overview((Shown(account, READ),), None), NOW)


def test_progress_is_told_in_numbers() -> None:
    assert "History: 120 plays so far." in shown()
    assert "History: 120 of about 1,000 plays, 12 %." in shown(progress=replace(READ, total=1_000))
    assert "99 %" in shown(progress=replace(READ, total=119)), "it is done when it is done"
    done = replace(READ, done=True)
    assert "What Spotify still tells is read" in shown(progress=done), "that is never the whole history"
    lastfm = replace(ACCOUNT, source=Source.LASTFM)
    assert "The whole history is read" in cards.account_words(Shown(lastfm, done), NOW)
    assert "Being read right now" in shown(progress=replace(READ, under_way=True))
    assert "that begins in a moment" in shown(progress=None)


@pytest.mark.parametrize(
    ("why", "words"),
    [("spotify busy", "asked for patience"), ("lastfm down", "did not answer"), ("fault", "on Longplay's side")],
)
def test_what_kept_it_from_being_read_is_said(why: str, words: str) -> None:
    text = shown(progress=replace(READ, why=why))
    assert words in text
    assert "Next try" in text


def test_the_buttons_are_those_that_help() -> None:
    assert labels(card_of(ACCOUNT)) == ["Read now", "Unlink"]
    assert labels(card_of(replace(ACCOUNT, consent_ends_at=NOW + timedelta(days=20)))) == [
        "Read now",
        "Mend it",
        "Unlink",
    ]
    assert labels(card_of(replace(ACCOUNT, standing=Standing.REVOKED))) == ["Mend it", "Unlink"]
    assert labels(card_of(replace(ACCOUNT, standing=Standing.PRIVATE))) == ["Read now", "Mend it", "Unlink"]
    closed = cards.accounts_card(Overview((Shown(ACCOUNT, None),), NOW), NOW)
    assert labels(closed) == ["Read now", "Unlink", "Write to me again"]


@pytest.mark.parametrize("unit", TEXTS.values(), ids=TEXTS)
def test_whatever_an_account_is_called_every_card_can_be_sent(unit: str) -> None:
    name = filled(unit, 300)
    bodies: list[Body] = []
    for source in LINKABLE:
        account = replace(ACCOUNT, source=source, name=name)
        bodies += [
            cards.unlink_card(account),
            cards.unlinked_words(Unlinked(source, name, True, False)),
            cards.linked_card(Linked(KEY, KEY, source, name, False, 9, True, NOW)),
            cards.link_card(source, tuple(Offer), Ticket(source, "https://club.example/link/" + "x" * 43, NOW)),
        ]
        for words in ("standing", "ending", "taken_over"):
            for standing in Standing:
                notice = Notice(1, words, str(source), name, standing, NOW, KEY)
                bodies.append(cards.notice_card(notice))
    for standing in Standing:
        accounts = [
            replace(ACCOUNT, id=UUID(int=number), source=source, name=name, standing=standing)
            for number, source in enumerate(LINKABLE)
        ]
        bodies.append(cards.accounts_card(Overview(tuple(Shown(each, READ) for each in accounts), NOW), NOW))
    for body in bodies:
        assert body.view()
        assert "@everyone" not in str(body.view().to_components())
