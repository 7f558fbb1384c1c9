"""An API of notes and folders in memory, over real HTTP, that remembers what it was asked and can
misbehave."""

import base64
import json
import re
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from .http_server import Connection, Headers, HTTPServer, Request
from .timing import seconds

_TARGET = re.compile(r"/api/(notes|folders)(?:/([^/?]+)(?:/(\w+))?)?(?:\?.*)?")


@dataclass
class Note:
    """A note, or a folder: the API treats both alike."""

    owner: str
    fields: dict[str, Any]
    readers: set[str] = field(default_factory=set)


class Gate:
    """Holds requests back between their arrival and what the API does with them."""

    def __init__(self) -> None:
        self._arrived = threading.Semaphore(0)
        self._opened = threading.Event()

    def wait_for_arrival(self, within: float = 10) -> None:
        assert self._arrived.acquire(timeout=seconds(within)), "no request came to the gate"

    def open(self) -> None:
        self._opened.set()

    def pass_through(self) -> None:
        self._arrived.release()
        self._opened.wait(seconds(60))


@dataclass
class Fault:
    """How requests that match are treated differently, `times` times or, with None, always."""

    method: str
    # Or a folder; None for requests that name neither in a way of the default routes.
    note: str | None
    times: int | None
    gate: Gate | None = None
    delay: float = 0.0
    is_applied: bool = True
    status: int | None = None
    body: bytes | None = None
    headers: Headers = field(default_factory=list)
    # The whole answer, head included, as these bytes.
    raw: bytes | None = None
    # Only so many bytes of the answer's body are sent, then the connection is closed.
    body_size_sent: int | None = None
    closes: bool = False
    resets: bool = False


class NotesAPI:
    """The routes of the default configuration, under `prefix`, for whoever bears a token.

    A note and a folder never have the same name in these tests, and where a method asks for a note,
    the name of a folder does as well. With `service_token` set, only its bearer is served, in the
    name of the user in `user_header`.
    """

    def __init__(self, tls: ssl.SSLContext | None = None, prefix: str = "") -> None:
        self._server = HTTPServer(self._answer, tls)
        self._scheme = "https" if tls else "http"
        self._prefix = prefix
        self._lock = threading.RLock()
        self._log: list[Request] = []
        self._faults: list[Fault] = []
        self._revoked: set[str] = set()
        # Asked first how a request is to be treated; None for as ever.
        self.mood: Callable[[Request], Fault | None] = lambda request: None
        # The writes that were done, in their order, done twice if they were.
        self.done: list[Request] = []
        self.notes: dict[str, Note] = {}
        self.folders: dict[str, Note] = {}
        self.service_token: str | None = None
        self.user_header = "X-User-Id"
        self.start()

    @property
    def url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self._server.port}{self._prefix}"

    @property
    def is_running(self) -> bool:
        return self._server.is_running

    def start(self) -> None:
        self._server.start()

    def stop(self) -> None:
        self._server.stop()

    def close_idle_connections(self) -> int:
        return self._server.close_idle_connections()

    def add(self, note: str, owner: str, *readers: str, **fields: Any) -> str:
        """Puts a note there, as if it had always been."""
        with self._lock:
            self.notes[note] = Note(owner, {"id": note, **fields}, set(readers))
        return note

    def add_folder(self, folder: str, owner: str, **fields: Any) -> str:
        """Puts a folder there, as if it had always been."""
        with self._lock:
            self.folders[folder] = Note(owner, {"id": folder, **fields})
        return folder

    def revoke(self, token: str) -> None:
        """From now on answers 401 to whoever bears `token`."""
        with self._lock:
            self._revoked.add(token)

    def misbehave(
        self, method: str, note: str | None, times: int | None = 1, **treatment: Any
    ) -> Fault:
        """From now on treats `method` on `note` as the fields of Fault say."""
        fault = Fault(method, note, times, **treatment)
        with self._lock:
            self._faults.append(fault)
        return fault

    def hold(self, method: str, note: str, times: int | None = 1, **treatment: Any) -> Gate:
        """Holds `method` on `note` back until the gate that is returned is opened."""
        gate = Gate()
        self.misbehave(method, note, times, gate=gate, **treatment)
        return gate

    def behave(self) -> None:
        """Takes every fault back and lets go of what is held."""
        with self._lock:
            faults, self._faults = self._faults, []
            self.mood = lambda request: None
        for fault in faults:
            if fault.gate is not None:
                fault.gate.open()

    def requests(self, method: str | None = None, note: str | None = None) -> list[Request]:
        """What has been asked so far, in order of arrival."""
        with self._lock:
            return [
                request
                for request in self._log
                if method in (None, request.method) and note in (None, self._note_of(request))
            ]

    def overlapping_writes(self, note: str) -> list[tuple[Request, Request]]:
        """Pairs of writes to `note` of which the second came before the first was answered."""
        writes = [request for request in self.requests(note=note) if request.method != "GET"]
        return [
            (first, second)
            for first, second in zip(writes, writes[1:])
            if first.ended is None or second.begun < first.ended
        ]

    def _note_of(self, request: Request) -> str | None:
        match = _TARGET.fullmatch(request.target.removeprefix(self._prefix))
        if match and match[2]:
            return match[2]
        try:
            body = json.loads(request.body)
        except ValueError:
            return None
        return body.get("id") if isinstance(body, dict) else None

    def _answer(self, request: Request, connection: Connection) -> bool:
        with self._lock:
            request.number = len(self._log)
            request.begun = time.monotonic()
            self._log.append(request)
            fault = self.mood(request)
            if fault is None:
                fault = self._take_fault(request.method, self._note_of(request))
        if fault.gate is not None:
            fault.gate.pass_through()
        if fault.delay:
            time.sleep(fault.delay)
        with self._lock:
            status, body = self._outcome(request, fault)
            request.ended = time.monotonic()
        return _send(connection, fault, status, body)

    def _take_fault(self, method: str, note: str | None) -> Fault:
        for fault in self._faults:
            if fault.method == method and fault.note == note:
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times == 0:
                        self._faults.remove(fault)
                return fault
        return Fault(method, note, None)

    def _outcome(self, request: Request, fault: Fault) -> tuple[int, bytes]:
        if fault.is_applied and (fault.status is None or fault.status < 300):
            status, value = self._apply(request)
            body = json.dumps(value).encode()
            if request.method != "GET" and status < 300:
                self.done.append(request)
        else:
            status, body = 500, b'{"error":"out of order"}'
        return (
            status if fault.status is None else fault.status,
            body if fault.body is None else fault.body,
        )

    def _apply(self, request: Request) -> tuple[int, Any]:
        user = self._user_of(request)
        if user is None:
            return 401, {"error": "Authentication required"}
        match = _TARGET.fullmatch(request.target.removeprefix(self._prefix))
        if match is None:
            return 404, {"error": "No such route"}
        stored = self.notes if match[1] == "notes" else self.folders
        if request.method == "POST" and match[2] is None:
            return _create(stored, user, json.loads(request.body))
        note = stored.get(match[2])
        if note is None:
            return 404, {"error": "Not found"}
        if user != note.owner and user not in note.readers:
            return 403, {"error": "Access denied"}
        if match[3] is not None:
            # As in POST /api/notes/n1/star, which has no body.
            note.fields[match[3]] = True
        elif request.method in ("PUT", "PATCH"):
            note.fields.update(json.loads(request.body))
        if request.method == "DELETE":
            del stored[match[2]]
            return 200, {"message": "Deleted"}
        return 200, note.fields

    def _user_of(self, request: Request) -> str | None:
        token = request.bearer
        if token is None or token in self._revoked:
            return None
        if self.service_token is not None:
            is_service = token == self.service_token
            return request.header(self.user_header) if is_service else None
        return _subject(token)


def _create(stored: dict[str, Note], user: str, fields: dict[str, Any]) -> tuple[int, Any]:
    if fields["id"] in stored:
        return 409, {"error": "Exists"}
    stored[fields["id"]] = Note(user, fields)
    return 201, fields


def _subject(token: str) -> str | None:
    """The `sub` of a JSON Web Token. Its signature is nobody's business here."""
    if token.count(".") != 2:
        return None
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["sub"]


def _send(connection: Connection, fault: Fault, status: int, body: bytes) -> bool:
    if fault.resets:
        connection.end_with_reset()
        return False
    if fault.closes:
        return False
    if fault.raw is not None:
        connection.socket.sendall(fault.raw)
        return True
    reason = HTTPStatus(status).phrase
    lines = [f"HTTP/1.1 {status} {reason}", "Content-Type: application/json"]
    has_body = status not in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)
    if has_body:
        lines.append(f"Content-Length: {len(body)}")
    lines += [f"{name}: {value}" for name, value in fault.headers]
    head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
    whole = body if has_body else b""
    connection.socket.sendall(head + whole[: fault.body_size_sent])
    return fault.body_size_sent is None
