"""Rows of one week. The tables' keys begin with the club, so its key is looked up first and their indexes serve."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, and_, select

from db.tables.club import Week


def in_week(table: Any, week_id: UUID | BindParameter[Any]) -> ColumnElement[bool]:
    """Whether a row of a club table belongs to the week; a statement made once names a parameter instead."""
    club_id = select(Week.club_id).where(Week.id == week_id).scalar_subquery()
    return and_(table.club_id == club_id, table.week_id == week_id)
