"""`python -m tests.fuzz --minutes 10`: every parser of what strangers write, for minutes and not for moments.

The parsers take turns until the time is over. An example that raises anything but a refusal, that takes more than two
seconds of the processor or more than 64 MB fails: it is made as small as it gets and printed with its parser's name,
ready to be added to `tests/fuzzing/test_parsers.py`. LONGPLAY_FUZZ gives the minutes too.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
import tracemalloc
from collections import Counter
from collections.abc import Iterable
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.fuzzing.parsers import PARSERS, Parser

SECONDS = 2.0
"""Of the processor for one example; the slowest honest one takes a hundredth."""
BYTES = 64_000_000
EACH = 200
"""Examples of a parser before the next one's turn."""


class TooDearError(AssertionError):
    """An example that took too much time or memory."""


def fuzzed(parsers: Iterable[Parser], *, seconds: float, each: int = EACH, only_seed: int | None = None) -> int:
    """Try the parsers in turn until the time is over; how many of them failed."""
    ends = time.monotonic() + seconds
    left, failed, tried, dearest = list(parsers), 0, Counter[str](), dict[str, float]()
    while left:
        for parser in list(left):
            number = random.SystemRandom().getrandbits(32) if only_seed is None else only_seed
            if not _held(parser, number, each, tried, dearest):
                failed += 1
                left.remove(parser)
            if time.monotonic() >= ends:
                left.clear()
                break
    for name, count in sorted(tried.items()):
        print(f"{name:<20} {count:>9} examples, the dearest took {dearest[name] * 1_000:.1f} ms")
    print(f"{sum(tried.values())} examples, {failed} parsers failed.")
    return failed


def _held(parser: Parser, number: int, each: int, tried: Counter[str], dearest: dict[str, float]) -> bool:
    """Whether a parser held for one turn; what broke it is printed."""
    last: list[Any] = []

    def measured(words: Any) -> None:
        tried[parser.name] += 1
        last[:] = [words]
        began = time.process_time()
        tracemalloc.start()
        try:
            parser.holds(words)
        finally:
            bytes_more = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        took = time.process_time() - began
        dearest[parser.name] = max(dearest.get(parser.name, 0.0), took)
        if took > SECONDS or bytes_more > BYTES:
            raise TooDearError(f"{took:.1f} s, {bytes_more / 1e6:.0f} MB")

    chosen = settings(
        max_examples=each,
        deadline=None,
        database=None,
        print_blob=False,
        phases=(Phase.generate, Phase.target, Phase.shrink),
        suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example),
    )
    try:
        seed(number)(chosen(given(parser.words)(measured)))()
    except Exception as error:  # noqa: BLE001 - whatever a parser raises is what is looked for
        print(f"{parser.name}: {type(error).__name__}: {str(error)[:300]}")
        print(f"  words: {repr(last[0])[:2_000]}\n  seed: {number}")
        return False
    return True


def main() -> int:
    """Read the command line, fuzz, and say how it went by the exit code."""
    asked = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Every parser, for minutes.")
    asked.add_argument("--minutes", type=float, default=float(os.environ.get("LONGPLAY_FUZZ", "10")))
    asked.add_argument("--only", choices=[each.name for each in PARSERS], help="one parser alone")
    asked.add_argument("--seed", type=int, help="that of a failure, to see it again")
    given_ = asked.parse_args()
    chosen = [each for each in PARSERS if given_.only in (None, each.name)]
    return 1 if fuzzed(chosen, seconds=given_.minutes * 60, only_seed=given_.seed) else 0


if __name__ == "__main__":
    sys.exit(main())
