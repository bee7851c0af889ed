"""Run a command that ends when its parent ends, however that happens: `tether.py PARENT COMMAND …`.

PARENT is the process id of the parent as the caller knows it (in a shell that is replaced by this: `$PPID`).
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
    if len(sys.argv) < 3 or not sys.argv[1].isdigit():
        sys.exit("usage: python tools/tether.py PARENT COMMAND [ARGUMENT …]")
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != int(sys.argv[1]):  # it ended before we asked
            sys.exit(1)
    try:
        os.execv(sys.argv[2], sys.argv[2:])
    except OSError as error:
        sys.exit(f"{sys.argv[2]} does not start: {error.strerror}")


if __name__ == "__main__":
    main()
