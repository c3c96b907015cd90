"""Asking PostgreSQL: one module per area; values come out, rows never do."""
