"""docs/PROTOCOL.md tells authors of clients all that the gateway reads and says, and no more."""

import json
import re

from test_operating import cases, found
from test_tidy import ROOT

DOCUMENT = (ROOT / "docs/PROTOCOL.md").read_text()
API = (ROOT / "docs/API.md").read_text()
MESSAGES = ROOT / "Sources/GatewayWire/Messages"

READ = found(re.compile(r'^    case "(\w+)":', re.M), [MESSAGES / "ClientMessageParser.swift"])
ENCODER = sorted(MESSAGES.glob("GatewayMessageEncoder*.swift"))
WRITTEN = found(re.compile(r'\bopen\(type: "(\w+)"\)'), ENCODER)


def examples(arrow: str) -> list[dict]:
    """The messages that the document shows: `→` what a client sends, `←` what it hears."""
    return [json.loads(text) for text in re.findall(rf"^    {arrow} (.*)$", DOCUMENT, re.M)]


def rows(document: str) -> set[str]:
    """The first cells of its tables."""
    cells = re.findall(r"^\| ([^|]+?) \|", document, re.MULTILINE)
    return {word for cell in cells for word in re.split(r"[`, ]+", cell)}


def test_every_message_of_a_client_is_explained_and_shown():
    assert {"auth", "note_update", "ping"} <= READ, "the pattern still finds them"
    assert READ - rows(DOCUMENT) == set()
    # A signed message has the message in it.
    assert {each.get("payload", each)["type"] for each in examples("→")} == READ


def test_every_message_of_the_gateway_is_shown():
    assert {"connection_established", "note_sync", "folder_deleted_sync"} <= WRITTEN
    assert {each["type"] for each in examples("←")} == WRITTEN


def test_messages_are_shown_with_the_members_that_they_have():
    known = found(re.compile(r'\b(?:member|name)\("(\w+)"'), ENCODER)
    assert {"updatedNote", "reconnectAfter", "epoch"} <= known, "the pattern still finds them"
    shown = {name for each in examples("←") for name in each}
    assert shown - known == {"type"}
    assert {name for name in known if not re.search(rf"\b{name}\b", DOCUMENT)} == set()


def test_every_error_code_is_explained():
    codes = cases("ErrorCode")
    assert "upstream_timeout" in codes, "the pattern still finds them"
    assert codes - rows(DOCUMENT) == set()


def test_every_close_code_is_explained():
    codes = cases("CloseCode")
    assert "4408" in codes, "the pattern still finds them"
    assert codes - rows(DOCUMENT) == set()


def test_every_reason_of_a_failed_authentication_is_explained():
    reasons = found(
        re.compile(r'^  case \w+ = "([a-z-]+)"$', re.MULTILINE),
        [ROOT / "Sources/GatewayTypes/Messages/GatewayMessage.swift"],
    )
    assert "token-expired" in reasons, "the pattern still finds them"
    assert reasons - rows(DOCUMENT) == set()


def test_every_route_to_the_api_is_explained_with_its_default():
    routes = re.findall(
        r'^#    (\w+_(?:note|folder)): "(.+?)"',
        (ROOT / "conf/notes-gateway.yaml").read_text(),
        re.MULTILINE,
    )
    assert len(routes) == 8, "the pattern still finds them"
    assert [each for each in routes if f"| `{each[0]}` | `{each[1]}` |" not in API] == []


def test_the_client_in_python_can_be_compiled():
    (source,) = re.findall(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)
    compile(source, "docs/PROTOCOL.md", "exec")
