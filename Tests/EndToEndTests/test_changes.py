"""PROTOCOL.md, "Gateway to client": what `changes` says, by `updatable_fields` and
`changes_include`."""

import json

import pytest

from harness.device import raw_member

CONFIGURATION = {"websocket": {"changes_include": ["updatedAt", "version"]}}
FILTERED = {"upstream": {"updatable_fields": ["title", "body"]}}


def send_update_with(device, note: str, changes: str) -> None:
    """Sends an update whose `changes` are these very characters, and waits for its success."""
    text = f'{{"type":"note_update","noteId":"{note}","requestId":"raw","changes":{changes}}}'
    device.websocket.send_text(text)
    answer = device.answer_to("raw")
    assert answer["type"] == "note_update_success", answer.text


def members(text: str) -> list[tuple[str, str]]:
    """The names and the spelled values of the JSON object `text`, sorted by name."""
    names = [name for name, _ in json.loads(text, object_pairs_hook=list)]
    return [(name, raw_member(text, name)) for name in sorted(names)]


@pytest.fixture
def changes_heard(api, device, user, note):
    """Makes an update to which the API answers `body`; returns the `changes` of the sync."""

    def update(changes: str, body: str) -> str:
        listener, writer = device(user, note), device(user)
        api.misbehave("PUT", note, body=body.encode())
        send_update_with(writer, note, changes)
        assert api.requests("PUT", note)[-1].body.decode() == changes
        return listener.expect("note_sync").raw("changes")

    return update


@pytest.mark.parametrize(
    "value",
    [
        '"2026-01-31T00:00:00.000Z"', "1.10", "12345678901234567890", "1E2", "-0.0", "null",
        "true", r'"\u00e9\/ é 😀"', '{ "seconds" : 1.0,\t"n":[ 1 ] }', '""', "[]",
    ],
)
def test_the_included_field_is_the_apis_as_it_was_spelled(changes_heard, value):
    heard = changes_heard('{"title":"x"}', f'{{"id":"n", "updatedAt" : {value} ,"title":"x"}}')
    assert members(heard) == [("title", '"x"'), ("updatedAt", value)]


def test_what_the_client_sent_stays_as_it_was_spelled(changes_heard):
    changes = r'{ "n" : 12345678901234567890,"price":1.10 , "text":"\u00e9\/ é" }'
    heard = changes_heard(changes, '{"version":7,"updatedAt":1.0}')
    assert members(heard) == [
        ("n", "12345678901234567890"), ("price", "1.10"), ("text", r'"\u00e9\/ é"'),
        ("updatedAt", "1.0"), ("version", "7"),
    ]


@pytest.mark.parametrize(
    "changes",
    [
        '{"updatedAt":"the client\'s","title":"x"}',
        '{"title":"x","updatedAt":{"updatedAt":1}}',
        '{ "title" : "x" , "updatedAt" : null }',
        r'{"title":"x","updated\u0041t":1}',
    ],
)
def test_the_apis_value_wins_over_the_clients_and_is_there_once(changes_heard, changes):
    heard = changes_heard(changes, '{"updatedAt":"the API\'s"}')
    assert members(heard) == [("title", '"x"'), ("updatedAt", '"the API\'s"')]


def test_a_field_that_the_answer_lacks_is_left_out(changes_heard):
    heard = changes_heard('{"title":"x"}', '{"id":"n","note":{"updatedAt":1},"version":7}')
    assert members(heard) == [("title", '"x"'), ("version", "7")]


def test_the_clients_value_stays_where_the_answer_lacks_the_field(changes_heard):
    heard = changes_heard('{"title":"x","updatedAt":5}', '{"id":"n"}')
    assert members(heard) == [("title", '"x"'), ("updatedAt", "5")]


@pytest.mark.parametrize("body", ['["updatedAt"]', '"updatedAt"', "7", "null", "{}"])
def test_changes_stay_as_they_are_when_the_answer_has_nothing_to_include(changes_heard, body):
    assert changes_heard('{ "title": "x" , "n":1.10}', body) == '{ "title": "x" , "n":1.10}'


def test_by_default_nothing_is_included(start_gateway, api, device_of, user, note):
    gateway = start_gateway()
    listener, writer = device_of(gateway, user, note), device_of(gateway, user)
    api.misbehave("PUT", note, body=b'{"updatedAt":1}')
    writer.update(note, title="x")
    assert listener.expect("note_sync")["changes"] == {"title": "x"}


@pytest.mark.parametrize(
    ("changes", "filtered"),
    [
        ('{"title":"x"}', [("title", '"x"')]),
        ('{"owner":"me","title":"x","id":7}', [("title", '"x"')]),
        ('{ "body" : 1.10 ,"title": [ 1E2 ] }', [("body", "1.10"), ("title", "[ 1E2 ]")]),
        ('{"Title":1,"title ":2,"tit":3,"body":4}', [("body", "4")]),
        ('{"x":{"title":1},"body":{"owner":1}}', [("body", '{"owner":1}')]),
        (r'{"t\u0069tle":12345678901234567890,"":1}', [("title", "12345678901234567890")]),
        ('{"title":null}', [("title", "null")]),
    ],
)
def test_only_updatable_fields_are_written_and_heard_and_others_dropped_silently(
    start_gateway, api, device_of, user, note, changes, filtered
):
    gateway = start_gateway(FILTERED)
    listener, writer = device_of(gateway, user, note), device_of(gateway, user)
    send_update_with(writer, note, changes)
    writer.expect_nothing()
    (request,) = api.requests("PUT", note)
    assert members(request.body.decode()) == filtered
    assert members(listener.expect("note_sync").raw("changes")) == filtered


@pytest.mark.parametrize("changes", [{}, {"owner": "me"}, {"Title": "x", "x": {"title": "y"}}])
def test_changes_that_the_filter_leaves_empty_are_an_invalid_message(
    start_gateway, api, device_of, user, note, changes
):
    writer = device_of(start_gateway(FILTERED), user)
    answer = writer.refused("note_update", "invalid_message", noteId=note, changes=changes)
    assert answer["message"] == "No valid fields to update"
    assert api.requests("PUT", note) == []


def test_the_filter_is_for_changes_and_not_for_new_notes(
    start_gateway, api, device_of, user, new_name
):
    writer, name = device_of(start_gateway(FILTERED), user), new_name("note")
    data = {"id": name, "owner": "me", "title": "x"}
    writer.request("note_created", "note_created_success", noteData=data)
    assert [json.loads(request.body) for request in api.requests("POST", name)] == [data]


def test_a_field_that_is_not_updatable_can_be_included(
    start_gateway, api, device_of, user, note
):
    gateway = start_gateway({**FILTERED, "websocket": {"changes_include": ["updatedAt"]}})
    listener, writer = device_of(gateway, user, note), device_of(gateway, user)
    api.misbehave("PUT", note, body=b'{"title":"x","updatedAt":1.10}')
    send_update_with(writer, note, '{"title":"x","updatedAt":"the client\'s"}')
    assert members(api.requests("PUT", note)[-1].body.decode()) == [("title", '"x"')]
    heard = listener.expect("note_sync").raw("changes")
    assert members(heard) == [("title", '"x"'), ("updatedAt", "1.10")]
