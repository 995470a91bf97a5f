"""DBOS Transact, in a process of its own: `python -m tests.bench.theirs SYSTEM APPLICATION CASE` tells figures in JSON.

Two addresses of databases, as its documentation has them. Everything is as shipped: SQLite is polled, PostgreSQL
notifies. The faster of its two ways is taken: threads for short workflows, coroutines for those that sleep.
It runs in an environment that has DBOS and nothing of ours.
"""

import asyncio
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import sqlalchemy as sa
import uvloop
from dbos import DBOS, SQLAlchemyDatasource

from .pace import CALLERS, latencies, rate

MONTH = 30 * 86400  # seconds
MADE = sa.text("CREATE TABLE IF NOT EXISTS bench_notes (number INTEGER NOT NULL)")
NOTE = sa.text("INSERT INTO bench_notes (number) VALUES (:number)")
SYSTEM, APPLICATION, CASE = sys.argv[1:]
DRIVER = sa.make_url(APPLICATION).drivername
SCHEMA = "" if DRIVER == "sqlite" else "dbos."
WAITS = sa.text(f"SELECT count(*) FROM {SCHEMA}operation_outputs WHERE function_name = 'DBOS.sleep'")

system = sa.create_engine(sa.make_url(SYSTEM).set(drivername=DRIVER))
DBOS(config={"name": "rose-bench", "system_database_url": SYSTEM, "log_level": "ERROR"})
datasource = SQLAlchemyDatasource.create(APPLICATION)


@DBOS.step()
def call(number):
    return number + 1


@DBOS.workflow()
def three_calls(number):
    for _ in range(3):
        call(number)


@datasource.transaction
def note(number):
    datasource.sql_session().execute(NOTE, {"number": number})


@DBOS.workflow()
def three_notes(number):
    for _ in range(3):
        note(number)


@DBOS.workflow()
async def sleeper():
    await DBOS.recv_async("ask", timeout_seconds=MONTH)


async def calls():
    return await rates(three_calls)


async def notes():
    with datasource.engine.begin() as connection:
        connection.execute(MADE)
    return await rates(three_notes)


async def rates(workflow):
    return {f"{callers}": await threads(workflow, callers) for callers in CALLERS}


async def threads(workflow, callers):
    with ThreadPoolExecutor(callers) as pool:
        return await rate(partial(asyncio.get_running_loop().run_in_executor, pool, workflow), callers)


async def sleeps():
    handles = []

    async def sleep(_number):
        handles.append(await DBOS.start_workflow_async(sleeper))

    async def settle():
        while waits() < len(handles):
            await asyncio.sleep(0.01)

    created = await rate(sleep, CALLERS[-1], settle)
    return {"created": created} | await latencies(resume, handles)


def waits():
    """How many are kept: DBOS answers with the row of a workflow before it is asleep."""
    with system.connect() as connection:
        return connection.execute(WAITS).scalar()


async def resume(handle):
    await DBOS.send_async(handle.workflow_id, "yes", "ask")
    await handle.get_result()


DBOS.launch()
print(json.dumps(uvloop.run(globals()[CASE]())), flush=True)
os._exit(0)  # what sleeps would hold it back
