"""People of a club, who can only do what a person can: type a command, pick a suggestion, press, fill a form, read."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.rehearsal.loopback import Answer, Person, Refused
from bot.rehearsal.loopback.components import BUTTON, SELECT, button_names, labelled, walk

Json = dict[str, Any]
Watch = Callable[[str, str, Answer], None]
"""Is told who did what, and what they got for it."""

LOOKS, LOOK_SECONDS = 500, 0.02
"""How often, and how many real seconds apart, somebody looks at a message that changes by itself."""
NUMBER = re.compile(r"^Nomination (\d+) of ", re.MULTILINE)
LINK = re.compile(r"\[ [^\[\]]*→ (\S+) \]")


class Surprised(Exception):  # noqa: N818 - what happened to the person
    """The bot answered otherwise than it should have; says what was done, what was hoped for and what came."""


@dataclass(frozen=True, slots=True)
class Album:
    """An album as a member would tell of it: what they type, and what a form asks for when that is not enough."""

    text: str
    title: str = ""
    artist: str = ""
    link: str = ""
    pitch: str = ""

    @property
    def shown(self) -> str:
        """How a card calls it."""
        return f"{self.title} — {self.artist}" if self.artist else self.title


class Member:
    """One person's hands and eyes in the club; every act raises `Surprised` when it does not go as it should."""

    def __init__(self, person: Person, where: Any, watch: Watch | None = None) -> None:
        self.person = person
        self.where = where
        """The channel in which commands are typed."""
        self._watch = watch
        self._picked: dict[str, str] = {}
        """What was picked from suggestions: hidden value to the words that stood there."""

    @property
    def name(self) -> str:
        """The name others see."""
        return str(self.person.user["global_name"] or self.person.user["username"])

    # Acts

    async def command(self, name: str, /, *, hope: str = "", where: Any = None, **options: Any) -> Answer:
        """Type a command; `hope` is what should stand in the answer."""
        shown = {option: self._shown(value) for option, value in options.items()}
        typed = " ".join([f"/{name}", *(f"{option}:{words}" for option, words in shown.items())])
        answer = await self.person.slash(where or self.where, name, **options)
        return self._got(typed, answer, hope)

    def _shown(self, value: Any) -> str:
        """An option as its person sees it: a name for somebody, for a file, and for what was picked."""
        if isinstance(value, Person):
            return f"@{value.user['global_name'] or value.user['username']}"
        if isinstance(value, tuple):
            return str(value[0])  # pyright: ignore[reportUnknownArgumentType] - a file is its name and its bytes
        return self._picked.get(str(value), str(value))

    async def press(self, message: Any, label: str, *, hope: str = "") -> Answer:
        """Press a button of a message."""
        return self._got(f"presses [{label}]", await self.person.press(message, label), hope)

    async def choose(self, message: Any, select: str, start: str, *, hope: str = "") -> Answer:
        """Choose from a select of a message the one option that begins so."""
        shown = message.message if isinstance(message, Answer) else message
        parts = [each for each in walk(shown["components"] if shown else []) if each.get("placeholder") == select]
        labels = [one["label"] for each in parts for one in each["options"] if one["label"].startswith(start)]
        if len(labels) != 1:
            raise Surprised(f"{self.name} looks for {start!r} and finds {labels}")
        return self._got(f"chooses {labels[0]}", await self.person.choose(message, select, labels[0]), hope)

    async def watch(self, answer: Answer, words: str, *, without: str = "") -> None:
        """Read a private answer that changes by itself until it says the words, and no longer others."""
        for _ in range(LOOKS):
            if words in answer.text and not (without and without in answer.text):
                break
            await asyncio.sleep(LOOK_SECONDS)
        self._got("watches", answer, words)

    async def submit(self, form: Answer, fields: Mapping[str, Any], *, hope: str = "") -> Answer:
        """Fill in a form by its labels and send it."""
        return self._got(f"sends the form with {', '.join(fields)}", await self.person.submit(form, fields), hope)

    async def menu(self, message: Any, name: str, *, hope: str = "") -> Answer:
        """Use an entry of a message's menu."""
        return self._got(f"Apps → {name}", await self.person.menu(message, name), hope)

    async def pick(self, command: str, option: str, typed: str, *, where: Any = None) -> str:
        """Type into an option and pick the one suggestion that holds the words; gives its hidden value."""
        shown = await self.person.autocomplete(where or self.where, command, option, **{option: typed})
        fitting = [each for each in shown if typed.casefold() in each["name"].casefold()]
        if len(fitting) != 1:
            raise Surprised(f"{self.name} types {typed!r} into /{command} {option} and is offered {shown}")
        value = str(fitting[0]["value"])
        self._picked[value] = fitting[0]["name"]
        return value

    # Nominating

    async def nominate(self, album: Album) -> Answer:
        """Nominate by command, in the two steps."""
        return await self.confirm(album, await self.propose(album))

    async def nominate_by_button(self, panel: Any, album: Album) -> Answer:
        """Nominate by the button of a week's panel."""
        form = await self.press(panel, "Nominate an album", hope="Nominate an album")
        answer = await self.submit(form, {"Which album?": album.text})
        return await self.confirm(album, await self.made_clear(album, answer))

    async def propose(self, album: Album) -> Answer:
        """Take the first step: name the album and get the private card of what was understood."""
        self._expect("names an album", answer := await self.start(album), "Is this the album?")
        return answer

    async def start(self, album: Album) -> Answer:
        """Name the album and get whatever is answered, a refusal too."""
        told = {"title": album.title, "artist": album.artist} if album.link == album.text else {}
        options = {name: words for name, words in told.items() if words}
        return await self.made_clear(album, await self.command("nominate", album=album.text, **options))

    async def made_clear(self, album: Album, answer: Answer) -> Answer:
        """Say which album is meant where the words were not enough."""
        button = next((label for label in ("Fill in a form", "Not it?") if sees_button(answer, label)), None)
        if button is None or (button == "Not it?" and album.shown in ("", answer.text.split("\n")[1])):
            return answer
        form = await self.press(answer, button, hope="Which album is it?")
        return await self.submit(form, {"Artist": album.artist, "Title": album.title, "Links": album.link})

    async def confirm(self, album: Album, card: Answer) -> Answer:
        """Take the second step: pitch the album, or nominate it without a word."""
        if not album.pitch:
            return await self.press(card, "Nominate now", hope="Nominated")
        form = await self.press(card, "Pitch it", hope="Your pitch")
        return await self.submit(form, {"Your pitch": album.pitch}, hope="Nominated")

    # Voting and rating

    async def vote(self, panel: Any, *choices: str, label: str = "Vote") -> Answer:
        """Vote by button and form; a choice is the beginning of its line in the select, best first."""
        form = await self.press(panel, label, hope="Your ballot")
        return await self.submit(form, self.ballot(form, choices), hope="Your ballot")

    def ballot(self, form: Answer, choices: tuple[str, ...]) -> dict[str, Any]:
        """Read the form: what to choose in which select: a rank has several where one does not hold all albums."""
        assert form.modal is not None, "a form was hoped for"
        fields: dict[str, Any] = {}
        ranks = ("First choice", "Second choice", "Third choice", "Fourth choice", "Fifth choice")
        for name, select in labelled(form.modal["components"]):
            rank = next((place for place, words in enumerate(ranks) if name.startswith(words)), None)
            if rank is None or select["type"] != SELECT:
                continue
            wanted = choices[rank] if rank < len(choices) else None
            fields[name] = [
                option["label"]
                for option in select["options"]
                if wanted is not None and option["label"].startswith(wanted)
            ]
        missing = [choice for place, choice in enumerate(choices) if not any(_at(fields, ranks[place]))]
        if missing:
            raise Surprised(f"{self.name} does not find {missing} on the ballot")
        return fields

    async def rate(self, panel: Any, score: str, *, favourite: str = "", review: str = "") -> Answer:
        """Rate by button and form; a favourite is chosen from the list where the form has one, else typed."""
        form = await self.press(panel, "Rate the album", hope="Rate the album")
        assert form.modal is not None, "a form was hoped for"
        fields: dict[str, Any] = {"Review": review}
        for name, one in labelled(form.modal["components"]):
            if name == "Your score":
                fields[name] = next(each["value"] for each in one["options"] if each["label"].startswith(score))
            elif name.startswith("Favourite track") and favourite:
                options = [each["label"] for each in one.get("options", ())]
                fields[name] = [each for each in options if favourite in each] if options else favourite
        return await self.submit(form, fields, hope="Rat")

    # Reading

    async def find(self, place: Any, button: str) -> Json:
        """The newest message of a channel or thread with that button."""
        for message in reversed(await self.person.history(place)):
            if any(button in button_names(each) for each in walk(message["components"]) if each["type"] == BUTTON):
                return message
        raise Surprised(f"{self.name} sees no button {button!r} in {place['name']!r}")

    async def numbers(self, place: Any) -> dict[str, int]:
        """The numbers of the nominations whose cards stand in a thread, by the name or the link that is on them."""
        found: dict[str, int] = {}
        for message in await self.person.history(place):
            text = self.person.reads(message)
            number = NUMBER.search(text)
            if number is not None:
                found[text.split("\n")[0]] = int(number[1])
                found.update((link, int(number[1])) for link in LINK.findall(text))
        return found

    # Inside

    def _got(self, act: str, answer: Answer, hope: str) -> Answer:
        if self._watch is not None:
            self._watch(self.name, act, answer)
        self._expect(act, answer, hope)
        return answer

    def _expect(self, act: str, answer: Answer, hope: str) -> None:
        if answer.failed is not None or answer.kind == "none" or hope not in answer.text:
            hoped = f", hopes for {hope!r}" if hope else ""
            raise Surprised(f"{self.name} {act}{hoped} and gets: {answer.text or answer.kind}")


def sees_button(answer: Answer, label: str) -> bool:
    """Whether a button stands on the message that was answered."""
    parts = answer.message["components"] if answer.message is not None else []
    return any(label in button_names(each) for each in walk(parts) if each["type"] == BUTTON)


def _at(fields: Mapping[str, Any], rank: str) -> list[Any]:
    return [value for name, values in fields.items() if name.startswith(rank) for value in values]


__all__ = ["Album", "Member", "Refused", "Surprised"]
