"""Real clubs' data, played through the bot: every step is one that a person takes, every outcome is read from the bot.

In a league each round is a week that the host opens, each submission a nomination by its submitter, each voter's ballot
a filled form. Of an album club each album is a week and each rating a filled form. Deadlines pass by themselves.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from collections.abc import AsyncGenerator
from typing import Any

from bot.domain.club.views import WeekView
from bot.domain.club.week import Phase
from bot.domain.people import Caller
from bot.rehearsal.league import Entry, League, Round, Vote
from bot.rehearsal.pilot import Album, Member, Refused, Surprised
from bot.rehearsal.ratings_file import RatedAlbum
from bot.rehearsal.report import WeekOutcome, outcome_of
from bot.rehearsal.stage import Stage
from bot.services.club import views

AT_ONCE = 8
"""People who act at the same time."""
NAME_LIMIT = 32
THEME_LIMIT = 200
NOMINATIONS_LIMIT = 25

SPOTIFY_URI = re.compile(r"spotify:(track|album):([0-9A-Za-z]{22})")
SPOTIFY_LINK = re.compile(r"https://open\.spotify\.com/(track|album)/([0-9A-Za-z]{22})")

Tell = Callable[[str, int, int], None]
"""Is told what is played, and how many weeks of how many are done."""


class Replay:
    """A club on a stage that plays data; `refusals` collects what should have passed and did not."""

    def __init__(self, stage: Stage, people: Mapping[str, str], tell: Tell | None = None) -> None:
        self.stage = stage
        self.host = Member(stage.owner(), stage.channel)
        # Display names may be equal and are no handles; the person behind one is told by the id of the data.
        self.members = {
            key: Member(stage.arrives(f"person{place}", name[:NAME_LIMIT]), stage.channel)
            for place, (key, name) in enumerate(people.items(), start=1)
        }
        self.refusals: list[str] = []
        self._tell = tell or (lambda *_: None)
        self._caller = Caller(int(stage.guild.id), int(self.host.person.id), self.host.name, manages=True)
        self._titles: dict[str, str] = {}
        self._played: list[tuple[str, int]] = []
        """Source id and number of every week."""

    async def found_club(self, rules: Mapping[str, str]) -> None:
        """Set the club up with the rules the data was played by."""
        card = await self.host.command("club setup", hope="Set up")
        await self.host.press(card, "Save")
        for name, value in rules.items():
            await self.host.command("club settings", setting=name, value=value, hope="Saved")

    async def league(self, league: League) -> list[WeekOutcome]:
        """Play every round of a league, in order."""
        most = max((each.most_entries for each in league.rounds), default=1)
        await self.found_club(
            {
                "no_repeat_winners": "off",
                "no_repeat_weeks": "0",
                "nominations_per_member": str(min(max(most, 1), NOMINATIONS_LIMIT)),
                "own_vote": "on" if any(each.self_votes for each in league.rounds) else "off",
            }
        )
        for done, each in enumerate(league.rounds):
            self._tell(each.name, done, len(league.rounds))
            await self._round(each)
        return await self._end(len(league.rounds))

    async def ratings(self, albums: Sequence[RatedAlbum]) -> list[WeekOutcome]:
        """Play every album of an album club, in order."""
        await self.found_club({"no_repeat_winners": "off", "no_repeat_weeks": "0"})
        for done, album in enumerate(albums):
            self._tell(album.title or album.uri, done, len(albums))
            await self._album(album)
        return await self._end(len(albums))

    # A round

    async def _round(self, played: Round) -> None:
        number = await self._open(played.id, theme=played.name[:THEME_LIMIT])
        await self._nominations(played.entries)
        await self.stage.settle()
        view = await self._view(number)
        thread = self.stage.double.state.channels[str(view.week.threads["nominations"])]  # pyright: ignore[reportArgumentType]
        numbers = await self.host.numbers(thread)
        await self._pass(number, Phase.NOMINATIONS)
        if (await self._view(number)).week.phase is Phase.POLL:
            panel = await self.host.find(thread, "Vote")
            await at_once(self._vote(panel, vote, numbers) for vote in played.votes)
            await self._pass(number, Phase.POLL)

    async def _nominations(self, entries: Sequence[Entry]) -> None:
        """Everybody names their album at once, and nominates in the order of the file: it numbers the nominations."""
        cards: dict[int, Any] = {}
        first: dict[str, int] = {}
        for place, entry in enumerate(entries):
            first.setdefault(entry.uri, place)

        async def propose(place: int, entry: Entry) -> None:
            async with self._hoping():
                cards[place] = await self.members[entry.submitter].propose(self._song(entry))

        fresh = [(place, entry) for place, entry in enumerate(entries) if first[entry.uri] == place]
        await at_once(propose(place, entry) for place, entry in fresh)
        for place, entry in fresh:
            if place in cards:
                async with self._hoping():
                    await self.members[entry.submitter].confirm(self._song(entry), cards[place])
        for place, entry in enumerate(entries):
            if first[entry.uri] != place and entry.submitter != entries[first[entry.uri]].submitter:
                await self._second(entry)

    async def _second(self, entry: Entry) -> None:
        """A song that somebody submitted already is one entry; the other submitter stands behind it."""
        member = self.members[entry.submitter]
        async with self._hoping():
            refused = await member.start(self._song(entry))
            await member.press(refused, "Second it", hope="You second")

    def _song(self, entry: Entry) -> Album:
        """An entry as its submitter tells of it: the link, and the names that no link tells."""
        title = entry.title or entry.uri
        link = link_of(entry.uri)
        if link is None:
            # Without a link the name is the identity, so the URI has to be part of it.
            title = title if title == entry.uri else f"{title} ({entry.uri})"
            self._titles[title] = entry.uri
            return Album(title, title, entry.artist, entry.comment)
        return Album(link, title, entry.artist, entry.comment)

    async def _vote(self, panel: Any, vote: Vote, numbers: Mapping[str, int]) -> None:
        async with self._hoping():
            choices = [f"{numbers[link_of(uri) or uri]}. " for uri in vote.choices]
            await self.members[vote.voter].vote(panel, *choices)

    # An album

    async def _album(self, played: RatedAlbum) -> None:
        link = link_of(played.uri) or ""
        name = f"{played.artist} - {played.title}" if played.artist and played.title else played.title or played.id
        album = Album(f"{name} {link}", played.title or played.id, played.artist)
        if played.picker:
            number = await self._open(played.uri)
            async with self._hoping():
                await self.members[played.picker].nominate(album)
            await self._pass(number, Phase.NOMINATIONS)
        else:
            number = await self._open(played.uri, pick="host")
            async with self._hoping():
                await self.host.command("week pick", album=album.text, hope="Picked", week=number)
            await self.stage.settle()
        card = await self.host.find(self.stage.channel, "Rate the album")
        for given in played.ratings:
            async with self._hoping():
                await self.members[given.member].rate(
                    card, f"{given.score:.1f}", favourite=given.favourite, review=given.review
                )
        await self._pass(number, Phase.LISTENING)

    # Weeks

    async def _open(self, source_id: str, **options: str) -> int:
        await self.host.command("week open", hope="Opened", **{name: value for name, value in options.items() if value})
        await self.stage.settle()
        number = len(self._played) + 1
        self._played.append((source_id, number))
        return number

    async def _pass(self, number: int, phase: Phase) -> None:
        """Let time pass until the week has left a phase; an empty box is extended once."""
        while (view := await self._view(number)).week.phase is phase and view.week.ends_at is not None:
            await self.stage.move_to(view.week.ends_at)

    async def _end(self, total: int) -> list[WeekOutcome]:
        """Let all weeks end, and read what came of them."""
        self._tell("the last weeks end", total, total)
        await self.stage.run_out()
        return [
            outcome_of(await self._view(number), source_id, self._uri_of) for source_id, number in self._played
        ]

    async def _view(self, number: int) -> WeekView:
        return await views.show_week(
            self.stage.tools, caller=self._caller, now=self.stage.clock.now(), number=number
        )

    def _uri_of(self, view: WeekView) -> str | None:
        """The winner as the data calls it: by its link, else by its title."""
        for service, address in view.links:
            found = SPOTIFY_LINK.fullmatch(address)
            if service == "spotify" and found:
                return f"spotify:{found[1]}:{found[2]}"
        return None if view.winner is None else self._titles.get(view.winner.album.title)

    @asynccontextmanager
    async def _hoping(self) -> AsyncGenerator[None]:
        """A step that should pass; one that does not is noted, and the others go on."""
        try:
            yield
        except (Surprised, Refused, KeyError) as surprise:
            self.refusals.append(f"{type(surprise).__name__}: {surprise}")


def link_of(uri: str) -> str | None:
    """A Spotify URI as the link that people paste; None for any other text."""
    found = SPOTIFY_URI.fullmatch(uri)
    return f"https://open.spotify.com/{found[1]}/{found[2]}" if found else None


async def at_once(acts: Iterable[Awaitable[None]]) -> None:
    """Several people act at the same time, so many at once."""
    room = asyncio.Semaphore(AT_ONCE)

    async def act(one: Awaitable[None]) -> None:
        async with room:
            await one

    await asyncio.gather(*(act(one) for one in acts))
