"""PROTOCOL.md, "Tokens": an upstream 401 on a write: hold, ask, retry once."""

import json

import pytest

from harness.renewal import renew
from harness.timing import duration, wait_until
from harness.writes import TYPES

CONFIGURATION = {"authentication": {"expiry_grace": "60s"}}


def send_number(device, note: str, number: int) -> str:
    """Sends a numbered update; returns its request ID."""
    name = f"number-{number}"
    device.send("note_update", noteId=note, changes={"number": number}, requestId=name)
    return name


def asked(api, note: str) -> list[tuple[int, str | None]]:
    """The numbers that the API was asked to write to `note`, and with whose token."""
    return [
        (json.loads(request.body)["number"], request.bearer)
        for request in api.requests("PUT", note)
    ]


def revoke(gateway, api, device) -> str:
    """Gives the device a token of its own that the API does not take; returns it."""
    token = renew(gateway, device)
    api.revoke(token)
    return token


def test_the_write_is_held_and_retried_with_the_renewed_token(gateway, api, device, user, note):
    writer, listener = device(user), device(user, note)
    old = revoke(gateway, api, writer)
    name = send_number(writer, note, 1)
    writer.expect_token_expired()
    writer.expect_nothing()
    listener.expect_nothing()
    assert asked(api, note) == [(1, old)]
    new = renew(gateway, writer)
    answer = writer.answer_to(name)
    assert answer["type"] == "note_update_success"
    assert asked(api, note) == [(1, old), (1, new)]
    listener.expect("note_sync", changes={"number": 1}, seq=answer["seq"])
    following = writer.update(note, number=2)
    listener.expect("note_sync", changes={"number": 2}, seq=following["seq"])
    assert following["seq"] == answer["seq"] + 1


@pytest.mark.parametrize(
    ("type", "method"),
    [
        ("note_created", "GET"), ("note_created", "POST"), ("note_deleted", "DELETE"),
        ("folder_created", "GET"), ("folder_created", "POST"), ("folder_updated", "PUT"),
        ("folder_deleted", "DELETE"),
    ],
)
def test_a_401_on_any_step_of_any_write_is_treated_the_same_way(
    gateway, api, device, user, write, type, method
):
    writer, other, refused = device(user), device(user), write(type)
    old = writer.token
    api.misbehave(method, refused.name, status=401, is_applied=False)
    request = refused.send(writer)
    writer.expect_token_expired()
    other.expect_nothing()
    new = renew(gateway, writer)
    assert writer.answer_to(request)["type"] == refused.success
    other.expect(f"{type}_sync")
    bearers = [request.bearer for request in api.requests(method, refused.name)]
    assert bearers == [old, new]


@pytest.mark.parametrize("type", TYPES)
def test_a_second_401_is_token_expired_and_the_write_is_not_made(
    gateway, api, device, user, write, type
):
    writer, other, refused = device(user), device(user), write(type)
    method = refused.methods[-1]
    api.misbehave(method, refused.name, times=2, status=401, is_applied=False)
    request = refused.send(writer)
    writer.expect_token_expired()
    renew(gateway, writer)
    answer = writer.answer_to(request)
    assert (answer["type"], answer["code"]) == ("error", "token_expired")
    assert answer["message"] == "Token expired, authenticate again"
    other.expect_nothing()
    assert len(api.requests(method, refused.name)) == 2
    renew(gateway, writer)
    assert writer.answer(type, **refused.fields)["type"] == refused.success


def test_later_writes_of_the_connection_to_the_note_stay_behind_it(
    gateway, api, device, user, note
):
    writer = device(user)
    old = revoke(gateway, api, writer)
    names = [send_number(writer, note, number) for number in range(4)]
    writer.expect_token_expired()
    names.append(send_number(writer, note, 4))
    writer.expect_nothing()
    new = renew(gateway, writer)
    answers = [writer.answer_to(name) for name in names]
    assert [answer["type"] for answer in answers] == ["note_update_success"] * 5
    assert asked(api, note) == [(0, old), *((number, new) for number in range(5))]


def test_writes_of_others_to_the_note_go_on_meanwhile(
    gateway, api, device, user, note, new_name
):
    guest_name = new_name("user")
    api.notes[note].readers.add(guest_name)
    writer, same_user, guest = device(user), device(user), device(guest_name)
    old = revoke(gateway, api, writer)
    gate = api.hold("PUT", note)
    held = send_number(writer, note, 1)
    gate.wait_for_arrival()
    waiting = [send_number(same_user, note, 2), send_number(guest, note, 3)]
    later = send_number(writer, note, 4)
    writer.answer("ping")
    same_user.answer("ping")
    gate.open()
    same_user.expect("note_update_success", requestId=waiting[0])
    guest.expect("note_update_success", requestId=waiting[1])
    writer.expect_token_expired()
    same_user.update(note, number=5)
    new = renew(gateway, writer)
    for name in (held, later):
        assert writer.answer_to(name)["type"] == "note_update_success"
    others = [(2, same_user.token), (3, guest.token), (5, same_user.token)]
    found = asked(api, note)
    assert found[0] == (1, old) and found[-2:] == [(1, new), (4, new)]
    assert sorted(found[1:-2]) == others


def test_writes_to_other_notes_are_made_once_and_the_client_is_asked_once(
    gateway, api, device, user, new_name
):
    notes = [api.add(new_name("note"), user) for _ in range(6)]
    writer = device(user)
    old = revoke(gateway, api, writer)
    gates = [api.hold("PUT", name) for name in notes[:3]]
    for name in notes[:3]:
        writer.send("note_update", noteId=name, changes={"number": 0}, requestId=name)
    for gate in gates:
        gate.wait_for_arrival()
    for gate in gates:
        gate.open()
    writer.expect_token_expired()
    for name in notes[3:]:
        writer.send("note_update", noteId=name, changes={"number": 0}, requestId=name)
    wait_until(
        lambda: all(request.ended for name in notes for request in api.requests("PUT", name)),
        what="the API's answers",
    )
    writer.expect_nothing()
    new = renew(gateway, writer)
    for name in notes:
        assert writer.answer_to(name)["type"] == "note_update_success"
        assert asked(api, name) in ([(0, new)], [(0, old), (0, new)])
    writer.expect_nothing()


def test_reads_and_syncs_go_on_meanwhile(gateway, api, device, user, note):
    writer, other = device(user, note), device(user)
    revoke(gateway, api, writer)
    send_number(writer, note, 1)
    writer.expect_token_expired()
    other.update(note, number=2)
    writer.expect("note_sync", changes={"number": 2})
    writer.leave(note)
    writer.join(note)
    writer.expect_nothing()


def test_held_writes_come_before_what_has_arrived_later_and_still_waits(
    start_gateway, api, device_of, user, note
):
    gateway = start_gateway({**CONFIGURATION, "workers": 1})
    writer, other = device_of(gateway, user), device_of(gateway, user)
    old = revoke(gateway, api, writer)
    # Both are in the lane before the first is refused.
    refusal = api.hold("PUT", note, status=401)
    names = [send_number(writer, note, number) for number in (1, 2)]
    refusal.wait_for_arrival()
    writer.answer("ping")
    refusal.open()
    writer.expect_token_expired()
    gate = api.hold("PUT", note)
    others = [send_number(other, note, number) for number in (3, 4)]
    gate.wait_for_arrival()
    other.answer("ping")
    new = renew(gateway, writer)
    gate.open()
    for device, request in ((writer, names[1]), (other, others[1])):
        assert device.answer_to(request)["type"] == "note_update_success"
    assert asked(api, note) == [(1, old), (3, other.token), (1, new), (2, new), (4, other.token)]


def test_without_a_renewal_the_held_writes_are_token_expired_and_4401_follows(
    start_gateway, api, device_of, user, note
):
    gateway = start_gateway({"authentication": {"expiry_grace": duration(0.5)}})
    writer, listener = device_of(gateway, user), device_of(gateway, user, note)
    old = revoke(gateway, api, writer)
    names = [send_number(writer, note, number) for number in range(3)]
    writer.expect_token_expired()
    answers = [json.loads(text) for text in writer.websocket.expect_close(4401)]
    assert sorted(answer["requestId"] for answer in answers) == names
    assert [answer["code"] for answer in answers] == ["token_expired"] * 3
    listener.expect_nothing()
    listener.update(note, number=7)
    assert asked(api, note) == [(0, old), (7, listener.token)]


def test_a_renewal_that_fails_leaves_the_write_held(gateway, api, device, user, note, new_name):
    writer = device(user)
    old = revoke(gateway, api, writer)
    name = send_number(writer, note, 1)
    writer.expect_token_expired()
    another = gateway.issuer.token(new_name("user"))
    answer = writer.request("auth", "auth_failed", token=another)
    assert answer["reason"] == "auth-failed"
    writer.expect_nothing()
    assert asked(api, note) == [(1, old)]
    renew(gateway, writer)
    assert writer.answer_to(name)["type"] == "note_update_success"


def test_who_goes_while_asked_leaves_nothing_behind(gateway, api, device, user, note):
    writer, other = device(user), device(user)
    old = revoke(gateway, api, writer)
    for number in range(3):
        send_number(writer, note, number)
    writer.expect_token_expired()
    connected = gateway.open_file_count
    writer.close()
    wait_until(lambda: gateway.open_file_count < connected, what="the end of the connection")
    for number in range(10, 13):
        other.update(note, number=number)
    made = [(number, other.token) for number in range(10, 13)]
    assert asked(api, note) == [(0, old), *made]


def test_a_join_that_the_api_refuses_with_401_is_answered_with_an_error(api, device, user, note):
    client, writer = device(user), device(user)
    api.misbehave("GET", note, status=401)
    client.request("join_note", "error", noteId=note)
    writer.update(note, title="not heard")
    client.join(note)
    following = writer.update(note, title="heard")
    client.expect("note_sync", seq=following["seq"])
