"""One write of every kind that the protocol has."""

from dataclasses import dataclass
from typing import Any

from .device import Device
from .notes_api import Gate, NotesAPI

TYPES = [
    "note_update", "note_created", "note_deleted",
    "folder_created", "folder_updated", "folder_deleted",
]


@dataclass(frozen=True)
class Write:
    """A message that changes the note or folder `name`."""

    type: str
    name: str
    fields: dict[str, Any]
    # What the API is asked for it, in this order.
    methods: tuple[str, ...]

    @property
    def success(self) -> str:
        """The type of the answer when it is made."""
        return f"{self.type}_success"

    def send(self, device: Device) -> str:
        """Sends it without waiting for the answer; returns its request ID."""
        device.send(self.type, requestId=self.type, **self.fields)
        return self.type


def write_of(type: str, note: str, folder: str, unused: str) -> Write:
    """A write to a note or a folder that is there, or the creation of one that is not."""
    data = {"id": unused, "title": "New"}
    changed = {"id": folder, "name": "Cakes"}
    name, fields, methods = {
        "note_update": (note, {"noteId": note, "changes": {"title": "x"}}, ("PUT",)),
        "note_created": (unused, {"noteId": unused, "noteData": data}, ("GET", "POST")),
        "note_deleted": (note, {"noteId": note}, ("DELETE",)),
        "folder_created": (unused, {"folderId": unused, "folderData": data}, ("GET", "POST")),
        "folder_updated": (
            folder,
            {"folderId": folder, "changes": {"name": "Cakes"}, "updatedFolder": changed},
            ("PUT",),
        ),
        "folder_deleted": (folder, {"folderId": folder}, ("DELETE",)),
    }[type]
    return Write(type, name, fields, methods)


def write_by_turns(owner: Device, guest: Device, note: str) -> None:
    """Both have joined `note`, and each hears of the other's write as the other's."""
    for writer, listener in ((owner, guest), (guest, owner)):
        writer.update(note, title=f"from {writer.user}")
        listener.expect("note_sync", fromUserId=writer.user)


def hold_update(api: NotesAPI, device: Device, note: str) -> Gate:
    """Has `device` write to `note`, with the requestId "held", and the API hold it back until the
    gate that is returned is opened."""
    gate = api.hold("PUT", note)
    device.send("note_update", noteId=note, changes={"a": 1}, requestId="held")
    gate.wait_for_arrival()
    return gate
