"""The schema's own history, as far as older code has to know it."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base


class SchemaStep(Base):
    """A revision that was applied; written with it by whoever migrates, read by code that does not have it."""

    __tablename__ = "schema_steps"

    revision: Mapped[str] = mapped_column(primary_key=True)
    before: Mapped[str]
    """The revision it was applied to."""
    contracts: Mapped[bool]
    """It takes away, or forbids, what the code before it needs."""
