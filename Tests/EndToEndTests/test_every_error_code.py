"""PROTOCOL.md, "Error codes": every code of this release, with its default text and what it
carries. All the ways that lead to each of them are the matter of the other files."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from harness.admin import LISTENING
from harness.device import Device, Message
from harness.gateway import Gateway
from harness.notes_api import NotesAPI
from harness.renewal import run_out
from harness.timing import duration, wait_until

CONFIGURATION = {
    **LISTENING,
    "authentication": {
        "clock_skew": "0s", "expiry_grace": duration(1), "early_messages": {"count": 0},
    },
    "upstream": {"request_timeout": duration(1)},
    "websocket": {"max_message_size": "64KiB"},
    "limits": {"pending_writes_per_note": 1, "rooms_per_connection": 1},
}
# What only some codes carry.
EXTRAS = {"status", "outcome", "retryAfter"}


@dataclass
class Scene:
    """A client of `user`, who has a note, and what stands around them."""

    gateway: Gateway
    api: NotesAPI
    stranger: Callable[[Gateway], Device]
    client: Device
    note: str
    other_note: str

    def refused_update(self, client: Device | None = None, **treatment: Any) -> Message:
        if treatment:
            self.api.misbehave("PUT", self.note, **treatment)
        changes = {"title": "x"}
        return (client or self.client).answer("note_update", noteId=self.note, changes=changes)


@pytest.fixture
def scene(gateway, api, stranger, device, user, note, new_name) -> Scene:
    other_note = api.add(new_name("note"), user)
    return Scene(gateway, api, stranger, device(user), note, other_note)


def invalid_json(scene: Scene) -> Message:
    scene.client.websocket.send_text("x")
    return scene.client.receive()


def invalid_message(scene: Scene) -> Message:
    return scene.client.answer("join_note", noteId=7)


def unknown_type(scene: Scene) -> Message:
    return scene.client.answer("nonsense")


def authentication_required(scene: Scene) -> Message:
    return scene.refused_update(scene.stranger(scene.gateway))


def token_expired(scene: Scene) -> Message:
    run_out(scene.gateway, scene.client)
    return scene.refused_update()


def not_found(scene: Scene) -> Message:
    return scene.refused_update(status=404)


def upstream_rejected(scene: Scene) -> Message:
    return scene.refused_update(status=422, body=b'{"message":"Too long a title"}')


def upstream_unavailable(scene: Scene) -> Message:
    return scene.refused_update(status=500)


def upstream_timeout(scene: Scene) -> Message:
    scene.api.hold("PUT", scene.note)
    return scene.refused_update()


def too_large(scene: Scene) -> Message:
    scene.client.send("ping", padding="x" * 64 * 1024)
    return scene.client.receive()


def too_many_rooms(scene: Scene) -> Message:
    scene.client.join(scene.note)
    return scene.client.answer("join_note", noteId=scene.other_note)


def overloaded(scene: Scene) -> Message:
    gate = scene.api.hold("PUT", scene.note)
    for number in range(2):
        scene.client.send("note_update", noteId=scene.note, changes={"number": number})
    gate.wait_for_arrival()
    error = scene.refused_update()
    gate.open()
    return error


# The text of each, where it is always the same, and what it carries.
PROVOCATIONS = {
    invalid_json: ("Invalid message format", {}),
    invalid_message: (None, {}),
    unknown_type: ("Unknown message type", {}),
    authentication_required: ("Authentication required", {}),
    token_expired: ("Token expired, authenticate again", {"noteId": "NOTE"}),
    not_found: ("Note not found or access denied", {"noteId": "NOTE"}),
    upstream_rejected: ("Too long a title", {"noteId": "NOTE", "status": 422}),
    upstream_unavailable: ("Failed to update note", {"noteId": "NOTE", "outcome": "unknown"}),
    upstream_timeout: ("Failed to update note", {"noteId": "NOTE", "outcome": "unknown"}),
    too_large: (None, {}),
    too_many_rooms: (None, {"noteId": "OTHER"}),
    overloaded: ("Gateway overloaded, try again", {"noteId": "NOTE"}),
}


@pytest.mark.parametrize("provoke", PROVOCATIONS, ids=lambda provoke: provoke.__name__)
def test_every_code_has_its_text_and_carries_what_the_table_says(scene, admin, provoke):
    text, carried = PROVOCATIONS[provoke]
    before = admin.metrics()("errors_total", code=provoke.__name__)
    error = provoke(scene)
    assert (error["type"], error["code"]) == ("error", provoke.__name__), error.text
    assert isinstance(error["message"], str) and error["message"]
    assert text in (None, error["message"])
    names = {"NOTE": scene.note, "OTHER": scene.other_note}
    expected = {name: names.get(value, value) for name, value in carried.items()}
    assert {name: error.get(name) for name in carried} == expected
    assert EXTRAS & set(error) == EXTRAS & set(carried)
    # One that is seen may not be counted yet.
    wait_until(
        lambda: admin.metrics()("errors_total", code=provoke.__name__) == before + 1,
        what="the error in the metrics",
    )
