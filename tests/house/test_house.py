"""Rules of the house that no linter knows, each with its reason, tried on a good and a bad sample first."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("bot", "cogs", "db", "migrations", "tests")
FILE_LINES = 400
TEST_LINES = 600
FUNCTION_LINES = 50
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "misc", "common", "manager"}

Rule = Callable[[Path, str, ast.Module], Iterator[str]]


def sources() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [Path(line) for line in listed.stdout.splitlines() if (ROOT / line).exists()]


def only_one_commit(path: Path, _text: str, tree: ast.Module) -> Iterator[str]:
    """One use is one transaction: a second commit would cut a use in two."""
    migrating = ("db/migrate.py", "db/separation/runner.py")
    if path.parts[0] in ("tests", "migrations") or path.as_posix() in ("db/session.py", *migrating):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit":
            yield f"{path}:{node.lineno} commits; only db/session.py does"


def no_coupling_by_name(path: Path, _text: str, tree: ast.Module) -> Iterator[str]:
    """A cog fetched by its name is an import nobody can see."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in ("get_cog", "get_command"):
            yield f"{path}:{node.lineno} finds something by its name as a string"


def files_stay_small(path: Path, text: str, _tree: ast.Module) -> Iterator[str]:
    """Every project of the field has one file that swallowed an area."""
    limit = TEST_LINES if path.parts[0] == "tests" else FILE_LINES
    lines = text.count("\n")
    if lines > limit and path.parts[:2] != ("migrations", "versions"):
        yield f"{path} has {lines} lines; {limit} are enough for one subject"


def functions_stay_small(path: Path, _text: str, tree: ast.Module) -> Iterator[str]:
    """What does not fit on a screen is two things."""
    if path.parts[0] in ("tests", "migrations"):
        return
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            lines = (node.end_lineno or 0) - body[0].lineno + 1 if body else 0
            if lines > FUNCTION_LINES:
                yield f"{path}:{node.lineno} {node.name} has {lines} lines"


def names_say_something(path: Path, _text: str, _tree: ast.Module) -> Iterator[str]:
    """A room for everything is a room for nothing."""
    words = set(path.with_suffix("").parts) | set(re.split(r"[_/]", path.stem))
    if words & EMPTY_NAMES:
        yield f"{path} says nothing about what lives there"


def custom_ids_come_from_the_registry(path: Path, _text: str, tree: ast.Module) -> Iterator[str]:
    """A button survives a restart only if the registry can read its id; a hand-written id is a dead button."""
    if path.parts[0] != "cogs" or path.parts[:2] == ("cogs", "shared"):
        return
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.keyword)
            and node.arg == "custom_id"
            and isinstance(node.value, (ast.Constant, ast.JoinedStr))
        ):
            yield f"{path}:{node.value.lineno} writes a custom_id by hand"


RULES: tuple[Rule, ...] = (
    only_one_commit,
    no_coupling_by_name,
    files_stay_small,
    functions_stay_small,
    names_say_something,
    custom_ids_come_from_the_registry,
)

BAD: dict[str, tuple[str, str]] = {
    "only_one_commit": ("bot/services/x.py", "async def f(s):\n    await s.commit()\n"),
    "no_coupling_by_name": ("cogs/x.py", "def f(bot):\n    return bot.get_cog('Club')\n"),
    "files_stay_small": ("bot/x.py", "a = 1\n" * 401),
    "functions_stay_small": ("bot/x.py", "def f():\n" + "    a = 1\n" * 51),
    "names_say_something": ("bot/utils.py", "a = 1\n"),
    "custom_ids_come_from_the_registry": ("cogs/club/x.py", "Button(custom_id='vote')\n"),
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_rule_sees_what_it_is_for_and_lets_good_code_pass(rule: Rule) -> None:
    place, bad = BAD[rule.__name__]
    assert list(rule(Path(place), bad, ast.parse(bad)))
    good = '"""Good."""\n\n\ndef count() -> int:\n    return 1\n'
    assert not list(rule(Path("bot/domain/good.py"), good, ast.parse(good)))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps_the_rule(rule: Rule) -> None:
    broken: list[str] = []
    for path in sources():
        text = (ROOT / path).read_text()
        broken += rule(path, text, ast.parse(text))
    assert not broken, "\n".join(broken)


def test_every_room_is_on_the_plan() -> None:
    rooms = {path.parts[0] for path in sources() if len(path.parts) > 1}
    assert rooms <= set(ROOMS)
