"""Readers of published ballot files; they know the file formats and nothing of how votes are counted."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.domain.tally import Ballot

ELECTIONS = Path(__file__).resolve().parents[3] / "shared" / "data" / "elections"

Tiers = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Election:
    choices: tuple[str, ...]
    ballots: tuple[Ballot, ...]


def published(name: str) -> Path:
    """The path of a published file; skips the test where it is not at hand."""
    path = ELECTIONS / name
    if not path.exists():
        pytest.skip(f"published ballots {name} are not beside the repository")
    return path


def election(text: str) -> Election:
    """Read lines such as `42 M>N=C>K`: how many, then the tiers; a line without a number is one ballot."""
    lines = [line.strip() for line in re.split(r"[\n·]", text) if line.strip()]
    counted: list[tuple[int, Tiers]] = []
    for line in lines:
        number, _, order = line.rpartition(" ")
        counted.append((int(number or 1), _tiers(order)))
    return _election((), counted)


def read_abif(path: Path) -> Election:
    """Read an abif file: `count:A>B=C` with optional `/rating`, `=name:[text]` aliases and `{…}` headers."""
    named: list[str] = []
    counted: list[tuple[int, Tiers]] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if match := re.match(r"=([^:]+):\[", line):
            named.append(match[1])
        elif match := re.match(r"(\d+):(.*)$", line):
            counted.append((int(match[1]), _tiers(match[2].strip())))
    return _election(named, counted)


def read_debian(path: Path) -> Election:
    """Read a Debian tally sheet: options by number, then `V:` lines with one rank digit or `-` per option."""
    text = path.read_text(encoding="utf-8", errors="replace")
    options = re.findall(r"Option \d+-*>?: (.+)$", text, flags=re.MULTILINE)
    counted: list[tuple[int, Tiers]] = []
    for ranks in re.findall(rf"^V: ([0-9-]{{{len(options)}}})\s", text, flags=re.MULTILINE):
        tiers: defaultdict[str, list[str]] = defaultdict(list)
        for option, rank in zip(options, ranks, strict=True):
            if rank != "-":
                tiers[rank].append(option)
        counted.append((1, tuple(tuple(tiers[rank]) for rank in sorted(tiers))))
    return _election(options, counted)


def _tiers(order: str) -> Tiers:
    if not order:
        return ()
    return tuple(tuple(name.partition("/")[0].strip() for name in tier.split("=")) for tier in order.split(">"))


def _election(named: Iterable[str], counted: Iterable[tuple[int, Tiers]]) -> Election:
    sheets: Counter[Tiers] = Counter()
    for number, tiers in counted:
        sheets[tiers] += number
    seen = dict.fromkeys(named)
    seen.update(dict.fromkeys(sorted(name for tiers in sheets for tier in tiers for name in tier)))
    return Election(tuple(seen), tuple(Ballot(tiers, weight) for tiers, weight in sheets.items()))
