"""What members read of recommendations: every reason in words, and cards that hold whatever names come."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from bot.domain.taste.recommended import ForClub, ForClubList, Letters, Recommendation, Recommended, Said, Spoken, Word
from bot.domain.taste.recommending import Why
from bot.rehearsal.loopback.components import walk
from cogs.taste import recommend_cards as cards
from tests.cogs.examples import TEXTS, filled

CLUB = UUID(int=5)


def a_list(text: str = "Moth", *, said: Said | None = None, letters: Letters = Letters.OFF) -> Recommended:
    every = (
        Spoken(Why.CLUB, count=7, score=4.4),
        Spoken(Why.CLOSE, (text, text), 5),
        Spoken(Why.NEAR, (text, text)),
    )
    albums = tuple(Recommendation(UUID(int=place), text, text, every) for place in range(5))
    return Recommended(CLUB, albums, 1, True, letters, True, said)


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("word", list(Word))
def test_the_fullest_list_fits_one_message_whatever_names_there_are(name, word):
    text = filled(TEXTS[name], 500)
    for letter in ("", text):
        told = a_list(text, said=Said(UUID(int=9), text, text, word), letters=Letters.CLOSED)
        assert cards.recommend_card(told, letter=letter).view().to_components()
    albums = tuple(ForClub(UUID(int=place), text, text, 9, 9, 9, (text, text), 9) for place in range(6))
    assert cards.for_club_card(ForClubList(albums, 12)).view().to_components()


@pytest.mark.parametrize(
    ("spoken", "words"),
    [
        (Spoken(Why.CLUB, count=1, score=5.0), "The club rated it 5.0 (1 rating)"),
        (Spoken(Why.CLOSE, ("Ben",), 1), "Ben loves it and is close to your taste"),
        (Spoken(Why.CLOSE, ("Ben", "Chidi"), 3), "Ben and Chidi and 1 other love it and are close to your taste"),
        (Spoken(Why.NEAR, ("Lamp",)), "Near Lamp, which you love"),
        (Spoken(Why.ARTIST, ("Low",), 1_200), "You heard Low 1,200 times, but not this album"),
        (Spoken(Why.ARTIST, ("Low",)), "You like Low, as you have shown or your linked account says"),
        (Spoken(Why.PICKED, ("Dana",)), "Dana nominated it, whose picks you rate highly"),
        (Spoken(Why.HEARD, count=3), "3 members of the club hear it"),
    ],
)
def test_every_reason_is_said_in_words(spoken, words):
    assert cards.spoken_words(spoken) == words


def texts(body) -> str:
    return "\n".join(str(each["content"]) for each in walk(body.view().to_components()) if "content" in each)


def labels(body) -> list[str]:
    return [str(each["label"]) for each in walk(body.view().to_components()) if "label" in each]


def test_a_list_says_what_was_said_and_offers_the_way_back():
    said = Said(UUID(int=9), "Lamp", "Moth", Word.NOT)
    card = cards.recommend_card(a_list(said=said, letters=Letters.ON))
    assert "Noted: **Lamp** — Moth is not for you." in texts(card)
    assert labels(card)[0] == "Take it back"
    assert labels(card)[-3:] == ["Previous", "Next", "No more letters"]
    back = cards.recommend_card(a_list(said=Said(UUID(int=9), "Lamp", "Moth", Word.NOT, taken_back=True)))
    assert "Taken back" in texts(back)
    assert "Take it back" not in labels(back)
    closed = cards.recommend_card(a_list(letters=Letters.CLOSED))
    assert "Discord did not let it through" in texts(closed)
    assert labels(closed)[-1] == "Write me weekly"


def test_the_end_of_a_list_is_said_and_letters_are_explained():
    empty = Recommended(CLUB, (), 0, False, Letters.OFF, False, Said(UUID(int=9), "Lamp", "Moth", Word.HEARD))
    assert "That was all there is for now" in texts(cards.recommend_card(empty))
    assert "first letter comes <t:" in texts(cards.letter_words(datetime(2026, 11, 27, 15, tzinfo=UTC)))
    assert "No more letters" in texts(cards.letter_words(None))


def test_nothing_for_the_club_is_said_of_one_member_alone():
    one = ForClub(UUID(int=1), "Lamp", "Moth", 0, 0, 1, (), 0)
    told = texts(cards.for_club_card(ForClubList((one,), 3)))
    assert "On the shelf of 1 member" in told
    assert "love it" not in told
