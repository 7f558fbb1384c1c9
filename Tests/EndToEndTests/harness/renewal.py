"""Tokens that run out under a connection, and clients that renew them, in time or late."""

import secrets
import time
from dataclasses import dataclass, field

from .device import Device, Message
from .gateway import Gateway
from .timing import Deadline, seconds

_BEAT = 0.1


def token_until(gateway: Gateway, user: str, end: float) -> str:
    """A token that runs out at `end`, in seconds since 1970; no two are the same."""
    return gateway.issuer.token(user, exp=end, jti=secrets.token_hex(8))


def renew(gateway: Gateway, device: Device, lifetime: float = 3600) -> str:
    """Renews the device's token by one that no other test has; returns it."""
    device.authenticate(token_until(gateway, device.user, time.time() + lifetime))
    return device.token


def run_out(gateway: Gateway, device: Device) -> str:
    """Lets the device's token run out, which is told to it; returns that token."""
    token = renew(gateway, device, lifetime=seconds(0.3))
    device.expect_token_expired()
    return token


@dataclass
class Record:
    """What a steady writer has seen. Times are of `time.monotonic`."""

    sent: list[float] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)
    # The successes and the syncs, as they came.
    heard: list[Message] = field(default_factory=list)
    expiry_count: int = 0

    @property
    def times_to_answer(self) -> list[float]:
        return sorted(end - start for start, end in zip(self.sent, self.answered))

    @property
    def slowest_but_one_in_a_hundred(self) -> float:
        """The 99th percentile of the seconds from a write to its answer."""
        times = self.times_to_answer
        return times[int(len(times) * 0.99) - 1]


class SteadyWriter:
    """A client that writes to a note ten times a second, and renews its token `lateness` seconds
    after it has run out; before, where that is negative."""

    def __init__(
        self, gateway: Gateway, device: Device, note: str, lifetime: float, lateness: float
    ) -> None:
        self._gateway = gateway
        self._device = device
        self._note = note
        self._lifetime = seconds(lifetime)
        self._lateness = seconds(lateness)
        self._renewal = 0.0
        # When each token that it had runs out, in seconds since 1970.
        self.ends: dict[str, float] = {}

    def write(self, name: str, count: int) -> Record:
        """Makes `count` writes under `name`, and returns when all are answered."""
        record = Record()
        start = time.monotonic()
        deadline = Deadline(count * _BEAT + 20)
        while len(record.answered) < count:
            assert not deadline.has_passed, f"{len(record.answered)} of {count} were answered"
            if time.monotonic() >= self._renewal:
                self._renew()
            number = len(record.sent)
            beat = start + number * seconds(_BEAT)
            if number < count and time.monotonic() >= beat:
                record.sent.append(time.monotonic())
                changes = {"writer": name, "number": number}
                self._device.send(
                    "note_update", noteId=self._note, changes=changes, requestId=f"{name}-{number}"
                )
                continue
            next_step = min(self._renewal, beat) if number < count else self._renewal
            self._receive(record, name, next_step)
        return record

    def _renew(self) -> None:
        end = time.time() + self._lifetime
        token = token_until(self._gateway, self._device.user, end)
        self.ends[token] = end
        self._renewal = time.monotonic() + self._lifetime + self._lateness
        self._device.send("auth", token=token)

    def _receive(self, record: Record, name: str, until: float) -> None:
        """Takes in one message, if one comes by then."""
        try:
            message = self._device.receive((until - time.monotonic()) / seconds(1))
        except TimeoutError:
            return
        if message["type"] == "note_update_success":
            assert message["requestId"] == f"{name}-{len(record.answered)}", message.text
            record.answered.append(time.monotonic())
            record.heard.append(message)
        elif message["type"] == "note_sync":
            record.heard.append(message)
        elif message["type"] == "auth_failed":
            assert message["reason"] == "token-expired", message.text
            record.expiry_count += 1
        else:
            assert message["type"] == "auth_success", message.text
