"""How often a program asks for memory: a count that is about the same on any machine."""

import os
import struct
from collections.abc import Callable

from .bench import Bench
from .programs import COUNTER, compile_all

NUMBER = struct.Struct("=Q")


class AllocationCount:
    """Counts in the programs that are started with `environment`."""

    def __init__(self, bench: Bench) -> None:
        compile_all(bench, [COUNTER])
        self._file = bench.new_file("allocations")
        self._file.write_bytes(bytes(NUMBER.size))
        self.environment = os.environ | {
            "LD_PRELOAD": str(bench.program(COUNTER)), "ALLOCATIONS_FILE": str(self._file)}

    def read(self) -> int:
        return NUMBER.unpack(self._file.read_bytes())[0]

    def during(self, work: Callable[[], int]) -> float:
        """Allocations for each of what `work` says it has done."""
        before = self.read()
        done = work()
        return (self.read() - before) / done
