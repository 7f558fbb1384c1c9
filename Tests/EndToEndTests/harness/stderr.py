"""Runs a program, in the same process, with another standard error than it was given.

    stderr.py KIND program argument…

`unread`: a pipe that nobody reads, whose other end is descriptor `OTHER_END` of the process.
`gone`: a pipe whose reader has gone. `closed`: none at all. `journal`: the one that it was given,
which is said to be the journal; `other`: another file is said to be that.
"""

import os
import sys

OTHER_END = 9

if __name__ == "__main__":
    kind, program = sys.argv[1], sys.argv[2:]
    environment = dict(os.environ)
    if kind in ("unread", "gone"):
        reading, writing = os.pipe()
        os.dup2(writing, 2)
        if kind == "unread":
            os.dup2(reading, OTHER_END, inheritable=True)
    elif kind == "closed":
        os.close(2)
    else:
        status = os.fstat(2)
        inode = status.st_ino + (kind == "other")
        environment["JOURNAL_STREAM"] = f"{status.st_dev}:{inode}"
    os.execve(program[0], program, environment)
