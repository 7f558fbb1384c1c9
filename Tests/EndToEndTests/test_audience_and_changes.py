"""PROTOCOL.md, "What is persisted, and who hears of it": what the configuration can change of it."""

import json

CONFIGURATION = {
    "upstream": {"updatable_fields": ["title", "starred"]},
    "websocket": {"note_sync_audience": "user", "changes_include": ["updatedAt", "size"]},
}


def test_a_device_of_the_writer_hears_of_a_note_that_it_has_not_joined(device, user, note):
    elsewhere, writer = device(user), device(user)
    answer = writer.update(note, title="x")
    elsewhere.expect("note_sync", noteId=note, seq=answer["seq"], fromUserId=user)
    writer.expect_nothing()


def test_a_device_that_is_the_writers_and_in_the_room_hears_once(device, user, note):
    joined, writer = device(user, note), device(user, note)
    for number in range(5):
        answer = writer.update(note, title=f"{number}")
        joined.expect("note_sync", noteId=note, seq=answer["seq"])
    joined.expect_nothing()
    writer.expect_nothing()


def test_another_user_hears_of_a_note_only_in_its_room(api, device, user, note, new_name):
    guest = new_name("user")
    api.notes[note].readers.add(guest)
    joined, elsewhere, writer = device(guest, note), device(guest), device(user)
    answer = writer.update(note, title="x")
    joined.expect("note_sync", noteId=note, seq=answer["seq"], fromUserId=user)
    elsewhere.expect_nothing()


def test_fields_of_the_answer_are_added_to_the_changes_as_the_api_wrote_them(
    api, device, user, note
):
    listener, writer = device(user, note), device(user)
    body = b'{"size":1.50,"title":"x","updatedAt" : "2026\\u002d01"}'
    api.misbehave("PUT", note, body=body)
    answer = writer.update(note, title="x")
    sync = listener.expect("note_sync")
    assert sync.raw("changes") == '{"title":"x","updatedAt":"2026\\u002d01","size":1.50}'
    assert sync.raw("updatedNote") == body.decode()
    assert answer.raw("updatedNote") == body.decode()
    assert "changes" not in answer


def test_fields_that_the_answer_lacks_are_not_added(device, user, note):
    listener, writer = device(user, note), device(user)
    writer.update(note, title="x")
    listener.expect("note_sync", changes={"title": "x"})


def test_only_updatable_fields_reach_the_api_and_the_others(api, device, user, note):
    listener, writer = device(user, note), device(user)
    changes = '{ "owner" : "me", "t\\u0069tle" : "a\\u0062", "starred":1.0 }'
    writer.websocket.send_text(
        f'{{"type":"note_update","noteId":"{note}","requestId":"raw","changes":{changes}}}'
    )
    assert writer.answer_to("raw")["type"] == "note_update_success"
    kept = '{"t\\u0069tle":"a\\u0062","starred":1.0}'
    assert api.requests("PUT", note)[-1].body.decode() == kept
    assert listener.expect("note_sync").raw("changes") == kept


def test_changes_without_an_updatable_field_are_refused(api, device, user, note):
    writer = device(user)
    error = writer.refused("note_update", "invalid_message", noteId=note, changes={"owner": "me"})
    assert error["message"] == "No valid fields to update"
    assert error["noteId"] == note
    assert api.requests("PUT", note) == []


def test_a_new_note_is_neither_filtered_nor_added_to(api, device, user, new_name):
    listener, writer = device(user), device(user)
    name = new_name("note")
    data = {"id": name, "colour": "red", "title": "x", "updatedAt": 7}
    writer.request("note_created", "note_created_success", noteData=data)
    assert json.loads(api.requests("POST", name)[-1].body) == data
    listener.expect("note_created_sync", noteData=data)
