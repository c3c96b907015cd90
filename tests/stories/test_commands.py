"""Every command of the tree answers something sensible to whoever types it, whatever the club is doing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.rehearsal.loopback.options import ATTACHMENT, BOOLEAN, CHANNEL, INTEGER, ROLE, SUBCOMMAND, USER
from bot.rehearsal.pilot import Album, Member
from bot.rehearsal.stage import Stage
from tests.stories.scene import ASH, LOW, MOTH, WRONG, Scene, told

Json = dict[str, Any]

GROUP = SUBCOMMAND + 1
PLAUSIBLE: Json = {
    "album": "Oak - Leaf", "artist": "Oak", "year": "1999", "first": "Slow", "second": "Lamp", "score": "4",
    "favourite": "Rain", "review": "Good.", "when": "+3d", "theme": "Rain", "closes": "+2d", "by": "2h", "to": "+3d",
    "reason": "Because.", "until": "+3d", "pitch": "Hear it.", "value": "on", "opens": "mon 19:00", "poll": "wed 19:00",
    "listening": "thu 19:00", "discussion": "wed 20:00", "ratings": "thu 20:00", "date": "2027-01-04",
    "timezone": "Europe/Berlin",
}  # fmt: skip
"""What a person might type into an option of that name."""
EXTREMES = ("x" * 6_000, "\x00\u202e", "@everyone `*", "9" * 20, "-1", "🦋" * 3_000, "1970-01-01", "9999-12-31 23:59",
            "+9999999d", "mon 25:99", "<t:99999999999:F>", "0", "1e999", "²")  # fmt: skip
"""What nobody should type, and somebody will."""


def leaves(stage: Stage) -> Iterator[tuple[str, list[Json]]]:
    """Every command a person can type, with its options."""
    for command in stage.double.state.commands[""]:
        if command["type"] == 1:
            yield from _leaves(command["name"], command["options"] or [])


def _leaves(name: str, options: list[Json]) -> Iterator[tuple[str, list[Json]]]:
    inner = [option for option in options if option["type"] in (SUBCOMMAND, GROUP)]
    for option in inner:
        yield from _leaves(f"{name} {option['name']}", option.get("options") or [])
    if not inner:
        yield name, options


def entered(stage: Stage, command: str, option: Json) -> Any:
    """Something plausible for an option."""
    if option.get("choices"):
        return option["choices"][0]["value"]
    if option["type"] == INTEGER:
        return 1
    if option["type"] == BOOLEAN:
        return False
    if option["type"] == CHANNEL:
        return stage.channel
    if option["type"] == ROLE:
        return next(each for each in stage.guild.roles.values() if each["name"] == "Hosts")
    if option["type"] == USER:
        return stage.owner().user
    if option["type"] == ATTACHMENT:
        return ("listens.json", b"[]")
    if command == "club schedule" and option["name"] == "first":
        return "2027-01-04"
    return PLAUSIBLE.get(option["name"], "Slow")


async def type_everything(stage: Stage, member: Member, *, full: bool) -> int:
    """Type every command, with the required options or with all of them; how many there were."""
    count = 0
    for command, options in list(leaves(stage)):
        wanted = [option for option in options if full or option.get("required")]
        given = {option["name"]: entered(stage, command, option) for option in wanted}
        answer = await member.person.slash(stage.channel, command, **given)
        assert answer.failed is None, f"/{command} {given}: {answer.failed}"
        assert answer.kind in ("message", "modal"), f"/{command} {given}: {answer.kind}"
        assert answer.kind == "modal" or answer.ephemeral, f"everybody reads the answer to /{command}"
        assert answer.text.strip(), f"/{command} {given}"
        assert WRONG not in answer.text, f"/{command} {given}: {answer.text}"
        count += 1
    return count


async def type_into_everything(stage: Stage, member: Member, *texts: str) -> None:
    """Type these texts into every option that offers something."""
    for command, options in list(leaves(stage)):
        for option in options:
            if option.get("autocomplete"):
                for typed in texts:
                    shown = await member.person.autocomplete(
                        stage.channel, command, option["name"], **{option["name"]: typed}
                    )
                    assert len(shown) <= 25


async def test_in_a_fresh_club_a_member_is_answered_whatever_they_type(stage: Stage) -> None:
    stage.double.add_role(stage.guild, "Hosts")
    scene = await Scene.founded(stage)
    (ben,) = scene.arrive("Ben")
    assert await type_everything(stage, ben, full=False) > 30
    await type_everything(stage, ben, full=True)
    await type_into_everything(stage, ben, "", "*\u200b @everyone", "9" * 99)


async def test_in_every_phase_a_member_is_answered(stage: Stage) -> None:
    stage.double.add_role(stage.guild, "Hosts")
    scene = await Scene.opened(stage, nominations_per_member=3)
    ben, chidi, dana = scene.arrive("Ben", "Chidi", "Dana")
    for member, words in ((ben, LOW), (chidi, ASH), (dana, MOTH)):
        await member.nominate(Album(words))
    for _ in range(4):
        await type_everything(stage, ben, full=True)
        await type_into_everything(stage, chidi, "o")
        await scene.advance()
    assert (await scene.view()).week.phase == "closed"
    await type_everything(stage, ben, full=True)


async def test_a_host_who_tries_everything_is_answered_and_breaks_nothing(stage: Stage) -> None:
    stage.double.add_role(stage.guild, "Hosts")
    scene = await Scene.founded(stage)
    await type_everything(stage, scene.host, full=False)
    await stage.settle()
    await type_everything(stage, scene.host, full=True)
    await stage.settle()
    told(await scene.host.command("club show"), "host_role")


async def test_help_has_a_page_for_every_topic(stage: Stage) -> None:
    scene = Scene(stage)
    (ben,) = scene.arrive("Ben")
    (topic,) = next(options for command, options in leaves(stage) if command == "help")
    pages = [told(await ben.command("help", topic=each["value"]), each["name"]) for each in topic["choices"]]
    assert len(set(pages)) == len(pages)


async def test_no_text_is_so_strange_that_it_breaks_a_command(stage: Stage) -> None:
    scene = await Scene.opened(stage)
    (ben,) = scene.arrive("Ben")
    await ben.nominate(Album(LOW))
    for command, options in list(leaves(stage)):
        for text in EXTREMES:
            typed = {each["name"]: text for each in options if each["type"] == 3 and not each.get("choices")}
            typed |= {each["name"]: each.get("max_value", (1 << 53) - 1) for each in options if each["type"] == INTEGER}
            chosen = {
                each["name"]: entered(stage, command, each)
                for each in options
                if each.get("required") and each["name"] not in typed
            }
            if typed:
                answer = await scene.host.person.slash(stage.channel, command, **typed, **chosen)
                assert answer.failed is None, f"/{command} {text[:20]}: {answer.failed}"
                assert WRONG not in answer.text, f"/{command} {text[:20]!r}"
