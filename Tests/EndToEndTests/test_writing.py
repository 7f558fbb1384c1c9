"""PROTOCOL.md, "What is persisted, and who hears of it", for updates of notes."""

import json
import time

import pytest

from harness import frames
from harness.device import raw_member
from harness.writes import write_by_turns


def send_update_with(device, note: str, changes: str) -> str:
    """Sends an update whose `changes` are these very characters; returns its request ID."""
    text = f'{{"type":"note_update","noteId":"{note}","requestId":"raw","changes":{changes}}}'
    device.websocket.send_text(text)
    return "raw"


def hears_next(listener, writer, note: str) -> None:
    """A fence: what the listener hears next is the writer's next update, and nothing before."""
    answer = writer.update(note, fence=True)
    listener.expect("note_sync", noteId=note, seq=answer["seq"], changes={"fence": True})


def test_the_writer_gets_success_and_the_members_get_the_sync(device, user, note):
    listener, writer = device(user, note), device(user, note)
    before = int(time.time() * 1000)
    answer = writer.update(note, title="Groceries")
    sync = listener.expect("note_sync")
    after = int(time.time() * 1000)
    updated = {"id": note, "title": "Groceries", "body": "milk"}
    position = {"epoch": answer["epoch"], "seq": answer["seq"]}
    for message in (answer, sync):
        timestamp = message.pop("timestamp")
        assert isinstance(timestamp, int) and before - 1000 <= timestamp <= after + 1000
    answer.pop("requestId")
    assert answer == {
        "type": "note_update_success", "noteId": note, "updatedNote": updated, **position,
    }
    assert sync == {
        "type": "note_sync", "noteId": note, "changes": {"title": "Groceries"},
        "updatedNote": updated, "fromUserId": user, **position,
    }


def test_the_api_is_asked_with_the_writers_identity_and_changes(api, device, user, note):
    writer = device(user)
    writer.update(note, title="Groceries", tags=["a", "b"])
    (request,) = api.requests("PUT", note)
    assert request.target == f"/api/notes/{note}"
    assert request.header("Authorization") == f"Bearer {writer.token}"
    assert (request.header("Content-Type") or "").startswith("application/json")
    assert request.header("Expect") is None
    assert json.loads(request.body) == {"title": "Groceries", "tags": ["a", "b"]}
    assert api.notes[note].fields["title"] == "Groceries"


def test_nobody_hears_of_a_write_before_the_api_has_said_yes(api, device, user, note):
    listener, writer = device(user, note), device(user, note)
    gate = api.hold("PUT", note)
    writer.send("note_update", noteId=note, changes={"title": "x"}, requestId="held")
    gate.wait_for_arrival()
    listener.expect_nothing()
    writer.expect_nothing()
    gate.open()
    assert writer.answer_to("held")["type"] == "note_update_success"
    listener.expect("note_sync", changes={"title": "x"})


def test_the_writer_gets_no_sync_of_its_own_write(device, user, note):
    writer, other = device(user, note), device(user, note)
    writer.update(note, title="mine")
    other.expect("note_sync", changes={"title": "mine"})
    theirs = other.update(note, title="theirs")
    writer.expect("note_sync", changes={"title": "theirs"}, seq=theirs["seq"])


def test_a_writer_need_not_have_joined(device, user, note):
    listener, writer = device(user, note), device(user)
    answer = writer.update(note, title="from outside")
    listener.expect("note_sync", seq=answer["seq"])
    writer.expect_nothing()


def test_a_device_that_has_not_joined_hears_nothing(api, device, user, note, new_name):
    joined, elsewhere, writer = device(user, note), device(user), device(user)
    another = api.add(new_name("note"), user)
    elsewhere.join(another)
    writer.update(note, title="x")
    joined.expect("note_sync", noteId=note)
    writer.update(another, title="the fence")
    elsewhere.expect("note_sync", noteId=another)


def test_every_device_in_the_room_hears_every_write_once_and_in_order(device, user, note):
    listeners = [device(user, note) for _ in range(8)]
    writer = device(user, note)
    answers = [writer.update(note, number=number) for number in range(10)]
    first = answers[0]["seq"]
    for number, answer in enumerate(answers):
        assert (answer["epoch"], answer["seq"]) == (answers[0]["epoch"], first + number)
    for listener in listeners:
        for number in range(10):
            listener.expect("note_sync", changes={"number": number}, seq=first + number)


def test_two_users_write_to_a_shared_note_each_as_themselves(api, two_writers, note):
    write_by_turns(*two_writers, note)
    tokens = [request.header("Authorization") for request in api.requests("PUT", note)]
    assert tokens == [f"Bearer {writer.token}" for writer in two_writers]


def test_updated_note_is_what_the_api_says_and_not_what_was_sent(api, device, user, note):
    listener, writer = device(user, note), device(user)
    api.misbehave("PUT", note, body=b'{"id":"another","title":"shortened","version":8}')
    updated = {"id": "another", "title": "shortened", "version": 8}
    assert writer.update(note, title="too long a title")["updatedNote"] == updated
    listener.expect("note_sync", noteId=note, updatedNote=updated)


def spelled_strangely() -> dict[str, str]:
    """Notes whose meaning many a JSON library keeps and whose spelling hardly any does."""
    return {
        "a large integer": '{"n":12345678901234567890}',
        "a very large integer": '{"n":' + "9" * 400 + "}",
        "trailing zeros": '{"price":1.10,"zero":-0,"other":-0.0}',
        "exponents": '{"a":1E2,"b":1e+02,"c":5e-324,"d":1.0E-7}',
        "an exponent that overflows": '{"a":1e999}',
        "white space": '{ "a" :\t1 ,\r\n  "b": [ 1 , 2,\n3 ] , "c" : { } }',
        "the order of members": '{"z":1,"a":2,"m":3,"b":{"y":1,"x":2}}',
        "members that come twice": '{"a":1,"a":2}',
        "escapes": r'{"text":"\u00e9\/\"\\\b\f\n\r\t\ud83d\ude00 \u007f"}',
        "the escape of zero": r'{"text":"a\u0000b"}',
        "other scripts": '{"text":"é 日本語 😀 \u2028 \u2029"}',
        "an escaped name": r'{"\u0061":1,"":2," ":3}',
        "a name like ours": '{"type":"error","updatedNote":{"updatedNote":1},"noteId":7}',
        "not an object": '[1, 2.50, "x"]',
        "a nested note": '{"note":' + '{"a":[' * 50 + "1.10" + "]}" * 50 + "}",
    }


@pytest.mark.parametrize("spelling", spelled_strangely().values(), ids=spelled_strangely())
def test_updated_note_is_passed_on_byte_for_byte(api, device, user, note, spelling):
    listener, writer = device(user, note), device(user)
    api.misbehave("PUT", note, body=spelling.encode())
    assert writer.update(note, title="x").raw("updatedNote") == spelling
    assert listener.expect("note_sync").raw("updatedNote") == spelling


def test_white_space_around_the_apis_answer_does_no_harm(api, device, user, note):
    writer = device(user)
    api.misbehave("PUT", note, body=b' \r\n\t{"a": 1.10}\n\n')
    assert writer.update(note, title="x").raw("updatedNote").strip() == '{"a": 1.10}'


def test_a_note_of_a_mebibyte_is_passed_on_byte_for_byte(api, device, user, note):
    filling = r"\u00e9 é 😀 1.10 " * 60_000
    spelling = '{ "n": 12345678901234567890, "text": "' + filling + '" , "price":1.10 }'
    assert len(spelling.encode()) > 1 << 20
    listeners = [device(user, note) for _ in range(3)]
    writer = device(user)
    api.misbehave("PUT", note, body=spelling.encode())
    assert writer.update(note, title="x").raw("updatedNote") == spelling
    for listener in listeners:
        assert listener.expect("note_sync").raw("updatedNote") == spelling


@pytest.mark.parametrize(
    "changes",
    [
        '{"n":12345678901234567890,"price":1.10}',
        '{ "a" : [ 1E2 ,\t-0.0 ] ,\n "b":{} }',
        r'{"text":"\u00e9\/ é 😀","z":1,"a":2}',
    ],
)
def test_changes_reach_the_api_and_the_members_as_they_were_spelled(
    api, device, user, note, changes
):
    listener, writer = device(user, note), device(user)
    answer = writer.answer_to(send_update_with(writer, note, changes))
    assert answer["type"] == "note_update_success"
    assert api.requests("PUT", note)[-1].body.decode() == changes
    assert listener.expect("note_sync").raw("changes") == changes


def test_a_large_change_is_passed_on_whole(api, device, user, note):
    listener, writer = device(user, note), device(user)
    body = "é" * 200_000 + "x" * 100_000
    writer.update(note, body=body)
    assert json.loads(api.requests("PUT", note)[-1].body) == {"body": body}
    assert listener.expect("note_sync")["changes"] == {"body": body}


def test_members_of_a_message_may_come_in_any_order(device, user, note):
    listener, writer = device(user, note), device(user)
    text = f' {{"changes" : {{"a":1}} , "x":[], "noteId":"{note}" ,\n"type": "note_update" }} '
    writer.websocket.send_text(text)
    writer.expect("note_update_success", noteId=note)
    assert raw_member(listener.expect("note_sync").text, "changes") == '{"a":1}'


def test_empty_changes_are_not_written(api, device, user, note):
    writer = device(user)
    answer = writer.refused("note_update", "invalid_message", noteId=note, changes={})
    assert answer["message"] == "No valid fields to update"
    assert api.requests("PUT", note) == []


@pytest.mark.parametrize("status", [400, 403, 404, 409, 422, 500, 503])
def test_a_refused_write_is_heard_by_nobody_and_takes_no_number(api, device, user, note, status):
    listener, writer = device(user, note), device(user)
    before = writer.update(note, title="before")
    listener.expect("note_sync")
    api.misbehave("PUT", note, status=status)
    refusal = writer.request("note_update", "error", noteId=note, changes={"title": "refused"})
    assert refusal["noteId"] == note
    hears_next(listener, writer, note)
    assert writer.update(note, title="x")["seq"] == before["seq"] + 2


@pytest.mark.parametrize(
    "treatment",
    [
        {"body_size_sent": 5},
        {"closes": True},
        {"resets": True},
        {"body": b"<html>OK</html>"},
        {"body": b""},
        {"body": b'{"a":1'},
        {"body": b'{"a":1} x'},
        {"body": b'{"a":01}'},
        {"body": b'{"text":"\xff\xfe"}'},
        {"body": b'{"text":"\xed\xa0\x80"}'},
        {"body": b'{"text":"a\x00b"}'},
        {"status": 500, "body": b'{"error":"boom"}'},
    ],
    ids=str,
)
def test_a_write_that_may_have_been_applied_is_reported_as_such(api, device, user, note, treatment):
    listener, writer = device(user, note), device(user)
    api.misbehave("PUT", note, times=None, **treatment)
    answer = writer.refused(
        "note_update", "upstream_unavailable", noteId=note, changes={"title": "perhaps"}
    )
    assert answer["outcome"] == "unknown"
    assert answer["message"] == "Failed to update note"
    assert answer["noteId"] == note
    api.behave()
    hears_next(listener, writer, note)


def test_a_write_that_was_never_sent_is_not_called_unknown(api, device, user, note):
    listener, writer = device(user, note), device(user)
    api.stop()
    answer = writer.refused(
        "note_update", "upstream_unavailable", noteId=note, changes={"title": "lost"}
    )
    assert "outcome" not in answer
    api.start()
    hears_next(listener, writer, note)


def test_a_write_whose_writer_has_gone_is_still_heard(api, device, user, note):
    listener, writer = device(user, note), device(user, note)
    gate = api.hold("PUT", note)
    writer.send("note_update", noteId=note, changes={"title": "last words"})
    gate.wait_for_arrival()
    writer.close()
    gate.open()
    listener.expect("note_sync", changes={"title": "last words"}, fromUserId=user)


def test_writes_that_wait_for_a_writer_who_has_gone_are_still_made(api, device, user, note):
    listener, writer = device(user, note), device(user, note)
    gate = api.hold("PUT", note)
    for number in range(4):
        writer.send("note_update", noteId=note, changes={"number": number})
    gate.wait_for_arrival()
    writer.answer("ping")
    writer.close()
    gate.open()
    for number in range(4):
        listener.expect("note_sync", changes={"number": number})


def test_a_member_who_has_gone_harms_no_other(device, user, note):
    leavers = [device(user, note) for _ in range(5)]
    listener, writer = device(user, note), device(user)
    for leaver in leavers:
        writer.update(note, title="x")
        listener.expect("note_sync")
        leaver.close()
    hears_next(listener, writer, note)


def test_an_update_in_fragments_is_one_update(api, device, user, note):
    writer = device(user)
    text = json.dumps(
        {"type": "note_update", "noteId": note, "changes": {"title": "späße"}, "requestId": "1"},
        ensure_ascii=False,
    ).encode()
    pieces = [text[index : index + 7] for index in range(0, len(text), 7)]
    writer.websocket.send_raw(frames.fragmented(frames.TEXT, pieces))
    assert writer.answer_to("1")["type"] == "note_update_success"
    assert api.notes[note].fields["title"] == "späße"
