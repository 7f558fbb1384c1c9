"""PROXY.md, "Said twice, done once": clients that write by REST and then say so."""

import pytest

from harness import rest

CONFIGURATION = {"workers": 4}


@pytest.fixture
def ask(gateway, user):
    return rest.asking(gateway, user)


def methods(api, name: str) -> list[str]:
    return [request.method for request in api.requests(note=name)]


def test_an_update_is_answered_as_it_was_done_and_heard_of_once(api, device, ask, user, note):
    writer, listener = device(user), device(user, note)
    body = b'{"title": "caf\\u00e9", "n": 1.50, "deep": {"a": [1], "b": null}}'
    answer = ask("PUT", f"/api/notes/{note}", body)
    sync = listener.expect("note_sync", updatedNote=answer.json)
    success = writer.request(
        "note_update", "note_update_success", noteId=note,
        changes={"deep": {"b": None, "a": [1.0]}, "n": 15e-1, "title": "café"},
    )
    assert success.raw("updatedNote") == sync.raw("updatedNote")
    for name in ("seq", "epoch", "timestamp"):
        assert success[name] == sync[name]
    listener.expect_nothing()
    assert methods(api, note) == ["GET", "PUT"]


def test_an_update_that_is_said_a_second_time_is_done(api, device, ask, user, note):
    writer, listener = device(user), device(user, note)
    ask("PUT", f"/api/notes/{note}", {"n": 1})
    first = writer.update(note, n=1)
    second = writer.update(note, n=1)
    assert second["seq"] == first["seq"] + 1
    for seq in (first["seq"], second["seq"]):
        listener.expect("note_sync", changes={"n": 1}, seq=seq)
    listener.expect_nothing()


def test_an_update_with_other_changes_is_done(api, device, ask, user, note):
    writer, listener = device(user), device(user, note)
    ask("PUT", f"/api/notes/{note}", {"n": 9007199254740993})
    writer.update(note, n=9007199254740992)
    listener.expect("note_sync", changes={"n": 9007199254740993})
    listener.expect("note_sync", changes={"n": 9007199254740992})


def test_an_update_by_another_user_or_after_another_write_is_done(
    api, device, ask, user, note, new_name
):
    reader = new_name("reader")
    api.notes[note].readers.add(reader)
    writer, other = device(user, note), device(reader)
    ask("PUT", f"/api/notes/{note}", {"n": 1})
    other.update(note, n=1)
    ask("PUT", f"/api/notes/{note}", {"n": 2})
    ask("PUT", f"/api/notes/{note}", {"n": 3})
    writer.update(note, n=2)
    assert methods(api, note).count("PUT") == 5


def test_an_update_that_the_api_refused_by_rest_is_done(api, device, ask, user, note):
    writer = device(user)
    api.misbehave("PUT", note, status=500, is_applied=False)
    ask("PUT", f"/api/notes/{note}", {"n": 1})
    writer.update(note, n=1)
    assert methods(api, note) == ["PUT", "PUT"]


def test_an_update_without_the_fields_that_the_api_does_not_take_is_the_same(
    api, start_gateway, device_of, user, note
):
    gateway = start_gateway({"upstream": {"updatable_fields": ["title"]}})
    own = device_of(gateway, user)
    changes = {"title": "x", "version": 3}
    rest.ask(gateway, "PUT", f"/api/notes/{note}", gateway.issuer.token(user), changes)
    assert own.update(note, **changes)["updatedNote"]["version"] == 3
    assert methods(api, note) == ["PUT"]


@pytest.mark.parametrize("kind", ["note", "folder"])
def test_a_creation_is_answered_with_what_is_there_and_heard_of_once(
    api, device, ask, user, new_name, kind
):
    writer, listener = device(user), device(user)
    made = {"id": new_name(kind), "title": "New"}
    assert ask("POST", f"/api/{kind}s", made).status == 201
    fields = {f"{kind}Id": made["id"], f"{kind}Data": made}
    writer.expect(f"{kind}_created_sync", **{f"{kind}Data": made})
    success = writer.request(f"{kind}_created", f"{kind}_created_success", **fields)
    assert success[f"{kind}Data"] == made
    listener.expect(f"{kind}_created_sync", **{f"{kind}Data": made})
    listener.expect_nothing()
    assert methods(api, made["id"]) == ["POST", "GET"]


@pytest.mark.parametrize("kind", ["note", "folder"])
def test_a_deletion_is_answered_and_heard_of_once(api, device, ask, user, note, folder, kind):
    writer, listener = device(user), device(user)
    name = {"note": note, "folder": folder}[kind]
    assert ask("DELETE", f"/api/{kind}s/{name}").status == 200
    writer.expect(f"{kind}_deleted_sync")
    fields = {f"{kind}Id": name}
    writer.request(f"{kind}_deleted", f"{kind}_deleted_success", **fields)
    listener.expect(f"{kind}_deleted_sync", **fields)
    listener.expect_nothing()
    assert methods(api, name) == ["DELETE"]


@pytest.mark.parametrize("changes", [{"name": "Cakes"}, {}], ids=["changes", "none"])
def test_an_update_of_a_folder_is_answered_and_heard_of_once(
    api, device, ask, user, folder, changes
):
    writer, listener = device(user), device(user)
    answer = ask("PUT", f"/api/folders/{folder}", {"name": "Cakes"})
    writer.expect("folder_updated_sync")
    fields = {"folderId": folder, "changes": changes, "updatedFolder": answer.json}
    success = writer.request("folder_updated", "folder_updated_success", **fields)
    assert success["updatedFolder"] == answer.json
    listener.expect("folder_updated_sync", changes={"name": "Cakes"})
    listener.expect_nothing()
    assert methods(api, folder) == ["PUT"]


def test_other_changes_of_a_folder_are_not_lost(api, device, ask, user, folder):
    writer = device(user)
    ask("PUT", f"/api/folders/{folder}", {"name": "Cakes"})
    changed = {"id": folder, "name": "Pies"}
    writer.expect("folder_updated_sync")
    success = writer.request(
        "folder_updated", "folder_updated_success", folderId=folder,
        changes={"name": "Pies"}, updatedFolder=changed,
    )
    assert success["updatedFolder"]["name"] == "Pies"
