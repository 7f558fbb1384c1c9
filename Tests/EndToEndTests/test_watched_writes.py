"""PROXY.md, "Writes that sync": what is written by REST reaches the other devices."""


import pytest

from harness import rest
from harness.tokens import Issuer

SIZE_MAX = 16_384

CONFIGURATION = {
    "workers": 4,
    "websocket": {"max_message_size": SIZE_MAX},
    "proxy": {
        "sync_routes": [
            {"POST /api/notes/{noteId}/star": "note_sync"},
            {"POST /api/notes/{noteId}/trash": "note_deleted"},
            {"POST /api/folders/{folderId}/pin": "folder_updated"},
            {"POST /api/folders/{folderId}/burn": "folder_deleted"},
        ]
    },
}


@pytest.fixture
def ask(gateway, user):
    return rest.asking(gateway, user)


def fence(ask, device, note, joined, count=1):
    """Nobody heard of what went before: the next accepted write is number `count`."""
    ask("PUT", f"/api/notes/{note}", {"fence": count})
    device.expect("note_sync", changes={"fence": count}, seq=joined["seq"] + count)
    device.expect_nothing()


# What is heard.


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_an_update_is_heard_by_all_who_have_joined(api, device, ask, user, note, new_name, method):
    reader = new_name("reader")
    api.notes[note].readers.add(reader)
    own, other, elsewhere = device(user), device(reader), device(user)
    joined = own.join(note)
    other.join(note)
    answer = ask(method, f"/api/notes/{note}?from=app", {"title": "x"})
    assert (answer.status, answer.json["title"]) == (200, "x")
    for listener in (own, other):
        sync = listener.expect(
            "note_sync", noteId=note, changes={"title": "x"}, updatedNote=answer.json,
            fromUserId=user, epoch=joined["epoch"], seq=joined["seq"] + 1,
        )
        assert sync.raw("updatedNote") == answer.body.decode()
    elsewhere.expect_nothing()


def test_a_creation_is_heard_by_the_users_devices(device, ask, user, new_name):
    own, stranger = device(user), device(new_name("user"))
    for kind, field in [("note", "noteData"), ("folder", "folderData")]:
        name = new_name(kind)
        answer = ask("POST", f"/api/{kind}s", {"id": name, "title": "é"})
        assert answer.status == 201
        own.expect(f"{kind}_created_sync", **{field: answer.json}, fromUserId=user)
    own.expect_nothing()
    stranger.expect_nothing()


def test_a_deletion_is_heard_by_the_users_devices_and_the_room_which_is_no_more(
    api, device, ask, user, note, new_name
):
    reader = new_name("reader")
    api.notes[note].readers.add(reader)
    own, other = device(user), device(reader, note)
    assert ask("DELETE", f"/api/notes/{note}").status == 200
    for listener in (own, other):
        listener.expect("note_deleted_sync", noteId=note, fromUserId=user)
    other.refused("join_note", "not_found", noteId=note)


def test_writes_of_folders_are_heard_by_the_users_devices(device, ask, user, folder):
    own = device(user)
    answer = ask("PUT", f"/api/folders/{folder}", {"name": "Cakes"})
    own.expect(
        "folder_updated_sync", folderId=folder, changes={"name": "Cakes"},
        updatedFolder=answer.json, fromUserId=user,
    )
    assert ask("DELETE", f"/api/folders/{folder}").status == 200
    own.expect("folder_deleted_sync", folderId=folder, fromUserId=user)


def test_routes_of_the_apis_own_are_heard_as_they_say(api, device, ask, user, note, new_name):
    own = device(user, note)
    answer = ask("POST", f"/api/notes/{note}/star")
    assert answer.json["star"] is True
    own.expect("note_sync", noteId=note, changes={}, updatedNote=answer.json)
    ask("POST", f"/api/notes/{note}/other")
    ask("POST", f"/api/notes/{note}/trash")
    own.expect("note_deleted_sync", noteId=note)
    folder = api.add_folder(new_name("folder"), user)
    answer = ask("POST", f"/api/folders/{folder}/pin", {"by": "hand"})
    own.expect(
        "folder_updated_sync", folderId=folder, changes={"by": "hand"}, updatedFolder=answer.json
    )
    ask("POST", f"/api/folders/{folder}/burn")
    own.expect("folder_deleted_sync", folderId=folder)
    own.expect_nothing()


def test_the_callers_own_connection_hears_nothing_if_it_is_named(
    device, ask, user, note, new_name
):
    own, other = device(user, note), device(user, note)
    ask("PUT", f"/api/notes/{note}", {"n": 1}, f"X-Connection-Id: {own.connection_id}")
    other.expect("note_sync", changes={"n": 1})
    own.expect_nothing()
    ask("DELETE", f"/api/notes/{note}", None, f"X-Connection-Id: {own.connection_id}")
    other.expect("note_deleted_sync")
    own.expect_nothing()
    made = new_name("note")
    ask("POST", "/api/notes", {"id": made}, f"x-connection-id: {own.connection_id}")
    other.expect("note_created_sync")
    own.expect_nothing()


def test_another_users_connection_cannot_be_left_out(api, device, ask, user, note, new_name):
    reader = new_name("reader")
    api.notes[note].readers.add(reader)
    other = device(reader, note)
    names = [other.connection_id, "0" * 36, "nonsense"]
    for number, name in enumerate(names):
        ask("PUT", f"/api/notes/{note}", {"n": number}, f"X-Connection-Id: {name}")
        other.expect("note_sync", changes={"n": number})
    two = [f"X-Connection-Id: {other.connection_id}"] * 2
    ask("PUT", f"/api/notes/{note}", {"n": 9}, *two)
    other.expect("note_sync", changes={"n": 9})


def test_a_body_that_is_no_object_is_heard_as_no_changes(api, device, ask, user, note):
    own = device(user, note)
    answer = ask("PUT", f"/api/notes/{note}", [])
    assert answer.status == 200
    own.expect("note_sync", changes={}, updatedNote=answer.json)


# What is not.


def test_a_write_without_a_valid_token_passes_and_is_not_heard_of(
    device, gateway, ask, user, note
):
    own = device(user)
    joined = own.join(note)
    # The API of these tests looks at nothing but the name in it.
    strange = Issuer(secret=b"x" * 32).token(user)
    expired = gateway.issuer.token(user, lifetime=-60)
    for token in (strange, expired):
        assert ask("PUT", f"/api/notes/{note}", {"a": 1}, token=token).status == 200
    for fields in (["Authorization: Basic YTpi"], []):
        answer = rest.ask(gateway, "PUT", f"/api/notes/{note}", None, {"a": 2}, *fields)
        assert answer.status == 401
    fence(ask, own, note, joined)


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 409, 500, 503])
def test_a_write_that_is_refused_passes_back_and_is_not_heard_of(
    api, device, ask, user, note, status
):
    own = device(user)
    joined = own.join(note)
    for method in ["PUT", "PATCH", "DELETE"]:
        api.misbehave(method, note, status=status, body=b'{"error":"no"}')
        answer = ask(method, f"/api/notes/{note}", {"id": note})
        assert (answer.status, answer.body) == (status, b'{"error":"no"}')
    api.misbehave("POST", note, status=status, body=b'{"id":"x"}')
    assert ask("POST", "/api/notes", {"id": note}).status == status
    fence(ask, own, note, joined)


def test_an_answer_that_is_not_json_passes_back_and_is_not_heard_of(
    api, device, ask, user, note, new_name
):
    own = device(user)
    joined = own.join(note)
    for body in [b"done", b"", b'{"id":', b'{"id":"\xff"}']:
        api.misbehave("PUT", note, body=body)
        assert ask("PUT", f"/api/notes/{note}", {"title": "x"}).body == body
    made = new_name("note")
    for body in [b"done", b"{}", b'{"id":7}', b'{"id":"a b"}', b'["id"]']:
        api.misbehave("POST", made, body=body, status=201, is_applied=False)
        assert ask("POST", "/api/notes", {"id": made}).body == body
    fence(ask, own, note, joined)


def test_a_deletion_needs_no_json(api, device, ask, user, note):
    own = device(user)
    api.misbehave("DELETE", note, status=204)
    assert ask("DELETE", f"/api/notes/{note}").status == 204
    own.expect("note_deleted_sync", noteId=note)


def test_with_sync_writes_off_nobody_hears_of_anything(start_gateway, device_of, user, note):
    gateway = start_gateway({"proxy": {"sync_writes": False}})
    own = device_of(gateway, user, note)
    token = gateway.issuer.token(user)
    assert rest.ask(gateway, "PUT", f"/api/notes/{note}", token, {"a": 1}).status == 200
    own.expect_nothing()


# Sizes.


def test_a_body_over_the_size_passes_whole_and_is_heard_of_as_the_api_has_it(
    device, ask, user, note
):
    own = device(user, note)
    answer = ask("PUT", f"/api/notes/{note}", {"body": "x" * SIZE_MAX})
    assert len(answer.json["body"]) == SIZE_MAX
    own.expect("note_sync", changes={}, updatedNote=answer.json)


def test_an_answer_over_the_size_passes_whole_and_is_heard_of_as_the_api_has_it(
    api, device, ask, user, note, new_name
):
    api.notes[note].fields["body"] = "x" * SIZE_MAX
    own = device(user, note)
    answer = ask("PUT", f"/api/notes/{note}", {"title": "x"})
    assert len(answer.body) > SIZE_MAX
    own.expect("note_sync", changes={"title": "x"}, updatedNote=answer.json)
    made = {"id": new_name("note"), "body": "x" * SIZE_MAX}
    assert ask("POST", "/api/notes", made).json == made
    own.expect("note_created_sync", noteData=made)
    own.expect_nothing()


def test_changes_include_fields_of_the_answer(start_gateway, device_of, user, note):
    gateway = start_gateway({"websocket": {"changes_include": ["body"]}})
    own = device_of(gateway, user, note)
    rest.ask(gateway, "PUT", f"/api/notes/{note}", gateway.issuer.token(user), {"title": "x"})
    own.expect("note_sync", changes={"title": "x", "body": "milk"})
