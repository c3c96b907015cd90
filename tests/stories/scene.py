"""What most stories begin with: a club, people who arrive, and the shortest way to the phase a story is about."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from bot.domain.club.views import WeekView
from bot.domain.people import Caller
from bot.rehearsal.loopback import Answer
from bot.rehearsal.loopback.components import BUTTON, walk
from bot.rehearsal.loopback.state import id_of
from bot.rehearsal.pilot import Album, Member
from bot.rehearsal.stage import Stage
from bot.services.club import views

Json = dict[str, Any]
WRONG = "went wrong"
"""What people read when the bot has a bug."""

LOW = "Low Tides - Glass Harbour"
ASH = "Ash - Slow"
MOTH = "Moth - Lamp"
"""Three albums, as members type them: artist and title."""


def told(answer: Answer, *words: str) -> str:
    """The words of a private answer that has all of these in it, and is no confession of a bug."""
    assert answer.failed is None, answer
    text = answer.text
    assert answer.ephemeral, f"everybody reads: {text}"
    assert WRONG not in text
    missing = [each for each in words if each not in text]
    assert not missing, f"{missing} not in: {text}"
    return text


def buttons(message: Any) -> list[str]:
    """The labels of the buttons on a message."""
    parts = message["components"]
    return [str(each.get("label")) for each in walk(parts) if each["type"] == BUTTON]


def label_of(answer: Answer, start: str) -> str:
    """The option of a form's or a message's selects that begins so."""
    shown = answer.modal or answer.message
    assert shown is not None, answer
    labels = [str(option["label"]) for each in walk(shown["components"]) for option in each.get("options", ())]
    return next(each for each in labels if each.startswith(start))


def preset(form: Answer) -> dict[str, Any]:
    """What stands in the fields of a form when it opens, by custom id."""
    assert form.modal is not None, form
    found: dict[str, Any] = {}
    for each in walk(form.modal["components"]):
        if "options" in each:
            found[each["custom_id"]] = [one["label"] for one in each["options"] if one.get("default")]
        elif "custom_id" in each:
            found[each["custom_id"]] = each.get("value") or ""
    return found


def forge(stage: Stage, message: Any, custom_id: str) -> str:
    """Give the first button of a message another id, as a tampered client or an old one would send it."""
    stored = stage.double.state.any_message(id_of(message))
    assert stored is not None, message
    button = next(each for each in walk(stored["components"]) if each["type"] == BUTTON and "custom_id" in each)
    button["custom_id"] = custom_id
    return custom_id


class Scene:
    """A club on a stage, with its host and whoever arrives."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.channel = stage.channel
        self.acts: list[str] = []
        """What people did, in order."""
        self.host = Member(stage.owner(), stage.channel, self._note)

    @classmethod
    async def founded(cls, stage: Stage, **settings: Any) -> Scene:
        """A club that was set up with the default answers and then changed to these settings."""
        scene = cls(stage)
        proposal = await scene.host.command("club setup", hope="Set up")
        await scene.host.press(proposal, "Save", hope="ready")
        for name, value in settings.items():
            await scene.host.command("club settings", setting=name, value=str(value), hope="Saved")
        scene.acts.clear()
        return scene

    @classmethod
    async def opened(cls, stage: Stage, *, theme: str = "", **settings: Any) -> Scene:
        """A club with a week that takes nominations."""
        scene = await cls.founded(stage, **settings)
        await scene.host.command("week open", theme=theme, hope="Opened")
        await stage.settle()
        scene.acts.clear()
        return scene

    @classmethod
    async def polling(cls, stage: Stage, *names: str, **settings: Any) -> tuple[Scene, list[Member]]:
        """A week with an album from each of three members, being voted on."""
        scene = await cls.opened(stage, **settings)
        people = scene.arrive(*(names or ("Ben", "Chidi", "Dana")))
        for member, words in zip(people, (LOW, ASH, MOTH), strict=False):
            await member.nominate(Album(words))
        await scene.advance()
        scene.acts.clear()
        return scene, people

    @classmethod
    async def listening(cls, stage: Stage, **settings: Any) -> tuple[Scene, list[Member]]:
        """A week whose album is Slow by Ash, chosen by three votes."""
        scene, people = await cls.polling(stage, **settings)
        ben, chidi, dana = people
        await ben.command("vote", first="Slow", second="Lamp", hope="Slow")
        await chidi.command("vote", first="Lamp", hope="Lamp")
        await dana.command("vote", first="Slow", hope="Slow")
        await scene.advance()
        scene.acts.clear()
        return scene, people

    def _note(self, name: str, act: str, answer: Answer) -> None:
        self.acts.append(f"{name} {act}")

    # People

    def arrive(self, *names: str, roles: Iterable[Any] = ()) -> list[Member]:
        """New people on the server."""
        return [
            Member(self.stage.arrives(_handle(name), name, roles=roles), self.channel, self._note) for name in names
        ]

    # Time

    async def advance(self, week: int | None = None) -> None:
        """The host ends the present phase, and everybody sees it."""
        await self.host.command("week advance", hope="Done", **({} if week is None else {"week": week}))
        await self.stage.settle()

    async def wait(self, **length: float) -> None:
        """Time passes."""
        await self.stage.move_to(self.stage.clock.now() + timedelta(**length))

    # Reading

    def threads(self) -> list[Any]:
        """The server's threads, oldest first."""
        return self.stage.double.threads(self.stage.guild)

    @property
    def thread(self) -> Any:
        """The newest thread."""
        return self.threads()[-1]

    def reads(self, place: Any) -> str:
        """All that everybody reads in a channel or thread."""
        person = self.host.person
        return "\n\n".join(person.reads(each) for each in self.stage.double.channel_messages(place))

    def card(self) -> Json:
        """The week's card that is pinned."""
        return self.stage.double.pins(self.channel)[-1]

    def panel(self, place: Any, words: str) -> Json:
        """The newest message of a place with these words."""
        person = self.host.person
        for message in reversed(self.stage.double.channel_messages(place)):
            if words in person.reads(message):
                return message
        raise AssertionError(f"nobody reads {words!r} in {self.reads(place)}")

    async def view(self, number: int | None = None) -> WeekView:
        """What the bot has stored of a week."""
        return await views.show_week(
            self.stage.tools,
            caller=Caller(int(self.stage.guild.id), int(self.host.person.id), self.host.name, manages=True),
            now=self.stage.clock.now(),
            number=number,
        )


def _handle(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower()) or "someone"
