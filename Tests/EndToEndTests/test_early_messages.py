"""PROTOCOL.md, "Client to gateway": what a client sends before it has authenticated."""

import json

import pytest

from harness import frames
from harness import gateway as gateways
from harness.timing import duration


def bounded(**bounds) -> dict:
    return {"authentication": {"early_messages": bounds}}


def send_early(client, note: str) -> None:
    """An offline queue, as a client flushes it as soon as the socket is open."""
    client.send("join_note", noteId=note, requestId="join")
    client.send("note_update", noteId=note, changes={"title": "offline"}, requestId="update")


def expect_effects(client) -> None:
    joined, updated = client.answer_to("join"), client.answer_to("update")
    assert (joined["type"], updated["type"]) == ("note_joined", "note_update_success")
    assert updated["seq"] == joined["seq"] + 1


def test_early_messages_are_held_and_take_effect_in_their_order(gateway, api, stranger, user, note):
    client = stranger(gateway)
    send_early(client, note)
    client.expect_nothing()
    assert api.requests(note=note) == []
    client.send("auth", token=gateway.issuer.token(user))
    client.expect("auth_success")
    expect_effects(client)


def test_early_messages_outlive_a_failed_auth(gateway, stranger, user, note):
    client = stranger(gateway)
    send_early(client, note)
    client.send("auth", token="x.y.z")
    client.expect("auth_failed")
    client.expect_nothing()
    client.send("auth", token=gateway.issuer.token(user))
    client.expect("auth_success")
    expect_effects(client)


def test_messages_after_auth_wait_for_the_early_ones(gateway, stranger, user, note):
    client = stranger(gateway)
    client.send("note_update", noteId=note, changes={"number": 1}, requestId="early")
    client.send("auth", token=gateway.issuer.token(user))
    client.send("note_update", noteId=note, changes={"number": 2}, requestId="late")
    client.expect("auth_success")
    first = client.expect("note_update_success", requestId="early")
    client.expect("note_update_success", requestId="late", seq=first["seq"] + 1)


def test_early_messages_that_are_malformed_are_answered_at_once(gateway, stranger):
    client = stranger(gateway)
    client.refused("join_note", "invalid_message", noteId="a/b")
    client.refused("nonsense", "unknown_type")
    client.websocket.send_text("x")
    client.expect_error("invalid_json")


def test_messages_over_the_count_are_refused_and_the_others_held(
    start_gateway, api, stranger, user, note
):
    gateway = start_gateway(bounded(count=2))
    client = stranger(gateway)
    send_early(client, note)
    for number in range(3):
        client.refused("note_update", "authentication_required", noteId=note, changes={"a": number})
    client.send("auth", token=gateway.issuer.token(user))
    client.expect("auth_success")
    expect_effects(client)
    assert len(api.requests("PUT", note)) == 1


def test_messages_over_the_size_are_refused_and_the_others_held(
    start_gateway, stranger, user, note
):
    gateway = start_gateway(bounded(size="2KiB"))
    client = stranger(gateway)
    large = {"text": "x" * 1200}
    client.send("note_update", noteId=note, changes=large, requestId="held")
    client.refused("note_update", "authentication_required", noteId=note, changes=large)
    client.send("auth", token=gateway.issuer.token(user))
    client.expect("auth_success")
    client.expect("note_update_success", requestId="held")


@pytest.mark.parametrize("bounds", [{"count": 0}, {"size": 0}], ids=str)
def test_with_a_bound_of_0_every_early_message_is_refused(
    start_gateway, api, stranger, user, note, bounds
):
    gateway = start_gateway(bounded(**bounds))
    client = stranger(gateway)
    client.refused("join_note", "authentication_required", noteId=note)
    client.refused("leave_note", "authentication_required", noteId=note)
    client.authenticate(gateway.issuer.token(user))
    client.expect_nothing()
    assert api.requests(note=note) == []


def test_early_messages_of_who_never_authenticates_are_dropped(start_gateway, api, stranger, note):
    gateway = start_gateway({"authentication": {"deadline": duration(1)}})
    client = stranger(gateway)
    send_early(client, note)
    messages = client.websocket.expect_close(4401)
    assert all(json.loads(text)["type"] == "error" for text in messages)
    assert api.requests(note=note) == []


def test_a_message_that_could_never_be_held_is_not_kept_and_refused(gateway, stranger, user, note):
    client = stranger(gateway)
    client.send("note_update", noteId=note, changes={"text": "x" * 300_000})
    client.expect("error", code="authentication_required", message="Authentication required")
    client.authenticate(gateway.issuer.token(user))
    client.join(note)
    client.update(note, text="x" * 300_000)


def test_strangers_have_little_of_a_message_kept(start_gateway, stranger, api, user, note):
    gateway = start_gateway(environment=gateways.FREED_MEMORY_GIVEN_BACK)
    strangers = [stranger(gateway) for _ in range(60)]
    before = gateway.resident_size
    part = frames.encode(frames.TEXT, b"x" * 250_000, is_final=False)
    rest = frames.encode(frames.CONTINUATION, b"x" * 250_000, is_final=False)
    for client in strangers:
        client.websocket.send_raw(part + rest + rest)
        client.websocket.send_ping(b"?")
    for client in strangers:
        client.websocket.receive_pong()
    # Whole they would have been 45 MB.
    assert gateway.resident_size - before < gateways.memory(12 << 20)
    for client in strangers:
        client.websocket.send_raw(frames.encode(frames.CONTINUATION, b""))
        client.expect("error", code="authentication_required")
