"""What is shown: sections with a table each, and goals that were reached or missed."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Goal:
    """A bound and what was measured. Without a value it could not be measured, and says why."""

    text: str
    bound: str
    value: str
    is_met: bool | None

    @property
    def verdict(self) -> str:
        return {True: "pass", False: "FAIL", None: "not measured"}[self.is_met]


def at_most(text: str, value: float | None, bound: float, unit: str = "x") -> Goal:
    if value is None:
        return Goal(text, f"≤ {bound:g}{unit}", "–", None)
    return Goal(text, f"≤ {bound:g}{unit}", f"{value:.2f}{unit}", value <= bound)


def at_least(text: str, value: float | None, bound: float, unit: str = "x") -> Goal:
    if value is None:
        return Goal(text, f"≥ {bound:g}{unit}", "–", None)
    return Goal(text, f"≥ {bound:g}{unit}", f"{value:.2f}{unit}", value >= bound)


def below(text: str, value: float | None, bound: float, unit: str = "x") -> Goal:
    if value is None:
        return Goal(text, f"< {bound:g}{unit}", "–", None)
    return Goal(text, f"< {bound:g}{unit}", f"{value:.2f}{unit}", value < bound)


@dataclass
class Section:
    """What one scenario has to show."""

    title: str
    header: Sequence[str]
    rows: list[Sequence[str]] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def lines(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A Markdown table that can be read as it stands: columns of one width, numbers right."""
    if any(len(row) != len(header) for row in rows):
        raise ValueError("a row that does not fit its header")
    widths = [max(3, *(len(row[i]) for row in [header, *rows])) for i in range(len(header))]

    def line(row: Sequence[str]) -> str:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        return "| " + " | ".join(cells) + " |"

    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return [line(header), "| " + " | ".join(rule) + " |", *(line(row) for row in rows)]


def markdown(sections: Sequence[Section], about: Sequence[str]) -> str:
    goals = [goal for section in sections for goal in section.goals]
    text = [*about, ""]
    if goals:
        text += ["### Goals", ""]
        text += lines(
            ["goal", "bound", "measured", ""],
            [[goal.text, goal.bound, goal.value, goal.verdict] for goal in goals],
        )
        text.append("")
    for section in sections:
        text += [f"### {section.title}", "", *lines(section.header, section.rows), ""]
        text += [f"- {note}" for note in section.notes]
        text += [""] if section.notes else []
    return "\n".join(text).rstrip("\n") + "\n"


BEGIN = "<!-- begin of what `make bench` writes -->"
END = "<!-- end of what `make bench` writes -->"


def between_markers(document: str, text: str) -> str:
    """The document with `text` in the place of what stood between its two marker comments."""
    before, begin, rest = document.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError("the document has lost its marker comments")
    return f"{before}{BEGIN}\n\n{text}\n{END}{after}"
