"""Runs a program with descriptors of its own choice as 3 and up, in the same process.

    activate.py 7,9 NAME=value… -- program argument…
"""

import os
import sys

descriptors = [int(number) for number in sys.argv[1].split(",") if number]
separator = sys.argv.index("--")
# Out of the way first, since one may be where another is to be.
moved = [os.dup2(descriptor, 100 + index) for index, descriptor in enumerate(descriptors)]
for descriptor in descriptors:
    os.close(descriptor)
for index, descriptor in enumerate(moved):
    os.dup2(descriptor, 3 + index, inheritable=True)
    os.close(descriptor)
environment = {
    **os.environ,
    "LISTEN_PID": str(os.getpid()),
    "LISTEN_FDS": str(len(descriptors)),
    **dict(assignment.split("=", 1) for assignment in sys.argv[2:separator]),
}
os.execve(sys.argv[separator + 1], sys.argv[separator + 1 :], environment)
