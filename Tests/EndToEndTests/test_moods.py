"""A notes API in all its moods, by a seeded script, with clients that write by WebSocket and by
REST and now and then vanish. PROTOCOL.md, "What is persisted, and who hears of it"."""

import json
import os
import random
import threading
from collections.abc import Callable

import pytest

from harness import http, rest
from harness.notes_api import Fault
from harness.timing import duration, seconds

TIMEOUT = 0.4
# Each takes three seconds; more of them when there is time.
SEED_COUNT = int(os.environ.get("NOTES_GATEWAY_SEEDS", "2"))
CONFIGURATION = {
    "workers": 2,
    "upstream": {"request_timeout": duration(TIMEOUT), "max_connections": 4},
}
Mark = tuple[int, int]

# What the API may do to a write, and how often of a hundred; the rest it does as it should.
MOODS: list[tuple[int, dict]] = [
    (8, {"delay": 0.02}),
    (4, {"delay": seconds(TIMEOUT) * 1.5}),
    (3, {"delay": seconds(TIMEOUT) * 1.5, "is_applied": False}),
    (4, {"is_applied": False, "status": 500}),
    (4, {"is_applied": False, "status": 503}),
    (4, {"is_applied": False, "status": 409, "body": b'{"message":"no"}'}),
    (4, {"is_applied": False, "resets": True}),
    (3, {"is_applied": True, "resets": True}),
    (3, {"is_applied": True, "closes": True}),
    (3, {"is_applied": True, "body_size_sent": 5}),
    (3, {"is_applied": True, "body": b"no JSON"}),
    (3, {"is_applied": False, "raw": b"no HTTP\r\n\r\n"}),
    (3, {"is_applied": False, "raw": b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"}),
]


def mood(seed: int) -> Callable:
    numbers = random.Random(seed)

    def choose(request) -> Fault | None:
        if request.method != "PUT":
            return None
        number = numbers.randrange(100)
        for share, treatment in MOODS:
            number -= share
            if number < 0:
                return Fault("PUT", None, None, **treatment)
        return None

    return choose


def mark_of(changes: dict) -> Mark:
    return changes["writer"], changes["number"]


class Told:
    """What the writers were told of their writes, by their marks."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.done: set[Mark] = set()
        self.refused: set[Mark] = set()
        self.problems: list[str] = []

    def tell(self, mark: Mark, is_done: bool | None) -> None:
        """None: nobody knows what became of it."""
        with self._lock:
            if is_done is not None:
                (self.done if is_done else self.refused).add(mark)

    def run(self, work: Callable, *arguments) -> threading.Thread:
        def guarded() -> None:
            try:
                work(*arguments)
            except BaseException as problem:
                self.problems.append(repr(problem))

        thread = threading.Thread(target=guarded)
        thread.start()
        return thread


def write_by_websocket(
    connect: Callable, writer: int, note: str, count: int, numbers: random.Random, told: Told
) -> None:
    client = connect()
    unanswered: list[Mark] = []

    def take_answer() -> None:
        writer, number = unanswered.pop(0)
        answer = client.receive(within=30)
        assert answer["requestId"] == f"{writer}-{number}", answer.text
        if answer["type"] == "note_update_success":
            told.tell((writer, number), True)
        else:
            assert answer["type"] == "error", answer.text
            assert answer["code"] in {
                "upstream_unavailable", "upstream_timeout", "upstream_rejected",
            }, answer.text
            told.tell((writer, number), None if "outcome" in answer else False)

    for number in range(count):
        if numbers.random() < 0.05:
            # It goes without waiting for its answers, and comes back.
            client.websocket.stream.close()
            client, unanswered = connect(), []
        mark = {"writer": writer, "number": number}
        client.send("note_update", noteId=note, changes=mark, requestId=f"{writer}-{number}")
        unanswered.append(mark_of(mark))
        while len(unanswered) > numbers.randrange(4):
            take_answer()
    while unanswered:
        take_answer()


def write_by_rest(gateway, writer: int, user: str, note: str, count: int, told: Told) -> None:
    token = gateway.issuer.token(user)
    for number in range(count):
        mark = {"writer": writer, "number": number}
        try:
            answer = rest.ask(gateway, "PUT", f"/api/notes/{note}", token, mark, within=30)
        except http.ConnectionEnded:
            continue
        if answer.status == 200:
            # What is not JSON is passed on, and nobody hears of it.
            told.tell((writer, number), True if answer.body != b"no JSON" else None)
        elif answer.status == 409:
            told.tell((writer, number), False)
        else:
            assert answer.status in (500, 502, 503, 504), answer


def heard_by(listener, note: str, start: dict) -> list[Mark]:
    """The writes that a listener has heard of, which are numbered without a gap."""
    listener.send("ping", requestId="end")
    marks = []
    while (message := listener.receive())["type"] != "pong":
        assert message["type"] == "note_sync" and message["noteId"] == note, message.text
        assert message["epoch"] == start["epoch"]
        assert message["seq"] == start["seq"] + len(marks) + 1, message.text
        marks.append(mark_of(message["changes"]))
    return marks


def is_subsequence(short: list[Mark], long: list[Mark]) -> bool:
    rest_of_long = iter(long)
    return all(mark in rest_of_long for mark in short)


@pytest.mark.parametrize("seed", range(1, 1 + SEED_COUNT))
def test_whatever_the_api_does_nobody_hears_or_believes_what_it_did_not_do(
    api, device, gateway, user, note, seed
):
    listener, last = device(user), device(user)
    start = listener.join(note)
    last.join(note)
    api.mood = mood(seed)
    told = Told()
    threads = [
        told.run(
            write_by_websocket, lambda: device(user), writer, note, 25,
            random.Random(seed * 100 + writer), told,
        )
        for writer in range(4)
    ]
    threads += [
        told.run(write_by_rest, gateway, writer, user, note, 12, told) for writer in (4, 5)
    ]
    for thread in threads:
        thread.join()
    assert told.problems == []
    api.behave()
    # Behind all that is still on its way.
    last.update(note, writer=9, number=9)
    marks = heard_by(listener, note, start)
    # What came late for a test before this one is another note's.
    done = [
        mark_of(json.loads(request.body))
        for request in api.done
        if request.target.endswith(f"/{note}")
    ]
    assert len(done) == len(set(done)), "a write was repeated"
    assert is_subsequence(marks, done), "somebody heard what was not done, or in another order"
    assert told.done <= set(marks), "somebody believes what the others have not heard of"
    assert not told.refused & set(done), "what was done is called refused"
    assert told.done
