"""What is shown, and where it is put."""

import pytest
from bench.table import (
    BEGIN, END, Section, at_least, at_most, below, between_markers, lines, markdown,
)


def test_a_table_has_columns_of_one_width():
    assert lines(["server", "µs"], [["gateway", "5.10"], ["nchan", "12.30"]]) == [
        "| server  |    µs |",
        "| ------- | ----: |",
        "| gateway |  5.10 |",
        "| nchan   | 12.30 |",
    ]


def test_a_row_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="does not fit"):
        lines(["a", "b"], [["1"]])


@pytest.mark.parametrize(
    ("goal", "bound", "value", "verdict"),
    [
        (at_most("x", 1.1, 1.1), "≤ 1.1x", "1.10x", "pass"),
        (at_most("x", 1.101, 1.1), "≤ 1.1x", "1.10x", "FAIL"),
        (at_most("x", 5, 4, " KiB"), "≤ 4 KiB", "5.00 KiB", "FAIL"),
        (at_most("x", None, 4), "≤ 4x", "–", "not measured"),
        (at_least("x", 1.8, 1.8), "≥ 1.8x", "1.80x", "pass"),
        (at_least("x", 1.7, 1.8), "≥ 1.8x", "1.70x", "FAIL"),
        (at_least("x", None, 1.8), "≥ 1.8x", "–", "not measured"),
        (below("x", 1, 1, " ms"), "< 1 ms", "1.00 ms", "FAIL"),
        (below("x", 0.99, 1, " ms"), "< 1 ms", "0.99 ms", "pass"),
        (below("x", None, 1), "< 1x", "–", "not measured"),
    ],
)
def test_a_goal_says_what_was_wanted_and_whether_it_was_reached(goal, bound, value, verdict):
    assert (goal.bound, goal.value, goal.verdict) == (bound, value, verdict)


def test_all_goals_stand_before_the_sections():
    section = Section("Writes", ["server", "µs"], [["gateway", "1"]],
                      [at_most("a write", 0.2, 0.33)], ["A note."])
    text = markdown([section], ["- a machine"])
    parts = ["- a machine", "### Goals", "| a write |", "pass", "### Writes", "| gateway |",
             "- A note.\n"]
    places = [text.index(part) for part in parts]
    assert places == sorted(places)


def test_what_is_written_replaces_what_was_between_the_markers():
    document = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    once = between_markers(document, "new\n")
    assert once == f"before\n{BEGIN}\n\nnew\n\n{END}\nafter\n"
    assert between_markers(once, "new\n") == once


@pytest.mark.parametrize("document", ["", f"{BEGIN} alone", f"{END} alone"])
def test_a_document_without_markers_is_not_written_to(document: str):
    with pytest.raises(ValueError, match="markers|marker"):
        between_markers(document, "new")
