"""PROTOCOL.md, "What is persisted, and who hears of it": "Folders: the same rules on the folder
routes"."""

import pytest


@pytest.fixture
def folder(new_name):
    return new_name("folder")


@pytest.fixture
def answers(api):
    """Has the API answer the next request of a method that names no note: a folder's."""

    def answers(method: str, body: bytes, status: int = 200, named: str | None = None) -> None:
        api.misbehave(method, named, is_applied=False, status=status, body=body)

    return answers


def asked(api, folder):
    return [
        (request.method, request.target, request.body)
        for request in api.requests()
        if folder in request.target or folder.encode() in request.body
    ]


def test_an_update_goes_to_the_api_and_to_all_of_the_users_devices(
    api, device, user, folder, answers, new_name
):
    other, stranger, writer = device(user), device(new_name("user")), device(user)
    answers("PUT", b'{ "name" : "Work" }')
    answer = writer.request(
        "folder_updated", "folder_updated_success", folderId=folder,
        changes={"name": "Work"}, updatedFolder={"id": folder, "name": "What the client thinks"},
    )
    sync = other.expect("folder_updated_sync", folderId=folder, fromUserId=user)
    assert sync.raw("updatedFolder") == answer.raw("updatedFolder") == '{ "name" : "Work" }'
    assert sync["changes"] == {"name": "Work"}
    assert asked(api, folder) == [("PUT", f"/api/folders/{folder}", b'{"name": "Work"}')]
    writer.expect_nothing()
    stranger.expect_nothing()


def test_an_update_without_changes_writes_nothing_and_carries_what_the_api_has(
    api, device, user, folder, answers
):
    other, writer = device(user), device(user)
    answers("GET", b'{"name":"Home"}')
    writer.request(
        "folder_updated", "folder_updated_success", folderId=folder, changes={}, updatedFolder={}
    )
    other.expect("folder_updated_sync", changes={}, updatedFolder={"name": "Home"})
    assert asked(api, folder) == [("GET", f"/api/folders/{folder}", b"")]


def test_a_folder_that_the_api_has_is_not_created_again(api, device, user, folder, answers):
    other, writer = device(user), device(user)
    answers("GET", b'{"name":"Home"}')
    writer.request(
        "folder_created", "folder_created_success", folderId=folder, folderData={"name": "Home"}
    )
    other.expect("folder_created_sync", folderData={"name": "Home"}, fromUserId=user)
    assert [request[0] for request in asked(api, folder)] == ["GET"]


def test_a_folder_that_the_api_lacks_is_created_under_the_name_that_it_gives(
    api, device, user, folder, answers
):
    other, writer = device(user), device(user)
    answers("GET", b"{}", status=404)
    answers("POST", b'{"id":"f-7"}', status=201, named=folder)
    data = {"id": folder, "name": "New"}
    answer = writer.request(
        "folder_created", "folder_created_success", folderId=folder, folderData=data
    )
    assert answer["folderData"] == {"id": "f-7"}
    other.expect("folder_created_sync", folderData={"id": "f-7"})
    assert [request[:2] for request in asked(api, folder)] == [
        ("GET", f"/api/folders/{folder}"), ("POST", "/api/folders"),
    ]


@pytest.mark.parametrize("status", [200, 204, 404])
def test_a_deletion_is_heard_by_the_users_devices_even_if_the_folder_was_gone(
    api, device, user, folder, answers, status
):
    other, writer = device(user), device(user)
    answers("DELETE", b"{}", status=status)
    writer.request("folder_deleted", "folder_deleted_success", folderId=folder)
    other.expect("folder_deleted_sync", folderId=folder, fromUserId=user)
    writer.expect_nothing()


def test_what_the_api_refuses_is_heard_by_nobody(device, user, folder, answers):
    other, writer = device(user), device(user)
    answers("PUT", b'{"message":"Too long"}', status=422)
    error = writer.refused(
        "folder_updated", "upstream_rejected", folderId=folder, changes={"name": "x"},
        updatedFolder={},
    )
    assert (error["status"], error["message"]) == (422, "Too long")
    other.expect_nothing()
