"""The declarative base: names of constraints, types, and the columns every table shares."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, MetaData, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

Snowflake = Annotated[int, mapped_column(BigInteger)]
Json = Annotated[dict[str, Any], mapped_column(JSONB)]
Key = Annotated[UUID, mapped_column(primary_key=True)]


class Base(DeclarativeBase):
    """Every table of Longplay. Text is `text`, instants are `timestamptz`, enumerations are text with a named CHECK."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {datetime: DateTime(timezone=True), str: Text()}  # noqa: RUF012 - SQLAlchemy's own contract


def one_of(column: str, *values: str) -> CheckConstraint:
    """A named CHECK that a text column holds one of the values."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


def at_most(column: str, length: int) -> CheckConstraint:
    """A named CHECK on the length of a text column, in characters."""
    return CheckConstraint(f"char_length({column}) <= {length}", name=f"{column}_length")
