"""Real clubs' data, played through the bot: every step is one that a person takes, every outcome is read from the bot.

In a league each round is a week that the host opens, each submission a nomination by its submitter, each voter's ballot
a filled form. Of an album club each album is a week and each rating a filled form. Deadlines pass by themselves.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from bot.domain.club.entries import PITCH_LIMIT, REVIEW_LIMIT, TITLE_LIMIT
from bot.domain.club.views import WeekView
from bot.domain.club.week import Phase, ThreadRole
from bot.domain.people import Caller
from bot.rehearsal.league import Entry, League, Round, Vote
from bot.rehearsal.loopback import Answer
from bot.rehearsal.pilot import Album, Member, Refused, Surprised, Watch
from bot.rehearsal.ratings_file import RatedAlbum
from bot.rehearsal.report import WeekOutcome, outcome_of
from bot.rehearsal.stage import Stage
from bot.services.club import views

AT_ONCE = 4
"""People who act at the same time; each wants a first answer within three seconds."""
NAME_LIMIT, THEME_LIMIT, NOMINATIONS_LIMIT = 32, 200, 25
"""What is longer in the data is cut: a name's characters, a theme's, a member's nominations in a week."""

SPOTIFY_URI = re.compile(r"spotify:(track|album):([0-9A-Za-z]{22})")
SPOTIFY_LINK = re.compile(r"https://open\.spotify\.com/(track|album)/([0-9A-Za-z]{22})")

Tell = Callable[[str, int, int], None]
"""Is told what is played now, and how many parts of how many are done."""


def keep_quiet(_title: str, _done: int, _total: int) -> None:
    """Tell nobody."""


class Replay:
    """A club on a stage that plays data; `refusals` collects what should have passed and did not."""

    def __init__(
        self, stage: Stage, people: Mapping[str, str], tell: Tell = keep_quiet, watch: Watch | None = None
    ) -> None:
        self.stage = stage
        self.tell = tell
        self.host = Member(stage.owner(), stage.channel, watch)
        # Names may be equal: the person behind one is known by the id the data has for them.
        self.members = {
            key: Member(stage.arrives(f"person{place}", name[:NAME_LIMIT]), stage.channel, watch)
            for place, (key, name) in enumerate(people.items(), start=1)
        }
        self.refusals: list[str] = []
        self.facts: list[tuple[str, bool]] = []
        self._caller = Caller(int(stage.guild.id), int(self.host.person.id), self.host.name, manages=True)
        self._titles: dict[str, str] = {}
        self._seen_as: dict[str, str] = {}
        self._played: list[tuple[str, int]] = []
        """Source id and number of every week."""

    async def found_club(self, **rules: str) -> None:
        """Set the club up with the rules the data was played by."""
        card = await self.host.command("club setup", hope="Set up")
        await self.host.press(card, "Save")
        for name, value in rules.items():
            await self.host.command("club settings", setting=name, value=value, hope="Saved")

    async def open_week(self, source_id: str, **options: str) -> int:
        """The host opens a week; gives its number."""
        await self.host.command("week open", hope="Opened", **{name: text for name, text in options.items() if text})
        await self.stage.settle()
        self._played.append((source_id, len(self._played) + 1))
        return len(self._played)

    async def wait_out(self, number: int, phase: Phase) -> None:
        """Let time pass until the week has left a phase; an empty box is extended once."""
        while (view := await self.view(number)).week.phase is phase and view.week.ends_at is not None:
            await self.stage.move_to(view.week.ends_at)

    async def outcomes(self) -> list[WeekOutcome]:
        """Let all weeks end, and read what came of them."""
        self.tell("the last weeks end", len(self._played), len(self._played))
        await self.stage.run_out()
        return [outcome_of(await self.view(number), source_id, self.uri_of) for source_id, number in self._played]

    async def view(self, number: int) -> WeekView:
        """A week as the bot has stored it."""
        return await views.show_week(self.stage.tools, caller=self._caller, now=self.stage.clock.now(), number=number)

    def uri_of(self, view: WeekView) -> str | None:
        """The winner as the data calls it: by its link, else by its title."""
        for service, address in view.links:
            found = SPOTIFY_LINK.fullmatch(address)
            if service == "spotify" and found:
                return f"spotify:{found[1]}:{found[2]}"
        return None if view.winner is None else self._titles.get(view.winner.album.title)

    def note(self, album: Album, uri: str) -> None:
        """Remember what the data calls an album."""
        self._titles[album.title] = uri
        self._seen_as[uri] = album.link or album.shown

    def seen_as(self, uri: str) -> str:
        """By what an entry of the data is found on a card: its link, else its name."""
        return self._seen_as[uri]

    @asynccontextmanager
    async def hoping(self) -> AsyncGenerator[None]:
        """A step that should pass; one that does not is noted, and the club goes on."""
        try:
            yield
        except (Surprised, Refused, KeyError) as surprise:
            self.refusals.append(f"{type(surprise).__name__}: {surprise}")


class LeagueReplay(Replay):
    """A Music League, round by round."""

    def __init__(self, stage: Stage, league: League, tell: Tell = keep_quiet, watch: Watch | None = None) -> None:
        super().__init__(stage, league.people, tell, watch)
        self.rounds = league.rounds

    async def play(self) -> list[WeekOutcome]:
        """Play every round, in order, under the league's own rules."""
        most = max((each.most_entries for each in self.rounds), default=1)
        await self.found_club(
            no_repeat_winners="off",
            guide="off",  # entries of a league are songs, and the data tells no track lists
            no_repeat_weeks="0",
            nominations_per_member=str(min(max(most, 1), NOMINATIONS_LIMIT)),
            own_vote="on" if any(each.self_votes for each in self.rounds) else "off",
        )
        for done, each in enumerate(self.rounds):
            self.tell(each.name, done, len(self.rounds))
            await self._round(each)
        return await self.outcomes()

    async def _round(self, played: Round) -> None:
        number = await self.open_week(played.id, theme=played.name[:THEME_LIMIT])
        await self._nominate(played.entries)
        await self.stage.settle()
        thread = self.stage.place((await self.view(number)).week.threads[ThreadRole.NOMINATIONS])
        numbers = await self.host.numbers(thread)
        await self.wait_out(number, Phase.NOMINATIONS)
        if (await self.view(number)).week.phase is Phase.POLL:
            panel = await self.host.find(thread, "Vote")
            await at_once(self._vote(panel, vote, numbers) for vote in played.votes)
            await self.wait_out(number, Phase.POLL)

    async def _nominate(self, entries: Sequence[Entry]) -> None:
        """Everybody names their song at once, and nominates in the order of the file, which numbers the nominations."""
        songs: dict[str, Entry] = {}
        again = [entry for entry in entries if songs.setdefault(entry.uri, entry) is not entry]
        cards: dict[str, Answer] = {}

        async def propose(entry: Entry) -> None:
            async with self.hoping():
                cards[entry.uri] = await self.members[entry.submitter].propose(self._song(entry))

        await at_once(propose(entry) for entry in songs.values())
        for uri, entry in songs.items():
            if uri in cards:
                async with self.hoping():
                    await self.members[entry.submitter].confirm(self._song(entry), cards[uri])
        for entry in again:
            if entry.submitter != songs[entry.uri].submitter:
                await self._second(entry)

    async def _second(self, entry: Entry) -> None:
        """What somebody submitted already is one entry; the other submitter stands behind it."""
        member = self.members[entry.submitter]
        async with self.hoping():
            refused = await member.start(self._song(entry))
            await member.press(refused, "Second it", hope="You second")

    def _song(self, entry: Entry) -> Album:
        """An entry as its submitter tells of it: the link, and the names that no link tells."""
        title, link = _one_line(entry.title)[:TITLE_LIMIT] or entry.uri, link_of(entry.uri)
        if link is None:
            # Without a link the name is the identity, so the URI has to be part of it.
            title = title if title == entry.uri else f"{title[: TITLE_LIMIT // 2]} ({entry.uri})"
        artist, pitch = _one_line(entry.artist)[:TITLE_LIMIT], entry.comment[:PITCH_LIMIT]
        album = Album(link or title, title, artist, link or "", pitch)
        self.note(album, entry.uri)
        return album

    async def _vote(self, panel: Any, vote: Vote, numbers: Mapping[str, int]) -> None:
        async with self.hoping():
            choices = [f"{numbers[self.seen_as(uri)]}. " for uri in vote.choices]
            await self.members[vote.voter].vote(panel, *choices)


class RatingsReplay(Replay):
    """An album club, album by album: picked by a member or by the host, and rated."""

    def __init__(
        self, stage: Stage, albums: Sequence[RatedAlbum], tell: Tell = keep_quiet, watch: Watch | None = None
    ) -> None:
        names = [name for album in albums for name in (album.picker, *(given.member for given in album.ratings))]
        super().__init__(stage, {name: name for name in dict.fromkeys(names) if name}, tell, watch)
        self.albums = albums

    async def play(self) -> list[WeekOutcome]:
        """Play every album, in order."""
        await self.found_club(no_repeat_winners="off", no_repeat_weeks="0", guide="off")
        for done, album in enumerate(self.albums):
            self.tell(album.title or album.uri, done, len(self.albums))
            number = await self._choose(album)
            card = await self.host.find(self.stage.channel, "Rate the album")
            for given in album.ratings:
                async with self.hoping():
                    await self.members[given.member].rate(
                        card, f"{given.score:.1f}", favourite=given.favourite, review=given.review[:REVIEW_LIMIT]
                    )
            await self.wait_out(number, Phase.LISTENING)
        return await self.outcomes()

    async def _choose(self, played: RatedAlbum) -> int:
        """The week's only nomination, or the host's pick where nobody is known to have picked."""
        title = played.title or played.id
        words, link = (f"{played.artist} - {title}" if played.artist else title), link_of(played.uri) or ""
        album = Album(f"{words} {link}".strip(), title, played.artist, link)
        self.note(album, played.uri)
        if played.picker:
            number = await self.open_week(played.id)
            async with self.hoping():
                await self.members[played.picker].nominate(album)
            await self.wait_out(number, Phase.NOMINATIONS)
        else:
            number = await self.open_week(played.id, pick="host")
            async with self.hoping():
                await self.host.command("week pick", album=album.text, week=number, hope="Picked")
            await self.stage.settle()
        return number


def link_of(uri: str) -> str | None:
    """A Spotify URI as the link that people paste; None for any other text."""
    found = SPOTIFY_URI.fullmatch(uri)
    return f"https://open.spotify.com/{found[1]}/{found[2]}" if found else None


def _one_line(text: str) -> str:
    return " ".join(text.split())


async def at_once(acts: Iterable[Awaitable[None]]) -> None:
    """Several people act at the same time, so many at once."""
    room = asyncio.Semaphore(AT_ONCE)

    async def act(one: Awaitable[None]) -> None:
        async with room:
            await one

    await asyncio.gather(*(act(one) for one in acts))
