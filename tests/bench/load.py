"""Requests by `wrk`, as many as a server can answer, counted for each second that its processors worked for it."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from ops.bootstrap import from_debian

from .machine import cpu

CONNECTIONS, SECONDS = 16, 3
BROWSER = ("Accept: text/html", "Accept-Encoding: gzip, deflate, br, zstd")
UNCACHED = Path(__file__).with_name("uncached.lua")


def bring_wrk():
    if not shutil.which("wrk"):
        print("wrk, from Debian's packages", flush=True)
        if not from_debian("wrk"):
            sys.exit("The figures need wrk: `sudo apt-get install wrk`.")


def requests(pid, url, *headers, script=None, seconds=SECONDS):
    """Answered by the process `pid` and all that it started, for each CPU second of theirs. Every answer is a 200."""
    told = [word for header in (*BROWSER, *headers) for word in ("-H", header)] + (["-s", script] if script else [])
    before = cpu(pid)
    said = subprocess.run(
        ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", *told, url], capture_output=True, text=True, check=True
    ).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        sys.exit(f"{url} did not answer every time:\n{said}")
    return int(re.search(r"(\d+) requests in", said)[1]) / (cpu(pid) - before)
