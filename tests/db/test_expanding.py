"""Old and new code work side by side while a bot is replaced: a revision only adds, or says that it takes away."""

from __future__ import annotations

from pathlib import Path

import pytest

import migrations
from db import migrate
from tests.db.expanding import contracts, unbearable

VERSIONS = Path(migrations.__path__[0]) / "versions"
JUDGED_FROM = "d1c7df23ea7a"
"""The revision since which steps are noted; those before it were never met by older code at work."""
ADVICE = (
    "Old code is still at work while this is applied: expand in one release, and take away in a later one, "
    "by a revision that says `contracts = True` beside its `revision` (see OPERATING, Upgrade)."
)


def judged() -> list[Path]:
    """The files of the revisions that came after the one from which they are judged."""
    history = migrate._history()
    files = {}
    for path in VERSIONS.glob("*.py"):
        names = dict(migrate._NAMED.findall(path.read_text(encoding="utf-8")))
        files[names["revision"].strip("'\"")] = path
    later: list[Path] = []
    at = migrate.newest()
    while at is not None and at != JUDGED_FROM:
        later.append(files[at])
        (at,) = history[at] or (None,)
    assert at == JUDGED_FROM, "the revision from which they are judged is gone"
    return later


def test_every_new_revision_only_adds_or_says_that_it_takes_away():
    faults = [
        f"{path.name} {fault}"
        for path in judged()
        for text in [path.read_text(encoding="utf-8")]
        if not contracts(text)
        for fault in unbearable(text)
    ]
    assert not faults, "\n".join([*faults, ADVICE])


def a_revision(body: str, *, says: str = "") -> str:
    return f'revision = "aaaaaaaaaaaa"\n{says}\n\ndef upgrade():\n    {body}\n\n\ndef downgrade():\n    pass\n'


@pytest.mark.parametrize(
    "body",
    [
        'op.drop_table("weeks")',
        'op.drop_column("weeks", "theme")',
        'op.rename_table("weeks", "rounds")',
        'op.alter_column("weeks", "theme", new_column_name="topic")',
        'op.alter_column("weeks", "theme", nullable=False)',
        'op.alter_column("weeks", "theme", type_=sa.Integer())',
        'op.alter_column("weeks", "run", server_default=None)',
        'op.add_column("weeks", sa.Column("mood", sa.Text(), nullable=False))',
        'op.create_unique_constraint(op.f("uq_weeks_theme"), "weeks", ["theme"])',
        'op.create_index("uq_weeks_theme", "weeks", ["theme"], unique=True)',
        'op.create_check_constraint(op.f("ck_weeks_theme_short"), "weeks", "char_length(theme) < 9")',
        'op.create_foreign_key("fk_weeks_theme_themes", "weeks", "themes", ["theme"], ["id"])',
        'op.drop_constraint(op.f("uq_weeks_number"), "weeks", type_="unique")',
        'op.drop_index("uq_outbox_key", table_name="outbox")',
        'op.execute("ALTER TABLE weeks RENAME COLUMN theme TO topic")',
        'op.execute(sa.text("alter table weeks alter column theme set not null"))',
        'op.execute("ALTER TABLE weeks DROP COLUMN theme")',
        'with op.get_context().autocommit_block():\n        op.execute("DROP TABLE weeks")',
    ],
)
def test_what_old_code_cannot_bear_is_seen_and_passes_when_it_is_said(body):
    assert unbearable(a_revision(body))
    assert not contracts(a_revision(body))
    assert contracts(a_revision(body, says="contracts = True"))


@pytest.mark.parametrize(
    "body",
    [
        'op.create_table("moods", sa.Column("id", sa.Uuid(), nullable=False))\n'
        '    op.create_index("uq_moods_id", "moods", ["id"], unique=True)\n'
        '    op.create_check_constraint("ck_moods_id", "moods", "true")',
        'op.add_column("weeks", sa.Column("mood", sa.Text(), nullable=True))\n'
        '    op.create_foreign_key("fk_weeks_mood_moods", "weeks", "moods", ["mood"], ["id"])',
        'op.add_column("weeks", sa.Column("mood", sa.Text(), nullable=False, server_default=""))',
        'op.alter_column("weeks", "theme", nullable=True)',
        'op.create_index("ix_weeks_theme", "weeks", ["theme"])',
        'op.drop_constraint(op.f("ck_weeks_kind_known"), "weeks", type_="check")\n'
        '    op.create_check_constraint(op.f("ck_weeks_kind_known"), "weeks", "kind IN (1, 2)")',
        'op.execute("UPDATE weeks SET mood = theme")',
    ],
)
def test_what_only_adds_passes(body):
    assert unbearable(a_revision(body)) == []


def test_the_way_down_is_not_judged():
    down = 'revision = "a"\ndef upgrade():\n    pass\n\n\ndef downgrade():\n    op.drop_table("weeks")\n'
    assert unbearable(down) == []
