"""Three weeks of a club of eight, from nothing: what `longplay rehearse` plays when it is given no data.

Names and albums are made up. Everything is done by people's clicks and by time; what is refused here is meant to be.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from bot.domain.club.views import WeekView
from bot.domain.club.week import Phase, ThreadRole
from bot.domain.people import Caller
from bot.rehearsal.library_scene import LibraryScene
from bot.rehearsal.listening_scene import ListeningScene
from bot.rehearsal.party_scene import PartyScene
from bot.rehearsal.pilot import Album, Member
from bot.rehearsal.providers.catalogue import ALBUMS
from bot.rehearsal.providers.listeners import Elsewhere
from bot.rehearsal.replay import Tell, keep_quiet
from bot.rehearsal.report import WeekOutcome, outcome_of
from bot.rehearsal.stage import Stage
from bot.rehearsal.taste_scene import TasteScene
from bot.rehearsal.transcript import Transcript
from bot.services.club import views

MEMBERS = ("Ben", "Chidi", "Dana", "Emil", "Fay", "Gus", "Hana")
OPENING = (0, 19, 5)
"""The story begins on a Monday at 19:05: the first week is opened by hand, the next by the schedule."""
A_MOMENT = timedelta(minutes=2)

HARBOUR = Album("The Low Tides - Glass Harbour (1997)", pitch="Recorded in a boat shed. You hear the *boats*.")
LAMP = Album("https://moth.bandcamp.com/album/lamp")
LANTERNS = Album(
    "Paper Lanterns",
    title="Paper Lanterns",
    artist="Ines Vale",
    pitch="Eleven songs that get quieter.\nBest after midnight.",
)
LANTERN_TRACKS = "1. Kite string 3:12\n2. Ash and rain 4:40\n3. The quiet stair 5:01\n4. Wax 2:58\n5. Home, late 6:20"
SLOW = Album("Fenn", pitch="For @everyone who likes it slow.")
"""An artist's name alone: the album is picked from what is found."""
NOTES = Album("Oda & the Hills - Field Notes https://open.spotify.com/album/4aLongplayRehearsal000")
SECOND_WEEK = Album("The Gull Road - Cold Bright Sound (2003)", pitch="Nobody sells it. I have a tape.")
UNDERTOW = next(album for album in ALBUMS if album.title == "Undertow")
NIGHT_BUS = next(album for album in ALBUMS if album.title == "Night Bus")
THIRD_WEEK = (
    Album("ground frost"),
    Album("https://deezer.page.link/nightbus"),
    Album(f"https://www.deezer.com/track/{UNDERTOW.tracks[3].number}?host=0&utm_source=deezer"),
)
"""By a title, by a short link, by the link of one of its tracks."""
ALBUM_MEANT = "The album you mean"
SCORES = (("Ben", "4.5"), ("Chidi", "3.0"), ("Dana", "5.0"), ("Emil", "4.0"), ("Fay", "2.5"), ("Gus", "4.0"))
REVIEWS = {
    "Ben": "It gets better the quieter it is.",
    "Chidi": "Pretty, and over before anything has happened.",
    "Dana": "I have walked home to this for ten years.",
    "Emil": "The strings on the second half!",
    "Fay": "I fell asleep. That may be the point.",
}
RUNOFF = (("Emil", "1. ", "2. "), ("Fay", "2. ", "3. "), ("Gus", "2. ", "1. "), ("Hana", "1. "), ("Ben", "3. ", "2. "))


class Story:
    """The club of the script; `facts` are the sentences that must be true in the end, with whether they are."""

    def __init__(
        self, stage: Stage, transcript: Transcript, tell: Tell = keep_quiet, elsewhere: Elsewhere | None = None
    ) -> None:
        self.stage = stage
        self.elsewhere = elsewhere or Elsewhere(stage.clock.now)
        self.transcript = transcript
        self.refusals: list[str] = []
        self.facts: list[tuple[str, bool]] = []
        self._tell = tell
        self.host = Member(stage.owner(), stage.channel, transcript.show_answer)
        self.members = {
            name: Member(stage.arrives(name.lower(), name), stage.channel, transcript.show_answer) for name in MEMBERS
        }
        self._caller = Caller(int(stage.guild.id), int(self.host.person.id), self.host.name, manages=True)

    async def play(self) -> list[WeekOutcome]:
        """Play every scene, in order."""
        scenes: tuple[tuple[str, Callable[[], Awaitable[None]]], ...] = (
            ("A club in three clicks", self.found),
            ("Week 1: nominations", self.nominate),
            ("Week 1: the poll, and a restart of the bot in the middle of it", self.vote),
            ("Week 1: a ballot that comes too late, and a tie", self.close_poll),
            ("Week 1: listening and rating; week 2 opens by the schedule", self.listen),
            ("Week 2: one nomination", self.second_week),
            ("Week 2: a listening party, with a pause, a skip, and a bot that dies twice", self.hear_together),
            ("Week 3: ranked choice, and nobody votes in time", self.third_week),
            ("Week 3: accounts are linked, and the club sees who has heard the album", self.see_listening),
            ("Week 3: what members hear becomes taste, and a playlist at Spotify", self.taste),
            ("A member's own track: uploaded, heard, remembered", self.share),
            ("The last recaps", self.end),
        )
        for done, (title, scene) in enumerate(scenes):
            self._tell(title, done, len(scenes))
            self.transcript.scene(title)
            await scene()
            self.transcript.show_new()
        self._tell("the end", len(scenes), len(scenes))
        return [
            outcome_of(view, view.week.label, winner_of) for view in [await self._view(number) for number in (1, 2, 3)]
        ]

    # Scenes

    async def found(self) -> None:
        """Set up, save, open a week; then the schedule is turned on for the weeks after."""
        setup = await self.host.command("club setup", hope="Nothing is saved yet")
        ready = await self.host.press(setup, "Save", hope="The club is ready")
        await self.host.command("week open", theme="Rain", hope="Opened")
        await self.host.press(ready, "Turn the weekly schedule on", hope="The next week opens")
        await self._settle()

    async def nominate(self) -> None:
        """By search, by link, by button, by a message's menu; one is picked of two, one comes twice, one too many."""
        ben, chidi, dana, emil, fay, gus, hana = (self.members[name] for name in MEMBERS)
        await self._search_further(ben, HARBOUR, "Glass Harbour — The Low Tides")
        await chidi.nominate(LAMP)
        await self._nominate_with_tracks(dana)
        twice = "the low tides - GLASS HARBOUR"
        refused = await emil.command("nominate", album=twice, hope="nominated this week already")
        await emil.press(refused, "Second it", hope="You second")
        found = await fay.command("nominate", album=SLOW.text, hope="Which album is it?")
        await fay.confirm(SLOW, await fay.choose(found, ALBUM_MEANT, "Slow Weather — Fenn", hope="Is this the album?"))
        message = await gus.person.say(self.stage.channel, NOTES.text)
        await gus.confirm(NOTES, await gus.made_clear(NOTES, await gus.menu(message, "Nominate this album")))
        await gus.command("nominate", album="Fenn - Ground Frost", hope="one nomination a week")
        await hana.command("week advance", hope="Only the club's hosts")
        await self._settle()
        await self._until(1, Phase.NOMINATIONS)

    async def _search_further(self, member: Member, album: Album, name: str) -> None:
        """All services are asked again while the member watches, and one of what they have is picked."""
        found = await member.press(await member.propose(album), "Search further")
        await member.watch(found, "Which album is it?", without="Still asking")
        await member.confirm(album, await member.choose(found, ALBUM_MEANT, name, hope="Is this the album?"))

    async def _nominate_with_tracks(self, member: Member) -> None:
        """The button, then the form piece by piece with a pasted track list, then the pitch with its track."""
        panel = await member.find(self._thread(), "Nominate an album")
        form = await member.press(panel, "Nominate an album", hope="Which album?")
        card = await member.submit(form, {"Which album?": LANTERNS.text}, hope="Is this the album?")
        form = await member.press(card, "Not it?", hope="Which album is it?")
        pieces = {"Artist": LANTERNS.artist, "Title": LANTERNS.title, "Year": "2012", "Track list": LANTERN_TRACKS}
        card = await member.submit(form, pieces, hope="5 tracks known")
        form = await member.press(card, "Pitch it", hope="Your pitch")
        words = {"Your pitch": LANTERNS.pitch, "A track to start with": "2. Ash and rain", "Genre": "Folk"}
        await member.submit(form, words, hope="Nominated")

    async def vote(self) -> None:
        """Ballots by form and by command, one changed; the bot restarts, and the buttons go on."""
        _, _, _, emil, fay, gus, hana = (self.members[name] for name in MEMBERS)
        panel = await self.host.find(self._thread(), "Vote")
        numbers = await self.host.numbers(self._thread())
        harbour, lamp, lanterns = (
            f"{next(number for text, number in numbers.items() if title in text)}. "
            for title in ("Glass Harbour", "Lamp —", "Paper Lanterns")
        )
        ballot = await emil.vote(panel, harbour)
        await emil.vote(ballot, lanterns, harbour, label="Change")
        await gus.vote(panel, lanterns, lamp)
        await self._settle()
        self.transcript.aside("the bot is stopped and started again; the messages stay where they are")
        await self.stage.restart_bot()
        await hana.vote(panel, harbour, lamp)
        first = await self.host.pick("vote", "first", "Glass Harbour", where=self._thread())
        second = await self.host.pick("vote", "second", "Slow Weather", where=self._thread())
        await self.host.command("vote", where=self._thread(), first=first, second=second, hope="Your ballot")
        await fay.vote(panel, lamp, lanterns)
        await self._settle()

    async def close_poll(self) -> None:
        """A form opened before the close and sent after it is refused; the tie goes down the ladder."""
        ben = self.members["Ben"]
        panel = await ben.find(self._thread(), "Vote")
        closes_at = await self._ends_at(1)
        await self.stage.move_to(closes_at - A_MOMENT)
        form = await ben.press(panel, "Vote", hope="Your ballot")
        await self.stage.move_to(closes_at)
        fields = ben.ballot(form, ("2. ",))
        late = await ben.submit(form, fields, hope="closed")
        self._fact("the late ballot was refused", "no ballot was changed" in late.text)
        self.transcript.show_new()
        winner = await ben.find(self.stage.channel, "Pairwise table")
        await ben.press(winner, "Pairwise table", hope="Pairwise")
        view = await self._view(1)
        self._fact("the tie of week 1 was decided head-to-head", view.week.deciding_step == "head_to_head")
        self._fact("five ballots counted, the late one not", view.ballots == 5)

    async def listen(self) -> None:
        """Ratings by form with a favourite from the track list; a score off the grid is refused, a new one replaces."""
        card = await self.host.find(self.stage.channel, "Rate the album")
        await self.members["Hana"].press(card, "I've heard it", hope="Noted")
        week_card = await self.host.find(self.stage.channel, "Scores")
        await self.members["Hana"].press(week_card, "Scores", hope="once you have rated")
        await self.members["Gus"].command("rate", score="3.3", hope="is no score")
        for name, score in SCORES:
            favourite = "Ash and rain" if name in ("Ben", "Dana", "Gus") else "Wax"
            await self.members[name].rate(card, score, favourite=favourite, review=REVIEWS.get(name, ""))
        await self.members["Fay"].rate(card, "3.5", favourite="The quiet stair", review="It grew on me.")
        await self._until(2, Phase.SCHEDULED)
        self.transcript.show_new()
        first = (await self._view(1)).week
        self._fact("week 2 opened by itself while week 1 was listened to", first.phase is Phase.LISTENING)

    async def second_week(self) -> None:
        """One nomination, of an album in no catalogue, wins unopposed; meanwhile week 1 is discussed and closed."""
        await self.members["Hana"].nominate(SECOND_WEEK)
        await self._until(2, Phase.NOMINATIONS)
        self.transcript.show_new()
        for name, score in SCORES[:3]:
            # Two albums are listened to, so the command is typed in the thread of the one that is meant.
            thread = self._thread()
            await self.members[name].command("rate", where=thread, score=score, hope="Rated")
        await self.host.command("club settings", setting="method", value="runoff", hope="Saved")
        await self._until(3, Phase.SCHEDULED)
        self._fact("week 2 was won unopposed", (await self._view(2)).week.deciding_step == "unopposed")

    async def hear_together(self) -> None:
        """Twelve tracks in the thread of week 2's album."""
        threads = (await self._view(2)).week.threads
        guests = [self.members[name] for name in ("Emil", "Fay", "Gus")]
        scene = PartyScene(
            self.stage,
            self.host,
            guests,
            self.stage.place(threads[ThreadRole.LISTENING]),
            show=self.transcript.show_new,
            aside=self.transcript.aside,
        )
        await scene.play()
        self.facts += scene.facts

    async def third_week(self) -> None:
        """Nobody votes, so the poll gets a day more; then an instant runoff."""
        await self.host.command("club schedule", switch="off", hope="off")
        for name, album in zip(("Ben", "Chidi", "Dana"), THIRD_WEEK, strict=True):
            await self.members[name].nominate(album)
        titles = sorted(each.album.title for each in (await self._view(3)).nominations)
        self._fact("a title and two links led to their albums", titles == ["Ground Frost", "Night Bus", "Undertow"])
        await self._until(3, Phase.NOMINATIONS)
        self.transcript.show_new()
        panel = await self.host.find(self._thread(), "Vote")
        await self.stage.move_to(await self._ends_at(3))
        self.transcript.show_new()
        self._fact("an empty poll got a day more", (await self._view(3)).week.poll_extended)
        for name, *choices in RUNOFF:
            await self.members[name].vote(panel, *choices)
        await self._until(3, Phase.POLL)
        self._fact("week 3 was decided by its runoff", (await self._view(3)).week.deciding_step == "method")

    async def see_listening(self) -> None:
        """Week 3's album in people's own players."""
        threads = (await self._view(3)).week.threads
        scene = ListeningScene(
            self.stage,
            self.elsewhere,
            self.members,
            self.stage.place(threads[ThreadRole.LISTENING]),
            NIGHT_BUS,
            show=self.transcript.show_new,
            show_again=self.transcript.show_again,
            aside=self.transcript.aside,
        )
        await scene.play()
        self.facts += scene.facts

    async def taste(self) -> None:
        """Taste, comparison, collage, blend, winners that were missed, and an export."""
        threads = (await self._view(3)).week.threads
        scene = TasteScene(
            self.stage,
            self.members,
            self.stage.place(threads[ThreadRole.LISTENING]),
            spotify_name="dana.m",
            aside=self.transcript.aside,
        )
        await scene.play()
        self.facts += scene.facts

    async def share(self) -> None:
        """A demo in the club's channel."""
        scene = LibraryScene(self.stage, self.members, self.stage.channel)
        await scene.play()
        self.facts += scene.facts

    async def end(self) -> None:
        """The remaining deadlines pass."""
        card = await self.host.find(self.stage.channel, "Rate the album")
        for name, score in SCORES:
            await self.members[name].rate(card, score)
        await self.stage.run_out()
        closed = [(await self._view(number)).week.phase for number in (1, 2, 3)]
        self._fact("all three weeks are closed", closed == ["closed"] * 3)
        summary = (await self._view(1)).summary
        self._fact("the second rating replaced the first", summary is not None and summary.count == len(SCORES))

    # Inside

    def _thread(self) -> Any:
        return self.stage.double.threads(self.stage.guild)[-1]

    def _fact(self, sentence: str, holds: bool) -> None:
        self.facts.append((sentence, holds))

    async def _settle(self) -> None:
        await self.stage.settle()
        self.transcript.show_new()

    async def _view(self, number: int) -> WeekView:
        return await views.show_week(self.stage.tools, caller=self._caller, now=self.stage.clock.now(), number=number)

    async def _ends_at(self, number: int) -> datetime:
        ends_at = (await self._view(number)).week.ends_at
        assert ends_at is not None, "an open week has a deadline"
        return ends_at

    async def _until(self, number: int, phase: Phase) -> None:
        """Let time pass until a week has left a phase."""
        while (await self._view(number)).week.phase is phase:
            await self.stage.move_to(await self._ends_at(number))


def first_evening(now: datetime) -> datetime:
    """The coming Monday evening on which the story begins."""
    weekday, hour, minute = OPENING
    evening = (now + timedelta(days=(weekday - now.weekday()) % 7)).replace(
        hour=hour, minute=minute, second=0, microsecond=0
    )
    return evening if evening > now else evening + timedelta(weeks=1)


def winner_of(view: WeekView) -> str | None:
    """The winner by its link, else by name."""
    if view.winner is None:
        return None
    return view.links[0][1] if view.links else view.winner.album.shown
