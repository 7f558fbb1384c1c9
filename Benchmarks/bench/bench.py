"""What all scenarios share: the machine's cores, the programs, files, and who is missing."""

import itertools
import os
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .processes import descriptors

ROOT = Path(__file__).resolve().parents[2]


def reason(error: Exception) -> str:
    """Why something failed, in a line."""
    text = str(error).strip()
    return text.splitlines()[-1][:200] if text else type(error).__name__


@dataclass
class Bench:
    rounds: int
    is_quick: bool
    directory: Path = ROOT / ".build" / "bench"
    left_out: dict[str, str] = field(default_factory=dict)
    # Scenarios in which the gateway itself, or the load, could not go on.
    failed: dict[str, str] = field(default_factory=dict)
    _numbers: itertools.count = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self.cores = sorted(os.sched_getaffinity(0))
        # A core of its own for the server; the API gets one where there are enough.
        self.server_cores = self.cores[-1:]
        self.load_cores = self.cores[:1]
        self.api_cores = self.cores[1:2] if len(self.cores) >= 3 else self.cores[:1]
        self.descriptors = descriptors()
        self.files = self.directory / "files"
        shutil.rmtree(self.files, ignore_errors=True)
        self.files.mkdir(parents=True)

    @property
    def milliseconds(self) -> int:
        """How long one server is measured in one round."""
        return 100 if self.is_quick else 400

    def program(self, name: str) -> Path:
        return self.directory / "programs" / name

    def new_file(self, kind: str) -> Path:
        return self.files / f"{next(self._numbers)}-{kind}"

    def say(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    def leave_out(self, name: str, why: str) -> None:
        if name not in self.left_out:
            self.left_out[name] = why
            self.say(f"left out: {name}: {why}")

    def connections_max(self, descriptors_each: int = 1) -> int:
        """How many clients a server can have that spends so many descriptors on each."""
        return (self.descriptors - 500) // descriptors_each

    def able(self, what: str, makers: Mapping[str, Callable[[], Any]]) -> dict[str, Any]:
        """What each makes. Who fails is left out, but for the first, who must not."""
        made = {}
        for name, make in makers.items():
            try:
                made[name] = make()
            except (OSError, RuntimeError) as error:
                if not made:
                    raise
                self.leave_out(f"{name}, {what}", reason(error))
        return made

    def alternate(
        self, contestants: Mapping[Any, Callable[[], float]]
    ) -> dict[Any, list[float]]:
        """Each contestant measured once in each round; who begins changes from round to round.

        One that fails is left out of what is returned, but for the first, who must not.
        """
        names = list(contestants)
        values: dict[Any, list[float]] = {name: [] for name in names}
        for number in range(self.rounds):
            start = number % len(names)
            for name in names[start:] + names[:start]:
                if name not in values:
                    continue
                try:
                    values[name].append(contestants[name]())
                except (OSError, RuntimeError) as error:
                    if name == names[0]:
                        raise
                    self.leave_out(str(name), reason(error))
                    del values[name]
        return values
