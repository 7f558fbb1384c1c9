"""One thread of another process held still, as a loop that does not turn any more would be."""

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# ptrace(2). To seize a thread, unlike to attach to it, sends no signal to its process.
_SEIZE, _INTERRUPT, _DETACH = 0x4206, 0x4207, 17
# waitpid(2): a thread that is not the first of its process.
_WALL = 0x40000000

_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
_libc.ptrace.restype = ctypes.c_long


def _ptrace(request: int, thread: int) -> None:
    if _libc.ptrace(request, thread, None, None) < 0:
        raise OSError(ctypes.get_errno(), f"ptrace request {request:#x}")


@contextmanager
def held(process: int, name: str) -> Iterator[None]:
    """Holds the thread `name` of a child process still."""
    tasks = Path(f"/proc/{process}/task").iterdir()
    (thread,) = [
        int(task.name) for task in tasks if (task / "comm").read_text().strip() == name
    ]
    _ptrace(_SEIZE, thread)
    _ptrace(_INTERRUPT, thread)
    os.waitpid(thread, _WALL)
    try:
        yield
    finally:
        _ptrace(_DETACH, thread)
