"""Requests by `wrk`, as many as a server can answer."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from ops.bootstrap import from_debian

from .machine import cpu

CONNECTIONS, SECONDS = 16, 3
PATIENCE = 30  # seconds for one answer
BROWSER = ("Accept: text/html", "Accept-Encoding: gzip, deflate, br, zstd")
UNCACHED, WRITES = (Path(__file__).with_name(f"{name}.lua") for name in ("uncached", "writes"))


def bring_wrk():
    if not shutil.which("wrk"):
        print("wrk, from Debian's packages", flush=True)
        if not from_debian("wrk"):
            sys.exit("The figures need wrk: `sudo apt-get install wrk`.")


def requests(pid, url, *headers, script=None, **how):
    """For each second that processors work for the process `pid` and all that it started."""
    before = cpu(pid)
    return _answers(url, headers, script, **how) / (cpu(pid) - before)


def writes(pid, url, shoppers):
    """For each second, and for each that processors work; `shoppers`: a file of hosts, basket lines and cookies."""
    before = cpu(pid)
    kept = _answers(url, (), WRITES, str(shoppers))
    return kept / SECONDS, kept / (cpu(pid) - before)


def _answers(url, headers, script, *arguments, connections=CONNECTIONS, seconds=SECONDS):
    """How many; none of them a refusal."""
    told = [word for header in (*BROWSER, *headers) for word in ("-H", header)] + (["-s", script] if script else [])
    load = f"-c{connections}", f"-d{seconds}s", f"--timeout={PATIENCE}s"
    command = ["wrk", "-t1", *load, *told, url, "--", *arguments]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        sys.exit(f"{url} did not answer every time:\n{said}")
    return int(re.search(r"(\d+) requests in", said)[1])
