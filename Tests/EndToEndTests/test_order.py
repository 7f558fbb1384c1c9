"""PROTOCOL.md, "What is persisted", rule 2: one write at a time, and one order for everybody."""

import json
import random

import pytest

from harness.device import Device, Message

CONFIGURATION = {"workers": 4}

# A write as everybody sees it: who made it, and which of their writes it was.
Mark = tuple[str, int]


def marked(writer: int, number: int) -> dict[str, str | int]:
    return {"writer": f"w{writer}", "number": number}


def mark_of(message: Message) -> Mark:
    """The write that a sync or a success speaks of; `updatedNote` is as it left the note."""
    assert message["type"] in ("note_sync", "note_update_success"), message
    return message["updatedNote"]["writer"], message["updatedNote"]["number"]


def history(device: Device, count: int, notes: list[str]) -> dict[str, list[Mark]]:
    """What `device` sees of `count` writes, by note; the numbering may have no gap."""
    seen: dict[str, list[Mark]] = {note: [] for note in notes}
    positions: dict[str, tuple[str, int]] = {}
    for _ in range(count):
        message = device.receive()
        note, epoch, seq = (message[name] for name in ("noteId", "epoch", "seq"))
        assert (epoch, seq - 1) == positions.get(note, (epoch, seq - 1)), message
        positions[note] = epoch, seq
        seen[note].append(mark_of(message))
    device.expect_nothing()
    return seen


def persisted(api, note: str) -> list[Mark]:
    """The writes to `note` in the order in which the API got them."""
    bodies = [json.loads(request.body) for request in api.requests("PUT", note)]
    return [(body["writer"], body["number"]) for body in bodies]


def test_twenty_devices_see_the_writes_of_five_in_the_order_of_the_api(api, device, user, note):
    devices = [device(user, note) for _ in range(20)]
    api.misbehave("PUT", note, times=None, delay=0.001)
    for writer, client in enumerate(devices[:5]):
        for number in range(20):
            client.send("note_update", noteId=note, changes=marked(writer, number))
    histories = [history(client, 100, [note])[note] for client in devices]
    assert all(seen == persisted(api, note) for seen in histories)
    assert api.overlapping_writes(note) == []
    for writer in range(5):
        numbers = [number for name, number in histories[0] if name == f"w{writer}"]
        assert numbers == list(range(20))


def test_writes_to_several_notes_are_each_in_order(api, device, user, new_name):
    notes = [api.add(new_name("note"), user) for _ in range(6)]
    devices = [device(user, *notes) for _ in range(8)]
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    for number in range(12):
        for writer, client in enumerate(devices[:6]):
            target = chance.choice(notes)
            client.send("note_update", noteId=target, changes=marked(writer, number))
    for client in devices:
        seen = history(client, 72, notes)
        assert seen == {note: persisted(api, note) for note in notes}
    assert not any(api.overlapping_writes(note) for note in notes)


def test_writes_to_one_note_wait_for_each_other_and_for_no_other_note(
    api, device, user, note, new_name
):
    others = [api.add(new_name("note"), user) for _ in range(16)]
    first, second = device(user), device(user)
    gate = api.hold("PUT", note)
    first.send("note_update", noteId=note, changes={"number": 1}, requestId="1")
    gate.wait_for_arrival()
    second.send("note_update", noteId=note, changes={"number": 2}, requestId="2")
    first.send("note_update", noteId=note, changes={"number": 3}, requestId="3")
    for other in others:
        first.update(other, title="not held up")
        second.update(other, title="nor this")
    assert len(api.requests("PUT", note)) == 1
    gate.open()
    answers = [first.answer_to("1"), second.answer_to("2"), first.answer_to("3")]
    assert [answer["type"] for answer in answers] == ["note_update_success"] * 3
    start = answers[0]["seq"]
    assert {answer["seq"] for answer in answers} == {start, start + 1, start + 2}
    assert answers[2]["seq"] > answers[0]["seq"]
    assert api.overlapping_writes(note) == []


def test_writes_of_all_kinds_to_one_note_wait_for_each_other(api, device, user, note):
    first, second = device(user), device(user)
    gate = api.hold("PUT", note)
    first.send("note_update", noteId=note, changes={"title": "x"}, requestId="update")
    gate.wait_for_arrival()
    second.send("note_created", noteData={"id": note}, requestId="create")
    second.send("note_deleted", noteId=note, requestId="delete")
    second.answer("ping")
    assert [request.method for request in api.requests(note=note)] == ["PUT"]
    gate.open()
    assert first.answer_to("update")["type"] == "note_update_success"
    assert second.answer_to("create")["type"] == "note_created_success"
    assert second.answer_to("delete")["type"] == "note_deleted_success"
    assert [request.method for request in api.requests(note=note)] == ["PUT", "GET", "DELETE"]
    assert api.overlapping_writes(note) == []


@pytest.mark.parametrize("status", [400, 500])
def test_after_a_write_that_failed_the_next_one_goes_on(api, device, user, note, status):
    writer, listener = device(user), device(user, note)
    gate = api.hold("PUT", note, status=status)
    for number in range(3):
        writer.send("note_update", noteId=note, changes={"number": number}, requestId=str(number))
    gate.wait_for_arrival()
    gate.open()
    assert writer.answer_to("0")["type"] == "error"
    first, second = writer.answer_to("1"), writer.answer_to("2")
    assert second["seq"] == first["seq"] + 1
    listener.expect("note_sync", changes={"number": 1}, seq=first["seq"])
    listener.expect("note_sync", changes={"number": 2}, seq=second["seq"])


def test_who_joins_in_the_middle_misses_nothing_after_the_number_told(api, device, user, note):
    writer = device(user)
    joiners = [device(user) for _ in range(4)]
    api.misbehave("PUT", note, times=None, delay=0.002)
    for number in range(150):
        writer.send("note_update", noteId=note, changes=marked(0, number))
    while len(api.requests("PUT", note)) < 140:
        for joiner in joiners:
            joined = joiner.join(note)
            for offset in range(1, 4):
                joiner.expect("note_sync", epoch=joined["epoch"], seq=joined["seq"] + offset)
            joiner.send("leave_note", noteId=note)
            offset = 4
            while (message := joiner.receive())["type"] != "note_left":
                assert message["seq"] == joined["seq"] + offset
                offset += 1


def test_a_writer_sees_its_answers_and_the_syncs_of_others_in_one_order(device, user, note):
    first, second = device(user, note), device(user, note)
    for number in range(30):
        first.send("note_update", noteId=note, changes=marked(1, number))
        second.send("note_update", noteId=note, changes=marked(2, number))
    assert history(first, 60, [note]) == history(second, 60, [note])
