"""One process of the release binary: started, listened to, and stopped."""

import collections
import contextlib
import functools
import os
import pty
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from .configuration import SECRET_FILE, Configuration, yaml
from .endpoint import Endpoint
from .timing import Deadline, seconds, wait_until
from .tokens import Issuer

ROOT = Path(__file__).resolve().parents[3]
_PORT = re.compile(r"\bport=(\d+)")
_DISASTER = re.compile(
    r"Sanitizer|runtime error:|Fatal error|Backtrace|Thread \d+ crashed|program crashed"
)
_LOG_LINES_KEPT = 20_000


def binary() -> Path:
    """The program under test, from `NOTES_GATEWAY`, else the release build of this tree."""
    path = Path(os.environ.get("NOTES_GATEWAY", ".build/release/notes-gateway"))
    return path if path.is_absolute() else ROOT / path


@functools.cache
def has_sanitizer() -> bool:
    """Whether the program under test has a sanitizer in it."""
    found = subprocess.run(["grep", "-qE", "__[at]san_init", binary()], check=False)
    return found.returncode == 0


# A sanitizer keeps freed memory for a while, 256 MiB of it if it is let.
FREED_MEMORY_GIVEN_BACK = {"ASAN_OPTIONS": "quarantine_size_mb=1"}


def memory(size: int) -> int:
    """A bound on what a gateway may grow by, which is more with the records of a sanitizer."""
    return size * 4 if has_sanitizer() else size


class Output:
    """What a process writes on one stream, line by line, kept up to a bound."""

    def __init__(self, stream) -> None:
        self._lines: collections.deque[str] = collections.deque(maxlen=_LOG_LINES_KEPT)
        self._changed = threading.Condition()
        self._is_over = False
        self._thread = threading.Thread(target=self._collect, args=(stream,), daemon=True)
        self._thread.start()

    def _collect(self, stream) -> None:
        with stream, contextlib.suppress(OSError):  # A terminal's other end fails at its end.
            for line in stream:
                with self._changed:
                    self._lines.append(line.decode(errors="backslashreplace").rstrip("\r\n"))
                    self._changed.notify_all()
        with self._changed:
            self._is_over = True
            self._changed.notify_all()

    @property
    def text(self) -> str:
        with self._changed:
            return "\n".join(self._lines)

    def finish(self) -> None:
        """Waits until the process has let go of the stream."""
        self._thread.join(seconds(5))

    def wait_for(self, pattern: re.Pattern[str], within: float = 10) -> re.Match[str]:
        """The first match in any line; the end of the output without one is a failure."""
        deadline = Deadline(within)
        with self._changed:
            while True:
                for line in self._lines:
                    if match := pattern.search(line):
                        return match
                assert not self._is_over, f"ended without {pattern.pattern}:\n{self._joined()}"
                assert not deadline.has_passed, f"no {pattern.pattern} in:\n{self._joined()}"
                self._changed.wait(deadline.remaining)

    def _joined(self) -> str:
        return "\n".join(self._lines)


class Gateway:
    """A running `notes-gateway serve` in a directory of its own."""

    running: "list[Gateway]" = []

    def __init__(
        self,
        configuration: Configuration,
        directory: Path,
        issuer: Issuer,
        environment: dict[str, str] | None = None,
        launcher: Sequence[str] = (),
        inherited: Sequence[socket.socket] = (),
        on_terminal: bool = False,
    ) -> None:
        """`launcher` stands before the command and runs it; it is left the sockets `inherited`.
        `on_terminal`: the log goes to a terminal."""
        directory.mkdir(parents=True, exist_ok=True)
        self.configuration = configuration
        self.issuer = issuer
        self.file = directory / "notes-gateway.yaml"
        self.file.write_text(yaml(configuration))
        (directory / SECRET_FILE).write_bytes(issuer.secret)
        reading, writing = pty.openpty() if on_terminal else os.pipe()
        self._process = subprocess.Popen(
            [*launcher, binary(), "serve", "--config", self.file],
            pass_fds=[each.fileno() for each in inherited],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=writing,
            cwd="/",
            env={**os.environ, **(environment or {})},
        )
        Gateway.running.append(self)
        os.close(writing)
        self.log = Output(os.fdopen(reading, "rb"))
        try:
            self.endpoint = self._find_endpoint()
        except BaseException:
            self.kill()
            raise

    def _find_endpoint(self) -> Endpoint:
        listener = self.configuration["listen"][0]
        address = listener["address"]
        if address.startswith("unix:"):
            endpoint = Endpoint(path=address.removeprefix("unix:"))
        else:
            port = listener["port"] or int(self.log.wait_for(_PORT, within=20)[1])
            endpoint = Endpoint(host={"::": "::1"}.get(address, address), port=port)
        wait_until(lambda: self._listens(endpoint), within=20, what="a listening gateway")
        return endpoint

    def _listens(self, endpoint: Endpoint) -> bool:
        assert self.is_alive, f"the gateway ended while starting:\n{self.log.text}"
        try:
            endpoint.connect_plain().close()
            return True
        except OSError:
            return False

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    @property
    def resident_size(self) -> int:
        """Bytes of memory that the process has resident."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) * 1024

    @property
    def peak_resident_size(self) -> int:
        """The most bytes of memory that the process has had resident."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024

    @property
    def open_file_count(self) -> int:
        return len(list(Path(f"/proc/{self.pid}/fd").iterdir()))

    def processor_share(self, over: float = 1) -> float:
        """How busy the process is: 1 is one processor, measured for `over` seconds."""
        before, start = self._processor_time(), time.monotonic()
        time.sleep(over)
        return (self._processor_time() - before) / (time.monotonic() - start)

    def _processor_time(self) -> float:
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def wait(self, within: float = 10) -> int:
        """The exit code. The process has to end by itself in time."""
        code = self._process.wait(seconds(within))
        self.log.finish()
        if self in Gateway.running:
            Gateway.running.remove(self)
        return code

    def stop(self) -> None:
        """Stops an idle gateway as an operator would, and insists on a clean end."""
        if self in Gateway.running:
            self.signal(signal.SIGTERM)
            code = self.wait(within=15)
            assert code == 0, f"exit code {code} after SIGTERM:\n{self.log.text}"
        self.assert_healthy()

    def assert_healthy(self) -> None:
        """Nothing that a runtime or a sanitizer complains about may have been printed."""
        assert not _DISASTER.search(self.log.text), self.log.text

    def kill(self) -> None:
        """Ends the process whatever it does; for the way out of a failed test."""
        if self.is_alive:
            self._process.kill()
        self.wait()

    def __enter__(self) -> "Gateway":
        return self

    def __exit__(self, kind, *_) -> None:
        if kind is None:
            self.stop()
        else:
            self.kill()


def run(*arguments: str | Path, cwd: Path | None = None, **environment: str):
    """Runs one command of the program to its end and returns what it said."""
    return subprocess.run(
        [binary(), *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds(20),
        cwd=cwd,
        env={**os.environ, **environment},
    )


def require_binary() -> None:
    assert shutil.which(binary()), f"there is no program at {binary()}: make build"
