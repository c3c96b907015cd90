"""Members link their accounts, hear the album in their own players, and the club sees it: played by clicks and by time.

Four people, all three services, every way of linking; one of them scrobbles from Spotify to Last.fm, so that two
services tell the same plays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import cycle, islice
from typing import Any
from uuid import UUID

from bot.rehearsal.browser import log_in
from bot.rehearsal.loopback import Answer
from bot.rehearsal.loopback.components import BUTTON, button_names, walk
from bot.rehearsal.pilot import Member, Surprised
from bot.rehearsal.providers.catalogue import ALBUMS, MadeAlbum
from bot.rehearsal.providers.listeners import Elsewhere, Listener, Play
from bot.rehearsal.stage import Stage
from bot.services import records

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
BETWEEN = timedelta(hours=7)
"""So long lies between two plays of a history."""
CARD = "Show my listening"
BENS_PAST, CHIDIS_PAST, DANAS_PAST, EMILS_PAST = 420, 240, 48, 90
"""Plays before anything is linked; Spotify tells the last fifty at most."""
NAME, TOKEN = "Your name on Last.fm", "Your ListenBrainz user token"
NO_TOKEN = "00000000-0000-0000-0000-000000000000"
LATE = 3 * SECOND
"""So much later than Spotify a scrobbler says that a track began."""


class ListeningScene:
    """The week's album in four people's players; `facts` are the sentences that must be true in the end."""

    def __init__(
        self,
        stage: Stage,
        elsewhere: Elsewhere,
        members: Mapping[str, Member],
        thread: Any,
        album: MadeAlbum,
        *,
        show: Callable[[], None] = lambda: None,
        show_again: Callable[[Any], None] = lambda _message: None,
        aside: Callable[[str], None] = lambda _text: None,
    ) -> None:
        self.stage = stage
        self.facts: list[tuple[str, bool]] = []
        self._elsewhere = elsewhere
        self._ben, self._chidi, self._dana, self._emil, self._fay = (
            members[name] for name in ("Ben", "Chidi", "Dana", "Emil", "Fay")
        )
        self._thread = thread
        self._album = album
        self._show = show
        self._show_again = show_again
        self._aside = aside

    async def play(self) -> None:
        """Play it; raises `Surprised` when somebody is not answered as they should be."""
        began = self.stage.clock.now()
        ben = self._elsewhere.joins_lastfm("BensNeedle", self._past(BENS_PAST, began))
        chidi = self._elsewhere.joins_lastfm("chidi", self._past(CHIDIS_PAST, began))
        dana = self._elsewhere.joins_spotify("dana.m", self._past(DANAS_PAST, began))
        scrobbles = self._elsewhere.joins_lastfm("dana-m", self._past(DANAS_PAST, began, late=LATE))
        emil = self._elsewhere.joins_listenbrainz("emil", self._past(EMILS_PAST, began))
        await self._link(emil)
        await self._pass(HOUR)
        await self._ben.command("plays", where=self._thread, private=True, hope=str(BENS_PAST))
        for member in (self._ben, self._dana, self._emil, self._fay):
            await member.press(await self._card(), CARD, hope="The card names you")
        await self._pass(HOUR)
        await self._hear(ben, chidi, dana, scrobbles, emil)
        await self._look()
        await self._emil.press(
            await self._emil.command("unlink", service="ListenBrainz", hope="emil"),
            "Delete them",
            hope="no longer linked",
        )
        await self._pass(HOUR)
        await self._judge()

    # What people do

    async def _link(self, emil: Listener) -> None:
        """By name, by logging in at two services, by a token; a name and a token that nobody has are refused."""
        wrong = await self._give_name(self._ben, "nobody-has-this-name", hope="knows nobody called")
        form = await self._ben.press(wrong, "Edit again", hope=NAME)
        await self._ben.submit(form, {NAME: "bensneedle"}, hope="is linked")
        await self._log_in(self._chidi, "lastfm", "Last.fm", "chidi")
        await self._log_in(self._dana, "spotify", "Spotify", "dana.m")
        await self._give_name(self._dana, "dana-m", hope="is linked")
        form = await self._emil.command("link listenbrainz", hope=TOKEN)
        wrong = await self._emil.submit(form, {TOKEN: NO_TOKEN}, hope="does not know this token")
        form = await self._emil.press(wrong, "Try again", hope=TOKEN)
        await self._emil.submit(form, {TOKEN: emil.token}, hope="is linked")
        await self.stage.settle()

    async def _give_name(self, member: Member, name: str, *, hope: str) -> Answer:
        """Link Last.fm by a name alone."""
        ways = await member.command("link lastfm", hope="Link Last.fm")
        form = await member.press(ways, "Only my name", hope=NAME)
        return await member.submit(form, {NAME: name}, hope=hope)

    async def _log_in(self, member: Member, command: str, there: str, account: str) -> None:
        """Take the way over the service's own page, in a browser."""
        ways = await member.command(f"link {command}", hope=f"Log in at {there}")
        heading = await log_in(address_behind(ways, f"Log in at {there}"), account)
        self._aside(f"{member.name} follows the link, logs in at {there}, and reads: {heading}")
        if heading != "Linked":
            raise Surprised(f"{member.name} logs in at {there} and reads {heading!r}")

    async def _hear(self, ben: Listener, chidi: Listener, dana: Listener, scrobbles: Listener, emil: Listener) -> None:
        """The album in everybody's own player: whole, in part, told by two services; one has no account."""
        tracks = len(self._album.tracks)
        start = self.stage.clock.now() + HOUR
        ben.hears(*self._listening(start, tracks))
        chidi.hears(*self._listening(start, tracks))
        dana.hears(*self._listening(start + 2 * HOUR, tracks))
        scrobbles.hears(*self._listening(start + 2 * HOUR + LATE, tracks))
        emil.hears(*self._listening(start, 3))
        await self.stage.move_to(start + timedelta(minutes=10))
        await self._ben.command("np", where=self._thread, private=True, hope=self._album.tracks[2].title)
        await self._pass(HOUR)
        self._show_again(await self._card())
        await self._fay.press(await self._card(), "I've heard it", hope="ou have heard it")
        await self._pass(6 * HOUR)
        self._show()
        self._show_again(await self._card())

    async def _look(self) -> None:
        """What members look at."""
        album = await self._ben.pick("whoknows album", "album", self._album.title, where=self._thread)
        await self._ben.command("whoknows album", where=self._thread, album=album, private=True, hope="Dana")
        await self._dana.command("top artists", where=self._thread, period="week", private=True, hope="Moth")
        await self._ben.command("taste", where=self._thread, private=True, hope="Genres:")
        await self._chidi.command("streak", where=self._thread, private=True, hope="day")
        await self._dana.command("accounts", where=self._thread, hope="dana.m")
        await self._ben.command("privacy show", where=self._thread, hope="plays")

    async def _pass(self, length: timedelta) -> None:
        """Let time pass in steps in which accounts come to be read."""
        until = self.stage.clock.now() + length
        while self.stage.clock.now() < until:
            await self.stage.move_to(min(until, self.stage.clock.now() + HOUR))

    async def _judge(self) -> None:
        plays = await self._plays()
        tracks = len(self._album.tracks)
        text = self._ben.person.reads(await self._card())
        told = {
            "whoever heard the whole album stands on its card with all tracks": f"Ben: {tracks} of {tracks} tracks ✓",
            "plays that two services told count once on the card": f"Dana: {tracks} of {tracks} tracks ✓",
            "who has no account is taken at their word": "Fay: has heard it",
        }
        self.facts += [(sentence, words in text) for sentence, words in told.items()]
        self.facts += [
            ("who does not show their listening is not on the card", "Chidi" not in text),
            ("each play of a full history was taken in once", plays["Ben"] == BENS_PAST + tracks),
            ("each play that Spotify and Last.fm told was kept once", plays["Dana"] == DANAS_PAST + tracks),
            ("what an account told is gone with it where that was wanted", plays["Emil"] == 0),
        ]

    # What is there

    async def _card(self) -> Any:
        return await self._ben.find(self._thread, CARD)

    async def _plays(self) -> dict[str, int]:
        """How many plays of each are kept."""
        rows = await records.everything(self.stage.tools)
        names: dict[UUID, str] = {
            one["user_id"]: member.name
            for one in rows["linked_accounts"]
            for member in (self._ben, self._chidi, self._dana, self._emil)
            if one["external_id"] == str(member.person.id)
        }
        found = dict.fromkeys(names.values(), 0)
        for one in rows["listen_events"]:
            if one["user_id"] in names:
                found[names[one["user_id"]]] += 1
        return found

    def _past(self, count: int, before: datetime, late: timedelta = timedelta(0)) -> list[Play]:
        """A history of other albums, track after track, the last one a while ago."""
        others = cycle(play for album in ALBUMS if album is not self._album for play in _tracks(album))
        first = before - BETWEEN * count
        return [_play(*one, first + BETWEEN * place + late) for place, one in enumerate(islice(others, count))]

    def _listening(self, start: datetime, tracks: int) -> Iterator[Play]:
        """The first tracks of the album, one after the other."""
        for one in list(_tracks(self._album))[:tracks]:
            yield _play(*one, start)
            start += timedelta(seconds=one[1] + 2)


def _tracks(album: MadeAlbum) -> Sequence[tuple[MadeAlbum, int, str]]:
    return [(album, track.seconds, track.title) for track in album.tracks]


def _play(album: MadeAlbum, seconds: int, title: str, at: datetime) -> Play:
    # Whole seconds, as Last.fm tells them.
    return Play(at.replace(microsecond=0), album.artist.name, title, album.title, seconds=float(seconds))


def address_behind(answer: Answer, label: str) -> str:
    """The address behind a link button."""
    parts = answer.message["components"] if answer.message is not None else []
    for one in walk(parts):
        if one["type"] == BUTTON and label in button_names(one) and one.get("url"):
            return str(one["url"])
    raise Surprised(f"there is no link {label!r}")
