"""Alembic revisions; run through `longplay migrate`."""
