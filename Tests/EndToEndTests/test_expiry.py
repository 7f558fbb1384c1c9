"""PROTOCOL.md, "Tokens": a token that runs out, and what goes on until there is another one."""

import json
import time

import pytest

from harness.renewal import renew, run_out, token_until
from harness.timing import duration, seconds, wait_until
from harness.writes import TYPES

CONFIGURATION = {"authentication": {"clock_skew": "0s", "expiry_grace": "60s"}}


def bearers(api, note: str, method: str | None = None) -> list[str | None]:
    """Whose tokens the API was asked with about `note`."""
    return [request.bearer for request in api.requests(method, note)]


def numbers(api, note: str) -> list[int]:
    """The numbers that were written to `note`, in the API's order."""
    return [json.loads(request.body)["number"] for request in api.requests("PUT", note)]


def send_number(device, note: str, number: int) -> str:
    """Sends a numbered update; returns its request ID."""
    name = f"number-{number}"
    device.send("note_update", noteId=note, changes={"number": number}, requestId=name)
    return name


def test_at_expiry_and_not_before_the_client_is_told_once(gateway, stranger, user):
    client = stranger(gateway)
    end = time.time() + seconds(0.5)
    client.authenticate(token_until(gateway, user, end))
    client.expect_token_expired()
    assert end - 0.05 < time.time() < end + seconds(2)
    client.expect_nothing()


def test_every_connection_is_told_of_its_own_token(gateway, device, user):
    short, long = device(user), device(user)
    renew(gateway, long, lifetime=seconds(20))
    run_out(gateway, short)
    long.expect_nothing()


def test_after_a_renewal_before_expiry_the_old_end_means_nothing(gateway, device, user, note):
    client, fence = device(user), device(user)
    end = time.time() + seconds(0.4)
    client.authenticate(token_until(gateway, user, end))
    fence.authenticate(token_until(gateway, user, end + seconds(0.2)))
    renew(gateway, client)
    fence.expect_token_expired()
    client.expect_nothing()
    client.update(note, title="with the new token")


def test_reads_and_syncs_go_on_in_the_grace(gateway, api, device, user, note, new_name):
    late, writer = device(user, note), device(user)
    expired = run_out(gateway, late)
    answer = writer.update(note, title="heard")
    late.expect("note_sync", changes={"title": "heard"}, seq=answer["seq"])
    late.leave(note)
    assert late.join(note)["seq"] == answer["seq"]
    writer.update(note, title="heard again")
    late.expect("note_sync", changes={"title": "heard again"})
    created = {"id": new_name("note")}
    writer.request("note_created", "note_created_success", noteData=created)
    late.expect("note_created_sync", noteData=created)
    late.expect_nothing()
    assert expired not in bearers(api, note)


def test_writes_in_the_grace_are_held_and_made_in_order_with_the_renewed_token(
    gateway, api, device, user, note
):
    late, listener = device(user), device(user, note)
    run_out(gateway, late)
    names = [send_number(late, note, number) for number in range(5)]
    late.expect_nothing()
    assert api.requests("PUT", note) == []
    token = renew(gateway, late)
    answers = [late.answer_to(name) for name in names]
    assert [answer["type"] for answer in answers] == ["note_update_success"] * 5
    for number, answer in enumerate(answers):
        listener.expect("note_sync", changes={"number": number}, seq=answer["seq"])
    assert numbers(api, note) == list(range(5))
    assert bearers(api, note, "PUT") == [token] * 5


def test_held_writes_come_before_those_after_the_renewal(gateway, api, device, user, note):
    late = device(user)
    run_out(gateway, late)
    names = [send_number(late, note, number) for number in range(3)]
    late.send("auth", token=token_until(gateway, user, time.time() + 3600))
    names += [send_number(late, note, number) for number in range(3, 6)]
    late.expect("auth_success")
    for name in names:
        late.expect("note_update_success", requestId=name)
    assert numbers(api, note) == list(range(6))


@pytest.mark.parametrize("type", TYPES)
def test_writes_of_all_kinds_are_held(gateway, api, device, user, write, type):
    late, held = device(user), write(type)
    run_out(gateway, late)
    request = held.send(late)
    late.expect_nothing()
    assert api.requests(note=held.name) == []
    token = renew(gateway, late)
    assert late.answer_to(request)["type"] == held.success
    asked = [(request.method, request.bearer) for request in api.requests(note=held.name)]
    assert asked == [(method, token) for method in held.methods]


def test_nobody_waits_for_the_renewal_of_another(gateway, api, device, user, note, new_name):
    guest_name = new_name("user")
    api.notes[note].readers.add(guest_name)
    late, same_user, guest = device(user, note), device(user), device(guest_name)
    run_out(gateway, late)
    held = send_number(late, note, 99)
    late.answer("ping")
    for number in range(0, 6, 2):
        same_user.update(note, number=number)
        guest.update(note, number=number + 1)
    for number in range(6):
        late.expect("note_sync", changes={"number": number})
    late.expect_nothing()
    renew(gateway, late)
    assert late.answer_to(held)["type"] == "note_update_success"
    assert numbers(api, note) == [*range(6), 99]


def test_a_write_whose_token_runs_out_while_it_waits_for_its_turn_steps_aside(
    gateway, api, device, user, note
):
    late, other = device(user), device(user)
    gate = api.hold("PUT", note)
    first = send_number(other, note, 0)
    gate.wait_for_arrival()
    expired = renew(gateway, late, lifetime=seconds(0.5))
    held = send_number(late, note, 1)
    late.answer("ping")
    second = send_number(other, note, 2)
    late.expect_token_expired()
    gate.open()
    other.expect("note_update_success", requestId=first)
    other.expect("note_update_success", requestId=second)
    assert numbers(api, note) == [0, 2]
    token = renew(gateway, late)
    assert late.answer_to(held)["type"] == "note_update_success"
    assert numbers(api, note) == [0, 2, 1]
    assert expired not in bearers(api, note) and bearers(api, note)[-1] == token


def test_a_write_that_was_under_way_at_expiry_is_finished(gateway, api, device, user, note):
    late, listener = device(user), device(user, note)
    gate = api.hold("PUT", note)
    renew(gateway, late, lifetime=seconds(0.5))
    name = send_number(late, note, 1)
    gate.wait_for_arrival()
    late.expect_token_expired()
    gate.open()
    late.expect("note_update_success", requestId=name)
    listener.expect("note_sync", changes={"number": 1})
    assert numbers(api, note) == [1]


def test_a_write_that_was_under_way_at_expiry_and_is_refused_for_it_is_made_again(
    gateway, api, device, user, note
):
    late, other = device(user), device(user)
    gate = api.hold("PUT", note, status=401)
    renew(gateway, late, lifetime=seconds(0.5))
    name = send_number(late, note, 1)
    gate.wait_for_arrival()
    late.expect_token_expired()
    gate.open()
    other.update(note, number=2)
    late.expect_nothing()
    renew(gateway, late)
    assert late.answer_to(name)["type"] == "note_update_success"
    assert numbers(api, note) == [1, 2, 1]


def test_the_renewal_of_another_connection_of_the_user_releases_nothing(
    gateway, api, device, user, note
):
    late, other = device(user), device(user)
    run_out(gateway, late)
    held = send_number(late, note, 1)
    late.expect_nothing()
    renew(gateway, other)
    other.update(note, number=2)
    late.expect_nothing()
    renew(gateway, late)
    assert late.answer_to(held)["type"] == "note_update_success"
    assert numbers(api, note) == [2, 1]


def test_the_writes_of_who_goes_in_the_grace_are_dropped(gateway, api, device, user, note):
    late, other = device(user), device(user, note)
    run_out(gateway, late)
    for number in range(4):
        send_number(late, note, number)
    late.answer("ping")
    connected = gateway.open_file_count
    late.close()
    wait_until(lambda: gateway.open_file_count < connected, what="the end of the connection")
    back = device(user)
    renew(gateway, back)
    back.update(note, number=10)
    other.expect("note_sync", changes={"number": 10})
    other.update(note, number=11)
    assert numbers(api, note) == [10, 11]


def test_held_writes_over_the_bound_of_a_note_are_refused_and_the_others_made(
    start_gateway, api, device_of, user, note
):
    gateway = start_gateway({**CONFIGURATION, "limits": {"pending_writes_per_note": 4}})
    late = device_of(gateway, user)
    run_out(gateway, late)
    names = [send_number(late, note, number) for number in range(100)]
    late.answer("ping")
    renew(gateway, late)
    answers = [late.answer_to(name) for name in names]
    made = [index for index, answer in enumerate(answers) if answer["type"] != "error"]
    refusals = [answer["code"] for answer in answers if answer["type"] == "error"]
    assert made and set(refusals) == {"overloaded"}
    assert numbers(api, note) == made
    late.update(note, title="no longer overloaded")


def test_a_stop_does_not_wait_for_a_renewal(start_gateway, api, device_of, user, note):
    gateway = start_gateway({**CONFIGURATION, "shutdown_grace": duration(1)})
    late = device_of(gateway, user)
    run_out(gateway, late)
    send_number(late, note, 1)
    late.expect_nothing()
    start = time.monotonic()
    gateway.stop()
    assert time.monotonic() - start < seconds(3)
    assert late.websocket.expect_end() in (1001, None)
    assert api.requests("PUT", note) == []
