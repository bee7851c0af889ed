"""Run a command that ends when whoever started it ends, however that happens: `tether.py COMMAND …`.

On Linux the kernel sends SIGTERM to the command when its parent dies, SIGKILL included; the command then has
the time to put its own children away. Elsewhere the command simply runs. The mark survives `exec`, so no
process of this file stays between the two.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    if len(sys.argv) < 2:
        sys.exit("usage: python tools/tether.py COMMAND [ARGUMENT …]")
    if sys.platform.startswith("linux"):
        parent = os.getppid()
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it ended before we asked
            sys.exit(1)
    try:
        os.execv(sys.argv[1], sys.argv[1:])
    except OSError as error:
        sys.exit(f"{sys.argv[1]} does not start: {error.strerror}")


if __name__ == "__main__":
    main()
