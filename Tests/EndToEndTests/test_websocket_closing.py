"""RFC 6455, 5.5.1 and 7: closing. The cases of chapter 7 of the Autobahn TestSuite, but 7.5.1,
which is in test_websocket_utf8.py."""

import json

import pytest

from harness.conformance import (
    PROTOCOL_ERROR,
    Conversation,
    carrying,
    close,
    end_output,
    more,
    ping,
    text,
)
from harness.frames import CLOSE, close_payload, encode, head

HELLO = "Hello, world!"
GOOD = carrying(HELLO)
BYE = close(close_payload(1000))


@pytest.fixture
def conversation(gateway, open_socket) -> Conversation:
    return Conversation(open_socket(gateway.endpoint))


BEHIND = {
    "7.1.1": (text(GOOD) + BYE, [HELLO]),
    "7.1.2": (BYE + BYE, []),
    "7.1.3": (BYE + ping(b"late"), []),
    "7.1.4": (BYE + text(GOOD), []),
    "7.1.5": (text(GOOD[:9], is_final=False) + BYE + more(GOOD[9:]), []),
    "7.1.6": (text(GOOD + b" " * 65000) + BYE + ping(b"late"), [HELLO]),
    "what is no frame": (BYE + b"\xff" * 3000, []),
}


@pytest.mark.parametrize("data, texts", BEHIND.values(), ids=BEHIND)
def test_what_comes_behind_a_closing_frame_is_not_heard(conversation, data, texts):
    conversation.send_while_open(data)
    for one in texts:
        conversation.expect_carried(one)
    conversation.expect_closed(1000)
    assert conversation.websocket.pongs == []


BODIES = {
    "7.3.1": (b"", None),
    "7.3.2": (b"\x03", PROTOCOL_ERROR),
    "7.3.3": (close_payload(1000), 1000),
    "7.3.4": (close_payload(1000, HELLO), 1000),
    "7.3.5": (close_payload(1000, "*" * 123), 1000),
    "7.3.5 of characters": (close_payload(1001, "κ" * 61), 1001),
}


@pytest.mark.parametrize("chop", [0, 1], ids=["whole", "by bytes"])
@pytest.mark.parametrize("body, answer", BODIES.values(), ids=BODIES)
def test_a_closing_frame_is_answered_and_the_connection_ended(conversation, body, answer, chop):
    conversation.send(close(body), chop)
    conversation.expect_closed(answer)


def test_a_reason_that_is_too_long_fails_the_connection(conversation):
    """7.3.6"""
    conversation.send_while_open(encode(CLOSE, close_payload(1000, "*" * 124)))
    conversation.expect_failed(None)


VALID = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999]


@pytest.mark.parametrize("code", VALID, ids=(f"7.7.{n}" for n, _ in enumerate(VALID, 1)))
def test_a_code_that_may_be_sent_is_repeated(conversation, code):
    conversation.send(close(close_payload(code)))
    conversation.expect_closed(code)


FORBIDDEN = [0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999]
OTHERS = {
    **{f"7.9.{n}": code for n, code in enumerate(FORBIDDEN, 1)},
    "7.9 1015": 1015,
    "7.13.1": 5000,
    "7.13.2": 65535,
}


@pytest.mark.parametrize("code", OTHERS.values(), ids=OTHERS)
def test_a_code_that_may_not_be_sent_is_answered_with_1002(conversation, code):
    conversation.send(close(close_payload(code)))
    conversation.expect_closed(PROTOCOL_ERROR)


@pytest.mark.parametrize("code", [1012, 1013, 1014])
def test_a_code_that_was_registered_later_is_answered(conversation, code):
    """A limit of libwebsockets: it hands them on as 1002."""
    conversation.send(close(close_payload(code)))
    conversation.expect_closed(PROTOCOL_ERROR)


def test_a_closing_frame_without_a_mask_is_read_like_one_with(conversation):
    """A limit of libwebsockets."""
    conversation.send(encode(CLOSE, close_payload(1000), mask=False))
    conversation.expect_closed(1000)


def test_a_message_that_is_cut_off_by_the_end_is_not_heard(device, user, note, conversation):
    listener = device(user, note)
    conversation.send(head(1, 100) + bytes(4) + b'{"type":"ping"')
    conversation.websocket.close()
    listener.expect_nothing()


@pytest.mark.parametrize("last", [encode(3, b""), BYE], ids=["a breach", "a closing frame"])
def test_a_client_that_takes_nothing_is_closed_too(api, device, user, note, last):
    api.misbehave("PUT", note, times=None, body=json.dumps(["x" * 300_000]).encode())
    listener, client = device(user, note), device(user, receive_buffer=4096)
    for number in range(8):
        client.send("note_update", noteId=note, changes={"number": number})
    for _ in range(8):
        listener.expect("note_sync")
    client.websocket.send_raw(text(GOOD) + last)
    client.websocket.expect_end()
    end_output(client.websocket)
    client.websocket.stream.read_to_end()
    listener.expect_nothing()
