"""Who does what only one process may do."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Integer
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base


class Lease(Base):
    """A duty of one process at a time; whoever writes for it names the epoch, so that one that was overtaken cannot."""

    __tablename__ = "leases"
    __table_args__ = (CheckConstraint("epoch > 0", name="epoch_counts"),)

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[int] = mapped_column(Integer)
    """The number of the process; see `db.presence`."""
    epoch: Mapped[int] = mapped_column(BigInteger)
    """Grows whenever it changes hands."""
    ends_at: Mapped[datetime]
