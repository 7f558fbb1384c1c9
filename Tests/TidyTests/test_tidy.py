"""Style as a test: what a reader of this project may rely on in every file of it."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TRACKED = subprocess.run(
    ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
    cwd=ROOT, check=True, capture_output=True, text=True,
).stdout.split("\n")
FILES = [ROOT / name for name in TRACKED if name and (ROOT / name).is_file()]
SUFFIXES = {".swift", ".c", ".h", ".py", ".html", ".js"}
CODE = [path for path in FILES if path.suffix in SUFFIXES]
SWIFT_SOURCES = [
    path for path in CODE if path.suffix == ".swift" and (ROOT / "Sources") in path.parents
]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def offenders(paths: list[Path], pattern: str) -> list[str]:
    """The lines of `paths` in which `pattern` occurs, as FILE:LINE."""
    expression = re.compile(pattern)
    return [
        f"{name(path)}:{number}"
        for path in paths
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if expression.search(line)
    ]


def test_no_source_file_has_more_than_500_lines():
    long = {name(path): len(path.read_text().splitlines()) for path in CODE}
    assert {path: count for path, count in long.items() if count > 500} == {}


def test_no_line_of_code_has_more_than_100_columns_but_for_text_that_cannot_be_broken():
    assert offenders(CODE, r"^(?=.{101,}$)\s*\S+\s+\S") == []


def test_nothing_is_left_for_later():
    others = [path for path in CODE if path != Path(__file__).resolve()]
    assert offenders(others, r"\b(TODO|FIXME|XXX|HACK)\b") == []


@pytest.mark.parametrize(
    ("header", "home"),
    [
        ("libwebsockets.h", ("Sources/CWebSockets/", "Benchmarks/Programs/")),
        ("curl/curl.h", "Sources/CHTTPClient/"),
        ("uv.h", ("Sources/CLoop/", "Benchmarks/Programs/")),
        # The tests of TLS have a client of their own, in a C target of its own.
        ("openssl/", ("Sources/COpenSSL/", "Tests/CTLSClient/", "Benchmarks/Programs/")),
        ("jansson.h", "Sources/CJansson/"),
        ("yaml.h", "Sources/CYAML/"),
        ("zlib.h", "Sources/CContentCoding/"),
        ("brotli/", "Sources/CContentCoding/"),
        ("zstd.h", "Sources/CContentCoding/"),
    ],
)
def test_the_headers_of_a_library_are_included_in_its_own_target_only(
    header: str, home: str | tuple[str, ...]
):
    found = offenders(CODE, rf'#\s*include\s*[<"]{re.escape(header)}')
    assert [place for place in found if not place.startswith(home)] == []
    assert found != [], "the pattern still finds the library's own target"


def test_the_logic_imports_the_types_and_nothing_else():
    logic = [path for path in SWIFT_SOURCES if name(path).startswith("Sources/GatewayLogic/")]
    assert logic != []
    allowed = r"^\s*(\w+ )?import (?!GatewayTypes$)"
    assert offenders(logic, allowed) == []


def test_foundation_stays_out_of_the_shipped_program():
    assert offenders(SWIFT_SOURCES, r"^\s*(\w+ )?import Foundation") == []


def test_modules_show_each_other_package_declarations_and_no_public_ones():
    # ExpressibleByArgument is public, and so are its witnesses.
    libraries = [path for path in SWIFT_SOURCES if "notes-gateway/" not in name(path)]
    assert offenders(libraries, r"^\s*((public|open) \w|@inlinable\b)") == []


def test_no_error_is_thrown_away():
    assert offenders(SWIFT_SOURCES, r"\btry[?!]") == []


def test_what_is_sendable_unchecked_says_why_it_is_safe():
    for path in SWIFT_SOURCES:
        lines = path.read_text().splitlines()
        for index, line in enumerate(lines):
            if "@unchecked Sendable" in line:
                comment = "\n".join(lines[max(0, index - 12):index])
                assert "Safe because" in comment, f"{name(path)}:{index + 1}"


def test_the_files_that_the_documents_name_are_there():
    documents = [path for path in FILES if path.suffix == ".md" and path.name != "CHANGELOG.md"]
    expression = re.compile(r"`([\w+.-]+/[\w+./-]+\.(?:swift|c|h|py|service|yaml|example))`")
    homes = [ROOT, ROOT / "Sources", ROOT / "Tests", ROOT / "Benchmarks"]
    named = {
        (name(path), file)
        for path in documents
        for file in expression.findall(path.read_text())
    }
    missing = [pair for pair in named if not any((home / pair[1]).is_file() for home in homes)]
    assert named != set() and missing == []


def test_build_products_are_not_tracked():
    assert [path for path in TRACKED if re.search(r"(^|/)(Package\.resolved|\.build)", path)] == []
