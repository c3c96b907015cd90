"""What a revision does to the code before it, read from its text: does it only add?"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

TAKES_AWAY = re.compile(
    r"\b(?:DROP\s+(?:TABLE|COLUMN|VIEW|FUNCTION|TYPE|TRIGGER)|RENAME\b|SET\s+NOT\s+NULL|ALTER\s+COLUMN\s+\w+\s+(?:SET\s+DATA\s+)?TYPE"
    r"|TRUNCATE|DELETE\s+FROM|ADD\s+(?:CONSTRAINT|UNIQUE|PRIMARY|EXCLUDE))",
    re.IGNORECASE,
)


@dataclass
class Read:
    """What a revision has made itself: nobody else knows of it yet."""

    tables: set[str] = field(default_factory=set[str])
    columns: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    loosened: set[str] = field(default_factory=set[str])
    """Rules that it drops; one of the same name is the same rule, only wider."""


def contracts(source: str) -> bool:
    """Whether a revision says of itself that the code before it cannot bear it."""
    return re.search(r"^contracts\b.*=\s*True\b", source, re.MULTILINE) is not None


def unbearable(source: str) -> list[str]:
    """What in a revision's way up the code before it could not bear."""
    (upgrade,) = [
        each for each in ast.parse(source).body if isinstance(each, ast.FunctionDef) and each.name == "upgrade"
    ]
    # In the order in which they are written, so that what is made is known before it is changed.
    calls = sorted(
        (each for each in ast.walk(upgrade) if isinstance(each, ast.Call) and _called(each).startswith("op.")),
        key=lambda call: (call.lineno, call.col_offset),
    )
    read = Read()
    return [f"line {call.lineno}: {fault}" for call in calls for fault in _faults(call, read)]


def _called(call: ast.Call) -> str:
    return ast.unparse(call.func)


def _faults(call: ast.Call, read: Read) -> Iterator[str]:
    what = _called(call).removeprefix("op.")
    words = [_word(each) for each in call.args]
    options = {each.arg: each.value for each in call.keywords if each.arg}
    first, second = [*words, "", ""][:2]
    match what:
        case "create_table":
            read.tables.add(first)
        case "add_column":
            yield from _column(call, first, read)
        case "drop_table" | "rename_table" | "drop_column":
            yield f"{what} takes away what old code names"
        case "alter_column":
            yield from _altered(options, first, second, read)
        case "drop_constraint":
            yield from _dropped(first, options, read)
        case "drop_index":
            yield "drop_index: old code's ON CONFLICT may rest on it, and its look-ups do"
        case "create_check_constraint" | "create_unique_constraint" | "create_exclude_constraint":
            if second not in read.tables and first not in read.loosened:
                yield f"{what} on a table of old code forbids what it may write"
        case "create_foreign_key":
            if second not in read.tables and not _columns(call.args[3:4], second) <= read.columns:
                yield "create_foreign_key on a table of old code forbids what it may write"
        case "create_index":
            unique = "unique" in options and ast.unparse(options["unique"]) == "True"
            if unique and second not in read.tables and not _columns(call.args[2:3], second) & read.columns:
                yield "a unique index on a table of old code forbids what it may write"
        case "execute":
            yield from _said(call)


def _column(call: ast.Call, table: str, read: Read) -> Iterator[str]:
    column = call.args[1]
    if not isinstance(column, ast.Call):
        yield "add_column: what is added cannot be read"
        return
    options = {each.arg: ast.unparse(each.value) for each in column.keywords}
    read.columns.add((table, _word(column.args[0])))
    filled = (
        {"server_default"} & set(options) or "Identity(" in ast.unparse(column) or "Computed(" in ast.unparse(column)
    )
    if options.get("nullable") == "False" and not filled and table not in read.tables:
        yield "add_column NOT NULL without a default: old code does not fill it"


def _altered(options: dict[str, ast.expr], table: str, column: str, read: Read) -> Iterator[str]:
    if table in read.tables or (table, column) in read.columns:
        return
    if "new_column_name" in options:
        yield "alter_column renames what old code names"
    if "type_" in options:
        yield "alter_column changes a type that old code reads"
    if "nullable" in options and ast.unparse(options["nullable"]) == "False":
        yield "alter_column NOT NULL: old code may leave it empty"
    if "server_default" in options and ast.unparse(options["server_default"]) == "None":
        yield "alter_column takes away a default that old code rests on"


def _dropped(name: str, options: dict[str, ast.expr], read: Read) -> Iterator[str]:
    read.loosened.add(name)
    kind = ast.unparse(options["type_"]).strip("'\"") if "type_" in options else ""
    if kind in ("unique", "primary", ""):
        yield f"drop_constraint {name}: old code's ON CONFLICT may rest on it"


def _said(call: ast.Call) -> Iterator[str]:
    for each in ast.walk(call):
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            found = TAKES_AWAY.search(each.value)
            if found is not None:
                yield f"execute says {found[0].upper()}"


def _columns(given: list[ast.expr], table: str) -> set[tuple[str, str]]:
    listed = given[0].elts if given and isinstance(given[0], ast.List) else []
    return {(table, _word(each)) for each in listed}


def _word(node: ast.expr) -> str:
    if isinstance(node, ast.Call) and node.args:  # op.f("name")
        return _word(node.args[0])
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
