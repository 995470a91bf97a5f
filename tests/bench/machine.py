"""What the kernel knows of a server and of all that it started, and what kind of machine this is."""

import os
import platform
import sqlite3
import subprocess
from importlib.metadata import version
from pathlib import Path

from ops.litestream import binary

TICKS = os.sysconf("SC_CLK_TCK")
PACKAGES = ("granian", "litestar", "SQLAlchemy", "uvloop")
MB = 1024 / 1_000_000  # of one of the kernel's kB


def family(pid):
    """A process and all that it started."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    children = {int(child) for thread in threads for child in (thread / "children").read_text().split()}
    return [pid, *(one for child in sorted(children) for one in family(child))]


def cpu(pid):
    """Seconds that it and all that it started have worked, those that have ended among them."""
    return sum(seconds(one) for one in family(pid))


def seconds(pid):
    """That this one process has worked, and what it started and that has ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / TICKS  # utime, stime, cutime, cstime: proc(5)


def worked(pid):
    """Seconds of its living threads, exactly, where `seconds` counts in hundredths."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1_000_000_000


def memory(pid):
    """Megabytes of this one process: its share of what several use (PSS), and all that it sees (RSS)."""
    lines = (line.split() for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:])
    found = {name: int(kb) * MB for name, kb, *_ in lines}
    return found["Pss:"], found["Rss:"]


def open_files(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def described():
    """This machine and the versions that matter here, in one line."""
    model = next(
        (line.partition(": ")[2] for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        platform.machine(),
    )
    packages = [f"{name} {version(name)}" for name in PACKAGES]
    litestream = subprocess.run([binary(), "version"], capture_output=True, text=True, check=True).stdout.strip()
    python = f"Python {platform.python_version()}"
    return ", ".join(
        (
            f"{os.cpu_count()} x {model}",
            python,
            *packages,
            f"SQLite {sqlite3.sqlite_version}",
            f"Litestream {litestream}",
        )
    )
