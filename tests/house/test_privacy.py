"""No table is forgotten when a person asks for what is kept of them, or to be forgotten."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import Column, ForeignKey, MetaData, Table, Uuid

from db.queries.privacy.registry import FOREIGN_KEYS, NOBODYS, PLACES
from db.tables.base import Base

PERSONAL = re.compile(r"user|follower|followee|author|member_id|owner|nominator")
NOT_A_KEY = {
    "users.legacy_user_id": "goes with its row",
}


def unclassified(metadata: MetaData) -> list[str]:
    """Tables and columns that may be a person's and have no entry, with what is the matter."""
    places = {place.name for place in PLACES}
    tables = {place.table.description for place in PLACES}
    found: list[str] = []
    for table in metadata.tables.values():
        if (table.name in tables) == (table.name in NOBODYS):
            found.append(f"{table.name}: is it a person's? name its place, or say what it holds instead")
        for column in table.columns:
            name = f"{table.name}.{column.name}"
            refers = any(key.target_fullname in FOREIGN_KEYS for key in column.foreign_keys)
            if (refers or PERSONAL.search(column.name)) and name not in places and name not in NOT_A_KEY:
                found.append(f"{name}: refers to a person and is no place of theirs")
    return found


def test_every_table_says_whose_its_rows_are():
    assert unclassified(Base.metadata) == []


def test_no_entry_is_left_of_a_table_that_is_gone():
    tables = set(Base.metadata.tables)
    assert set(NOBODYS) <= tables
    assert {place.table.description for place in PLACES} - {"procrastinate_jobs"} <= tables
    assert len({place.name for place in PLACES}) == len(PLACES)
    for place in PLACES:
        assert {place.column, *place.withheld} <= set(place.table.columns.keys()), place.name


@pytest.mark.parametrize(
    "columns",
    [
        [],
        [Column("user_id", Uuid(), ForeignKey("users.id"))],
        [Column("by", Uuid(), ForeignKey("users.id"))],
        [Column("author_key", Uuid())],
    ],
    ids=["a new table", "a key", "a key of another name", "a name alone"],
)
def test_a_new_table_without_an_entry_fails(columns):
    metadata = MetaData()
    for table in Base.metadata.tables.values():
        table.to_metadata(metadata)
    Table("novelties", metadata, Column("id", Uuid(), primary_key=True), *columns)
    found = unclassified(metadata)
    assert found
    assert all(line.startswith("novelties") for line in found)
