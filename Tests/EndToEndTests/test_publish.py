"""OPERATIONS.md, `POST /publish`: events of the API's own."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness.admin import LISTENING, Admin
from harness.configuration import merged
from harness.device import raw_member

TOKEN = "a-token-to-publish-with"


@pytest.fixture(scope="module")
def token_file(tmp_path_factory):
    file = tmp_path_factory.mktemp("publish") / "token"
    file.write_text(TOKEN + "\n")
    return file


@pytest.fixture
def scheme() -> str:
    return "ws"


@pytest.fixture
def gateway(start_gateway, token_file):
    return start_gateway(merged(LISTENING, {"admin": {"publish_token_file": token_file}}))


@pytest.fixture
def publish(admin):
    """Publishes what has to be taken, and returns the answer."""

    def publish(*events, as_array: bool = False):
        response = admin.publish(TOKEN, list(events) if as_array else events[0])
        assert response.status == 202, response
        return response.json

    return publish


def note_sync(note: str, user: str, **changes) -> dict:
    return {
        "event": "note_sync", "noteId": note, "fromUserId": user, "changes": changes,
        "updatedNote": {"id": note, **changes},
    }


def test_a_published_update_reaches_the_room_and_has_its_place_in_the_order(
    publish, device, user, note
):
    members, writer = [device(user, note) for _ in range(4)], device(user)
    first = publish(note_sync(note, "system", title="one"))
    assert set(first) == {"epoch", "seq"} and first["seq"] == 1
    assert writer.update(note, title="two")["seq"] == 2
    second = publish(note_sync(note, user, title="three"))
    assert second == {"epoch": first["epoch"], "seq": 3}
    for member in members:
        message = member.expect(
            "note_sync", noteId=note, fromUserId="system", seq=1, epoch=first["epoch"],
            changes={"title": "one"}, updatedNote={"id": note, "title": "one"},
        )
        assert isinstance(message["timestamp"], int)
        member.expect("note_sync", seq=2, fromUserId=user)
        member.expect("note_sync", seq=3, fromUserId=user)
        member.expect_nothing()
    writer.expect_nothing()


def test_what_it_says_goes_out_byte_for_byte(admin, device, user, note):
    member = device(user, note)
    changes, updated = '{ "n" : 1.50, "s":"\\u00e4" }', '{"big":123456789012345678901234567890}'
    body = (
        f'{{"event":"note_sync","noteId":"{note}","fromUserId":"x",'
        f'"changes":{changes},"updatedNote": {updated} }}'
    )
    assert admin.publish(TOKEN, f"[{body}]".encode()).status == 202
    message = member.expect("note_sync")
    assert raw_member(message.text, "changes") == changes
    assert raw_member(message.text, "updatedNote") == updated


def test_it_takes_its_place_behind_the_writes_that_are_on_their_way(
    gateway, admin, api, device, user, note
):
    member, writer = device(user, note), device(user)
    gate = api.hold("PUT", note)
    writer.send("note_update", noteId=note, changes={"title": "first"}, requestId="1")
    gate.wait_for_arrival()
    writer.send("note_update", noteId=note, changes={"title": "second"}, requestId="2")
    writer.answer("ping")
    # The answer comes when the event has had its turn, and so must not be waited for here.
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(admin.publish, TOKEN, note_sync(note, "system", title="third"))
        other = device(user, note)
        # Another note is not held up.
        elsewhere = api.add(f"{note}-2", user)
        assert admin.publish(TOKEN, note_sync(elsewhere, "s", a=1)).json["seq"] == 1
        member.expect_nothing()
        assert not answer.done()
        gate.open()
        position = answer.result(10).json
    titles = [member.expect("note_sync")["changes"]["title"] for _ in range(3)]
    assert sorted(titles) == ["first", "second", "third"] and titles[0] == "first"
    assert position["seq"] == titles.index("third") + 1
    other.expect("note_sync", seq=1)


def test_what_is_for_a_users_devices_reaches_all_of_them_and_nobody_else(
    publish, device, user, note, folder, new_name
):
    devices, stranger = [device(user) for _ in range(4)], device(new_name("other"))
    member = device(new_name("reader"))
    new = new_name("new")
    data, box = {"id": new, "title": "x"}, {"id": folder, "name": "y"}
    common = {"userId": user, "fromUserId": "system"}
    rows = [
        ({"event": "note_created", "noteData": data, **common}, "note_created_sync",
         {"noteData": data}),
        ({"event": "note_deleted", "noteId": note, **common}, "note_deleted_sync",
         {"noteId": note}),
        ({"event": "folder_created", "folderData": box, **common}, "folder_created_sync",
         {"folderData": box}),
        ({"event": "folder_updated", "folderId": folder, "changes": {"name": "y"},
          "updatedFolder": box, **common}, "folder_updated_sync",
         {"folderId": folder, "changes": {"name": "y"}, "updatedFolder": box}),
        ({"event": "folder_deleted", "folderId": folder, **common}, "folder_deleted_sync",
         {"folderId": folder}),
    ]
    for event, type, fields in rows:
        position = publish(event)
        assert set(position) == {"epoch", "seq"}
        for client in devices:
            client.expect(type, fromUserId="system", **fields)
    member.expect_nothing()
    stranger.expect_nothing()


def test_a_published_deletion_empties_the_room(publish, api, device, user, note, new_name):
    reader = new_name("reader")
    api.notes[note].readers.add(reader)
    member = device(reader, note)
    publish({"event": "note_deleted", "noteId": note, "userId": user})
    member.expect("note_deleted_sync", noteId=note, fromUserId=user)
    publish(note_sync(note, user, title="x"))
    member.expect_nothing()


def test_without_fromUserId_it_is_from_the_user_whose_devices_it_is_for(publish, device, user):
    client = device(user)
    publish({"event": "note_created", "noteData": {"id": "n"}, "userId": user})
    client.expect("note_created_sync", fromUserId=user)


def test_an_array_is_answered_by_an_array_in_its_order(publish, device, user, note, api, new_name):
    notes = [api.add(new_name("note"), user) for _ in range(20)]
    client = device(user, *notes)
    events = [note_sync(notes[number % 20], user, number=number) for number in range(100)]
    positions = publish(*events, as_array=True)
    sequences = [position["seq"] for position in positions]
    assert sequences == [number // 20 + 1 for number in range(100)]
    heard = [client.expect("note_sync") for _ in range(100)]
    for name in notes:
        numbers = [m["changes"]["number"] for m in heard if m["noteId"] == name]
        assert numbers == sorted(numbers) and len(numbers) == 5
    assert len(publish(note_sync(note, user, a=1), as_array=True)) == 1


def test_an_array_with_one_event_that_is_wrong_is_refused_whole(admin, device, user, note):
    client = device(user, note)
    good, bad = note_sync(note, user, a=1), note_sync(note, user, a=1)
    del bad["updatedNote"]
    response = admin.publish(TOKEN, [good, good, bad])
    assert response.status == 400 and response.json["error"] == "[2]: updatedNote is missing"
    client.expect_nothing()


NOTE = {
    "event": "note_sync", "noteId": "n", "fromUserId": "u", "changes": {}, "updatedNote": {},
}
FOLDER = {
    "event": "folder_updated", "folderId": "f", "userId": "u", "changes": {}, "updatedFolder": {},
}


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (b"", "JSON"), (b"{", "JSON"), (b'{"a":1,"a":2}', "JSON"), (b"[]", "no event"),
        (7, "object"), ([7], r"[0]: an event must be an object"), ({}, "event is missing"),
        ({"event": "note_updated"}, "event must be"), ({"event": 1}, "event must be a string"),
        ({**NOTE, "noteId": "a/b"}, "noteId"), ({**NOTE, "noteId": None}, "noteId"),
        ({**NOTE, "fromUserId": ""}, "fromUserId"), ({**NOTE, "fromUserId": 5}, "fromUserId"),
        ({**NOTE, "fromUserId": "x" * 256}, "fromUserId"),
        ({**NOTE, "changes": []}, "changes"), ({**NOTE, "updatedNote": "x"}, "updatedNote"),
        ({k: v for k, v in NOTE.items() if k != "fromUserId"}, "fromUserId"),
        ({"event": "note_created", "noteData": {}, "userId": "u"}, "noteData.id"),
        ({"event": "note_created", "noteData": {"id": ".."}, "userId": "u"}, "noteData.id"),
        ({"event": "note_created", "noteData": {"id": "n"}}, "userId"),
        ({"event": "note_created", "noteData": {"id": "n"}, "noteId": "m", "userId": "u"},
         "noteId"),
        ({"event": "note_deleted", "noteId": "n"}, "userId"),
        ({"event": "folder_created", "folderData": 1, "userId": "u"}, "folderData"),
        ({"event": "folder_deleted", "userId": "u"}, "folderId"),
        ({**FOLDER, "updatedFolder": None}, "updatedFolder"), ({**FOLDER, "changes": 1}, "changes"),
        ({**FOLDER, "fromUserId": []}, "fromUserId"),
    ],
    ids=lambda value: None if isinstance(value, str) else str(value)[:60],
)
def test_what_is_wrong_is_named(admin, event, words):
    response = admin.publish(TOKEN, event)
    assert (response.status, response.json["code"]) == (400, "invalid_request"), response
    assert words in response.json["error"], response.json


@pytest.mark.parametrize("token", [None, "", "wrong", TOKEN + "x", TOKEN[:-1], TOKEN.upper()])
def test_without_the_token_nothing_is_published(admin, device, user, note, token):
    client = device(user, note)
    response = admin.publish(token, note_sync(note, user, a=1))
    assert (response.status, response.json["code"]) == (401, "unauthorized")
    assert response.header("WWW-Authenticate") == "Bearer"
    client.expect_nothing()


def test_too_much_is_413(admin, user, note):
    many = [note_sync(note, user, a=1)] * 101
    assert admin.publish(TOKEN, many).status == 413
    large = note_sync(note, user, a="x" * (5 << 20))
    response = admin.publish(TOKEN, json.dumps(large).encode())
    assert (response.status, response.json["code"]) == (413, "too_large")


def test_too_many_events_that_wait_are_refused_whole(admin, api, device, user, note):
    member, writer = device(user, note), device(user)
    gate = api.hold("PUT", note)
    writer.send("note_update", noteId=note, changes={"title": "x"})
    gate.wait_for_arrival()
    events = [note_sync(note, user, a=1)] * 100
    with ThreadPoolExecutor(12) as pool:
        answers = [pool.submit(admin.publish, TOKEN, events) for _ in range(12)]
        refused = []
        while len(refused) < 2:
            done = [answer for answer in answers if answer.done()]
            refused = [answer for answer in done if answer.result().status == 503]
        gate.open()
        taken = [answer.result(20) for answer in answers if answer not in refused]
    assert len(taken) == 10 and all(answer.status == 202 for answer in taken)
    for _ in range(1001):
        member.expect("note_sync")
    member.expect_nothing()


def test_only_post_publishes(admin):
    for method in ["GET", "PUT", "DELETE", "HEAD"]:
        response = admin.ask(method, "/publish", token=TOKEN)
        assert response.status == 405 and response.header("Allow") == "POST"
