"""PROTOCOL.md, "Error codes" and "Close codes": what goes wrong, and what is said then."""

import json

import pytest

from harness import frames
from harness.timing import duration

SIZE_MAX = 64 * 1024

CONFIGURATION = {
    "websocket": {"max_message_size": "64KiB"},
    "limits": {"pending_writes_per_note": 4},
}


def padded_ping(size: int) -> bytes:
    """A ping of exactly `size` bytes."""
    text = b'{"type":"ping","requestId":"padded"}'
    return text + b" " * (size - len(text))


@pytest.mark.parametrize(
    "text",
    [
        b"", b" ", b"x", b"{", b"}", b"[]", b"null", b"7", b'"ping"', b"{}", b"ping",
        b'{"type":7}', b'{"type":null}', b'{"type":["ping"]}', b'{"Type":"ping"}',
        b'{"type":"ping"', b'{"type":"ping"}x', b'{"type":"ping"}{"type":"ping"}',
        b"{'type':'ping'}", b'{"type":"ping",}', b'{"type":"ping","a":01}',
        b'{"type":"ping","a":NaN}', b'{"type":"ping","a":"\t"}', b'{"type":"ping","a":"\\x"}',
        b'{"type":"ping","a":"\x00"}', b'[{"type":"ping"}]', b'\xef\xbb\xbf{"type":"ping"}',
        b"[" * 30_000, b'{"a":' * 10_000,
    ],
)
def test_what_is_not_a_json_object_with_a_type_is_invalid_json(device, user, text):
    client = device(user)
    client.websocket.send_text(text)
    assert client.expect_error("invalid_json")["message"] == "Invalid message format"
    client.expect_nothing()


@pytest.mark.parametrize("payload", [b"", b'{"type":"ping"}', bytes(range(256))])
def test_a_binary_frame_is_an_error_and_the_connection_stays(device, user, payload):
    client = device(user)
    client.websocket.send_binary(payload)
    assert client.expect_error("invalid_json")["message"] == "Invalid message format"
    client.expect_nothing()


def test_errors_are_the_same_before_auth(gateway, stranger):
    client = stranger(gateway)
    client.websocket.send_text("x")
    client.expect_error("invalid_json")
    client.expect_nothing()


@pytest.mark.parametrize("type", ["", "Ping", "note_updated", "connection_established", "x" * 500])
def test_a_type_that_nobody_knows_is_unknown_and_the_connection_stays(device, user, type):
    client = device(user)
    assert client.refused(type, "unknown_type")["message"] == "Unknown message type"
    client.expect_nothing()


@pytest.mark.parametrize(
    ("type", "fields"),
    [
        ("join_note", {}),
        ("leave_note", {"noteId": 7}),
        ("note_update", {}),
        ("note_update", {"changes": {"a": 1}}),
        ("note_update", {"noteId": "n"}),
        ("note_update", {"noteId": "n", "changes": None}),
        ("note_update", {"noteId": "n", "changes": [1]}),
        ("note_update", {"noteId": "n", "changes": "x"}),
        ("note_update", {"noteId": "n", "changes": {}}),
        ("note_deleted", {}),
        ("note_deleted", {"noteId": None}),
        ("note_created", {}),
    ],
)
def test_a_field_that_is_missing_or_mistyped_is_named(device, user, type, fields):
    client = device(user)
    client.refused(type, "invalid_message", **fields)
    client.expect_nothing()


@pytest.mark.parametrize("value", ["", "x" * 129, "é" * 65, 7, None, ["x"], {}])
def test_a_request_id_that_is_out_of_range_is_an_invalid_message(device, user, value):
    client = device(user)
    client.send("ping", requestId=value)
    assert "requestId" not in client.expect_error("invalid_message")
    client.expect_nothing()


@pytest.mark.parametrize(
    "value", ["x", "x" * 128, "é" * 64, 'a "b" \\ /', "\n\t\x01", "😀", "null", " "]
)
def test_a_request_id_is_repeated_in_every_direct_answer(device, user, note, new_name, value):
    client = device(user)
    requests = [
        ("ping", {}, "pong"),
        ("join_note", {"noteId": note}, "note_joined"),
        ("note_update", {"noteId": note, "changes": {"a": 1}}, "note_update_success"),
        ("leave_note", {"noteId": note}, "note_left"),
        ("note_created", {"noteData": {"id": new_name("note")}}, "note_created_success"),
        ("note_deleted", {"noteId": note}, "note_deleted_success"),
        ("auth", {"token": client.token}, "auth_success"),
        ("auth", {"token": "x"}, "auth_failed"),
        ("join_note", {"noteId": "/"}, "error"),
        ("join_note", {"noteId": new_name("note")}, "error"),
        ("nonsense", {}, "error"),
    ]
    for type, fields, answer in requests:
        client.send(type, requestId=value, **fields)
        client.expect(answer, requestId=value)


def test_an_answer_to_a_message_without_a_request_id_has_none(device, user):
    client = device(user)
    client.send("ping")
    pong = client.expect("pong")
    assert set(pong) == {"type", "timestamp"} and isinstance(pong["timestamp"], int)
    client.send("nonsense")
    assert "requestId" not in client.expect_error("unknown_type")


def test_a_hundred_bad_messages_in_a_row_close_with_1008(device, user):
    client, other = device(user), device(user)
    for number in range(99):
        client.websocket.send_text("x") if number % 2 else client.websocket.send_binary(b"x")
        client.expect_error("invalid_json")
    client.answer("ping")
    bad = frames.encode(frames.TEXT, b"x") + frames.encode(frames.TEXT, b'{"type":"join_note"}')
    client.websocket.send_raw(bad * 50)
    errors = [json.loads(text) for text in client.websocket.expect_close(1008)]
    assert [error["code"] for error in errors] == ["invalid_json", "invalid_message"] * 50
    other.expect_nothing()


@pytest.mark.parametrize(
    "payload",
    [b"\xff", b'{"type":"\xc0\xaf"}', b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\xe2\x82"],
)
def test_a_text_that_is_not_utf8_closes_with_1007(device, user, payload):
    client, other = device(user), device(user)
    client.websocket.send_text(payload)
    client.websocket.expect_close(1007)
    other.expect_nothing()


def test_a_character_may_be_split_over_fragments(device, user):
    client = device(user)
    text = '{"type":"ping","requestId":"😀"}'.encode()
    middle = text.index("😀".encode()) + 2
    client.websocket.send_raw(frames.fragmented(frames.TEXT, [text[:middle], text[middle:]]))
    client.expect("pong", requestId="😀")


def test_a_message_of_the_largest_size_is_served(device, user):
    client = device(user)
    client.websocket.send_text(padded_ping(SIZE_MAX))
    client.expect("pong", requestId="padded")
    whole = padded_ping(SIZE_MAX)
    halves = [whole[: SIZE_MAX // 2], whole[SIZE_MAX // 2 :]]
    client.websocket.send_raw(frames.fragmented(frames.TEXT, halves))
    client.expect("pong", requestId="padded")


@pytest.mark.parametrize("piece_count", [1, 2, 100])
def test_a_message_that_is_too_large_is_said_to_be_and_closes_with_1009(device, user, piece_count):
    client, other = device(user), device(user)
    whole = padded_ping(SIZE_MAX + 1)
    step = len(whole) // piece_count + 1
    pieces = [whole[index : index + step] for index in range(0, len(whole), step)]
    client.websocket.send_raw(frames.fragmented(frames.TEXT, pieces))
    (text,) = client.websocket.expect_close(1009)
    error = json.loads(text)
    assert (error["type"], error["code"]) == ("error", "too_large")
    assert error["message"].startswith("Message too large. Maximum size is ")
    other.expect_nothing()


def test_a_message_is_too_large_as_soon_as_it_is(device, user):
    client = device(user)
    client.websocket.send_raw(frames.encode(frames.TEXT, b" " * SIZE_MAX, is_final=False))
    client.websocket.send_raw(frames.encode(frames.CONTINUATION, b" ", is_final=False))
    client.expect_error("too_large")
    client.websocket.expect_close(1009)


def test_a_binary_message_that_is_too_large_closes_with_1009(device, user):
    client = device(user)
    client.websocket.send_binary(bytes(SIZE_MAX + 1))
    client.websocket.expect_close(1009)


def test_not_found_is_what_the_api_says_with_403_or_404(device, note, new_name):
    intruder = device(new_name("user"))
    gone = new_name("note")
    for name in (note, gone):
        for type, fields in (
            ("note_update", {"noteId": name, "changes": {"a": 1}}),
            ("join_note", {"noteId": name}),
        ):
            answer = intruder.refused(type, "not_found", **fields)
            assert answer["message"] == "Note not found or access denied"
            assert answer["noteId"] == name
            assert "status" not in answer and "outcome" not in answer


@pytest.mark.parametrize("status", [400, 402, 405, 409, 413, 422, 429, 451])
@pytest.mark.parametrize("member", ["message", "error"])
def test_another_4xx_is_passed_on_with_its_status_and_words(
    api, device, user, note, status, member
):
    body = json.dumps({member: 'Title "é" is too long'}).encode()
    api.misbehave("PUT", note, status=status, body=body)
    answer = device(user).refused(
        "note_update", "upstream_rejected", noteId=note, changes={"a": 1}
    )
    assert answer["status"] == status
    assert answer["message"] == 'Title "é" is too long'
    assert "outcome" not in answer


@pytest.mark.parametrize(
    "body",
    [
        b"", b"<html>Bad Request</html>", b"[]", b'{"message":7}', b'{"message":""}',
        b'{"message":"' + b"x" * 20_000 + b'"}', b'{"message":"\xff"}', b'{"message":"cut',
    ],
    ids=["empty", "HTML", "array", "number", "no words", "long", "not UTF-8", "cut"],
)
def test_words_of_the_api_that_cannot_be_shown_are_replaced(api, device, user, note, body):
    api.misbehave("PUT", note, status=400, body=body)
    answer = device(user).refused(
        "note_update", "upstream_rejected", noteId=note, changes={"a": 1}
    )
    assert answer["status"] == 400
    assert len(answer["message"]) < 1000 and "<html>" not in answer["message"]


@pytest.mark.parametrize("status", [500, 501, 502, 503, 504])
def test_a_5xx_is_upstream_unavailable(api, device, user, note, status):
    api.misbehave("PUT", note, status=status, body=b'{"message":"secret stack trace"}')
    answer = device(user).refused(
        "note_update", "upstream_unavailable", noteId=note, changes={"a": 1}
    )
    assert answer["message"] == "Failed to update note"
    assert "secret" not in answer.text


def test_no_answer_in_time_is_upstream_timeout_and_nothing_is_repeated(
    start_gateway, api, device_of, user, note
):
    gateway = start_gateway({"upstream": {"request_timeout": duration(1)}})
    writer, listener = device_of(gateway, user), device_of(gateway, user, note)
    api.hold("PUT", note)
    answer = writer.refused("note_update", "upstream_timeout", noteId=note, changes={"a": 1})
    assert answer["message"] == "Failed to update note"
    assert (answer["outcome"], answer["noteId"]) == ("unknown", note)
    following = writer.update(note, title="the next one")
    listener.expect("note_sync", seq=following["seq"])
    assert len(api.requests("PUT", note)) == 2


def test_a_join_without_an_answer_in_time_is_upstream_timeout(
    start_gateway, api, device_of, user, note
):
    gateway = start_gateway({"upstream": {"request_timeout": duration(1)}})
    client = device_of(gateway, user)
    api.hold("GET", note)
    answer = client.refused("join_note", "upstream_timeout", noteId=note)
    assert "outcome" not in answer
    client.join(note)


def test_writes_over_the_bound_of_a_note_are_refused_and_the_others_made(api, device, user, note):
    writer, listener = device(user), device(user, note)
    gate = api.hold("PUT", note)
    writer.send("note_update", noteId=note, changes={"number": 0}, requestId="0")
    gate.wait_for_arrival()
    for number in range(1, 11):
        writer.send("note_update", noteId=note, changes={"number": number}, requestId=str(number))
    for number in range(5, 11):
        error = writer.expect_error("overloaded", requestId=str(number), noteId=note)
        assert error["message"] == "Gateway overloaded, try again"
        assert "outcome" not in error
    gate.open()
    for number in range(5):
        writer.expect("note_update_success", requestId=str(number))
        listener.expect("note_sync", changes={"number": number})
    writer.update(note, title="no longer overloaded")


def test_writes_over_the_bound_of_the_upstream_are_refused_and_the_others_made(
    start_gateway, api, device_of, user, new_name
):
    upstream = {"max_connections": 1, "queue": 2}
    gateway = start_gateway({"upstream": upstream, "workers": 1})
    notes = [api.add(new_name("note"), user) for _ in range(6)]
    writer = device_of(gateway, user)
    gate = api.hold("PUT", notes[0])
    writer.send("note_update", noteId=notes[0], changes={"a": 1}, requestId=notes[0])
    gate.wait_for_arrival()
    for name in notes[1:]:
        writer.send("note_update", noteId=name, changes={"a": 1}, requestId=name)
    for name in notes[3:]:
        writer.expect_error("overloaded", requestId=name, noteId=name)
    gate.open()
    for name in notes[:3]:
        assert writer.answer_to(name)["type"] == "note_update_success"
    asked = [request for name in notes for request in api.requests("PUT", name)]
    assert len({request.connection for request in asked}) == 1
    writer.update(notes[5], title="no longer overloaded")
