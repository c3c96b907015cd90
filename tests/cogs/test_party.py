"""A party's messages fit, show every text literally, and offer what the party's state allows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from bot.domain import party as rules
from bot.domain.club.views import WeekView
from bot.domain.club.week import Phase
from bot.domain.party import LONG_OUTAGE, Outcome, Party, PartyMember, PartyView, Reason, Turn
from bot.domain.posts import Post
from cogs.club.cards import party as cards
from cogs.shared.limits import walk
from cogs.shared.render import Body
from tests.cogs.examples import NOW, TEXTS, filled, view

MINUTE = timedelta(minutes=1)


def a_party(count: int = 3, unit: str = "Song ", size: int = 8, *, known: bool = True) -> Party:
    turns = tuple(
        Turn(place, filled(unit, size), filled(unit, size), duration_ms=180_000 if known else None)
        for place in range(1, count + 1)
    )
    return Party(UUID(int=9), UUID(int=1), UUID(int=2), 1, NOW, turns, anchor_at=NOW)


def shown(party: Party, unit: str = "Ben ", people: int = 2) -> PartyView:
    members = tuple(
        PartyMember(UUID(int=place), filled(unit, 80), NOW, NOW if place % 5 == 4 else None) for place in range(people)
    )
    address = "https://example.org/" + "a" * 300
    links = {place: tuple((name, address) for name in ("spotify", "deezer", "other")) for place in range(1, 9)}
    return PartyView(party, members, links)


def every_state(lobby: Party) -> list[Party]:
    on = rules.begin(lobby, NOW)
    held = rules.pause(on, NOW + MINUTE)
    away = rules.advance(on, NOW + 4 * MINUTE + LONG_OUTAGE)
    gone_by = replace(on, turns=tuple(replace(turn, outcome=Outcome.MISSED, began_at=NOW) for turn in on.turns))
    ended = [rules.stop(party, NOW, reason) for party in (lobby, on) for reason in Reason]
    over = rules.advance(on, NOW + timedelta(hours=9)) if len(on.turns) > 999 else rules.skip(on, NOW)
    return [lobby, on, held, away, replace(gone_by, position=len(on.turns)), over, *ended]


def every_message(week: WeekView, view: PartyView) -> list[Body]:
    positions = {1, max(1, view.party.position), len(view.party.turns)}
    return [
        cards.party_card(week, view),
        *(cards.track_card(week, view, position) for position in sorted(positions)),
        *(cards.note_card(week, view, words) for words in ("away", "called_off")),
        cards.recap_card(week, view),
    ]


def labels(body: Body) -> list[str]:
    parts: list[Any] = body.view().to_components()
    return [str(each["label"]) for each in walk(parts) if each["type"] == 2 and "custom_id" in each]


def text_of(body: Body) -> str:
    parts: list[Any] = body.view().to_components()
    return "\n".join(str(each["content"]) for each in walk(parts) if "content" in each)


@pytest.mark.parametrize("unit", TEXTS.values(), ids=TEXTS)
def test_the_largest_party_fits_and_pings_nobody(unit: str) -> None:
    week = view(Phase.LISTENING, unit=unit, size=500, count=5)
    for party in every_state(a_party(150, unit, 500, known=False)):
        for body in every_message(week, shown(party, unit, 200)):
            assert body.view()
            assert "@everyone" not in text_of(body)


def test_the_buttons_are_those_of_the_state() -> None:
    week = view(Phase.LISTENING)
    lobby, on, held, away, _, over, *_ = every_state(a_party(1))
    everybody = ["Join", "Leave"]
    expected = {
        lobby: [*everybody, "Start now", "Stop"],
        on: [*everybody, "Pause", "Next", "Stop"],
        held: [*everybody, "Resume", "Next", "Stop"],
        away: [*everybody, "Resume", "Stop"],
        over: [],
    }
    for party, buttons in expected.items():
        assert labels(cards.party_card(week, shown(party))) == buttons
    assert labels(cards.track_card(week, shown(on), 1)) == ["Join", "Pause", "Next", "Stop"]
    assert labels(cards.track_card(week, shown(over), 1)) == []


def test_a_track_says_its_countdown_only_while_it_is_on() -> None:
    week, on = view(Phase.LISTENING), rules.begin(a_party(), NOW)
    stamp = int((NOW + 3 * MINUTE).timestamp())
    assert f"until <t:{stamp}:T> (<t:{stamp}:R>)" in text_of(cards.track_card(week, shown(on), 1))
    after = rules.skip(on, NOW + MINUTE)
    assert "<t:" not in text_of(cards.track_card(week, shown(after), 1))
    held = rules.pause(on, NOW + MINUTE)
    assert "**Paused** at 1:00" in text_of(cards.track_card(week, shown(held), 1))
    assert "<t:" not in text_of(cards.track_card(week, shown(held), 1))


def test_lengths_that_nobody_knows_are_said_to_be_given() -> None:
    week = view(Phase.LISTENING)
    assert "No track has a known length, so each is given 4:00" in text_of(
        cards.party_card(week, shown(a_party(known=False)))
    )
    some = a_party()
    some = replace(some, turns=(replace(some.turns[0], duration_ms=None), *some.turns[1:]))
    assert "The length of 1 track is not known; 4:00 are given" in text_of(cards.party_card(week, shown(some)))
    assert "given" not in text_of(cards.party_card(week, shown(a_party())))


def test_people_are_named_in_their_order_and_many_are_counted() -> None:
    people = [PartyMember(UUID(int=place), f"P{place}", NOW) for place in range(40)]
    assert cards.names_words([]) == "nobody yet"
    assert cards.names_words(people[:1]) == "P0"
    assert cards.names_words(people[:3]) == "P0, P1 and P2"
    assert cards.names_words(people).endswith("P22 and 17 others")


def test_a_track_is_liked_and_discussed_as_long_as_its_week_takes_it() -> None:
    on = rules.begin(a_party(), NOW)
    seen = replace(shown(on), posts={1: Post(UUID(int=5), UUID(int=2), 1, None)})
    assert labels(cards.track_card(view(Phase.LISTENING), seen, 1))[-2:] == ["Like", "Comment"]
    assert "Like" not in labels(cards.track_card(view(Phase.CLOSED), seen, 1))


def test_a_recap_offers_to_rate_only_while_that_counts() -> None:
    over = rules.skip(rules.begin(a_party(1), NOW), NOW)
    assert labels(cards.recap_card(view(Phase.LISTENING), shown(over))) == ["Rate the album", "I've heard it"]
    assert labels(cards.recap_card(view(Phase.CLOSED), shown(over))) == []
