"""PROTOCOL.md, `join_note` and `leave_note`: who may listen, and what the API is asked for it."""

import json

import pytest

from harness import frames
from harness.timing import wait_until

CONFIGURATION = {"limits": {"rooms_per_connection": 3}}

JOINED = "Successfully joined note for real-time sync"
ALLOWED = "AZaz09._~-"


@pytest.fixture
def notes(api, user, new_name):
    """Makes notes of `user`."""
    return lambda count: [api.add(new_name("note"), user) for _ in range(count)]


def test_note_joined_says_where_the_note_stands(device, user, note):
    answer = device(user).join(note)
    epoch, seq = answer.pop("epoch"), answer.pop("seq")
    answer.pop("requestId")
    assert answer == {"type": "note_joined", "noteId": note, "message": JOINED}
    assert isinstance(epoch, str) and epoch
    assert isinstance(seq, int) and seq >= 0


def test_the_api_is_asked_with_the_identity_of_who_joins(api, device, user, note):
    client = device(user, note)
    (request,) = api.requests(note=note)
    assert (request.method, request.target) == ("GET", f"/api/notes/{note}")
    assert request.header("Authorization") == f"Bearer {client.token}"
    assert request.header("Host") == api.url.removeprefix("http://")
    assert request.header("Expect") is None and request.header("Cookie") is None
    assert request.body == b""


def test_a_later_member_is_told_where_the_room_is(device, user, note):
    first = device(user, note)
    for number in range(3):
        position = first.update(note, number=number)
    second = device(user)
    joined = second.join(note)
    assert (joined["epoch"], joined["seq"]) == (position["epoch"], position["seq"])
    following = first.update(note, number=3)
    assert following["seq"] == joined["seq"] + 1
    second.expect("note_sync", epoch=joined["epoch"], seq=joined["seq"] + 1)


def test_two_notes_are_counted_apart(device, user, notes):
    first, second = notes(2)
    client = device(user, first, second)
    before = client.join(second)
    client.update(first, title="x")
    assert client.join(second)["seq"] == before["seq"]


def test_a_note_of_somebody_else_cannot_be_joined(api, device, note, new_name):
    client = device(new_name("user"))
    answer = client.refused("join_note", "not_found", noteId=note)
    assert answer["message"] == "Note not found or access denied"
    assert answer["noteId"] == note
    assert len(api.requests("GET", note)) == 1


def test_a_note_that_is_not_there_cannot_be_joined(device, user, new_name):
    nowhere = new_name("note")
    answer = device(user).refused("join_note", "not_found", noteId=nowhere)
    assert answer["message"] == "Note not found or access denied"


def test_who_was_refused_hears_nothing_of_the_note(api, device, user, note, new_name):
    outsider = device(new_name("user"))
    outsider.refused("join_note", "not_found", noteId=note)
    theirs = api.add(new_name("note"), outsider.user)
    outsider.join(theirs)
    writer = device(user)
    writer.update(note, title="secret")
    device(outsider.user).update(theirs, title="heard")
    outsider.expect("note_sync", noteId=theirs)


def test_a_note_that_is_shared_can_be_joined_by_both(api, device, user, note, new_name):
    other = new_name("user")
    api.notes[note].readers.add(other)
    listener = device(other, note)
    device(user).update(note, title="for both")
    listener.expect("note_sync", noteId=note, fromUserId=user)


def test_a_no_is_asked_again(api, device, user, new_name):
    client, name = device(user), new_name("note")
    client.refused("join_note", "not_found", noteId=name)
    api.add(name, user)
    client.join(name)
    assert len(api.requests("GET", name)) == 2


def test_a_yes_stands_for_all_devices_of_the_user_for_a_while(api, device, user, note):
    device(user, note)
    api.stop()
    for _ in range(6):
        device(user).join(note)


def test_a_yes_stands_for_nobody_else(device, user, note, new_name):
    device(user, note)
    device(new_name("user")).refused("join_note", "not_found", noteId=note)


def test_a_yes_stands_for_no_other_note(device, user, note):
    client = device(user, note)
    client.refused("join_note", "not_found", noteId=note + "x")


def test_a_yes_expires(start_gateway, api, device_of, user, note):
    gateway = start_gateway({"websocket": {"join_cache": "1s"}})
    client = device_of(gateway, user, note)

    def was_asked_again() -> bool:
        client.leave(note)
        client.join(note)
        return len(api.requests("GET", note)) == 2

    wait_until(was_asked_again, what="a second question to the API")


@pytest.mark.parametrize("status", [500, 502, 503])
def test_an_api_that_fails_lets_nobody_in(api, device, user, note, status):
    client = device(user)
    api.misbehave("GET", note, status=status)
    answer = client.refused("join_note", "upstream_unavailable", noteId=note)
    assert answer["noteId"] == note
    assert "outcome" not in answer
    client.join(note)


@pytest.mark.parametrize(
    "treatment",
    [{"closes": True}, {"resets": True}, {"body_size_sent": 4}, {"raw": b"SSH-2.0-x\r\n\r\n"}],
    ids=["closes", "resets", "cut off", "not HTTP"],
)
def test_an_answer_that_breaks_off_lets_nobody_in(api, device, user, note, treatment):
    client = device(user)
    api.misbehave("GET", note, times=None, **treatment)
    client.refused("join_note", "upstream_unavailable", noteId=note)
    api.behave()
    client.join(note)


@pytest.mark.parametrize("status", [204, 301, 302, 304, 307])
def test_only_a_200_lets_in(api, device, user, note, status):
    client = device(user)
    elsewhere = [("Location", "/api/notes/elsewhere")]
    api.misbehave("GET", note, status=status, headers=elsewhere)
    assert client.answer("join_note", noteId=note)["type"] == "error"
    assert api.requests("GET", "elsewhere") == []
    client.join(note)


@pytest.mark.parametrize("status", [400, 410, 429])
def test_another_no_of_the_api_is_passed_on(api, device, user, note, status):
    api.misbehave("GET", note, status=status, body=b'{"message":"Not today"}')
    answer = device(user).refused("join_note", "upstream_rejected", noteId=note)
    assert (answer["status"], answer["message"]) == (status, "Not today")


def test_while_the_api_is_down_nobody_joins_and_afterwards_everybody_can(api, device, user, note):
    client = device(user)
    api.stop()
    client.refused("join_note", "upstream_unavailable", noteId=note)
    api.start()
    client.join(note)


def test_leaving_is_answered_also_where_one_has_not_joined(device, user, note):
    client = device(user)
    answer = client.leave(note)
    answer.pop("requestId")
    assert answer == {"type": "note_left", "noteId": note}
    client.join(note)
    client.leave(note)
    client.leave(note)


def test_who_has_left_hears_no_more(device, user, notes):
    left, kept = notes(2)
    listener, writer = device(user, left, kept), device(user)
    writer.update(left, title="heard")
    listener.expect("note_sync", noteId=left)
    listener.leave(left)
    writer.update(left, title="not heard")
    writer.update(kept, title="the fence")
    listener.expect("note_sync", noteId=kept)
    listener.join(left)
    writer.update(left, title="heard again")
    listener.expect("note_sync", noteId=left, changes={"title": "heard again"})


def test_joining_twice_is_answered_twice_and_heard_once(device, user, note):
    listener = device(user, note, note)
    writer = device(user)
    first = writer.update(note, title="one")
    second = writer.update(note, title="two")
    listener.expect("note_sync", seq=first["seq"])
    listener.expect("note_sync", seq=second["seq"])


def test_joins_that_are_sent_at_once_are_all_answered(device, user, notes):
    client, names = device(user), notes(3)
    for name in names * 2:
        client.send("join_note", noteId=name)
    joined = [client.expect("note_joined")["noteId"] for _ in names * 2]
    assert sorted(joined) == sorted(names * 2)


def test_a_join_that_is_taken_back_at_once_leaves_nobody_in_the_room(api, device, user, notes):
    taken_back, kept = notes(2)
    listener, writer = device(user, kept), device(user)
    gate = api.hold("GET", taken_back)
    listener.send("join_note", noteId=taken_back, requestId="join")
    listener.send("leave_note", noteId=taken_back, requestId="leave")
    gate.wait_for_arrival()
    gate.open()
    listener.answer_to("join")
    assert listener.answer_to("leave")["type"] == "note_left"
    writer.update(taken_back, title="not heard")
    writer.update(kept, title="the fence")
    listener.expect("note_sync", noteId=kept)


def test_who_goes_while_joining_harms_nobody(api, device, user, note):
    gate = api.hold("GET", note)
    leaver = device(user)
    leaver.send("join_note", noteId=note)
    gate.wait_for_arrival()
    leaver.close()
    gate.open()
    listener = device(user, note)
    device(user).update(note, title="x")
    listener.expect("note_sync", noteId=note)


def test_a_room_too_many_is_refused_and_leaving_one_makes_place(device, user, notes):
    names = notes(4)
    client = device(user, *names[:3])
    answer = client.refused("join_note", "too_many_rooms", noteId=names[3])
    assert "3" in answer["message"]
    assert answer["noteId"] == names[3]
    client.join(names[0])
    client.leave(names[1])
    client.join(names[3])


def test_joins_that_are_under_way_count_as_rooms(api, device, user, notes):
    client, names = device(user), notes(5)
    gates = [api.hold("GET", name) for name in names]
    for name in names:
        client.send("join_note", noteId=name, requestId=name)
    for gate in gates:
        gate.open()
    answers = [client.answer_to(name) for name in names]
    assert [answer["type"] for answer in answers].count("note_joined") == 3
    assert [answer.get("code") for answer in answers].count("too_many_rooms") == 2


def test_a_refused_join_takes_no_place(device, user, notes, new_name):
    client = device(user)
    for _ in range(4):
        client.refused("join_note", "not_found", noteId=new_name("note"))
    for name in notes(3):
        client.join(name)


@pytest.mark.parametrize(
    "name",
    [
        "", ".", "..", "a/b", "../x", "a b", "a%2Fb", "a?b", "a#b", "a;b", "a:b", "a@b", "a+b",
        "ä", "a\x00b", "a\r\nb", "x" * 129, 7, None, True, ["a"], {"a": "b"},
    ],
)
def test_a_name_that_no_note_can_have_never_reaches_the_api(api, device, user, name):
    before = len(api.requests())
    client = device(user)
    for type in ("join_note", "leave_note", "note_deleted"):
        client.refused(type, "invalid_message", noteId=name)
    client.refused("note_update", "invalid_message", noteId=name, changes={"title": "x"})
    client.refused("note_created", "invalid_message", noteData={"id": name})
    assert len(api.requests()) == before


def test_a_missing_name_is_an_invalid_message(device, user):
    client = device(user)
    client.refused("join_note", "invalid_message")
    client.refused("leave_note", "invalid_message")


@pytest.mark.parametrize("name", [ALLOWED, "x" * 128, "...", "-", "~", "a..b"])
def test_every_allowed_name_reaches_the_api_as_it_is(api, device, user, name):
    api.add(name, user)
    client = device(user)
    client.join(name)
    assert api.requests("GET", name)[-1].target == f"/api/notes/{name}"
    client.leave(name)


def test_join_and_update_in_one_segment_take_effect_in_order(device, user, note):
    listener, writer = device(user, note), device(user)
    messages = [
        {"type": "join_note", "noteId": note, "requestId": "join"},
        {"type": "note_update", "noteId": note, "changes": {"a": 1}, "requestId": "update"},
        {"type": "leave_note", "noteId": note, "requestId": "leave"},
    ]
    writer.websocket.send_raw(
        b"".join(frames.encode(frames.TEXT, json.dumps(m).encode()) for m in messages)
    )
    assert writer.answer_to("join")["type"] == "note_joined"
    assert writer.answer_to("update")["type"] == "note_update_success"
    assert writer.answer_to("leave")["type"] == "note_left"
    listener.expect("note_sync", changes={"a": 1})
