"""RFC 6455, 8.1: a text message is UTF-8. The cases of chapter 6 of the Autobahn TestSuite."""

import pytest

from harness.conformance import (
    NOT_UTF8,
    Conversation,
    carrying,
    close,
    more,
    ping,
    pong,
    text,
)
from harness.frames import TEXT, close_payload, fragmented, head

# With an accented letter of three bytes.
GREEK = bytes.fromhex("cebae1bdb9cf83cebcceb5")
MIXED = "Hello-µ@ßöäüàá-UTF-8!!".encode()


def rows(chapter: str, *sequences: str) -> dict[str, bytes]:
    """Sequences in hexadecimal, numbered from 1."""
    return {f"{chapter}.{n}": bytes.fromhex(row) for n, row in enumerate(sequences, 1)}


def noncharacters() -> list[str]:
    points = [plane << 16 | low for plane in range(1, 17) for low in (0xFFFE, 0xFFFF)]
    return ["efbfbe", "efbfbf", *(chr(point).encode().hex() for point in points)]


VALID = {
    "6.1.1": b"",
    "6.2.1": MIXED,
    "6.2.4": GREEK,
    "6.5.1": b"hello$world",
    "6.5.2": "hello¢world".encode(),
    "6.5.3": "hello€world".encode(),
    "6.5.4": "hello\U00024b62world".encode(),
    "6.5.5": GREEK,
    **{f"6.6.{n}": GREEK[:n] for n in (2, 5, 7, 9, 11)},
    **rows("6.7", "00", "c280", "e0a080", "f0908080"),
    **rows("6.9", "7f", "dfbf", "efbfbf", "f48fbfbf"),
    **rows("6.11", "ed9fbf", "ee8080", "efbfbd", "f48fbfbf"),
    **rows("6.22", *noncharacters()),
    **rows("6.23", *(f"efbf{last:02x}" for last in range(0xB9, 0xC0))),
}

INVALID = {
    "6.3.1": GREEK + b"\xed\xa0\x80edited",
    **{f"6.6.{n}": GREEK[:n] for n in (1, 3, 4, 6, 8, 10)},
    **rows("6.8", "f888808080", "fc8480808080"),
    **rows("6.10", "f7bfbfbf", "fbbfbfbfbf", "fdbfbfbfbfbf"),
    "6.11.5": b"\xf4\x90\x80\x80",
    **rows("6.12", "80", "bf", "80bf", "80bf80", "80bf80bf", "80bf80bf80"),
    "6.12.7": b"\x80\xbf" * 3,
    "6.12.8": bytes(range(0x80, 0xC0)),
    "6.13.1": b"".join(bytes([first]) + b" " for first in range(0xC0, 0xE0)),
    "6.13.2": b"".join(bytes([first]) + b" " for first in range(0xE0, 0xF0)),
    "6.13.3": b"".join(bytes([first]) + b" " for first in range(0xF0, 0xF8)),
    "6.13.4": b"".join(bytes([first]) + b" " for first in range(0xF8, 0xFC)),
    "6.13.5": b"\xfc \xfd ",
    **rows("6.14", "c0", "e080", "f08080", "f8808080", "fc80808080"),
    "6.14.6": b"\xdf",
    "6.14.7": b"\xef\xbf",
    "6.14.8": b"\xf7\xbf\xbf",
    "6.14.9": b"\xfb\xbf\xbf\xbf",
    "6.14.10": b"\xfd\xbf\xbf\xbf\xbf",
    "6.15.1": bytes.fromhex("c0e080f08080f8808080fc80808080dfefbff7bfbffbbfbfbffdbfbfbfbf"),
    **rows("6.16", "fe", "ff", "fefeffff"),
    **rows("6.17", "c0af", "e080af", "f08080af", "f8808080af", "fc80808080af"),
    **rows("6.18", "c1bf", "e09fbf", "f08fbfbf", "f887bfbfbf", "fc83bfbfbfbf"),
    **rows("6.19", "c080", "e08080", "f0808080", "f880808080", "fc8080808080"),
    **rows("6.20", "eda080", "edadbf", "edae80", "edafbf", "edb080", "edbe80", "edbfbf"),
    **rows("6.21", "eda080edb080", "eda080edbfbf", "edadbfedb080", "edadbfedbfbf"),
    "6.21.5": bytes.fromhex("edae80edb080"),
    "6.21.6": bytes.fromhex("edae80edbfbf"),
    "6.21.7": bytes.fromhex("edafbfedb080"),
    "6.21.8": bytes.fromhex("edafbfedbfbf"),
}


@pytest.fixture
def conversation(gateway, open_socket) -> Conversation:
    return Conversation(open_socket(gateway.endpoint))


def bytewise(payload: bytes) -> bytes:
    """One message with a fragment for each byte, and an empty one at its end."""
    return fragmented(TEXT, [bytes([byte]) for byte in payload] + [b""])


def split_at(payload: bytes, index: int) -> bytes:
    return fragmented(TEXT, [payload[:index], payload[index:]])


@pytest.mark.parametrize("payload", VALID.values(), ids=VALID)
def test_valid_text_arrives_however_it_is_split(conversation, payload):
    conversation.send(text(payload) + bytewise(payload))
    conversation.send(b"".join(split_at(payload, index) for index in range(len(payload) + 1)))
    for _ in range(len(payload) + 3):
        conversation.expect_refused()
    characters = payload.decode()
    if characters and min(payload) >= 0x20:
        message = carrying(characters)
        conversation.send(text(message) + bytewise(message))
        conversation.expect_carried(characters)
        conversation.expect_carried(characters)
    conversation.expect_still_served()


@pytest.mark.parametrize("payload", INVALID.values(), ids=INVALID)
def test_invalid_text_fails_the_connection_with_1007(conversation, payload):
    conversation.send(text(payload))
    conversation.expect_failed(NOT_UTF8)


@pytest.mark.parametrize("payload", INVALID.values(), ids=INVALID)
def test_invalid_text_in_fragments_of_a_byte_fails_the_connection(conversation, payload):
    """6.3.2 and its like."""
    conversation.send_while_open(bytewise(payload))
    conversation.expect_failed(NOT_UTF8)


EMPTY_PIECES = {
    "6.1.2": [b"", b"", b""],
    "6.1.3": [b"", b"middle frame payload", b""],
    "6.2.2": [MIXED[:10], MIXED[10:]],
    "6.2.3": [bytes([byte]) for byte in MIXED],
}


@pytest.mark.parametrize("pieces", EMPTY_PIECES.values(), ids=EMPTY_PIECES)
def test_fragments_are_one_message_also_where_some_are_empty(conversation, pieces):
    conversation.send(fragmented(TEXT, pieces))
    conversation.expect_refused()
    conversation.expect_still_served()


WRONG = b"\xf4\x90\x80\x80"
FAIL_FAST = {
    "6.4.1": text(GREEK, is_final=False) + more(WRONG, is_final=False),
    "6.4.2": text(GREEK + WRONG[:1], is_final=False) + more(WRONG[1:2], is_final=False),
    "6.4.3": head(TEXT, 100) + bytes(4) + GREEK + WRONG,
    "6.4.4": head(TEXT, 100) + bytes(4) + GREEK + WRONG[:2],
}


@pytest.mark.parametrize("data", FAIL_FAST.values(), ids=FAIL_FAST)
def test_a_message_fails_at_its_first_wrong_byte_before_it_is_whole(conversation, data):
    conversation.send(data)
    conversation.expect_failed(NOT_UTF8)


CONTROLS = {
    "ping": ping(b"\xff"),
    "pong": pong(b"\xff"),
    "answer to the gateway's ping": pong(b"?"),
    "empty pong": pong(),
}


@pytest.mark.parametrize("control", CONTROLS.values(), ids=CONTROLS)
def test_control_frames_are_no_part_of_the_text_around_them(conversation, control):
    """libwebsockets' own check takes a pong's payload for one, also after the text."""
    message = carrying(GREEK.decode())
    inside = message.index(GREEK) + 3
    conversation.send(
        text(message[:inside], is_final=False) + control + more(message[inside:]) + control
    )
    conversation.expect_carried(GREEK.decode())
    conversation.expect_still_served()


REASONS = {
    "7.5.1": GREEK + b"\xed\xa0\x80edited",
    "7.5.1 cut": GREEK[:-1],
    "7.5.1 overlong": b"\xc0\xaf",
}


@pytest.mark.parametrize("reason", REASONS.values(), ids=REASONS)
def test_a_reason_for_closing_that_is_not_utf_8_is_answered_with_1007(conversation, reason):
    conversation.send(close(close_payload(1000) + reason))
    conversation.expect_closed(NOT_UTF8)
