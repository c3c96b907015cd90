"""Queue heavy work: Procrastinate's own tables and functions."""

from __future__ import annotations

from pathlib import Path

from alembic import op

import migrations

revision = "9b7d6a1c5e87"
down_revision = "8a6c5f0b4d76"
branch_labels = None
depends_on = None

SCHEMA = Path(migrations.__path__[0]) / "procrastinate_3_10.sql"
"""As Procrastinate 3.10 ships it: a revision must not change when the library does."""


def upgrade() -> None:
    """What Procrastinate 3.10 ships, as it is."""
    _run_script(SCHEMA.read_text(encoding="utf-8"))


def downgrade() -> None:
    """Everything named after Procrastinate; work that waits is lost."""
    _run_script(
        """
        DO $$
        DECLARE
            name text;
        BEGIN
            DROP TABLE procrastinate_events, procrastinate_periodic_defers, procrastinate_jobs, procrastinate_workers
                CASCADE;
            FOR name IN
                SELECT oid::regprocedure::text FROM pg_proc
                WHERE proname LIKE 'procrastinate\\_%' AND pronamespace = current_schema()::regnamespace
            LOOP
                EXECUTE 'DROP FUNCTION ' || name;
            END LOOP;
            DROP TYPE procrastinate_job_to_defer_v1, procrastinate_job_event_type, procrastinate_job_status;
        END;
        $$
        """
    )


def _run_script(script: str) -> None:
    """Many statements at once, which no prepared statement takes; in alembic's transaction all the same."""
    connection = op.get_bind()
    connection.exec_driver_sql("SELECT 1")  # now the transaction has begun
    connected = connection.connection.dbapi_connection
    assert connected is not None, "connected"
    connected.run_async(lambda driver: driver.execute(script))
