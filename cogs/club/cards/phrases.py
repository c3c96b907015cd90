"""Words that several cards share: albums, people, deadlines, lists that shrink until they fit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import lru_cache

from bot.domain.catalog import Service, service_name
from bot.domain.club.entries import Album, Nomination, Track
from bot.domain.club.rules import Pick
from bot.domain.club.views import WeekView
from bot.domain.club.week import Phase, Week
from cogs.shared.limits import THREAD_NAME
from cogs.shared.render import fitting, sized
from cogs.shared.text import block, cut, label, plain, when

WIDTHS = (120, 90, 70, 55, 45, 36, 28, 20, 12)
"""Characters of a name in a list, tried until the list fits."""
PERSON = 40
ALBUM = 160
HEADLINE = 240
"""Characters of a title or an artist in a headline; both are cut separately, so neither hides the other."""

PHASE_WORDS = {
    Phase.SCHEDULED: "Planned",
    Phase.NOMINATIONS: "Nominations are open",
    Phase.POLL: "The poll is open",
    Phase.LISTENING: "Listening",
    Phase.RATINGS: "Discussion and ratings",
    Phase.CLOSED: "Closed",
    Phase.CANCELLED: "Cancelled",
}
ENDS_WORDS = {
    Phase.SCHEDULED: "Nominations open",
    Phase.NOMINATIONS: "Nominations close",
    Phase.POLL: "The poll closes",
    Phase.LISTENING: "Discussion",
    Phase.RATINGS: "Ratings close",
}
HOST_PICK_ENDS = {Phase.SCHEDULED: "The week opens", Phase.NOMINATIONS: "The pick is due"}
RANK_WORDS = ("First choice", "Second choice", "Third choice", "Fourth choice", "Fifth choice")


@lru_cache(maxsize=4_096)
def literal(text: str, limit: int, hard: int) -> str:
    """A name on one line, literally; kept, because a list that shrinks until it fits asks for the same names again.

    Of a name far longer than its place only the beginning is looked at.
    """
    return plain(text[: 6 * limit + 40], limit, hard=hard)


def thing(week: Week) -> str:
    """What a week is about: an `album`, in a demo week a `track`."""
    return "track" if week.is_demo else "album"


def nominate_words(week: Week) -> str:
    """What the button says by which members nominate."""
    return "Nominate a track" if week.is_demo else "Nominate an album"


def album_words(album: Album, limit: int = ALBUM) -> str:
    """`**Title** — Artist (year)`, literally and cut."""
    title = f"**{literal(album.title, limit, limit + limit // 4 + 2)}**"
    artist = f" — {literal(album.artist, limit // 2 + 1, limit // 2 + limit // 8 + 2)}" if album.artist else ""
    return f"{title}{artist}{f' ({album.year})' if album.year else ''}"


def album_headline(album: Album) -> str:
    """The album as a heading of its own."""
    return sized(lambda width: f"## {album_words(album, width)}", HEADLINE, 1_200)


def album_label(album: Album, limit: int = 100) -> str:
    """The album where Discord reads no markup: options, buttons, thread names."""
    return label(album.shown, limit)


def cover_alt(album: Album) -> str:
    """What a screen reader says for the cover."""
    return label(f"Cover of {album.title} by {album.artist}" if album.artist else f"Cover of {album.title}", 300)


def person_words(name: str) -> str:
    """A member's name; `a member` while it is hidden."""
    return literal(name, PERSON, PERSON + 20) if name else "a member"


def nominators(nomination: Nomination) -> str:
    """Who put the album forward, and how many stand behind it."""
    if nomination.host_pick:
        return "Picked by a host"
    seconds = f", seconded by {counted(nomination.seconds, 'member')}" if nomination.seconds else ""
    return f"Nominated by {person_words(nomination.nominator)}{seconds}"


def tags(nomination: Nomination) -> str:
    """Genre, decade and country, where they were told."""
    told = [nomination.genre, nomination.decade, nomination.country]
    return " · ".join(plain(text, 60, hard=80) for text in told if text)


def counted(number: int, noun: str, many: str | None = None) -> str:
    """`1 album`, `2 albums`."""
    return f"{number:,} {noun if number == 1 else many or noun + 's'}"


def figure(value: Decimal | float) -> str:
    """A number without needless zeros: `4`, `3.5`, `3.25`."""
    return f"{Decimal(str(value)).normalize():f}"


def heading(week: Week, what: str = "") -> str:
    """The week's label under what the card is about, with the week's theme."""
    title = f"# {what} · {week.label}" if what else f"# {week.label}"
    if week.is_demo and not what:
        title += "\n**Demo week:** tracks that members made"
    return f"{title}\n**Theme:** {plain(week.theme, 200, hard=300)}" if week.theme else title


def pitch_block(pitch: str, limit: int, most: int) -> str:
    """A pitch or a review as a quotation, at most `most` UTF-8 bytes long."""
    return sized(lambda length: block(pitch, length, hard=length + length // 4 + 100), limit, most)


def phase_words(week: Week) -> str:
    """What the club does in the week's phase."""
    picking = week.phase is Phase.NOMINATIONS and week.rules.pick is Pick.HOST
    return "The hosts pick the album" if picking else PHASE_WORDS[week.phase]


def ends_words(week: Week, phase: Phase | None = None) -> str:
    """What happens at the end of a phase, the present one unless told."""
    phase = phase or week.phase
    words = HOST_PICK_ENDS if week.rules.pick is Pick.HOST else ENDS_WORDS
    return words.get(phase) or ENDS_WORDS.get(phase, "It ends")


def deadline_lines(week: Week) -> list[str]:
    """What is still to come, the next one first and in bold; the hosts' pick needs no poll."""
    lines: list[str] = []
    ends = {
        Phase.SCHEDULED: week.deadlines.opens_at,
        Phase.NOMINATIONS: week.deadlines.nominations_close_at,
        Phase.POLL: week.deadlines.poll_close_at,
        Phase.LISTENING: week.deadlines.discussion_at,
        Phase.RATINGS: week.deadlines.ratings_close_at,
    }
    phases = list(ends)
    if week.phase not in ends:
        return []
    for phase in phases[phases.index(week.phase) :]:
        if phase is Phase.POLL and week.rules.pick is Pick.HOST:
            continue
        words = ends_words(week, phase)
        lines.append(f"- {f'**{words}**' if phase is week.phase else words}: {when(ends[phase])}")
    return lines


def turnout(view: WeekView) -> str:
    """How many have voted; never what."""
    return f"{counted(view.ballots, 'ballot')} from {counted(max(view.turnout_of, view.ballots), 'active member')}"


def listened_words(view: WeekView) -> str:
    """How many of those who rated the album in time are known to have listened to it that week."""
    raters = counted(view.ratings, "rater")
    return f"{view.listened} of {raters} {'is' if view.ratings == 1 else 'are'} known to have listened to it that week."


def listing(line: Callable[[int], Sequence[str]], size: int) -> str:
    """Lines with names as wide as fit into so many characters; what still does not fit is counted at the end."""
    for width in WIDTHS:
        lines = list(line(width))
        if fitting(size, lines):
            return "\n".join(lines)
    lines = list(line(WIDTHS[-1]))
    kept = len(lines)
    while kept and not fitting(size - 20, lines[:kept]):
        kept -= 1
    return "\n".join([*lines[:kept], f"… and {len(lines) - kept} more"])


def track_lines(tracks: Sequence[Track], width: int) -> list[str]:
    """An album's track list, a line each, with lengths where they are known."""
    lines: list[str] = []
    for track in tracks:
        length = f" ({duration(track.duration_ms)})" if track.duration_ms else ""
        lines.append(f"{track.position}. {literal(track.title, width, width + 12)}{length}")
    return lines


def duration(milliseconds: int) -> str:
    """`3:45`, `1:02:03`."""
    minutes, seconds = divmod(round(milliseconds / 1000), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def service_label(service: str) -> str:
    """A service's name as it writes itself; a name of ours stays."""
    return service_name(Service(service)) if service in set(Service) else label(service.replace("_", " ").title(), 40)


def choosing_thread_name(week: Week, what: str = "choosing") -> str:
    """A thread before the album is known: what differs comes first."""
    words = [label(week.theme, 60)] if week.theme else []
    words += [what] if what else []
    name = " · ".join([*words, f"week {week.number}"])
    return cut(name[0].upper() + name[1:], THREAD_NAME)


def album_thread_name(week: Week, album: Album, what: str = "") -> str:
    """The thread of an album: `Album — Artist · week 3`, the album cut and never the week."""
    tail = f" · {what} · week {week.number}" if what else f" · week {week.number}"
    name = f"{album.title} — {album.artist}" if album.artist else album.title
    return label(name, THREAD_NAME - len(tail)) + tail


def title_words(album: Album, width: int) -> str:
    """The title alone, inside a sentence."""
    return literal(album.title, width, width + width // 4 + 2)
