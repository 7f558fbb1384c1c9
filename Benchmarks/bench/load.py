"""The load client, driven line by line."""

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from .bench import Bench
from .plans import Script, TriggerSet, write_scripts, write_triggers
from .processes import Process


@dataclass
class Result:
    """What a run came to, as Programs/load/main.c reports it."""

    triggers: int
    answers: int
    deliveries: int
    payload_min: int
    payload_max: int
    payload_last: int
    wall_ns: int
    busy_ns: int
    histogram: dict[str, int]

    @property
    def load_share(self) -> float:
        """How much of the time it had something to do: near 1 it is what was measured."""
        return self.busy_ns / self.wall_ns


class Load(Process):
    """Members of rooms that are connected from the start to the end of the block."""

    def __init__(
        self,
        bench: Bench,
        port: int,
        scripts: Sequence[Script],
        members: int,
        rooms: int = 1,
        uses_tls: bool = False,
        in_flight: int = 64,
    ) -> None:
        self._bench = bench
        plan = write_scripts(bench.new_file("scripts"), scripts) if members else None
        command = [bench.program("load"), "--port", str(port), "--members", str(members)]
        command += ["--rooms", str(rooms), "--in-flight", str(in_flight)]
        command += ["--scripts", str(plan)] if plan else []
        command += ["--tls"] if uses_tls else []
        super().__init__(
            command, bench.load_cores, bench.new_file("load-log"),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        try:
            self.opening = self._answer()
        except BaseException:
            self.stop()
            raise

    def _answer(self) -> dict:
        line = self.popen.stdout.readline()
        if not line:
            code = self.popen.wait()
            raise RuntimeError(f"the load client gave up ({code}): {self.log_text()}")
        return json.loads(line)

    def _ask(self, line: str) -> dict:
        self.popen.stdin.write(line + "\n")
        self.popen.stdin.flush()
        return self._answer()

    def choose(self, triggers: TriggerSet) -> None:
        """Opens the connections that set the rooms going, in place of those before."""
        self._ask(f"triggers {write_triggers(self._bench.new_file('triggers'), triggers)}")

    def run(self, milliseconds: int, window: int = 1) -> Result:
        return Result(**self._ask(f"run {milliseconds} {window}"))

    def rate(self, milliseconds: int, per_second: int) -> Result:
        return Result(**self._ask(f"rate {milliseconds} {per_second}"))
