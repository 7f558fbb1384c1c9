"""docs/OPERATING.md explains everything that the program can say when something is wrong."""

import re

from test_tidy import ROOT, SWIFT_SOURCES, name

MANUAL = (ROOT / "docs/OPERATING.md").read_text()

LEVELS = "warning|error|critical"
_TEXT = r'"((?:[^"\\]|\\.)*)"'
# What calls a log has "log" in front: `log.error(`, `environment.log.error(`, `Log(self).error(`.
_CALL = re.compile(rf"\b[lL]og(?:\([^()]*\))?\s*\.(?:{LEVELS})\(\s*")
_CALL_WITH_TEXT = re.compile(_CALL.pattern + _TEXT)
_LINE = re.compile(rf"\blevel: \.(?:{LEVELS}),\s*message:\s*{_TEXT}")
# The report of a crash is written in C.
_CRASH = re.compile(r"\badd_head\([^\"()]*" + _TEXT)

_CODE = re.compile(r'\bcode(?:: | = .*)"([a-z_]+)"')

# The demo's API is no gateway, and the simulation has no clients.
GATEWAY = [
    path for path in SWIFT_SOURCES
    if not name(path).startswith(("Sources/DemoNotesAPI/", "Sources/GatewaySimulation/"))
]


def found(pattern: re.Pattern[str], paths=GATEWAY) -> set[str]:
    return {match[1] for path in paths for match in pattern.finditer(path.read_text())}


def cases(type: str) -> set[str]:
    """The raw values of an enum that has a file of its own."""
    (path,) = [path for path in GATEWAY if path.name == f"{type}.swift"]
    return set(re.findall(r'^  case \w+ = "?(\w+)"?$', path.read_text(), re.MULTILINE))


def first_cells() -> str:
    """What stands in the first two columns of tables, where things are looked up."""
    rows = [line for line in MANUAL.splitlines() if line.startswith("|")]
    return "\n".join(" ".join(row.split("|")[1:3]) for row in rows)


def missing(words: set[str]) -> list[str]:
    cells = first_cells()
    return sorted(word for word in words if f"`{word}`" not in cells)


def test_every_message_from_warning_up_is_explained():
    messages = found(_CALL_WITH_TEXT) | found(_LINE)
    assert len(messages) > 12 and "the start failed" in messages, "the patterns still find them"
    crash = found(_CRASH, sorted((ROOT / "Sources/CLoop").glob("*.c")))
    assert missing(messages | crash) == []


def test_every_message_from_warning_up_is_found():
    """One whose text does not stand in the call would not be."""
    hidden = [
        f"{name(path)}: {text[match.end():match.end() + 40]!r}"
        for path in GATEWAY
        for text in [path.read_text()]
        for match in _CALL.finditer(text)
        if not _CALL_WITH_TEXT.match(text, match.start())
    ]
    assert hidden == []


def test_every_code_of_a_refusal_is_explained():
    codes = found(_CODE)
    assert {"origin_not_allowed", "bad_request"} <= codes, "the patterns still find them"
    assert missing(codes | cases("ErrorCode")) == []


def test_every_close_code_is_explained():
    codes = cases("CloseCode")
    assert "4408" in codes, "the pattern still finds them"
    assert sorted(code for code in codes if f"\n| {code} |" not in MANUAL) == []


def test_every_metric_that_is_named_is_there():
    named = {each.removesuffix("_bucket") for each in re.findall(r"\bnotes_gateway_\w+", MANUAL)}
    (path,) = [path for path in GATEWAY if path.name == "GatewayFigures.swift"]
    written = set(re.findall(r'"(?:notes_gateway_)?([a-z_]+)"', path.read_text()))
    assert len(named) > 12
    assert {each.removeprefix("notes_gateway_") for each in named} - written == set()
