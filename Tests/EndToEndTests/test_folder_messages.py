"""PROTOCOL.md, `folder_created`, `folder_updated`, `folder_deleted`: fields, order and routes."""

import json

import pytest


def send_update(device, folder: str, number: int) -> str:
    """Sends a numbered update; returns its request ID."""
    name = f"update-{number}"
    device.send(
        "folder_updated", requestId=name, folderId=folder, changes={"number": number},
        updatedFolder={"id": folder},
    )
    return name


@pytest.mark.parametrize(
    ("type", "fields"),
    [
        ("folder_created", {}),
        ("folder_created", {"folderId": "f"}),
        ("folder_created", {"folderData": {"id": "f"}}),
        ("folder_created", {"folderId": "f", "folderData": None}),
        ("folder_created", {"folderId": "f", "folderData": "f"}),
        ("folder_created", {"folderId": "f", "folderData": [{"id": "f"}]}),
        ("folder_created", {"folderId": 7, "folderData": {"id": "f"}}),
        ("folder_updated", {}),
        ("folder_updated", {"folderId": "f", "updatedFolder": {"id": "f"}}),
        ("folder_updated", {"changes": {"a": 1}, "updatedFolder": {"id": "f"}}),
        ("folder_updated", {"folderId": "f", "changes": None, "updatedFolder": {"id": "f"}}),
        ("folder_updated", {"folderId": "f", "changes": [1], "updatedFolder": {"id": "f"}}),
        ("folder_updated", {"folderId": "f", "changes": "x", "updatedFolder": {"id": "f"}}),
        ("folder_updated", {"folderId": [], "changes": {}, "updatedFolder": {"id": "f"}}),
        ("folder_deleted", {}),
        ("folder_deleted", {"folderId": None}),
        ("folder_deleted", {"folderId": 7}),
        ("folder_deleted", {"noteId": "f"}),
    ],
    ids=str,
)
def test_a_field_that_is_missing_or_mistyped_is_an_invalid_message(
    api, device, user, type, fields
):
    before = len(api.requests())
    client = device(user)
    client.refused(type, "invalid_message", **fields)
    client.expect_nothing()
    assert len(api.requests()) == before


@pytest.mark.parametrize("fields", [{}, {"updatedFolder": "f"}, {"updatedFolder": [1]}], ids=str)
def test_an_update_without_an_updated_folder_is_an_invalid_message(
    api, device, user, folder, fields
):
    client = device(user)
    for changes in ({}, {"name": "x"}):
        client.refused(
            "folder_updated", "invalid_message", folderId=folder, changes=changes, **fields
        )
    assert api.requests(note=folder) == []


@pytest.mark.parametrize(
    "name", ["", ".", "..", "a/b", "../x", "a b", "a%2Fb", "a?b", "a#b", "ä", "a\r\nb", "x" * 129]
)
def test_a_name_that_no_folder_can_have_never_reaches_the_api(api, device, user, name):
    before = len(api.requests())
    client = device(user)
    data = {"id": name}
    client.refused("folder_created", "invalid_message", folderId=name, folderData=data)
    for changes in ({}, {"name": "x"}):
        client.refused(
            "folder_updated", "invalid_message", folderId=name, changes=changes, updatedFolder=data
        )
    client.refused("folder_deleted", "invalid_message", folderId=name)
    assert len(api.requests()) == before


def test_a_folder_is_created_before_a_later_note_of_the_connection(api, device, user, new_name):
    writer, other = device(user), device(new_name("user"))
    folder, note = new_name("folder"), new_name("note")
    gate = api.hold("POST", folder)
    folder_data, note_data = {"id": folder}, {"id": note, "folderId": folder}
    writer.send("folder_created", folderId=folder, folderData=folder_data, requestId="folder")
    writer.send("note_created", noteData=note_data, requestId="note")
    gate.wait_for_arrival()
    writer.expect_nothing()
    for _ in range(3):
        theirs = {"id": new_name("note")}
        other.request("note_created", "note_created_success", noteData=theirs)
    assert api.requests("POST", note) == []
    gate.open()
    writer.expect("folder_created_success", requestId="folder")
    writer.expect("note_created_success", requestId="note")
    (first,), (second,) = api.requests("POST", folder), api.requests("POST", note)
    assert first.ended <= second.begun


def test_a_later_note_is_created_also_when_the_folder_is_refused(api, device, user, new_name):
    writer, folder, note = device(user), new_name("folder"), new_name("note")
    api.misbehave("POST", folder, status=422)
    writer.send("folder_created", folderId=folder, folderData={"id": folder}, requestId="folder")
    writer.send("note_created", noteData={"id": note}, requestId="note")
    writer.expect_error("upstream_rejected", requestId="folder")
    writer.expect("note_created_success", requestId="note")


def test_nobody_else_waits_for_the_folder_of_another_connection(api, device, user, new_name):
    writer, other, folder = device(user), device(user), new_name("folder")
    gate = api.hold("POST", folder)
    writer.send("folder_created", folderId=folder, folderData={"id": folder}, requestId="folder")
    gate.wait_for_arrival()
    note = {"id": new_name("note")}
    other.request("note_created", "note_created_success", noteData=note)
    gate.open()
    assert writer.answer_to("folder")["type"] == "folder_created_success"


def test_writes_to_one_folder_are_made_one_at_a_time_in_the_order_of_arrival(
    api, device, user, folder, new_name
):
    another = api.add_folder(new_name("folder"), user)
    writer, listener = device(user), device(user)
    gate = api.hold("PUT", folder)
    names = [send_update(writer, folder, number) for number in range(5)]
    gate.wait_for_arrival()
    listener.request("folder_deleted", "folder_deleted_success", folderId=another)
    writer.expect("folder_deleted_sync", folderId=another)
    assert len(api.requests("PUT", folder)) == 1
    gate.open()
    for number, name in enumerate(names):
        writer.expect("folder_updated_success", requestId=name)
        listener.expect("folder_updated_sync", changes={"number": number})
    written = [json.loads(request.body)["number"] for request in api.requests("PUT", folder)]
    assert written == list(range(5))
    assert api.overlapping_writes(folder) == []


def test_creation_update_and_deletion_sent_at_once_are_made_in_order(api, device, user, new_name):
    writer, listener, name = device(user), device(user), new_name("folder")
    writer.send("folder_created", folderId=name, folderData={"id": name}, requestId="create")
    update = send_update(writer, name, 1)
    writer.send("folder_deleted", folderId=name, requestId="delete")
    late = send_update(writer, name, 2)
    assert writer.answer_to("create")["type"] == "folder_created_success"
    assert writer.answer_to(update)["type"] == "folder_updated_success"
    assert writer.answer_to("delete")["type"] == "folder_deleted_success"
    assert writer.answer_to(late)["code"] == "not_found"
    for type in ("folder_created_sync", "folder_updated_sync", "folder_deleted_sync"):
        listener.expect(type)
    methods = [request.method for request in api.requests(note=name)]
    assert methods == ["GET", "POST", "PUT", "DELETE", "PUT"]
    assert api.overlapping_writes(name) == []


def test_early_folder_messages_are_held_until_auth_success(gateway, api, stranger, user, new_name):
    client, name = stranger(gateway), new_name("folder")
    client.send("folder_created", folderId=name, folderData={"id": name}, requestId="early")
    client.expect_nothing()
    assert api.requests(note=name) == []
    client.send("auth", token=gateway.issuer.token(user))
    client.expect("auth_success")
    client.expect("folder_created_success", requestId="early")


def test_folder_routes_can_have_other_methods_and_paths(start_gateway, api, device_of, user):
    routes = {
        "get_folder": "GET /v2/f/{folderId}",
        "create_folder": "PUT /v2/new",
        "update_folder": "PATCH /v2/f/{folderId}/content",
        "delete_folder": "POST /v2/f/{folderId}/delete",
    }
    client = device_of(start_gateway({"upstream": {"routes": routes}}), user)
    for method, name, status in (
        ("GET", None, 404), ("PUT", "f~1", 201), ("PATCH", None, 200), ("POST", None, 204)
    ):
        api.misbehave(method, name, status=status, body=b'{"a":1}')
    before = len(api.requests())
    data = {"id": "f~1"}
    client.request("folder_created", "folder_created_success", folderId="f~1", folderData=data)
    client.request(
        "folder_updated", "folder_updated_success",
        folderId="f~1", changes={"name": "x"}, updatedFolder=data,
    )
    client.request("folder_deleted", "folder_deleted_success", folderId="f~1")
    asked = [(request.method, request.target) for request in api.requests()[before:]]
    assert asked == [
        ("GET", "/v2/f/f~1"),
        ("PUT", "/v2/new"),
        ("PATCH", "/v2/f/f~1/content"),
        ("POST", "/v2/f/f~1/delete"),
    ]
