"""Processes made to be killed: a nursery brings them forth, so that none has to import anything.

In the nursery's own module `nurse(live)` is the last line; a test has it by `nursery(module, …)`.
"""

import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).parents[1]


def nurse(live):
    """For every line that it reads, which is JSON, one that lives by it; whom, and when it has ended, its exit code."""
    for line in sys.stdin:
        if (child := os.fork()) == 0:
            live(json.loads(line))
            os._exit(0)
        print(child, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


@contextmanager
def nursery(module, *words):
    """`birth = …`, `child = birth(about)`, `child.kill()`, `child.end()`: its exit code, -9 for one that was killed."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "bufsize": 1}
    with subprocess.Popen([sys.executable, "-m", module, *map(str, words)], cwd=ROOT, **pipes) as process:
        yield lambda about: Child(process, about)
        process.kill()


class Child:
    def __init__(self, process, about):
        process.stdin.write(json.dumps(about) + "\n")
        self.pid, self._process = int(process.stdout.readline()), process

    def kill(self, after=0.0):
        time.sleep(after)
        with suppress(ProcessLookupError):
            os.kill(self.pid, 9)

    def end(self):
        return int(self._process.stdout.readline())
