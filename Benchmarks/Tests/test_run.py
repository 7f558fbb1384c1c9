"""The order of a run, with scenarios that measure nothing."""

from types import SimpleNamespace

import pytest
import run
from bench.bench import Bench
from bench.table import Section


def failing(bench: Bench) -> Section:
    raise RuntimeError("the API is gone")


SCENARIOS = {
    "bench.scenarios.fanout": lambda bench: Section("Fan-out", ["server"], [["gateway"]]),
    "bench.scenarios.proxy": failing,
    "bench.scenarios.writes": lambda bench: Section("Writes", ["server"], [["gateway"]]),
}


@pytest.fixture
def bench(tmp_path, monkeypatch) -> Bench:
    monkeypatch.setattr(
        run.importlib, "import_module", lambda name: SimpleNamespace(run=SCENARIOS[name])
    )
    monkeypatch.setattr(run.machine, "about", lambda bench: [f"failed: {bench.failed}"])
    return Bench(rounds=1, is_quick=True, directory=tmp_path)


def test_a_scenario_that_fails_is_named_and_the_others_go_on(bench, tmp_path):
    text = run.measure(bench, ["fanout", "proxy", "writes"], tmp_path / "results.md")
    assert "### Fan-out" in text and "### Writes" in text
    assert bench.failed == {"proxy": "the API is gone"} and "the API is gone" in text


def test_what_was_measured_is_kept_when_a_run_is_cut_off(bench, tmp_path, monkeypatch):
    def cut_off(bench: Bench) -> Section:
        raise KeyboardInterrupt

    monkeypatch.setitem(SCENARIOS, "bench.scenarios.writes", cut_off)
    results = tmp_path / "results.md"
    with pytest.raises(KeyboardInterrupt):
        run.measure(bench, ["fanout", "writes"], results)
    assert "### Fan-out" in results.read_text()


def test_one_who_fails_is_left_out_and_the_first_must_not(bench):
    def fails() -> float:
        raise RuntimeError("closed")

    made = bench.able("writes", {"gateway": lambda: 1, "node ws": fails})
    assert made == {"gateway": 1} and bench.left_out == {"node ws, writes": "closed"}
    values = bench.alternate({"gateway": lambda: 2.0, "nchan": fails})
    assert values == {"gateway": [2.0]} and bench.left_out["nchan"] == "closed"
    with pytest.raises(RuntimeError, match="closed"):
        bench.alternate({"gateway": fails, "nchan": lambda: 2.0})
    with pytest.raises(RuntimeError, match="closed"):
        bench.able("writes", {"gateway": fails})


def test_who_begins_changes_from_round_to_round(tmp_path):
    bench = Bench(rounds=3, is_quick=True, directory=tmp_path)
    order: list[str] = []

    def measured(name: str):
        return lambda: float(len(order.append(name) or order))

    bench.alternate({name: measured(name) for name in "abc"})
    assert "".join(order) == "abc" "bca" "cab"
