"""PROTOCOL.md, "What is persisted", rule 4, with `note_sync_audience: user`."""

CONFIGURATION = {"websocket": {"note_sync_audience": "user"}, "workers": 4}


def test_the_writers_other_devices_hear_of_it_wherever_they_have_joined(
    api, device, user, note, new_name
):
    elsewhere = api.add(new_name("note"), user)
    joined, in_another_room, nowhere = device(user, note), device(user, elsewhere), device(user)
    writer = device(user)
    answer = writer.update(note, title="Groceries")
    for listener in (joined, in_another_room, nowhere):
        sync = listener.expect("note_sync")
        assert isinstance(sync.pop("timestamp"), int)
        assert sync == {
            "type": "note_sync", "noteId": note, "changes": {"title": "Groceries"},
            "updatedNote": answer["updatedNote"], "fromUserId": user,
            "epoch": answer["epoch"], "seq": answer["seq"],
        }
        listener.expect_nothing()


def test_everybody_hears_every_write_once_and_in_order(device, user, note):
    listeners = [device(user, *([note] if number % 2 else [])) for number in range(12)]
    writer = device(user, note)
    answers = [writer.update(note, number=number) for number in range(10)]
    for listener in listeners:
        for number, answer in enumerate(answers):
            listener.expect("note_sync", changes={"number": number}, seq=answer["seq"])
        listener.expect_nothing()


def test_the_writers_own_connection_gets_no_sync_joined_or_not(device, user, note):
    outside, inside = device(user), device(user, note)
    for writer, other in ((outside, inside), (inside, outside)):
        answer = writer.update(note, title="x")
        other.expect("note_sync", seq=answer["seq"])
        writer.expect_nothing()


def test_two_writers_of_one_user_hear_of_each_other_in_one_order(device, user, note):
    first, second = device(user), device(user)
    for number in range(20):
        first.send("note_update", noteId=note, changes={"first": number})
        second.send("note_update", noteId=note, changes={"second": number})
    seen = [[client.receive()["seq"] for _ in range(40)] for client in (first, second)]
    assert seen[0] == seen[1] == list(range(seen[0][0], seen[0][0] + 40))


def test_of_other_users_only_members_of_the_room_hear_of_it(api, device, user, note, new_name):
    guest_name = new_name("user")
    api.notes[note].readers.add(guest_name)
    member, outside = device(guest_name, note), device(guest_name)
    own, writer = device(user), device(user)
    writer.update(note, title="x")
    for listener in (member, own):
        listener.expect("note_sync", changes={"title": "x"}, fromUserId=user)
        listener.expect_nothing()
    answer = outside.update(note, title="y")
    member.expect("note_sync", seq=answer["seq"], fromUserId=guest_name)
    answer = member.update(note, title="z")
    outside.expect("note_sync", seq=answer["seq"], fromUserId=guest_name)
    for listener in (own, outside, writer):
        listener.expect_nothing()


def test_who_has_left_the_room_still_hears_of_their_own_users_writes(device, user, note):
    listener, writer = device(user, note), device(user)
    listener.leave(note)
    answer = writer.update(note, title="x")
    listener.expect("note_sync", seq=answer["seq"])


def test_who_has_not_authenticated_hears_nothing(gateway, stranger, device, user, note):
    waiting, listener = stranger(gateway), device(user)
    device(user).update(note, title="x")
    listener.expect("note_sync")
    waiting.expect_nothing()


def test_a_refused_write_is_heard_by_nobody(api, device, user, note):
    listener, writer = device(user), device(user)
    api.misbehave("PUT", note, status=422)
    writer.refused("note_update", "upstream_rejected", noteId=note, changes={"a": 1})
    answer = writer.update(note, title="the fence")
    listener.expect("note_sync", seq=answer["seq"])


def test_created_and_deleted_notes_are_still_heard_once(device, user, note, new_name):
    joined, outside, writer = device(user, note), device(user), device(user)
    name = new_name("note")
    writer.request("note_created", "note_created_success", noteData={"id": name})
    writer.request("note_deleted", "note_deleted_success", noteId=note)
    for listener in (joined, outside):
        listener.expect("note_created_sync", noteData={"id": name})
        listener.expect("note_deleted_sync", noteId=note)
        listener.expect_nothing()


def test_by_default_only_the_room_hears_of_it(start_gateway, device_of, user, note):
    gateway = start_gateway()
    joined, outside = device_of(gateway, user, note), device_of(gateway, user)
    writer = device_of(gateway, user)
    for number in range(3):
        writer.update(note, number=number)
        joined.expect("note_sync", changes={"number": number})
    outside.expect_nothing()
