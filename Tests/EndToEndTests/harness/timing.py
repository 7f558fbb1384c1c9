"""Deadlines. All of them stretch by `NOTES_GATEWAY_SLOW`, for builds with a sanitizer in them."""

import os
import time
from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")

SLOW = float(os.environ.get("NOTES_GATEWAY_SLOW", "1"))


def seconds(count: float) -> float:
    """`count` seconds on a fast build, longer on a slow one."""
    return count * SLOW


def duration(count: float) -> str:
    """`count` seconds, stretched, as a duration of the configuration file."""
    return f"{round(seconds(count) * 1000)}ms"


class Deadline:
    """A moment by which something has to have happened."""

    def __init__(self, within: float) -> None:
        self._end = time.monotonic() + seconds(within)

    @property
    def remaining(self) -> float:
        """Seconds left, 0 when there are none."""
        return max(0.0, self._end - time.monotonic())

    @property
    def has_passed(self) -> bool:
        return self.remaining == 0.0


def wait_until(
    condition: Callable[[], Value], within: float = 10, what: str = "the condition"
) -> Value:
    """Asks `condition` until its answer is true, and returns that answer."""
    deadline = Deadline(within)
    while True:
        answer = condition()
        if answer:
            return answer
        assert not deadline.has_passed, f"{what} did not come true in time"
        time.sleep(0.005)
