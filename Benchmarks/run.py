"""Runs the gateway and its rivals side by side and writes down what came of it.

    make bench                       everything, into docs/BENCHMARKS.md
    make bench ONLY=fanout ROUNDS=5  one scenario, or several with commas between them
    make bench ROUNDS=1 QUICK=1      to see that all of it runs
"""

import argparse
import importlib
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).parent))

from bench import machine, tokens  # noqa: E402, F401
from bench.bench import ROOT, Bench, reason  # noqa: E402
from bench.programs import compile_all  # noqa: E402
from bench.table import Section, between_markers, markdown  # noqa: E402

SCENARIOS = ["fanout", "rooms", "proxy", "writes", "idle", "latency", "tls", "handshakes",
             "crowd", "workers"]
DOCUMENT = ROOT / "docs" / "BENCHMARKS.md"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="scenarios, with commas between them")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="short and small, to try it")
    parser.add_argument("--document", action="store_true", help="put the tables into docs")
    given = parser.parse_args()
    given.chosen = [name for name in given.only.split(",") if name] or SCENARIOS
    unknown = [name for name in given.chosen if name not in SCENARIOS]
    if unknown or given.rounds < 1:
        parser.error(f"no such scenario: {', '.join(unknown)}; there are {', '.join(SCENARIOS)}")
    return given


def measure(bench: Bench, chosen: list[str], results: Path) -> str:
    """What came of the chosen scenarios, in `results` from the first on: a run may be cut off."""
    found: list[Section] = []
    text = ""
    for name in chosen:
        start = time.monotonic()
        scenario = importlib.import_module(f"bench.scenarios.{name}")
        try:
            found.append(scenario.run(bench))
        except (OSError, RuntimeError, subprocess.SubprocessError) as error:
            bench.failed[name] = reason(error)
            bench.say(f"{name} failed: {error}")
        bench.say(f"{name}: {time.monotonic() - start:.0f} s")
        text = markdown(found, machine.about(bench))
        results.write_text(text)
    return text


def main() -> None:
    given = arguments()
    # A SIGTERM unwinds as an exception would, so that no server stays behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by SIGTERM"))
    bench = Bench(rounds=given.rounds, is_quick=given.quick)
    if not (ROOT / ".build/release/notes-gateway").exists():
        sys.exit("there is no .build/release/notes-gateway: make build")
    compile_all(bench)
    results = bench.directory / "results.md"
    text = measure(bench, given.chosen, results)
    print(text)
    bench.say(f"written to {results}")
    if given.document:
        DOCUMENT.write_text(between_markers(DOCUMENT.read_text(), text))
        bench.say(f"and into {DOCUMENT}")
    sys.exit(1 if bench.failed else 0)


if __name__ == "__main__":
    main()
