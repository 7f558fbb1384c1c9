"""PROTOCOL.md, "Tokens": renewals that fail, and what becomes of who does not renew."""

import json
import time

from harness.renewal import renew, run_out, token_until
from harness.timing import duration, seconds
from harness.writes import TYPES

CONFIGURATION = {"authentication": {"clock_skew": "0s", "expiry_grace": duration(1)}}
PATIENT = {"authentication": {"clock_skew": "0s", "expiry_grace": "60s"}}


def failed(device, token: str) -> str:
    """Tries to renew in vain; returns the reason that was given."""
    answer = device.request("auth", "auth_failed", token=token)
    message = {"auth-failed": "Authentication failed", "token-expired": "Token expired"}
    assert answer["message"] == message[answer["reason"]], answer.text
    return answer["reason"]


def test_who_does_not_renew_is_closed_with_4401_at_the_end_of_the_grace(gateway, device, user):
    late, punctual = device(user), device(user)
    run_out(gateway, late)
    told = time.monotonic()
    assert late.websocket.expect_close(4401) == []
    assert seconds(0.8) < time.monotonic() - told < seconds(4)
    punctual.expect_nothing()


def test_held_writes_are_answered_with_token_expired_and_not_made(
    gateway, api, device, user, write
):
    late, listener = device(user), device(user)
    writes = [write(type) for type in TYPES]
    listener.join(writes[0].name)
    expired = run_out(gateway, late)
    for held in writes:
        held.send(late)
    answers = [json.loads(text) for text in late.websocket.expect_close(4401)]
    assert sorted(answer["requestId"] for answer in answers) == sorted(TYPES)
    names = {held.type: held.name for held in writes if "noteId" in held.fields}
    for answer in answers:
        assert (answer["type"], answer["code"]) == ("error", "token_expired")
        assert answer["message"] == "Token expired, authenticate again"
        assert answer.get("noteId") == names.get(answer["requestId"])
    listener.expect_nothing()
    assert expired not in [request.bearer for request in api.requests()]


def test_the_notes_of_who_did_not_renew_are_free_for_others(gateway, api, device, user, note):
    late, other = device(user), device(user)
    run_out(gateway, late)
    for number in range(3):
        late.send("note_update", noteId=note, changes={"number": number})
    assert len(late.websocket.expect_close(4401)) == 3
    other.update(note, number=7)
    assert [json.loads(request.body) for request in api.requests("PUT", note)] == [{"number": 7}]


def test_tries_that_fail_do_not_prolong_the_grace(gateway, device, user):
    late = device(user)
    run_out(gateway, late)
    told = time.monotonic()
    for _ in range(4):
        assert failed(late, "x.y.z") == "auth-failed"
    late.websocket.expect_close(4401)
    assert time.monotonic() - told < seconds(4)


def test_after_a_try_in_the_grace_that_failed_the_next_may_succeed(
    start_gateway, api, device_of, user, note, new_name
):
    gateway = start_gateway(PATIENT)
    late = device_of(gateway, user)
    expired = run_out(gateway, late)
    late.send("note_update", noteId=note, changes={"title": "held"}, requestId="held")
    assert failed(late, gateway.issuer.token(new_name("user"))) == "auth-failed"
    assert failed(late, expired) == "token-expired"
    assert failed(late, "x.y.z") == "auth-failed"
    late.expect_nothing()
    assert api.requests(note=note) == []
    token = renew(gateway, late)
    assert late.answer_to("held")["type"] == "note_update_success"
    assert [request.bearer for request in api.requests(note=note)] == [token]


def test_after_the_token_of_another_user_the_old_one_stands_until_it_expires(
    start_gateway, api, device_of, user, note, new_name
):
    gateway = start_gateway(PATIENT)
    client = device_of(gateway, user)
    token = renew(gateway, client, lifetime=seconds(0.6))
    assert failed(client, gateway.issuer.token(new_name("user"))) == "auth-failed"
    client.update(note, title="still with the old token")
    assert [request.bearer for request in api.requests(note=note)] == [token]
    client.expect_token_expired()


def test_five_failures_close_an_authenticated_connection_with_4401(gateway, device, user):
    client = device(user)
    for _ in range(5):
        client.send("auth", token="x.y.z")
    messages = [json.loads(text) for text in client.websocket.expect_close(4401)]
    assert [message["type"] for message in messages] == ["auth_failed"] * 5


def test_five_failures_in_the_grace_close_and_the_held_writes_are_answered(
    start_gateway, api, device_of, user, note
):
    gateway = start_gateway(PATIENT)
    late = device_of(gateway, user)
    run_out(gateway, late)
    late.send("note_update", noteId=note, changes={"title": "held"}, requestId="held")
    for _ in range(5):
        late.send("auth", token="x.y.z")
    messages = [json.loads(text) for text in late.websocket.expect_close(4401)]
    tries = [message for message in messages if message["type"] == "auth_failed"]
    assert [message["reason"] for message in tries] == ["auth-failed"] * 5
    (answer,) = [message for message in messages if message not in tries]
    assert (answer["requestId"], answer["code"]) == ("held", "token_expired")
    assert api.requests(note=note) == []


def test_a_success_forgives_the_failures_before_it(gateway, device, user):
    client = device(user)
    for _ in range(3):
        for _ in range(4):
            assert failed(client, "x.y.z") == "auth-failed"
        renew(gateway, client)
    client.expect_nothing()


def test_the_time_to_authenticate_is_over_for_who_has_authenticated(
    start_gateway, stranger, device_of, user
):
    rules = {**PATIENT["authentication"], "deadline": duration(1)}
    gateway = start_gateway({"authentication": rules})
    late, failing = device_of(gateway, user), device_of(gateway, user)
    run_out(gateway, late)
    assert failed(failing, "x.y.z") == "auth-failed"
    stranger(gateway).websocket.expect_close(4401)
    late.expect_nothing()
    failing.expect_nothing()


def test_a_token_that_was_good_is_refused_on_any_connection_once_it_has_run_out(
    gateway, device, stranger, user
):
    late = device(user)
    expired = run_out(gateway, late)
    assert failed(stranger(gateway), expired) == "token-expired"
    renew(gateway, late)
    assert failed(late, expired) == "token-expired"
