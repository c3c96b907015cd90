"""What a member reads: the words of messages, forms, channels and pages."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest

from bot.rehearsal.loopback.page import Section, page_html
from bot.rehearsal.loopback.render import channel_text, message_text, modal_text

Json = dict[str, Any]
NOW = datetime(2026, 11, 23, 19, tzinfo=UTC)
NAMES = {"user": {"1": "Ada", "2": "Longplay"}, "role": {"5": "Listeners"}, "channel": {"7": "album-club"}}


def name_of(kind: str, snowflake: str) -> str:
    return NAMES[kind][snowflake]


def read(content: str) -> str:
    return message_text({"content": content}, name_of, now=NOW)


def layout(*components: Json) -> str:
    return message_text({"content": "", "flags": 1 << 15, "components": list(components)}, name_of, now=NOW)


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("plain words, 3 < 4 & so on", "plain words, 3 < 4 & so on"),
        ("<@1> and <@!1> ask <@&5> in <#7>", "@Ada and @Ada ask @Listeners in #album-club"),
        ("use </week open:123>", "use /week open"),
        ("<:vinyl:123> <a:spin:4>", ":vinyl: :spin:"),
        ("**bold** __under__ *em* _em_ ~~gone~~", "bold under em em gone"),
        ("**bold with *em* inside**", "bold with em inside"),
        (r"\*not bold\* \_x\_ \<@1> 5\. a\\b", r"*not bold* _x_ <@1> 5. a\b"),
        ("snake_case_name stays", "snake_case_name stays"),
        ("5 * 3 * 2", "5 * 3 * 2"),
        ("`**code** \\*`", "**code** \\*"),
        ("a ||secret|| b", "a [spoiler: secret] b"),
        ("[Selected Works](https://a.example/x_(1)_y)", "Selected Works → https://a.example/x_(1)_y"),
        ("see <https://a.example/a_b_c>.", "see https://a.example/a_b_c."),
        ("(https://a.example/a_b_c).", "(https://a.example/a_b_c)."),
        ("# Week 3\n## Vote\n-# small print", "Week 3\nVote\nsmall print"),
        ("- one\n  - two\n1. three", "• one\n  • two\n1. three"),
        ("> quoted\n\\# not a heading", "> quoted\n# not a heading"),
        ("a\n\nb", "a\n\nb"),
        ("```py\nx = **1**\n```\nafter", "x = **1**\nafter"),
        ("A*B*C", "ABC"),
    ],
)
def test_text_is_read_as_the_client_shows_it(written: str, read_as: str):
    assert read(written) == read_as


@pytest.mark.parametrize(
    ("style", "shown"),
    [
        (":t", "19:00 UTC"),
        (":d", "2026-11-23"),
        (":D", "23 November 2026"),
        ("", "23 November 2026 19:00 UTC"),
        (":F", "Monday, 23 November 2026 19:00 UTC"),
        (":S", "2026-11-23 19:00:00 UTC"),
    ],
)
def test_a_timestamp_is_a_date_in_utc(style: str, shown: str):
    assert read(f"<t:{int(NOW.timestamp())}{style}>") == shown


@pytest.mark.parametrize(
    ("distance", "shown"),
    [
        (timedelta(days=2), "in 2 days"),
        (timedelta(hours=-1), "1 hour ago"),
        (timedelta(seconds=30), "in 30 seconds"),
        (timedelta(days=400), "in 1 year"),
    ],
)
def test_a_relative_time_is_told_from_now(distance: timedelta, shown: str):
    stamp = f"<t:{int((NOW + distance).timestamp())}:R>"
    assert read(stamp) == shown
    assert message_text({"content": stamp}, name_of).endswith("UTC"), "nobody knows how far without a now"


def test_a_moment_beyond_the_calendar_stays_as_it_was_written():
    assert read("<t:9999999999999:F>") == "<t:9999999999999:F>"


def test_hostile_markup_is_read_in_reasonable_time():
    started = time.perf_counter()
    for piece in ("*", "**a ", "_a*", "`", "[a](", "||", "\\*", "* "):
        read((piece * 4000)[:4000])
    assert time.perf_counter() - started < 5


def test_controls_show_whether_they_can_be_used():
    message = {
        "content": "Week 3",
        "components": [
            {
                "type": 1,
                "components": [
                    {"type": 2, "style": 1, "label": "Vote", "custom_id": "v", "emoji": {"name": "⭐"}},
                    {"type": 2, "style": 1, "label": "Nominate", "custom_id": "n", "disabled": True},
                    {"type": 2, "style": 5, "label": "Listen", "url": "https://a.example/"},
                    {"type": 2, "style": 1, "custom_id": "e", "emoji": {"id": "9", "name": "vinyl"}},
                ],
            },
            {"type": 1, "components": [{"type": 3, "custom_id": "s", "placeholder": "First choice", "options": []}]},
            {"type": 1, "components": [{"type": 6, "custom_id": "r", "default_values": [{"id": "5", "type": "role"}]}]},
            {"type": 1, "components": [{"type": 5, "custom_id": "u", "disabled": True}]},
        ],
    }
    assert message_text(message, name_of).split("\n") == [
        "Week 3",
        "[ ⭐ Vote ] ( Nominate ) [ Listen → https://a.example/ ] [ :vinyl: ]",
        "[ First choice ▾ ]",
        "[ Listeners ▾ ]",
        "( Select a user ▾ )",
    ]


def test_a_select_shows_what_is_chosen():
    options = [{"label": "Blue", "value": "1", "default": True}, {"label": "Kid A", "value": "2"}]
    select = {"type": 3, "custom_id": "s", "placeholder": "First choice", "options": options}
    assert layout({"type": 1, "components": [select]}) == "[ Blue ▾ ]"


def test_a_layout_is_read_from_top_to_bottom():
    assert layout(
        {
            "type": 17,
            "components": [
                {"type": 10, "content": "# Results"},
                {
                    "type": 9,
                    "components": [{"type": 10, "content": "1. **Blue**"}, {"type": 10, "content": "2. Kid A"}],
                    "accessory": {"type": 11, "media": {"url": "u"}, "description": "Cover of Blue"},
                },
                {"type": 14, "divider": True},
                {"type": 12, "items": [{"media": {"url": "u"}, "description": "Mean 4.2"}, {"media": {"url": "u"}}]},
                {"type": 13, "file": {"url": "https://cdn.example/1/results.csv?ex=1"}},
            ],
        },
        {"type": 10, "content": "See <#7>"},
    ).split("\n") == [
        "Results",
        "1. Blue",
        "2. Kid A",
        "[picture: Cover of Blue]",
        "———",
        "[picture: Mean 4.2]",
        "[picture]",
        "[file: results.csv]",
        "See #album-club",
    ]


def test_an_embed_is_read_with_its_fields():
    embed = {
        "author": {"name": "Longplay"},
        "title": "Blue",
        "description": "by **Joni Mitchell**",
        "fields": [{"name": "Year", "value": "1971"}, {"name": "Tracks", "value": "All I Want\nMy Old Man"}],
        "image": {"url": "https://a.example/cover.png"},
        "footer": {"text": "nominated by Ada"},
    }
    cover = {"filename": "cover.png", "url": "https://a.example/cover.png", "content_type": "image/png"}
    message = {"content": "", "embeds": [embed], "attachments": [cover]}
    assert message_text(message, name_of).split("\n") == [
        "Longplay",
        "Blue",
        "by Joni Mitchell",
        "Year: 1971",
        "Tracks:",
        "All I Want",
        "My Old Man",
        "[picture]",
        "nominated by Ada",
    ]


def test_attachments_polls_reactions_and_waiting_answers_are_read():
    message = {
        "content": "",
        "attachments": [
            {"filename": "cover.png", "url": "u", "content_type": "image/png", "description": "The cover"},
            {"filename": "week.csv", "url": "v", "content_type": "text/csv"},
        ],
        "poll": {
            "question": {"text": "Again?"},
            "answers": [{"answer_id": 1, "poll_media": {"text": "Yes", "emoji": {"name": "👍"}}}],
            "results": {"answer_counts": [{"id": 1, "count": 1}]},
        },
        "reactions": [{"emoji": {"name": "⭐"}, "count": 3}],
    }
    assert message_text(message).split("\n") == [
        "[picture: The cover]",
        "[file: week.csv]",
        "Poll: Again?",
        "( ) 👍 Yes – 1 vote",
        "⭐ 3",
    ]
    assert message_text({"content": "", "flags": 128}) == "(thinking …)"


FORM: Json = {
    "title": "Rate Blue",
    "custom_id": "m",
    "components": [
        {"type": 10, "content": "Half steps from **1.0** to 5.0"},
        {
            "type": 18,
            "label": "Score",
            "description": "Yours alone",
            "component": {
                "type": 21,
                "custom_id": "r",
                "options": [
                    {"label": "4.0", "value": "4", "default": True},
                    {"label": "4.5", "value": "9", "description": "nearly there"},
                ],
            },
        },
        {"type": 18, "label": "Review", "component": {"type": 4, "custom_id": "t", "style": 2, "required": False}},
        {"type": 18, "label": "Favourite", "component": {"type": 4, "custom_id": "f", "style": 1, "value": "River"}},
        {"type": 18, "label": "Share it", "component": {"type": 23, "custom_id": "c"}},
    ],
}


def test_a_form_is_read_with_its_inputs():
    assert modal_text(FORM).split("\n") == [
        "Form: Rate Blue",
        "Half steps from 1.0 to 5.0",
        "Score (required)",
        "Yours alone",
        "    (•) 4.0",
        "    ( ) 4.5 – nearly there",
        "Review",
        "    [ ]",
        "Favourite (required)",
        "    [ River ]",
        "Share it",
        "    [ ]",
    ]


def message(snowflake: str, content: str, author: str = "2", **changes: Any) -> Json:
    return {
        "id": snowflake,
        "content": content,
        "author": {"id": author, "bot": author == "2"},
        "timestamp": NOW.isoformat(),
        **changes,
    }


def test_a_channel_is_a_transcript_with_its_threads_indented():
    messages = [message("20", "Week 3 is open"), message("21", "hello\nthere", "1", edited_timestamp=NOW.isoformat())]
    inside = [message("30", "I nominate Blue", "1")]
    thread = {"id": "20", "name": "WEEK 003", "thread_metadata": {"locked": True}}
    loose = {"id": "40", "name": "Chatter"}
    assert channel_text(messages, name_of, threads=[(thread, inside), (loose, [])]).split("\n") == [
        "Longplay  [app]  2026-11-23 19:00 UTC",
        "Week 3 is open",
        "",
        "    Thread: WEEK 003 (locked)",
        "",
        "    Ada  2026-11-23 19:00 UTC",
        "    I nominate Blue",
        "",
        "Ada  2026-11-23 19:00 UTC  (edited)",
        "hello",
        "there",
        "",
        "    Thread: Chatter",
    ]


def test_a_private_answer_says_what_it_answers_and_who_sees_it():
    answer = message("20", "Done", flags=64, interaction_metadata={"name": "week open", "user": {"id": "1"}})
    assert channel_text([answer], name_of).split("\n") == [
        "Longplay  [app]  2026-11-23 19:00 UTC  (answers Ada: /week open)  (only you can see this)",
        "Done",
    ]


class Balance(HTMLParser):
    """Follows the tags of a page and collects its visible text."""

    VOID = ("meta", "br", "hr", "img", "input", "link")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.words.append(data)


def page(*sections: Section, **changes: Any) -> Balance:
    balance = Balance()
    balance.feed(page_html("Rehearsal <1>", sections, name_of=name_of, now=NOW, **changes))
    assert balance.open == []
    return balance


def test_a_page_holds_channels_threads_and_private_answers():
    everything = [
        message("20", "# Week **3**\n- <@1> won\n> so it is\n```\ncode\n```"),
        message("21", "", flags=1 << 15, components=[
            {"type": 17, "accent_color": 0xFF8800, "components": [
                {"type": 9, "components": [{"type": 10, "content": "Blue"}],
                 "accessory": {"type": 11, "media": {"url": "http://127.0.0.1:1/a.png"}, "description": "Cover"}},
                {"type": 14},
                {"type": 12, "items": [{"media": {"url": "http://127.0.0.1:1/b.png"}, "description": "Chart"}]},
                {"type": 13, "file": {"url": "http://127.0.0.1:1/r.csv"}},
                {"type": 1, "components": [{"type": 2, "style": 3, "label": "Rate", "custom_id": "r"},
                                           {"type": 2, "style": 5, "label": "Listen", "url": "https://a.example/"}]},
            ]},
        ]),
        message("22", "x", embeds=[{"title": "T", "description": "D", "fields": [{"name": "N", "value": "V"}]}]),
    ]  # fmt: skip
    found = page(
        Section("album-club", everything, threads=(Section("WEEK 003", [message("30", "inside")], kind="thread"),)),
        Section(
            "Ada", [message("40", "your ballot", flags=64)], kind="private", note="Ada pressed Vote", forms=(FORM,)
        ),
    )
    words = " ".join(" ".join(found.words).split())
    for expected in ("Rehearsal <1>", "Week 3", "@Ada", "Cover", "Chart", "r.csv", "Rate", "WEEK 003", "inside",
                     "your ballot", "Ada pressed Vote", "Rate Blue", "nearly there", "N", "V"):  # fmt: skip
        assert expected in words
    assert found.links == ["https://a.example/"], "a page asks nobody for anything"


def test_a_page_escapes_what_people_write():
    hostile = '<script>alert(1)</script> [x](https://a.example/"onmouseover="y) & `<q>`'
    html = page_html("t", [Section("<i>", [message("1", hostile)])], name_of=name_of)
    assert "<script" not in html
    assert "<i>" not in html
    assert "<q>" not in html
    assert '"onmouseover' not in html


def test_a_page_carries_the_pictures_it_is_given():
    layout_message = message("21", "", flags=1 << 15, components=[
        {"type": 12, "items": [{"media": {"url": "http://127.0.0.1:1/b.png"}, "description": 'A "chart"'}]},
    ])  # fmt: skip
    found = page(Section("c", [layout_message]), picture_of=lambda url: (b"\x89PNG", "image/png"))
    assert found.links == ["data:image/png;base64,iVBORw=="]
