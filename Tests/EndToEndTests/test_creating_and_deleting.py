"""PROTOCOL.md, "What is persisted, and who hears of it", for created and deleted notes."""

import json

import pytest


@pytest.fixture
def create(new_name):
    """Creates a note through a device; returns its name."""

    def create(device, **fields) -> str:
        name = new_name("note")
        device.request("note_created", "note_created_success", noteData={"id": name, **fields})
        return name

    return create


def test_a_note_that_the_api_does_not_have_is_created(api, device, user, new_name):
    writer, name = device(user), new_name("note")
    data = {"id": name, "title": "New"}
    answer = writer.request("note_created", "note_created_success", noteData=data)
    assert answer["noteData"] == data
    assert isinstance(answer["timestamp"], int)
    look, creation = api.requests(note=name)
    assert (look.method, look.target) == ("GET", f"/api/notes/{name}")
    assert (creation.method, creation.target) == ("POST", "/api/notes")
    assert json.loads(creation.body) == data
    for request in (look, creation):
        assert request.header("Authorization") == f"Bearer {writer.token}"


def test_a_creation_is_heard_by_all_other_devices_of_the_user(device, user, create, new_name):
    writer, others = device(user), [device(user) for _ in range(5)]
    foreign = device(new_name("user"))
    name = create(writer, title="New")
    for other in others:
        sync = other.expect("note_created_sync")
        assert isinstance(sync.pop("timestamp"), int)
        assert sync == {
            "type": "note_created_sync",
            "noteData": {"id": name, "title": "New"},
            "fromUserId": user,
        }
    fence = create(device(foreign.user))
    foreign.expect("note_created_sync", noteData={"id": fence})


def test_the_writer_gets_no_sync_of_its_own_creation(device, user, create):
    writer, other = device(user), device(user)
    create(writer)
    theirs = create(other)
    writer.expect("note_created_sync", noteData={"id": theirs})


def test_a_note_that_the_api_has_is_announced_as_the_api_has_it(api, device, user, note):
    writer, other = device(user), device(user)
    spelling = '{ "id":"' + note + '", "price": 1.10, "n":12345678901234567890 }'
    api.misbehave("GET", note, body=spelling.encode())
    data = {"id": note, "title": "what the client thinks"}
    answer = writer.request("note_created", "note_created_success", noteData=data)
    assert answer.raw("noteData") == spelling
    assert other.expect("note_created_sync").raw("noteData") == spelling
    assert api.requests("POST", note) == []


def test_the_apis_answer_to_a_creation_is_passed_on_byte_for_byte(api, device, user, new_name):
    writer, other, name = device(user), device(user), new_name("note")
    spelling = '{\n "id" : "given-by-the-api" , "price":1.10,"n":12345678901234567890}'
    api.misbehave("POST", name, status=201, body=spelling.encode())
    answer = writer.request("note_created", "note_created_success", noteData={"id": name})
    assert answer.raw("noteData") == spelling
    assert other.expect("note_created_sync").raw("noteData") == spelling


def test_note_data_reaches_the_api_as_it_was_spelled(api, device, user, new_name):
    writer, name = device(user), new_name("note")
    spelling = '{"n":12345678901234567890, "id":"' + name + r'","price":1.10,"text":"\u00e9é"}'
    text = f'{{"type":"note_created","requestId":"1","noteData":{spelling}}}'
    writer.websocket.send_text(text)
    assert writer.answer_to("1")["type"] == "note_created_success"
    assert api.requests("POST", name)[0].body.decode() == spelling


def test_the_name_may_be_said_twice_when_it_is_the_same(device, user, new_name):
    writer, name = device(user), new_name("note")
    writer.request("note_created", "note_created_success", noteId=name, noteData={"id": name})


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"noteData": None},
        {"noteData": "note"},
        {"noteData": [{"id": "n"}]},
        {"noteData": {}},
        {"noteData": {"title": "no id"}},
        {"noteData": {"id": 7}},
        {"noteData": {"id": "a/b"}},
        {"noteId": "n"},
        {"noteId": "n", "noteData": {"id": "m"}},
        {"noteId": 7, "noteData": {"id": "n"}},
    ],
    ids=str,
)
def test_a_creation_without_a_proper_note_is_an_invalid_message(api, device, user, fields):
    before = len(api.requests())
    device(user).refused("note_created", "invalid_message", **fields)
    assert len(api.requests()) == before


def test_a_note_of_somebody_else_is_not_announced(api, device, note, new_name):
    intruder = device(new_name("user"))
    bystander = device(intruder.user)
    intruder.refused("note_created", "not_found", noteData={"id": note})
    assert api.requests("POST", note) == []
    bystander.expect_nothing()


def test_a_creation_fails_without_a_question_whose_answer_is_known(api, device, user, new_name):
    writer, name = device(user), new_name("note")
    api.misbehave("GET", name, status=500)
    answer = writer.refused("note_created", "upstream_unavailable", noteData={"id": name})
    assert "outcome" not in answer
    assert api.requests("POST", name) == []


def test_a_creation_that_the_api_refuses_is_heard_by_nobody(api, device, user, create, new_name):
    writer, other, name = device(user), device(user), new_name("note")
    api.misbehave("POST", name, status=422, body=b'{"message":"No title"}')
    answer = writer.refused("note_created", "upstream_rejected", noteData={"id": name})
    assert (answer["status"], answer["message"], answer["noteId"]) == (422, "No title", name)
    other.expect("note_created_sync", noteData={"id": create(writer)})


@pytest.mark.parametrize(
    "treatment",
    [{"closes": True}, {"body_size_sent": 3}, {"body": b"created"}, {"status": 500}],
    ids=str,
)
def test_a_creation_that_may_have_happened_is_reported_as_such(
    api, device, user, create, new_name, treatment
):
    writer, other, name = device(user), device(user), new_name("note")
    api.misbehave("POST", name, times=None, **treatment)
    answer = writer.refused("note_created", "upstream_unavailable", noteData={"id": name})
    assert answer["outcome"] == "unknown"
    other.expect("note_created_sync", noteData={"id": create(writer)})


def test_creation_update_and_deletion_sent_at_once_are_made_in_order(api, device, user, new_name):
    writer, name = device(user), new_name("note")
    writer.send("note_created", noteData={"id": name}, requestId="create")
    writer.send("note_update", noteId=name, changes={"title": "x"}, requestId="update")
    writer.send("note_deleted", noteId=name, requestId="delete")
    writer.send("note_update", noteId=name, changes={"title": "y"}, requestId="late")
    assert writer.answer_to("create")["type"] == "note_created_success"
    assert writer.answer_to("update")["type"] == "note_update_success"
    assert writer.answer_to("delete")["type"] == "note_deleted_success"
    assert writer.answer_to("late")["code"] == "not_found"
    methods = [request.method for request in api.requests(note=name)]
    assert methods == ["GET", "POST", "PUT", "DELETE", "PUT"]
    assert api.overlapping_writes(name) == []


def test_a_deletion_is_answered_and_made_with_the_writers_identity(api, device, user, note):
    writer = device(user)
    answer = writer.request("note_deleted", "note_deleted_success", noteId=note)
    assert answer["noteId"] == note
    assert isinstance(answer["timestamp"], int)
    (request,) = api.requests(note=note)
    assert (request.method, request.target) == ("DELETE", f"/api/notes/{note}")
    assert request.header("Authorization") == f"Bearer {writer.token}"
    assert request.body == b""
    assert note not in api.notes


@pytest.mark.parametrize("treatment", [{"status": 204}, {"body": b""}, {"status": 202}], ids=str)
def test_every_2xx_is_a_yes_to_a_deletion_whatever_its_body(api, device, user, note, treatment):
    writer, other = device(user), device(user)
    api.misbehave("DELETE", note, **treatment)
    writer.request("note_deleted", "note_deleted_success", noteId=note)
    other.expect("note_deleted_sync", noteId=note)


def test_a_deletion_is_heard_once_by_the_users_devices_and_by_the_room(
    api, device, user, note, create, new_name
):
    guest_name = new_name("user")
    api.notes[note].readers.add(guest_name)
    in_the_room, not_joined, writer = device(user, note), device(user), device(user, note)
    guest, guest_not_joined = device(guest_name, note), device(guest_name)
    writer.request("note_deleted", "note_deleted_success", noteId=note)
    for listener in (in_the_room, not_joined, guest):
        sync = listener.expect("note_deleted_sync")
        assert isinstance(sync.pop("timestamp"), int)
        assert sync == {"type": "note_deleted_sync", "noteId": note, "fromUserId": user}
    fence = create(device(user))
    for listener in (in_the_room, not_joined, writer):
        listener.expect("note_created_sync", noteData={"id": fence})
    fence = create(device(guest_name))
    for listener in (guest, guest_not_joined):
        listener.expect("note_created_sync", noteData={"id": fence})


def test_after_a_deletion_the_members_are_out_of_the_room(api, device, user, note, create):
    listener, writer = device(user, note), device(user, note)
    writer.request("note_deleted", "note_deleted_success", noteId=note)
    listener.expect("note_deleted_sync", noteId=note)
    api.add(note, user, title="back from the dead")
    other = device(user, note)
    answer = other.update(note, title="who hears this?")
    fence = create(other)
    for device_that_was_in in (listener, writer):
        device_that_was_in.expect("note_created_sync", noteData={"id": fence})
        device_that_was_in.join(note)
    following = other.update(note, title="everybody does")
    assert following["seq"] > answer["seq"] or following["epoch"] != answer["epoch"]
    for device_that_was_in in (listener, writer):
        device_that_was_in.expect("note_sync", changes={"title": "everybody does"})


def test_a_deletion_makes_place_for_another_room(start_gateway, api, device_of, user, new_name):
    gateway = start_gateway({"limits": {"rooms_per_connection": 2}})
    names = [api.add(new_name("note"), user) for _ in range(3)]
    listener, writer = device_of(gateway, user, *names[:2]), device_of(gateway, user)
    listener.refused("join_note", "too_many_rooms", noteId=names[2])
    writer.request("note_deleted", "note_deleted_success", noteId=names[0])
    listener.expect("note_deleted_sync", noteId=names[0])
    listener.join(names[2])


def test_a_note_that_is_gone_already_is_deleted_for_the_users_own_devices_only(
    api, device, user, note, create, new_name
):
    guest_name = new_name("user")
    api.notes[note].readers.add(guest_name)
    guest, writer, other = device(guest_name, note), device(user), device(user)
    del api.notes[note]
    writer.request("note_deleted", "note_deleted_success", noteId=note)
    other.expect("note_deleted_sync", noteId=note, fromUserId=user)
    fence = create(device(guest_name))
    guest.expect("note_created_sync", noteData={"id": fence})
    other.expect_nothing()


@pytest.mark.parametrize(
    ("treatment", "code", "is_unknown"),
    [
        ({"status": 403}, "not_found", False),
        ({"status": 409, "body": b'{"message":"Locked"}'}, "upstream_rejected", False),
        ({"status": 500}, "upstream_unavailable", True),
        ({"closes": True, "is_applied": False}, "upstream_unavailable", True),
    ],
    ids=str,
)
def test_a_deletion_that_fails_is_heard_by_nobody(
    api, device, user, note, treatment, code, is_unknown
):
    listener, writer = device(user, note), device(user)
    api.misbehave("DELETE", note, times=None, **treatment)
    answer = writer.refused("note_deleted", code, noteId=note)
    assert (answer.get("outcome") == "unknown") == is_unknown
    assert answer["noteId"] == note
    api.behave()
    writer.update(note, title="still here")
    listener.expect("note_sync", changes={"title": "still here"})
