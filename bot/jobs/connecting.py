"""How workers speak to the database: what became of a task is noted again where the database was away for a moment.

The library tells it once. Were that lost, the task would stay under way for as long as its worker lives.

So would one that is to be put back while the same work was put into the queue again: only one of a name may wait.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import psycopg
from procrastinate import PsycopgConnector
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Status
from procrastinate.sql import queries

log = logging.getLogger(__name__)

PAUSES = (0.1, 0.5, 2.0, 5.0)
"""Seconds before the next try."""


class PatientConnector(PsycopgConnector):
    """Says again what changes something and failed in a way that passes: a lost connection, two that collided."""

    async def execute_query_async(self, query: Any, **arguments: Any) -> None:
        """Perform a statement without an answer; raises `ConnectorException` when it fails for good."""
        for pause in PAUSES:
            try:
                return await super().execute_query_async(query, **arguments)
            except UniqueViolation:
                if query != queries["retry_job"]:
                    raise
                log.info("task %s is not tried again: the same work waits already", arguments["job_id"])
                query = queries["finish_job"]
                arguments = {"job_id": arguments["job_id"], "status": Status.SUCCEEDED.value, "delete_job": True}
                continue
            except ConnectorException as error:
                if not isinstance(error.__cause__, psycopg.OperationalError):
                    raise
                log.warning("the queue's database was away: %s", type(error.__cause__).__name__)
            await asyncio.sleep(pause)
        return await super().execute_query_async(query, **arguments)
