"""The guide's cards stay within Discord's limits, whatever somebody has written, and say what they are for."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from bot.domain.club.entries import Track
from bot.domain.club.rules import Guide, Rules
from bot.domain.club.week import Phase
from bot.domain.posts import Comment, Like, Post, Talk
from cogs.club.cards import guide
from cogs.club.cards.before_vote import before_vote_card
from cogs.club.parts.guide import comment_form, tracks_form
from cogs.shared.limits import walk
from cogs.shared.render import Body
from tests.cogs.examples import NOW, TEXTS, filled, view

WEEK = UUID(int=2)
ANN = UUID(int=9)


def a_post(number: int, title: str = "Wax", *, gone: bool = False, likes: int = 0, comments: int = 0) -> Post:
    track = None if gone else Track(UUID(int=100 + number), number, title, 215_000)
    return Post(UUID(int=number), WEEK, number, track, likes=likes, comments=comments)


def a_comment(number: int, text: str = "Yes", name: str = "Ann", *, deleted: bool = False) -> Comment:
    words = "" if deleted else text
    return Comment(UUID(int=200 + number), UUID(int=1), ANN, name, words, NOW, position_ms=83_000, deleted=deleted)


def a_talk(count: int, text: str = "Yes", name: str = "Ann", title: str = "Wax", *, going: bool = True) -> Talk:
    comments = tuple((number % 6, a_comment(number, text, name, deleted=number % 5 == 4)) for number in range(count))
    shown = view(Phase.LISTENING)
    assert shown.winner is not None
    post = a_post(1, title, likes=1_234, comments=count)
    return Talk(post, shown.winner.album, shown.week.label, going, ANN, liked=True, comments=comments)


def text_of(body: Body) -> str:
    return "\n".join(part["content"] for part in walk(body.view().to_components()) if part.get("content"))


def labels(body: Body) -> list[str]:
    return [part["label"] for part in walk(body.view().to_components()) if part["type"] == 2 and "custom_id" in part]


@pytest.mark.parametrize("unit", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("how", [Guide.CARD, Guide.TRACKS])
def test_the_guide_fits_with_two_hundred_tracks_of_the_longest_titles(unit: str, how: Guide) -> None:
    title = filled(unit, 500)
    posts = [a_post(number, title, gone=number % 9 == 8, likes=999, comments=999) for number in range(1, 201)]
    for phase in (Phase.POLL, Phase.LISTENING, Phase.CLOSED):
        shown = view(phase, unit=unit, size=500, count=45, rules=Rules(guide=how))
        for listed in (posts, posts[:25], posts[:1], [a_post(1, gone=True)], []):
            body = guide.guide_card(shown, listed)
            assert body.view().to_components()
            assert body.digest == guide.guide_card(shown, listed).digest
        comments = [a_comment(number, filled(unit, 2_000), filled(unit, 80)) for number in range(3)]
        for post in (posts[0], posts[7]):
            assert guide.track_message(shown, post, comments).view().to_components()
        tracks = {one.id: Track(UUID(int=1), 1, title, 215_000) for one in shown.nominations}
        assert before_vote_card(shown, tracks).view().to_components()


@pytest.mark.parametrize("unit", TEXTS.values(), ids=TEXTS)
def test_what_one_member_sees_fits_at_the_longest_texts(unit: str) -> None:
    long, name, title = filled(unit, 2_000), filled(unit, 80), filled(unit, 500)
    for talk in (a_talk(0), a_talk(200, long, name, title), a_talk(7, long, name, title, going=False)):
        for page in (None, 0, 99):
            assert guide.track_card(talk, page).view().to_components()
    posts = [a_post(number, title) for number in range(1, 201)]
    for page in (0, 3, 99):
        assert guide.picker_card(WEEK, posts, page).view().to_components()
    for liked, changed in ((True, True), (True, False), (False, True)):
        assert guide.liked_card(Like(a_post(1, title), liked, changed)).view().to_components()
    assert comment_form(a_post(1, title), None, long, title)
    assert comment_form(a_post(1, title), a_comment(1, long, name), long)
    assert tracks_form(WEEK, filled(unit, 4_000))


def test_a_list_for_a_select_has_one_and_a_longer_one_a_button() -> None:
    shown = view(Phase.LISTENING, rules=Rules())
    short = guide.guide_card(shown, [a_post(number) for number in range(1, 26)])
    long = guide.guide_card(shown, [a_post(number) for number in range(1, 27)])
    selects = [part for part in walk(short.view().to_components()) if part["type"] == 3]
    assert [len(part["options"]) for part in selects] == [25]
    assert labels(short) == []
    assert labels(long) == ["Like or discuss a track"]


def test_the_length_is_said_where_it_is_known_whole() -> None:
    whole = [a_post(1), a_post(2)]
    part = [*whole, replace(whole[0], track=Track(UUID(int=7), 3, "Unknown"))]
    assert guide.length_words(whole) == "2 tracks, 7:10"
    assert guide.length_words(part) == "3 tracks"
    assert guide.length_words([]) == ""


def test_titles_and_comments_show_literally() -> None:
    shown = view(Phase.LISTENING, rules=Rules())
    text = text_of(guide.guide_card(shown, [a_post(1, "**Loud** <@1> [x](https://evil.example)")]))
    assert r"\*\*Loud\*\* \<@​1> \[x\](https\://evil.example)" in text
    said = text_of(guide.track_message(shown, a_post(1), [a_comment(1, "# Loud @everyone", "*Ann*")]))
    assert r"> \# Loud @​everyone" in said
    assert r"**\*Ann\*** at 1:23" in said


def test_once_the_week_is_over_nothing_can_be_pressed() -> None:
    shown = view(Phase.CLOSED, rules=Rules())
    for body in (
        guide.guide_card(shown, [a_post(1, likes=2)]),
        guide.guide_card(shown, []),
        guide.track_message(shown, a_post(1, likes=2), []),
        guide.track_card(a_talk(3, going=False)),
    ):
        pressed = [part for part in walk(body.view().to_components()) if "custom_id" in part]
        assert [part for part in pressed if ":delete-comment:" not in part["custom_id"]] == []
    assert "2 likes" in text_of(guide.track_message(shown, a_post(1, likes=2), []))


def test_the_list_before_the_vote_names_number_track_album_and_where_to_listen() -> None:
    shown = view(Phase.POLL, count=2)
    track = Track(UUID(int=1), 3, "Album", 215_000)
    text = text_of(before_vote_card(shown, {shown.nominations[0].id: track}))
    first = next(line for line in text.split("\n") if line.startswith("1. "))
    assert "(3:35)" in first
    assert "[listen](https://open.spotify.com/album/x)" in first
    assert first.count("Album Album") >= 1
    hidden = replace(shown, nominations=tuple(replace(one, nominator="") for one in shown.nominations))
    named = shown.nominations[0].nominator.strip()
    assert f"· {named}" in first
    assert f"· {named}" not in text_of(before_vote_card(hidden, {})).split("\n")[-2]


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "http://plain.example", "https://x.example/a)b", "https://x.example/a b", ""]
)
def test_an_address_that_could_break_out_is_no_link(url: str) -> None:
    shown = view(Phase.POLL, count=1)
    one = shown.nominations[0]
    bad = replace(shown, nominations=(replace(one, album=replace(one.album, url=url)),))
    assert "[listen]" not in text_of(before_vote_card(bad, {}))
