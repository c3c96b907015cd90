"""The draw: the last rung of every ladder, which anyone can repeat from the seed that the result card shows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256


def draw_seed(*, guild_id: int, week_number: int, ballots: Sequence[tuple[int, Sequence[str]]]) -> str:
    """The seed of a week's draw, 64 hexadecimal digits.

    `ballots` pairs each voter's Discord id with the keys of their choices, first to last. The keys must be the same in
    every run (an album's identity, say, not a database id); then so is the seed. The order of ballots does not matter.
    It is the SHA-256 of `{"ballots":[[voter,[key,…]],…],"guild":…,"week":…}` as compact ASCII JSON, voters ascending.
    """
    sheet = {
        "ballots": sorted([voter, list(keys)] for voter, keys in ballots),
        "guild": guild_id,
        "week": week_number,
    }
    return sha256(json.dumps(sheet, separators=(",", ":"), sort_keys=True).encode("ascii")).hexdigest()


def draw_digest(seed: str, key: str) -> str:
    """The number a choice holds in the draw: the SHA-256 of `seed:key` in hexadecimal; the lowest is drawn.

    In a shell: `printf '%s' "$seed:$key" | sha256sum`.
    """
    return sha256(f"{seed}:{key}".encode()).hexdigest()


def draw_order(seed: str, choices: Sequence[str], keys: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """The choices in the order of the draw, the drawn one first; `keys` gives their text in it when not their own."""
    texts = {choice: choice if keys is None else keys[choice] for choice in choices}
    return tuple(sorted(choices, key=lambda choice: (draw_digest(seed, texts[choice]), texts[choice])))


def draw(seed: str, choices: Sequence[str], keys: Mapping[str, str] | None = None) -> str:
    """Draw one of the choices; the same seed and the same keys always draw the same one."""
    if not choices:
        raise ValueError("nothing to draw from")
    return draw_order(seed, choices, keys)[0]
