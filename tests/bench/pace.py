"""How both engines are asked: by as many callers, for as long, one resume after another at the same distance."""

import asyncio
from itertools import count
from statistics import quantiles
from time import perf_counter

CALLERS, SECONDS = (8, 64), 2
RESUMES, APART = 150, 0.05
"""One begun every so many seconds, whether the one before it has ended or not."""


async def rate(do, callers, settle=None):
    """A second, of `await do(number)`, after each caller has done it once, until all that they began has settled."""
    numbers = count()
    await asyncio.gather(*(do(next(numbers)) for _ in range(callers)))
    began, done = perf_counter(), 0

    async def ask():
        nonlocal done
        while perf_counter() < began + SECONDS:
            await do(next(numbers))
            done += 1

    await asyncio.gather(*(ask() for _ in range(callers)))
    if settle:
        await settle()
    return done / (perf_counter() - began)


async def latencies(resume, sleepers):
    """Milliseconds that `await resume(sleeper)` takes, p50 and p99."""
    took = []

    async def ask(sleeper):
        before = perf_counter()
        await resume(sleeper)
        took.append((perf_counter() - before) * 1000)

    asked = []
    for sleeper in sleepers[:RESUMES]:
        asked.append(asyncio.create_task(ask(sleeper)))
        await asyncio.sleep(APART)
    await asyncio.gather(*asked)
    cuts = quantiles(took, n=100, method="inclusive")
    return {"p50": cuts[49], "p99": cuts[98]}
