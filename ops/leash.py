"""Ties a program to whoever started it: `python -I -S leash.py PARENT PROGRAM ARGUMENT…` becomes PROGRAM, which the
kernel kills when PARENT's starting thread ends, `kill -9` included.

A program of its own, because Python that runs between fork and exec may deadlock in a process that has threads.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # prctl(2); outlives execv


def become(parent: int, program: str, *arguments: str) -> None:
    """Never returns; refuses when `parent` was gone before the leash was on."""
    if ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGKILL), 0, 0, 0) != 0:
        sys.exit("the kernel refused the leash (prctl)")
    if os.getppid() != parent:
        sys.exit("whoever started this has ended")
    os.execv(program, [program, *arguments])


if __name__ == "__main__":
    become(int(sys.argv[1]), *sys.argv[2:])
