"""The queue: put there with the transaction or not at all, performed once, again after a failure or a death."""

from __future__ import annotations

import asyncio
from importlib import resources
from pathlib import Path

import pytest
from sqlalchemy import text

import migrations
from bot.domain.tasks import LONG, QUICK, Task
from bot.jobs.queue import Worker
from db.address import libpq_url
from db.queries.queue import defer
from db.server.troubles import Break, break_statements, unbroken
from tests.factories import make_tools

HELLO = Task("hello", QUICK, tries=3)
LATER = Task("later", LONG, tries=2)


async def jobs(database):
    async with database.reading() as session:
        rows = await session.execute(
            text("SELECT task_name, status::text, attempts, args FROM procrastinate_jobs ORDER BY id")
        )
        return [tuple(row) for row in rows]


async def put(database, task=HELLO, /, *, fails=False, **options):
    async with database.writing() as session:
        number = await defer(session, task, {"name": "Ada"}, **options)
        if fails:
            raise LookupError
    return number


@pytest.fixture
async def hired(database):
    """Workers that are dismissed after the test."""
    workers = []

    def hire(work, **options):
        workers.append(Worker(make_tools(database), work=work, **options))
        return workers[-1]

    yield hire
    for worker in workers:
        await worker.stop()


async def until(condition, seconds=20):
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - another task, or another connection, makes it true
            await asyncio.sleep(0.01)


def test_the_revision_holds_what_the_library_ships():
    """A newer library may bring another schema: then a revision of ours has to bring it too."""
    shipped = (resources.files("procrastinate.sql") / "schema.sql").read_text(encoding="utf-8")
    assert (Path(migrations.__path__[0]) / "procrastinate_3_10.sql").read_text(encoding="utf-8") == shipped


async def test_a_transaction_that_fails_leaves_no_task(database):
    with pytest.raises(LookupError):
        await put(database, fails=True)
    assert await jobs(database) == []


async def test_a_task_is_performed_once_with_its_arguments_and_gone(database, hired):
    heard = []

    async def hello(tools, name):
        heard.append((tools.database is database, name))

    await put(database)
    await asyncio.gather(*(hired({HELLO: hello}).work_off() for _ in range(3)))
    assert heard == [(True, "Ada")]
    assert await jobs(database) == []


async def test_a_task_whose_end_could_not_be_noted_is_noted_again(database, database_url, hired):
    """Its worker lives on, so that nobody would take it for stalled."""
    heard = []

    async def hello(tools, name):
        heard.append(name)

    # Put there, taken up, and gone: the third change.
    breaks = [Break("procrastinate_jobs", 3, "40P01")]
    await break_statements(database_url, breaks)
    await put(database)
    await hired({HELLO: hello}).work_off()
    assert await unbroken(database_url, breaks) == 0
    assert heard == ["Ada"]
    assert await jobs(database) == []


async def test_a_task_that_fails_while_the_same_work_waits_leaves_it_to_that_one(database, hired):
    """Only one of a name may wait; the other would stay under way for as long as its worker lives."""
    heard = []

    async def hello(tools, name):
        heard.append(name)
        if len(heard) == 1:
            assert await put(tools.database, lock="ada", queueing_lock="ada") is not None
            raise ValueError("no luck")

    await put(database, lock="ada", queueing_lock="ada")
    await hired({HELLO: hello}).work_off()
    assert heard == ["Ada", "Ada"]
    assert await jobs(database) == []


async def test_what_a_task_leads_to_is_worked_off_too(database, hired):
    done = []

    async def hello(tools, name):
        await put(tools.database, LATER)
        done.append("hello")

    async def later(tools, name):
        done.append("later")

    await put(database)
    await hired({HELLO: hello, LATER: later}).work_off()
    assert done == ["hello", "later"]


async def test_what_waits_already_is_not_put_there_twice(database, hired):
    async def hello(tools, name):
        pass

    assert await put(database, queueing_lock="ada") is not None
    async with database.writing() as session:
        assert await defer(session, HELLO, {}, queueing_lock="ada") is None
        assert await defer(session, HELLO, {}) is not None, "the transaction goes on"
    assert len(await jobs(database)) == 2
    await hired({HELLO: hello}).work_off()
    assert await put(database, queueing_lock="ada") is not None, "once begun it may wait again"


async def test_tasks_of_one_lock_take_turns(database, hired):
    inside, most = set(), 0

    async def hello(tools, name):
        nonlocal most
        me = asyncio.current_task()
        inside.add(me)
        most = max(most, len(inside))
        await asyncio.sleep(0.05)
        inside.discard(me)

    for _ in range(3):
        await put(database, lock="ada")
    worker = hired({HELLO: hello}, at_once=3)
    await worker.work_off()
    assert most == 1


async def test_a_task_that_fails_is_tried_again_so_often_and_then_kept(database, hired):
    tried = []

    async def hello(tools, name):
        tried.append(name)
        raise ValueError("no luck")

    await put(database)
    worker = hired({HELLO: hello})
    for attempt in (1, 2, 3):
        await worker.work_off()
        assert len(tried) == attempt
        async with database.writing() as session:
            await session.execute(text("UPDATE procrastinate_jobs SET scheduled_at = now()"))
    await worker.work_off()
    assert await jobs(database) == [("hello", "failed", 3, {"name": "Ada"})]


async def test_a_running_worker_hears_of_a_task_at_once(database, hired):
    heard = asyncio.Event()

    async def hello(tools, name):
        heard.set()

    worker = hired({HELLO: hello})
    await worker.start()
    await asyncio.sleep(0.5)  # it has looked once, and would look again in five seconds
    await put(database)
    await asyncio.wait_for(heard.wait(), 3)


async def test_a_stop_lets_a_task_finish(database, hired):
    began, finished = asyncio.Event(), []

    async def hello(tools, name):
        began.set()
        await asyncio.sleep(0.3)
        finished.append(name)

    await put(database)
    worker = hired({HELLO: hello})
    await worker.start()
    await asyncio.wait_for(began.wait(), 10)
    await worker.stop()
    assert finished == ["Ada"]
    assert await jobs(database) == []


async def test_a_task_that_outlasts_a_stop_is_broken_off_and_waits_for_the_next_worker(database, hired):
    began, ends = asyncio.Event(), asyncio.Event()

    async def hello(tools, name):
        began.set()
        await ends.wait()

    await put(database)
    worker = hired({HELLO: hello}, drain_seconds=0.2)
    await worker.start()
    await asyncio.wait_for(began.wait(), 10)
    await worker.stop()
    assert [(job[1], job[2]) for job in await jobs(database)] == [("todo", 1)]
    ends.set()
    await hired({HELLO: hello}).work_off()
    assert await jobs(database) == []


async def test_working_off_lets_a_task_take_its_time(database, hired):
    heard = []

    async def hello(tools, name):
        await asyncio.sleep(0.4)
        heard.append(name)

    await put(database)
    await hired({HELLO: hello}, drain_seconds=0.1).work_off()
    assert heard == ["Ada"]
    assert await jobs(database) == []


async def test_what_a_dead_worker_held_is_taken_up_again_as_often_as_a_task_is_tried(database, hired):
    heard = []

    async def hello(tools, name):
        heard.append(name)

    await put(database)
    for died in (1, 2):
        await _die_with_it(database)
        assert await hired({HELLO: hello}).take_up_stalled() == 0, "its heart may still beat"
        worker = hired({HELLO: hello}, stalled_seconds=0)
        assert await worker.take_up_stalled() == 1
        assert (await jobs(database))[0][1:3] == ("todo", died)
    await _die_with_it(database)
    worker = hired({HELLO: hello}, stalled_seconds=0)
    await worker.take_up_stalled()
    assert (await jobs(database))[0][1] == "failed", "a task that kills its workers ends"
    assert heard == []


async def _die_with_it(database):
    """What a worker leaves that takes a task and is killed at once."""
    async with database.writing() as session:
        await session.execute(text("SELECT procrastinate_fetch_job_v2(NULL, procrastinate_register_worker_v1())"))


async def test_a_worker_stands_up_again_when_the_database_was_away(database, hired, caplog):
    heard = asyncio.Event()

    async def hello(tools, name):
        heard.set()

    worker = hired({HELLO: hello})
    await worker.start()
    await asyncio.sleep(0.5)
    async with database.writing() as session:
        await session.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'longplay worker' AND datname = current_database()"
            )
        )
    await asyncio.sleep(0.2)
    await put(database)
    await asyncio.wait_for(heard.wait(), 15)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("postgres://u:p@h:1/d", "postgresql://u:p@h:1/d"),
        ("postgresql+asyncpg://u@/d?host=/run/x", "postgresql://u@/d?host=%2Frun%2Fx"),
        ("postgresql://u@h/d?sslmode=require", "postgresql://u@h/d?sslmode=require"),
        ("postgresql+asyncpg://u@h/d?ssl=true", "postgresql://u@h/d?sslmode=require"),
        ("postgresql+asyncpg://u@h/d?ssl=verify-full", "postgresql://u@h/d?sslmode=verify-full"),
    ],
)
def test_an_address_is_spelled_for_the_workers_driver(given, told):
    assert libpq_url(given) == told


async def test_a_task_of_newer_code_is_left_to_it_whole(database, hired):
    newer = Task("dream_up", QUICK, tries=2)
    await put(database, newer)
    await put(database)
    met = []

    async def hello(_tools, **args):
        met.append(args)

    old = hired({HELLO: hello})
    await old.work_off()
    assert met == [{"name": "Ada"}]
    assert await jobs(database) == [("dream_up", "todo", 0, {"name": "Ada"})]
    async with database.writing() as session:
        await session.execute(text("UPDATE procrastinate_jobs SET scheduled_at = NULL"))
    await hired({newer: hello}).work_off()
    assert len(met) == 2
    assert await jobs(database) == []
