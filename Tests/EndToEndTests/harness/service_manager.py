"""What a service manager does for a gateway: it hears of its state, and hands sockets over."""

import socket
import sys
import time
from pathlib import Path

from .timing import Deadline, seconds


class ServiceManager:
    """A notify socket at a path or, with an `@`, in the abstract name space."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind("\0" + name[1:] if name.startswith("@") else name)
        # All that came, and when.
        self.heard: list[tuple[float, dict[str, str]]] = []

    def receive(self, within: float = 10) -> dict[str, str]:
        """The next notification, as assignments."""
        self._socket.settimeout(seconds(within))
        data = self._socket.recv(65536).decode()
        assignments = dict(line.split("=", 1) for line in data.split("\n"))
        self.heard.append((time.monotonic(), assignments))
        return assignments

    def wait_for(self, name: str, within: float = 10) -> dict[str, str]:
        """The next notification that has `name`; those before it are passed over."""
        deadline = Deadline(within)
        while name not in (assignments := self.receive(deadline.remaining or 0.001)):
            pass
        return assignments

    def forget(self) -> None:
        """Passes over all that has come so far."""
        self._socket.setblocking(False)
        try:
            while self._socket.recv(65536):
                pass
        except BlockingIOError:
            pass

    def hears_nothing(self, for_seconds: float) -> bool:
        """Whether nothing comes for so long, which shows that nobody answers for the gateway."""
        try:
            self.receive(for_seconds)
            return False
        except TimeoutError:
            return True

    def close(self) -> None:
        self._socket.close()


def activating(sockets: list[socket.socket], **variables: str) -> list[str]:
    """A launcher that hands `sockets` over as descriptors 3 and up, as a service manager does: only
    the new process can say its own number. `variables` are laid over what it says of them."""
    descriptors = ",".join(str(each.fileno()) for each in sockets)
    script = Path(__file__).with_name("activate.py")
    assignments = [f"{name}={value}" for name, value in variables.items()]
    return [sys.executable, "-B", str(script), descriptors, *assignments, "--"]
