"""Programs that others wrote, each in an environment of its own, so that none has a say in ours."""

import hashlib
import sys
from pathlib import Path

from ops.bootstrap import reason, run


def bring(what, lock, here):
    """The folder of the programs that `lock` names; costs nothing when that has not changed."""
    stamp = Path(here, ".ready")
    wanted = hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()
    if not stamp.exists() or stamp.read_text() != wanted:
        print(f"{what}, in an environment of its own", file=sys.stderr, flush=True)
        told(sys.executable, "-m", "venv", "--without-pip", "--clear", here)
        pip = sys.executable, "-m", "pip", "--python", f"{here}/bin/python", "install"
        told(*pip, "--require-hashes", "--only-binary", ":all:", "-r", str(lock))
        stamp.write_text(wanted)
    return Path(here, "bin").absolute()


def told(*command):
    """What it printed; where it did not go well, the reason ends this process."""
    well, said = run(*command)
    if not well:
        sys.exit(reason(said))
    return said
