"""PROTOCOL.md, "What is persisted, and who hears of it", for folders."""

import json

import pytest

from harness.writes import TYPES

FOLDER_TYPES = [type for type in TYPES if type.startswith("folder_")]
SPELLING = '{ "id":"given-by-the-api" ,\n"n":12345678901234567890, "price":1.10,"t":"\\u00e9é"}'


@pytest.fixture
def create_folder(new_name):
    """Creates a folder through a device; returns its name."""

    def create(device, **fields) -> str:
        name = new_name("folder")
        data = {"id": name, **fields}
        device.request("folder_created", "folder_created_success", folderId=name, folderData=data)
        return name

    return create


def update(device, folder: str, changes: dict):
    """Makes an update and returns the success."""
    return device.request(
        "folder_updated", "folder_updated_success",
        folderId=folder, changes=changes, updatedFolder={"id": folder, "by": "the client"},
    )


def without_timestamp(message) -> dict:
    """What a message says but for its time, which has to be there, and for what it answers."""
    assert isinstance(message["timestamp"], int), message.text
    return {name: message[name] for name in message if name not in ("timestamp", "requestId")}


def asked(api, folder: str) -> list[tuple[str, str]]:
    return [(request.method, request.target) for request in api.requests(note=folder)]


def test_a_folder_that_the_api_does_not_have_is_created(api, device, user, new_name):
    writer, other, name = device(user), device(user), new_name("folder")
    data = {"id": name, "name": "Recipes"}
    answer = writer.request(
        "folder_created", "folder_created_success", folderId=name, folderData=data
    )
    assert without_timestamp(answer) == {"type": "folder_created_success", "folderData": data}
    assert without_timestamp(other.expect("folder_created_sync")) == {
        "type": "folder_created_sync", "folderData": data, "fromUserId": user,
    }
    assert asked(api, name) == [("GET", f"/api/folders/{name}"), ("POST", "/api/folders")]
    for request in api.requests(note=name):
        assert request.bearer == writer.token
    assert api.folders[name].owner == user


def test_a_folder_that_the_api_has_is_announced_as_the_api_has_it(api, device, user, folder):
    writer, other = device(user), device(user)
    api.misbehave("GET", folder, body=SPELLING.encode())
    data = {"id": folder, "name": "what the client thinks"}
    answer = writer.request(
        "folder_created", "folder_created_success", folderId=folder, folderData=data
    )
    assert answer.raw("folderData") == SPELLING
    assert other.expect("folder_created_sync").raw("folderData") == SPELLING
    assert asked(api, folder) == [("GET", f"/api/folders/{folder}")]


def test_folder_data_is_passed_on_byte_for_byte_both_ways(api, device, user, new_name):
    writer, other, name = device(user), device(user), new_name("folder")
    data = '{"n":12345678901234567890, "id":"' + name + r'","price":1.10 ,"text":"\u00e9é"}'
    api.misbehave("POST", name, status=201, body=SPELLING.encode())
    text = f'"requestId":"1","folderId":"{name}","folderData":{data}'
    writer.websocket.send_text(f'{{"type":"folder_created",{text}}}')
    answer = writer.answer_to("1")
    assert api.requests("POST", name)[0].body.decode() == data
    assert answer.raw("folderData") == SPELLING
    assert other.expect("folder_created_sync").raw("folderData") == SPELLING


def test_a_folder_is_updated(api, device, user, folder):
    writer, other = device(user), device(user)
    answer = update(writer, folder, {"name": "Cakes"})
    updated = {"id": folder, "name": "Cakes", "color": "red"}
    assert without_timestamp(answer) == {
        "type": "folder_updated_success", "folderId": folder, "updatedFolder": updated,
    }
    assert without_timestamp(other.expect("folder_updated_sync")) == {
        "type": "folder_updated_sync", "folderId": folder, "changes": {"name": "Cakes"},
        "updatedFolder": updated, "fromUserId": user,
    }
    (request,) = api.requests(note=folder)
    assert (request.method, request.target) == ("PUT", f"/api/folders/{folder}")
    assert (request.bearer, json.loads(request.body)) == (writer.token, {"name": "Cakes"})


def test_an_update_is_passed_on_byte_for_byte_both_ways(api, device, user, folder):
    writer, other = device(user), device(user)
    changes = r'{ "n" : 12345678901234567890,"price":1.10 , "text":"\u00e9é" }'
    api.misbehave("PUT", folder, body=SPELLING.encode())
    text = f'"requestId":"1","folderId":"{folder}","changes":{changes},"updatedFolder":{{}}'
    writer.websocket.send_text(f'{{"type":"folder_updated",{text}}}')
    assert writer.answer_to("1").raw("updatedFolder") == SPELLING
    sync = other.expect("folder_updated_sync")
    assert (sync.raw("changes"), sync.raw("updatedFolder")) == (changes, SPELLING)
    assert api.requests("PUT", folder)[0].body.decode() == changes


def test_with_empty_changes_nothing_is_written_and_the_sync_says_what_the_api_has(
    api, device, user, folder
):
    writer, other = device(user), device(user)
    api.misbehave("GET", folder, body=SPELLING.encode())
    answer = update(writer, folder, {})
    assert (answer["folderId"], answer.raw("updatedFolder")) == (folder, SPELLING)
    sync = other.expect("folder_updated_sync", folderId=folder, changes={}, fromUserId=user)
    assert sync.raw("updatedFolder") == SPELLING
    (request,) = api.requests(note=folder)
    assert (request.method, request.target) == ("GET", f"/api/folders/{folder}")
    assert (request.bearer, request.body) == (writer.token, b"")


@pytest.mark.parametrize(
    ("treatment", "code"),
    [
        ({"status": 404}, "not_found"),
        ({"status": 403}, "not_found"),
        ({"status": 422}, "upstream_rejected"),
        ({"status": 500}, "upstream_unavailable"),
        ({"body": b"<html>"}, "upstream_unavailable"),
    ],
    ids=str,
)
def test_empty_changes_of_a_folder_that_the_api_does_not_show_are_heard_by_nobody(
    api, device, user, folder, create_folder, treatment, code
):
    writer, other = device(user), device(user)
    api.misbehave("GET", folder, **treatment)
    answer = writer.refused(
        "folder_updated", code, folderId=folder, changes={}, updatedFolder={"id": folder}
    )
    assert "outcome" not in answer
    other.expect("folder_created_sync", folderData={"id": create_folder(writer)})


def test_a_folder_is_deleted(api, device, user, folder):
    writer, other = device(user), device(user)
    answer = writer.request("folder_deleted", "folder_deleted_success", folderId=folder)
    assert without_timestamp(answer) == {"type": "folder_deleted_success", "folderId": folder}
    assert without_timestamp(other.expect("folder_deleted_sync")) == {
        "type": "folder_deleted_sync", "folderId": folder, "fromUserId": user,
    }
    (request,) = api.requests(note=folder)
    assert (request.method, request.target) == ("DELETE", f"/api/folders/{folder}")
    assert (request.bearer, request.body) == (writer.token, b"")
    assert folder not in api.folders


@pytest.mark.parametrize(
    "treatment", [{"status": 204}, {"status": 202, "body": b""}, {"status": 404}], ids=str
)
def test_a_deletion_with_a_2xx_or_a_404_is_answered_with_success_and_heard(
    api, device, user, folder, treatment
):
    writer, other = device(user), device(user)
    api.misbehave("DELETE", folder, **treatment)
    writer.request("folder_deleted", "folder_deleted_success", folderId=folder)
    other.expect("folder_deleted_sync", folderId=folder, fromUserId=user)


@pytest.mark.parametrize("type", FOLDER_TYPES)
def test_all_other_devices_of_the_user_hear_of_it_once_and_nobody_else(
    gateway, device, stranger, user, note, write, new_name, type
):
    others = [device(user) for _ in range(4)] + [device(user, note)]
    foreign, waiting, writer = device(new_name("user")), stranger(gateway), device(user, note)
    sent = write(type)
    writer.request(type, sent.success, **sent.fields)
    for other in others:
        other.expect(f"{type}_sync", fromUserId=user)
        other.expect_nothing()
    for bystander in (writer, foreign, waiting):
        bystander.expect_nothing()


@pytest.mark.parametrize("type", FOLDER_TYPES)
@pytest.mark.parametrize(
    ("treatment", "code", "is_unknown"),
    [
        ({"status": 403}, "not_found", False),
        ({"status": 422, "body": b'{"message":"Too long"}'}, "upstream_rejected", False),
        ({"status": 500}, "upstream_unavailable", True),
        ({"closes": True, "is_applied": False}, "upstream_unavailable", True),
    ],
    ids=str,
)
def test_a_write_that_the_api_refuses_is_answered_with_its_error_and_heard_by_nobody(
    api, device, user, write, create_folder, type, treatment, code, is_unknown
):
    writer, other, refused = device(user), device(user), write(type)
    api.misbehave(refused.methods[-1], refused.name, times=None, **treatment)
    answer = writer.refused(type, code, **refused.fields)
    assert (answer.get("outcome") == "unknown") == is_unknown
    if code == "upstream_rejected":
        assert (answer["status"], answer["message"]) == (422, "Too long")
    other.expect("folder_created_sync", folderData={"id": create_folder(writer)})


def test_a_folder_of_somebody_else_is_not_found(api, device, folder, new_name):
    intruder = device(new_name("user"))
    data = {"id": folder}
    intruder.refused("folder_created", "not_found", folderId=folder, folderData=data)
    intruder.refused("folder_deleted", "not_found", folderId=folder)
    for changes in ({}, {"name": "x"}):
        intruder.refused(
            "folder_updated", "not_found", folderId=folder, changes=changes, updatedFolder=data
        )
    assert api.requests("POST", folder) == [] and folder in api.folders


def test_a_creation_fails_without_a_question_whose_answer_is_known(api, device, user, new_name):
    writer, name = device(user), new_name("folder")
    api.misbehave("GET", name, status=500)
    answer = writer.refused(
        "folder_created", "upstream_unavailable", folderId=name, folderData={"id": name}
    )
    assert "outcome" not in answer
    assert api.requests("POST", name) == []
