"""RFC 6455, 5: frames. The cases of chapters 1 to 5, 9 and 10 of the Autobahn TestSuite, and more
of the same. Where libwebsockets falls short of the RFC, docs/WEBSOCKET.md says so, and a test here
shows what it does instead."""

import pytest

from harness.conformance import (
    PROTOCOL_ERROR,
    TOO_LARGE,
    Conversation,
    carrying,
    chopped,
    more,
    ping,
    pong,
    text,
)
from harness.frames import (
    BINARY,
    CLOSE,
    PING,
    PONG,
    TEXT,
    close_payload,
    encode,
    fragmented,
    head,
    masked,
)
from harness.websocket import ClosedByGateway

MESSAGE_SIZE_MAX = 1 << 20
CONFIGURATION = {"websocket": {"max_message_size": "1MiB"}}

HELLO = "Hello, world!"


@pytest.fixture
def conversation(gateway, open_socket) -> Conversation:
    return Conversation(open_socket(gateway.endpoint))


def update(note: str, size: int) -> tuple[bytes, str]:
    """A write of exactly `size` bytes, and the title that it gives the note."""
    start, end = f'{{"type":"note_update","noteId":"{note}","changes":{{"title":"', '"}}'
    room = size - len(start) - len(end)
    title = "".join(f"{number}," for number in range(room // 2 + 1))[:room]
    return f"{start}{title}{end}".encode(), title


# 1, 9 and 10: sizes

SIZES = {
    "1.1.2": (125, 0),
    "1.1.3": (126, 0),
    "1.1.4": (127, 0),
    "1.1.5": (128, 0),
    "1.1.6": (65535, 0),
    "1.1.7": (65536, 0),
    "1.1.8": (65536, 997),
    "1.1.2 by bytes": (125, 1),
    "9.1.2": (256 * 1024, 0),
    "9.1.3": (MESSAGE_SIZE_MAX, 0),
    "9.5.6": (MESSAGE_SIZE_MAX, 2048),
}


@pytest.mark.parametrize("size, chop", SIZES.values(), ids=SIZES)
def test_a_text_arrives_whole_whatever_its_size(device, user, note, size, chop):
    client = device(user)
    message, title = update(note, size)
    assert len(message) == size
    for piece in chopped(text(message), chop or size + 14):
        client.websocket.send_raw(piece)
    assert client.expect("note_update_success")["updatedNote"]["title"] == title


FRAGMENTS = {
    "9.3.1": (1 << 20, 64 * 1024),
    "9.3.4": (1 << 18, 4096),
    "9.3 small": (1 << 14, 64),
    "10.1.1": (65536, 1300),
}


@pytest.mark.parametrize("size, piece", FRAGMENTS.values(), ids=FRAGMENTS)
def test_a_text_in_fragments_arrives_whole(device, user, note, size, piece):
    client = device(user)
    message, title = update(note, size)
    client.websocket.send_raw(fragmented(TEXT, chopped(message, piece)))
    assert client.expect("note_update_success")["updatedNote"]["title"] == title


@pytest.mark.parametrize(
    "size",
    [0, 125, 126, 127, 128, 65535, 65536, MESSAGE_SIZE_MAX],
    ids=["1.2.1", "1.2.2", "1.2.3", "1.2.4", "1.2.5", "1.2.6", "1.2.7", "9.2.3"],
)
def test_a_binary_message_is_one_refused_message(conversation, size):
    conversation.send(encode(BINARY, b"\xfe" * size))
    conversation.send(fragmented(BINARY, [b"\xfe" * size, b"\xfe" * 0]))
    conversation.expect_refused()
    conversation.expect_refused()
    conversation.expect_still_served()


def test_an_empty_text_is_one_refused_message(conversation):
    """1.1.1"""
    conversation.send(text(b""))
    conversation.expect_refused()
    conversation.expect_still_served()


TOO_MUCH = {
    "announced": head(TEXT, MESSAGE_SIZE_MAX + 1) + bytes(5),
    "announced with the most there is": head(TEXT, (1 << 63) - 1) + bytes(5),
    "in fragments": fragmented(TEXT, chopped(b"x" * (MESSAGE_SIZE_MAX + 1), 1 << 16)),
    "a binary one": head(BINARY, MESSAGE_SIZE_MAX + 1) + bytes(5),
}


@pytest.mark.parametrize("data", TOO_MUCH.values(), ids=TOO_MUCH)
def test_a_message_over_the_bound_closes_with_1009(conversation, data):
    conversation.send_while_open(data)
    assert '"too_large"' in conversation.websocket.receive_text()
    with pytest.raises(ClosedByGateway) as closed:
        conversation.websocket.receive_text()
    assert closed.value.code == TOO_LARGE


# 2: pings and pongs

PINGS = {
    "2.1": (b"", 0),
    "2.2": (HELLO.encode(), 0),
    "2.3": (b"\x00\xff\xfe\xfd\xfc\xfb\x00\xff", 0),
    "2.4": (b"\xfe" * 125, 0),
    "2.6": (b"\xfe" * 125, 1),
}


@pytest.mark.parametrize("payload, chop", PINGS.values(), ids=PINGS)
def test_a_ping_is_answered_with_its_payload(conversation, payload, chop):
    conversation.send(ping(payload), chop)
    assert conversation.websocket.receive_pong() == payload
    conversation.expect_still_served()


UNSOLICITED = {"2.7": pong(), "2.8": pong(b"unsolicited"), "2.8 binary": pong(b"\xff\x00")}


@pytest.mark.parametrize("data", UNSOLICITED.values(), ids=UNSOLICITED)
def test_a_pong_that_nobody_asked_for_is_ignored(conversation, data):
    """2.9 is the ping after it."""
    conversation.expect_still_served()
    conversation.send(data + ping(b"after"))
    assert conversation.websocket.receive_pong() == b"after"
    conversation.expect_still_served()


def test_pings_that_wait_for_their_pongs_are_all_answered(conversation):
    payloads = [b"payload-%d" % number for number in range(10)]
    for payload in payloads:
        conversation.send(ping(payload))
        assert conversation.websocket.receive_pong() == payload
    conversation.expect_still_served()


@pytest.mark.parametrize("chop", [0, 1, 7], ids=["2.10", "2.11", "2.11 by sevens"])
def test_of_pings_that_come_at_once_the_first_is_answered(conversation, chop):
    """A limit of libwebsockets: it drops those that it reads while a pong waits to go out."""
    payloads = [b"payload-%d" % number for number in range(10)]
    conversation.send(b"".join(map(ping, payloads)), chop)
    conversation.expect_still_served()
    conversation.send(ping(b"after"))
    while b"after" not in conversation.websocket.pongs:
        conversation.websocket.pongs.append(conversation.websocket.receive_pong())
    answered = conversation.websocket.pongs[:-1]
    assert answered[0] == payloads[0]
    assert answered == [payload for payload in payloads if payload in answered]


# 3, 4 and 5.1 to 5.2: what no frame may be

GOOD = carrying(HELLO)
FORBIDDEN = {
    "2.5": ([], head(PING, 126) + bytes(130), None),
    "2.5 pong": ([], head(PONG, 126) + bytes(130), None),
    "2.5 close": ([], head(CLOSE, 126) + bytes(130), None),
    "2.5 in 64 bits": ([], head(PING, 1 << 16), None),
    "3.1": ([], text(GOOD, reserved=1), PROTOCOL_ERROR),
    "3.2": ([HELLO], text(GOOD) + text(GOOD, reserved=2) + ping(), PROTOCOL_ERROR),
    "3.3": ([HELLO], text(GOOD) + text(GOOD, reserved=3) + ping(), PROTOCOL_ERROR),
    "3.4": ([HELLO], text(GOOD) + text(GOOD, reserved=4) + ping(), PROTOCOL_ERROR),
    "3.5": ([], encode(BINARY, b"\xff" * 8, reserved=5), PROTOCOL_ERROR),
    "3.6": ([], encode(PING, HELLO.encode(), reserved=6), PROTOCOL_ERROR),
    "3.7": ([], encode(CLOSE, close_payload(1000), reserved=7), PROTOCOL_ERROR),
    "3 within": ([], text(b"a", is_final=False) + more(b"b", reserved=4), PROTOCOL_ERROR),
    "4.1.1": ([], encode(3, b""), PROTOCOL_ERROR),
    "4.1.2": ([], encode(4, b"reserved opcode payload"), PROTOCOL_ERROR),
    "4.1.3": ([HELLO], text(GOOD) + encode(5, b"") + ping(), PROTOCOL_ERROR),
    "4.1.4": ([HELLO], text(GOOD) + encode(6, HELLO.encode()) + ping(), PROTOCOL_ERROR),
    "4.1.5": ([HELLO], text(GOOD) + encode(7, HELLO.encode()) + ping(), PROTOCOL_ERROR),
    "4.2.1": ([], encode(11, b""), PROTOCOL_ERROR),
    "4.2.2": ([], encode(12, b"reserved opcode payload"), PROTOCOL_ERROR),
    "4.2.3": ([HELLO], text(GOOD) + encode(13, b"") + ping(), PROTOCOL_ERROR),
    "4.2.4": ([HELLO], text(GOOD) + encode(14, HELLO.encode()) + ping(), PROTOCOL_ERROR),
    "4.2.5": ([HELLO], text(GOOD) + encode(15, HELLO.encode()) + ping(), PROTOCOL_ERROR),
    "5.1": ([], encode(PING, b"a", is_final=False) + more(b"b"), PROTOCOL_ERROR),
    "5.2": ([], encode(PONG, b"a", is_final=False) + more(b"b"), PROTOCOL_ERROR),
    "5.2 close": ([], encode(CLOSE, b"", is_final=False) + more(b""), PROTOCOL_ERROR),
    "5.9": ([], more(GOOD) + text(GOOD), PROTOCOL_ERROR),
    "5.12": ([], more(GOOD, is_final=False) + text(GOOD), PROTOCOL_ERROR),
    "5.15": (
        [HELLO],
        fragmented(TEXT, [GOOD[:9], GOOD[9:]]) + more(GOOD, is_final=False) + text(GOOD),
        PROTOCOL_ERROR,
    ),
    "5.16": (
        [],
        2 * (more(GOOD, is_final=False) + fragmented(TEXT, [GOOD[:9], GOOD[9:]])),
        PROTOCOL_ERROR,
    ),
    "5.17": ([], 2 * (more(GOOD) + fragmented(TEXT, [GOOD[:9], GOOD[9:]])), PROTOCOL_ERROR),
    "5.18": ([], text(GOOD[:9], is_final=False) + text(GOOD[9:]), PROTOCOL_ERROR),
    "5.18 binary": ([], text(GOOD[:9], is_final=False) + encode(BINARY, b""), PROTOCOL_ERROR),
    "a length with the top bit": ([], head(TEXT, 1 << 63), None),
}


@pytest.mark.parametrize("chop", [0, 1, 7], ids=["whole", "by bytes", "by sevens"])
@pytest.mark.parametrize("texts, data, code", FORBIDDEN.values(), ids=FORBIDDEN)
def test_a_frame_that_may_not_be_fails_the_connection(conversation, texts, data, code, chop):
    """With chop also 5.10, 5.11, 5.13 and 5.14."""
    conversation.send_while_open(data, chop)
    for one in texts:
        conversation.expect_carried(one)
    conversation.expect_failed(code)


# 5.3 to 5.20: fragments

IN_FRAGMENTS = {
    "5.3": (fragmented(TEXT, [GOOD[:20], GOOD[20:]]), []),
    "5.6": (text(GOOD[:20], is_final=False) + ping(b"p") + more(GOOD[20:]), [b"p"]),
    "5.19": (
        text(GOOD[:5], is_final=False)
        + more(GOOD[5:10], is_final=False)
        + ping(b"first")
        + more(GOOD[10:15], is_final=False)
        + pong(b"between")
        + more(GOOD[15:20], is_final=False)
        + more(GOOD[20:]),
        [b"first"],
    ),
}


@pytest.mark.parametrize("chop", [0, 1, 7], ids=["whole", "by bytes", "by sevens"])
@pytest.mark.parametrize("data, pongs", IN_FRAGMENTS.values(), ids=IN_FRAGMENTS)
def test_control_frames_may_come_between_fragments(conversation, data, pongs, chop):
    """With chop also 5.4, 5.5, 5.7, 5.8 and 5.20."""
    conversation.send(data, chop)
    conversation.expect_carried(HELLO)
    conversation.expect_still_served()
    assert conversation.websocket.pongs == pongs


def test_pings_between_fragments_that_are_waited_for_are_answered(conversation):
    """5.19 with its pause, and 5.20."""
    conversation.send(text(GOOD[:10], is_final=False) + ping(b"first"))
    assert conversation.websocket.receive_pong() == b"first"
    conversation.send(more(GOOD[10:20], is_final=False) + ping(b"second"))
    assert conversation.websocket.receive_pong() == b"second"
    conversation.send(more(GOOD[20:]))
    conversation.expect_carried(HELLO)


# 5.1: masking


def test_a_frame_without_a_mask_is_read_like_one_with(conversation):
    """A limit of libwebsockets. RFC 6455, 5.1, has the connection failed."""
    conversation.send(text(GOOD, mask=False))
    conversation.expect_carried(HELLO)
    conversation.send(text(GOOD[:9], is_final=False) + more(GOOD[9:], mask=False))
    conversation.expect_carried(HELLO)
    conversation.send(encode(BINARY, b"a", mask=False) + text(b"", mask=False))
    conversation.expect_refused()
    conversation.expect_refused()
    conversation.send(encode(PONG, b"a", mask=False) + encode(PING, b"a", mask=False))
    assert conversation.websocket.receive_pong() == b"a"
    conversation.expect_still_served()


@pytest.mark.parametrize("key", [b"\0\0\0\0", b"\0\0\0\1", b"\1\0\0\0", b"\xff\xff\xff\xff"])
def test_any_masking_key_will_do(conversation, key):
    for size in (len(GOOD), 300):
        message = GOOD + b" " * (size - len(GOOD))
        conversation.send(head(TEXT, size) + key + masked(message, key))
        conversation.expect_carried(HELLO)
    conversation.expect_still_served()


# 5.2: lengths


def test_a_length_in_a_longer_form_than_need_be_is_read(conversation):
    """A limit of libwebsockets. RFC 6455, 5.2, forbids it to senders, and readers nothing."""
    for form, width in ((0xFE, 2), (0xFF, 8)):
        for size in (0, 1, len(GOOD)):
            start = bytes([0x80 | TEXT, form]) + size.to_bytes(width, "big")
            conversation.send(start + bytes(4) + GOOD[:size])
        conversation.expect_refused()
        conversation.expect_refused()
        conversation.expect_carried(HELLO)
    conversation.expect_still_served()
