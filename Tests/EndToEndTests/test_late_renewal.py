"""PROTOCOL.md, "Tokens": a client that always renews too late loses nothing and delays nobody."""

import json
from concurrent.futures import ThreadPoolExecutor

from harness.http_server import Request
from harness.renewal import Record, SteadyWriter
from harness.timing import seconds

CONFIGURATION = {"authentication": {"clock_skew": "0s"}}

LIFETIME = 2.0
LATENESS = 0.5
WRITE_COUNT = 100
WRITE_COUNT_BEFORE = 20


def content(request: Request) -> dict:
    return json.loads(request.body)


def mark(note: dict) -> tuple[str, int]:
    """The write that left the note like this: whose, and which of theirs."""
    return note["writer"], note["number"]


def requests_of(name: str, requests: list[Request]) -> list[Request]:
    return [request for request in requests if content(request)["writer"] == name]


def assert_made_once_and_in_order(name: str, requests: list[Request], record: Record) -> None:
    """By the API's log and by the answers, nothing is lost and nothing repeated."""
    every = list(range(WRITE_COUNT))
    assert [content(request)["number"] for request in requests_of(name, requests)] == every
    notes = [message["updatedNote"] for message in record.heard]
    assert [note["number"] for note in notes if note["writer"] == name] == every


def assert_heard_in_one_order(requests: list[Request], record: Record) -> None:
    """Answers and syncs follow the order of the API's log, and no number is left out."""
    seqs = [message["seq"] for message in record.heard]
    assert seqs == list(range(seqs[0], seqs[0] + len(seqs)))
    heard = [mark(message["updatedNote"]) for message in record.heard]
    written = [mark(content(request)) for request in requests]
    start = written.index(heard[0])
    assert written[start : start + len(heard)] == heard


def writes_of_others_at_renewals(name: str, requests: list[Request]) -> list[int]:
    """How many writes of others the API got between the last write of `name` with one token and
    its first with the next."""
    counts, bearer, between = [], None, 0
    for request in requests:
        if content(request)["writer"] != name:
            between += 1
            continue
        if bearer not in (None, request.bearer):
            counts.append(between)
        bearer, between = request.bearer, 0
    return counts


def test_who_always_renews_late_loses_and_repeats_nothing_and_delays_nobody(
    gateway, api, device, user, note, new_name
):
    guest_name = new_name("user")
    api.notes[note].readers.add(guest_name)
    late = SteadyWriter(gateway, device(user, note), note, LIFETIME, LATENESS)
    punctual = SteadyWriter(gateway, device(guest_name, note), note, LIFETIME, -LATENESS)
    before = punctual.write("before", WRITE_COUNT_BEFORE)
    with ThreadPoolExecutor() as threads:
        runs = [
            threads.submit(writer.write, name, WRITE_COUNT)
            for writer, name in ((late, "late"), (punctual, "punctual"))
        ]
        late_record, punctual_record = (run.result() for run in runs)
    requests = api.requests("PUT", note)
    for name, record in (("late", late_record), ("punctual", punctual_record)):
        assert_made_once_and_in_order(name, requests, record)
        assert_heard_in_one_order(requests, record)
    assert late_record.expiry_count >= 3 and punctual_record.expiry_count == 0
    counts = writes_of_others_at_renewals("late", requests)
    assert len(counts) >= 3 and min(counts) >= 2
    limit = before.slowest_but_one_in_a_hundred + seconds(LATENESS / 2)
    assert punctual_record.slowest_but_one_in_a_hundred < limit
    assert api.overlapping_writes(note) == []
