"""`python -m tests.rows`: every row of the acceptance list beside the tests that name it.

Rows are read from the list, markers from the tests' source, so nothing is run. `--check 0 1` fails while a row of the
seeds 000 and 001 has no test; `--missing` lists those alone.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]
LIST = ROOT.parent / "shared" / "facts" / "acceptance.md"
PROMISED = ("0", "1", "4")
"""The seeds whose rows are built so far: memory of tracks, tracks and posts, the club's model."""

_ROW = re.compile(r"^\| (?P<id>\d-\d\d)(?: [AG])? \| (?P<item>.*)", re.MULTILINE)


def rows(text: str) -> dict[str, str]:
    """The rows of the acceptance list by id, each with its words."""
    return {found["id"]: found["item"].strip().strip("|").strip() for found in _ROW.finditer(text)}


def named(source: str, name: str) -> Iterator[tuple[str, str]]:
    """The rows that a file's tests name, each with the test: by decorator, by `pytestmark`, or by `pytest.param`."""
    tree = ast.parse(source)
    everywhere = _of_all(tree.body)
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            inherited = everywhere | _of_all(node.body) | set(_ids(node.decorator_list))
            for inner in node.body:
                yield from _of_test(inner, f"{name}::{node.name}", inherited)
        else:
            yield from _of_test(node, name, everywhere)


def _of_test(node: ast.stmt, name: str, inherited: set[str]) -> Iterator[tuple[str, str]]:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith("test_"):
        for row in sorted(inherited | set(_ids(node.decorator_list))):
            yield row, f"{name}::{node.name}"


def _of_all(body: Iterable[ast.stmt]) -> set[str]:
    """What `pytestmark` says for everything below it."""
    marks = [
        node.value
        for node in body
        if isinstance(node, ast.Assign) and any(getattr(target, "id", "") == "pytestmark" for target in node.targets)
    ]
    return set(_ids(marks))


def _ids(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """The ids in every `pytest.mark.row("…")` that stands in these expressions."""
    for node in nodes:
        for call in ast.walk(node):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "row":
                for argument in call.args:
                    if isinstance(argument, ast.Constant):
                        yield str(argument.value)


def proofs_by_row(folder: Path = ROOT / "tests") -> dict[str, list[str]]:
    """Every row that is named somewhere, with the tests that name it."""
    found: dict[str, list[str]] = {}
    for path in sorted(folder.rglob("test_*.py")):
        for row, test in named(path.read_text(encoding="utf-8"), path.relative_to(folder.parent).as_posix()):
            found.setdefault(row, []).append(test)
    return found


def missing(listed: Iterable[str], found: Mapping[str, list[str]], seeds: Iterable[str]) -> list[str]:
    """The rows of these seeds that no test names."""
    wanted = set(seeds)
    return [row for row in listed if row.partition("-")[0] in wanted and not found.get(row)]


def report(listed: Mapping[str, str], found: Mapping[str, list[str]], seeds: Iterable[str]) -> Iterator[str]:
    """The lines of the report."""
    for seed in seeds:
        for row, item in listed.items():
            if row.startswith(f"{seed}-"):
                yield f"{row}  {item if len(item) <= 100 else item[:99] + '…'}"
                yield from (f"        {test}" for test in found.get(row) or ["NO TEST"])


def main(arguments: list[str]) -> int:
    """Print the report; 1 where a row of the seeds to be checked has no test, or a test names a row that is not."""
    parser = argparse.ArgumentParser(prog="python -m tests.rows", description=__doc__)
    parser.add_argument("--check", nargs="+", metavar="SEED", default=[], help="fail for rows of these without a test")
    parser.add_argument("--missing", action="store_true", help="only the rows without a test")
    asked = parser.parse_args(arguments)
    if not LIST.exists():
        print(f"The acceptance list is not at {LIST}.", file=sys.stderr)
        return 2
    listed, found = rows(LIST.read_text(encoding="utf-8")), proofs_by_row()
    seeds = asked.check or PROMISED
    if not asked.missing:
        print("\n".join(report(listed, found, seeds)), end="\n\n")
    lacking = missing(listed, found, seeds)
    for row in lacking:
        print(f"no test names {row}: {listed[row][:120]}")
    unknown = sorted(set(found) - set(listed))
    for row in unknown:
        print(f"no such row: {row}, named by {', '.join(found[row])}")
    have = sum(1 for row in listed if row.partition("-")[0] in seeds) - len(lacking)
    print(f"{have} rows of the seeds {', '.join(seeds)} are named by tests, {len(lacking)} are not.")
    return 1 if unknown or (asked.check and lacking) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
