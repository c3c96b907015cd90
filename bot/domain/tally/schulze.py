"""Schulze's method: whoever beats or equals every rival along the strongest paths of pairwise victories."""

from __future__ import annotations

from bot.domain.tally.counts import Counts


def strongest_paths(members: list[int], counts: Counts) -> list[list[int]]:
    """Strength of the best path between any two members, in margins; 0 where no path of victories leads.

    A path is as strong as its narrowest victory. Rows and columns follow `members`.
    """
    size = len(members)
    paths = [[max(0, counts.margin(one, other)) for other in members] for one in members]
    for middle in range(size):
        onward = paths[middle]
        for start, row in enumerate(paths):
            reach = row[middle]
            if reach and start != middle:
                for end, ahead in enumerate(onward):
                    through = min(reach, ahead)
                    if through > row[end]:
                        row[end] = through
    for index in range(size):
        paths[index][index] = 0
    return paths


def schulze_winners(counts: Counts) -> list[int]:
    """Every choice that no rival beats; one or more, all of them when nobody voted.

    Only the dominating set is searched: its members beat everyone outside, so no path leads back in.
    """
    members = dominating_set(counts)
    if len(members) == 1:
        return members
    paths = strongest_paths(members, counts)
    span = range(len(members))
    return [members[one] for one in span if all(paths[one][other] >= paths[other][one] for other in span)]


def dominating_set(counts: Counts) -> list[int]:
    """The smallest set whose members each beat everyone outside it, in ascending order."""
    over = counts.over
    span = range(len(over))
    unbeaten = {one: {other for other in span if other != one and over[other][one] >= over[one][other]} for one in span}
    # Whoever loses or draws fewest is certainly in; whoever a member does not beat is in too.
    members = {min(span, key=lambda one: len(unbeaten[one]))}
    waiting = list(members)
    while waiting:
        new = unbeaten[waiting.pop()] - members
        members |= new
        waiting.extend(new)
    return sorted(members)


def schulze_is_safe(winner: int, counts: Counts) -> bool:
    """True when no single changed ballot can stop this winner from being the only one.

    One ballot moves any margin by at most two, so any path's strength too, so a lead between two paths by four.
    """
    paths = strongest_paths(list(range(len(counts.over))), counts)
    return all(paths[winner][rival] - paths[rival][winner] > 4 for rival in range(len(paths)) if rival != winner)
