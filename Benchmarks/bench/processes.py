"""Processes that are started, watched and ended by the runner, each on the cores it is given."""

import contextlib
import re
import resource
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

START_SECONDS = 20


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Process:
    """A program with its children. Its processor time is what the scheduler says, in ns."""

    def __init__(
        self, command: Sequence[str | Path], cores: Sequence[int], log: Path, **options
    ) -> None:
        self.log = log
        pinned = ["taskset", "-c", ",".join(map(str, cores)), *map(str, command)]
        with log.open("wb") as stream:
            self.popen = subprocess.Popen(
                pinned, stderr=stream, **{"stdin": subprocess.DEVNULL, "stdout": stream, **options}
            )

    @property
    def pid(self) -> int:
        return self.popen.pid

    def pids(self) -> list[int]:
        found = [self.pid]
        for pid in found:
            with contextlib.suppress(FileNotFoundError):
                text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
                found += [int(child) for child in text.split()]
        return found

    def log_text(self) -> str:
        """The end of what it has said."""
        return self.log.read_text(errors="backslashreplace")[-2000:]

    def thread_times(self) -> dict[str, int]:
        """How long each thread has run, in ns."""
        return self._scheduled(0)

    def waiting_ns(self) -> int:
        """How long its threads could have run and did not, since others had the core."""
        return sum(self._scheduled(1).values())

    def _scheduled(self, field: int) -> dict[str, int]:
        times = {}
        for pid in self.pids():
            for task in Path(f"/proc/{pid}/task").iterdir():
                with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                    times[task.name] = int((task / "schedstat").read_text().split()[field])
        return times

    def cpu_ns(self) -> int:
        return sum(self.thread_times().values())

    def settle(self) -> None:
        """Waits until it has nothing to do: hardly any processor time in a while."""
        deadline = time.monotonic() + START_SECONDS
        before = self.cpu_ns()
        while time.monotonic() < deadline:
            time.sleep(0.1)
            after = self.cpu_ns()
            if after - before < 1_000_000:
                return
            before = after

    def resident_size(self) -> int:
        """Bytes resident, its children's with it, but what they share is counted once."""
        size = 0
        for pid in self.pids():
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
            size += int(re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)[1]) * 1024
        return size

    def wait_for_port(self, port: int) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.popen.poll() is not None:
                break
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                return
            time.sleep(0.02)
        raise RuntimeError(f"{self.popen.args} does not serve:\n{self.log_text()}")

    def stop(self) -> None:
        if self.popen.poll() is None:
            self.popen.terminate()
            try:
                self.popen.wait(3)
            except subprocess.TimeoutExpired:
                self.popen.kill()
        self.popen.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_) -> None:
        self.stop()


def descriptors() -> int:
    """How many descriptors a process may have, raised as far as that may be."""
    _, highest = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (highest, highest))
    return highest if highest != resource.RLIM_INFINITY else 1 << 20


def output(*command: str) -> str:
    """What a command says, or nothing where there is none."""
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=20, check=False
        )
        return (done.stdout + done.stderr).strip()
    return ""
