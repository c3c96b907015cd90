"""`longplay migrate`: the database comes to the code's revision, or a sentence says why not."""

from __future__ import annotations

from alembic.script import ScriptDirectory
from sqlalchemy import text

from db import migrate
from db.session import Database
from tests.cli.process import Shell


async def test_an_empty_database_comes_to_head_and_stays_there(bare: Shell, empty_database_url: str) -> None:
    bare.settings["DATABASE_URL"] = empty_database_url
    head = migrate.newest()

    before = await bare.run("migrate", "--check")
    assert before.code == 1
    assert "The database differs from the code." in before.out

    first = await bare.run("migrate")
    assert first.code == 0
    assert first.out == f"The database was at nothing and is at {head} now.\n"

    second = await bare.run("migrate")
    assert second.code == 0
    assert second.out == f"The database is at {head} already.\n"

    after = await bare.run("migrate", "--check")
    assert after.code == 0
    assert after.out == "The database is up to date.\n"


async def test_a_database_of_a_newer_longplay_is_left_alone(bare: Shell, database: Database, database_url: str) -> None:
    async with database.writing() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = 'f00dfeed0000'"))
    for command in ("migrate", "run"):
        ended = await bare.run(command, DATABASE_URL=database_url, DISCORD_TOKEN="never.used.here")
        assert ended.code == 1
        assert "revision f00dfeed0000, which this Longplay does not know" in ended.err
        assert "Traceback" not in ended.err
    async with database.reading() as session:
        assert await session.scalar(text("SELECT version_num FROM alembic_version")) == "f00dfeed0000"


async def test_a_database_in_another_encoding_is_refused(bare: Shell, database: Database) -> None:
    ours = database.engine.url
    theirs = ours.set(database=f"{ours.database}_ascii")
    async with database.engine.connect() as connection:
        server = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await server.execute(
            text(
                f"CREATE DATABASE {theirs.database} ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc LOCALE 'C'"
                " TEMPLATE template0"
            )
        )
        try:
            ended = await bare.run("migrate", DATABASE_URL=theirs.render_as_string(hide_password=False))
        finally:
            await server.execute(text(f"DROP DATABASE {theirs.database} WITH (FORCE)"))
    assert ended.code == 1
    assert "the database's encoding is SQL_ASCII" in ended.err


async def test_a_database_that_is_away_is_one_sentence(bare: Shell) -> None:
    ended = await bare.run("migrate", DATABASE_URL="postgresql://club:hidden-pa55@127.0.0.1:1/club")
    assert ended.code == 1
    assert "The database cannot be reached" in ended.err
    assert "hidden-pa55" not in ended.said


def test_the_newest_revision_is_the_one_alembic_knows() -> None:
    assert migrate.newest() == ScriptDirectory.from_config(migrate._config()).get_current_head()
