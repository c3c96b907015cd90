"""What members read of matches: two beside each other, and who is close to whom."""

from __future__ import annotations

from collections.abc import Sequence

from discord import ui

from bot.domain.pictures.charts import Comparison
from bot.domain.pictures.charts import SharedArtist as Drawn
from bot.domain.pictures.painting import Painted
from bot.domain.taste.pairs import Compared, Loved, Neighbour, Neighbours, Reason, SharedArtist, Speaks
from cogs.listening.cards import ARTIST, PERSON, counted, name_of
from cogs.shared.dynamic import Action
from cogs.shared.render import Body, Gallery, Item
from cogs.shared.text import cut

COMPARE = Action("compare-page")
"""The argument: who asked, the other, look, page."""
NEIGHBOURS = Action("neighbours-page")
"""The argument: who asked, whose they are, page."""

BANDS = ((90, "as close as it gets"), (70, "closer than most here"), (40, "an ordinary pair"), (20, "rather far apart"))
INCOMPLETE = "incomplete: little is known of one of them, so this may change much"
FAR = "as far apart as it gets"


def verdict(score: int) -> str:
    """A score in a few words."""
    return next((words for least, words in BANDS if score >= least), FAR)


def reason_words(reason: Reason, *, bare: bool = False) -> str:
    """A reason in words; `bare` for a picture, which knows no markup."""
    listed = [cut(name, ARTIST) if bare else name_of(name, ARTIST) for name in reason.names]
    names = f"{', '.join(listed[:-1])} and {listed[-1]}" if len(listed) > 1 else "".join(listed)
    if reason.speaks is Speaks.ARTISTS:
        more = reason.count - len(listed)
        also = f", and {counted(more, 'other artist')}" if more > 0 else ""
        return f"Both hear {names}{also}"
    if reason.speaks is Speaks.GENRES:
        return f"Much of what both hear is {names}"
    agree = "alike" if reason.speaks is Speaks.AGREE else "unlike"
    albums = counted(reason.count, "album")
    return f"They rated {albums} {agree}: {reason.apart:.1f} apart on average"


def compare_card(
    told: Compared, *, size: int, painted: Painted | None = None, trouble: str = "", turns: Item | None = None
) -> Body:
    """Two members beside each other."""
    asker, other = name_of(told.asker, PERSON), name_of(told.other, PERSON)
    head = [
        f"### {asker} and {other}: {told.pair.score} of 100",
        f"**{verdict(told.pair.score).capitalize()}.**",
        trouble,
    ]
    lines: list[str] = []
    lines += [f"- {reason_words(reason)}" for reason in told.reasons]
    if not told.reasons:
        lines.append("- They have nothing in common that Longplay knows of")
    if told.shared:
        lines.append(f"**{counted(told.shared_in_all, 'artist')} in common**, those that say most first")
        begin = told.page * size
        lines += [_shared(begin + place, one) for place, one in enumerate(told.shared, 1)]
    if not told.page:
        lines += [_missed(other, asker, told.they_love), _missed(asker, other, told.you_love)]
    last = max(1, -(-told.shared_in_all // size))
    page = f"page {told.page + 1} of {last}" if last > 1 else ""
    incomplete = "" if told.pair.whole else INCOMPLETE
    ordinary = "50 is an ordinary pair of this club"
    lines.append(f"-# {' · '.join(filter(None, (incomplete, ordinary, page)))}")
    return Body(
        ui.TextDisplay("\n".join(filter(None, head))),
        Gallery(painted) if painted is not None else None,
        ui.TextDisplay("\n".join(filter(None, lines))),
        turns,
    )


def _shared(place: int, one: SharedArtist) -> str:
    rare = " · nobody else here" if one.holders <= 2 else ""
    return f"**{place}.** {name_of(one.name, ARTIST)} · {one.mine:,} and {one.theirs:,} plays{rare}"


def _missed(lover: str, other: str, loved: Sequence[Loved]) -> str:
    if not loved:
        return ""
    names = ", ".join(f"{name_of(one.name, ARTIST)} ({one.plays:,})" for one in loved)
    return f"**{lover} loves it, {other} has not heard it:** {names}"


def comparison(told: Compared) -> Comparison:
    """The same as a picture."""
    return Comparison(
        left=told.asker,
        right=told.other,
        score=told.pair.score,
        artists=tuple(Drawn(one.name, one.mine, one.theirs) for one in told.shared),
        reasons=tuple(reason_words(reason, bare=True) for reason in told.reasons),
        verdict=verdict(told.pair.score),
        left_loves=tuple(one.name for one in told.you_love),
        right_loves=tuple(one.name for one in told.they_love),
        cautions=() if told.pair.whole else (INCOMPLETE.capitalize(),),
    )


def neighbours_card(told: Neighbours, *, size: int, turns: Item | None = None) -> Body:
    """Who is close to a member."""
    of = name_of(told.of, PERSON)
    lines = [f"### Whose taste is close to {of}’s"]
    lines += [_neighbour(one) for one in told.listed] or ["Nobody on this page."]
    if told.asker is not None and told.asker not in told.listed:
        lines.append(f"You are place {told.asker.place} of {told.members}: {told.asker.score} of 100.")
    last = max(1, -(-told.members // size))
    page = f"page {told.page + 1} of {last}" if last > 1 else ""
    foot = (counted(told.members, "member"), "50 is an ordinary pair of this club", "`/compare` says why", page)
    lines.append(f"-# {' · '.join(filter(None, foot))}")
    return Body(ui.TextDisplay("\n".join(lines)), turns)


def _neighbour(one: Neighbour) -> str:
    why = f" · {', '.join(name_of(name, ARTIST) for name in one.reasons[0].names)}" if one.reasons else ""
    incomplete = "" if one.whole else " · incomplete"
    return f"**{one.place}.** {name_of(one.name, PERSON)} · **{one.score}**{why}{incomplete}"
