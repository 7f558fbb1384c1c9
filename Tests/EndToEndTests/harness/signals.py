"""What threads of a test tell each other."""

import threading

from .timing import seconds


class Signal:
    """Something that happens once, in another thread."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def give(self) -> None:
        self._event.set()

    def wait(self) -> None:
        assert self._event.wait(seconds(10)), "what was waited for did not happen"
