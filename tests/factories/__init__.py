"""Clubs, members, weeks and nominations for tests: the least that makes sense, everything else by keyword."""

from tests.factories.club import make_club, make_nomination, make_week, rewrite_week
from tests.factories.errands import Waiting, errands_of
from tests.factories.people import GUILD, NOW, MovableClock, a_caller, make_member, make_tools

__all__ = [
    "GUILD",
    "NOW",
    "MovableClock",
    "Waiting",
    "a_caller",
    "errands_of",
    "make_club",
    "make_member",
    "make_nomination",
    "make_tools",
    "make_week",
    "rewrite_week",
]
