"""One of a user's devices: a client that speaks the gateway's protocol."""

import collections
import itertools
import json
from json.decoder import scanstring
from typing import Any

from .timing import Deadline
from .websocket import WebSocket

_WHITE_SPACE = " \t\r\n"


class Message(dict):
    """A message of the gateway, read, with the text that it was read from."""

    def __init__(self, text: str) -> None:
        super().__init__(json.loads(text))
        assert isinstance(self.get("type"), str), text
        self.text = text

    def raw(self, name: str) -> str:
        """The member `name` in the very characters that came."""
        return raw_member(self.text, name)


def raw_member(text: str, name: str) -> str:
    """The characters of the member `name` of the JSON object `text`."""
    decoder = json.JSONDecoder()

    def skip(index: int) -> int:
        while text[index] in _WHITE_SPACE:
            index += 1
        return index

    index = skip(0) + 1
    while True:
        key, index = scanstring(text, skip(index) + 1)
        start = skip(skip(index) + 1)
        _, index = decoder.raw_decode(text, start)
        if key == name:
            return text[start:index]
        index = skip(index)
        assert text[index] == ",", f"no member {name} in {text[:200]}"
        index += 1


class Device:
    """A WebSocket with the protocol's messages on it."""

    def __init__(self, websocket: WebSocket, user: str = "", token: str = "") -> None:
        self.websocket = websocket
        self.user = user
        self.token = token
        self.connection_id = ""
        self._unread: collections.deque[Message] = collections.deque()
        self._request_numbers = itertools.count(1)

    def send(self, type: str, **fields: Any) -> None:
        """Sends one message without waiting for anything."""
        self.websocket.send_text(json.dumps({"type": type, **fields}, ensure_ascii=False))

    def receive(self, within: float = 10) -> Message:
        """The next message of any type."""
        if self._unread:
            return self._unread.popleft()
        return Message(self.websocket.receive_text(within))

    def expect(self, type: str, within: float = 10, **fields: Any) -> Message:
        """The next message, which has to be of this type and have these members."""
        message = self.receive(within)
        expected = {"type": type, **fields}
        found = {name: message.get(name) for name in expected}
        assert found == expected, f"{found} is not {expected}: {message.text[:500]}"
        return message

    def expect_error(self, code: str, **fields: Any) -> Message:
        """The next message, which has to be an error, with words for people in it."""
        message = self.expect("error", code=code, **fields)
        assert isinstance(message["message"], str) and message["message"], message
        return message

    def expect_token_expired(self, within: float = 10) -> None:
        """The next message, in which the gateway asks for another token of its own accord."""
        message = self.expect(
            "auth_failed", within, message="Token expired", reason="token-expired"
        )
        assert "requestId" not in message, message.text

    def answer(self, type: str, within: float = 10, **fields: Any) -> Message:
        """Sends a request and returns the direct answer to it. What comes before the answer is
        kept for `receive`."""
        name = f"request-{next(self._request_numbers)}"
        self.send(type, requestId=name, **fields)
        return self.answer_to(name, within)

    def answer_to(self, request_id: str, within: float = 10) -> Message:
        """The answer that repeats `request_id`. What comes before it is kept for `receive`."""
        for message in self._unread:
            if message.get("requestId") == request_id:
                self._unread.remove(message)
                return message
        deadline = Deadline(within)
        while True:
            message = Message(self.websocket.receive_text(deadline.remaining))
            if message.get("requestId") == request_id:
                return message
            self._unread.append(message)

    def request(self, type: str, answer: str, **fields: Any) -> Message:
        """Sends a request whose direct answer has to be of the type `answer`."""
        message = self.answer(type, **fields)
        assert message["type"] == answer, f"{answer} was expected: {message.text[:500]}"
        return message

    def refused(self, type: str, code: str, **fields: Any) -> Message:
        """Sends a request that has to be answered with an error of this code."""
        message = self.request(type, "error", **fields)
        assert message.get("code") == code, f"{code} was expected: {message.text[:500]}"
        assert isinstance(message["message"], str) and message["message"], message
        return message

    def authenticate(self, token: str) -> Message:
        self.token = token
        return self.request("auth", "auth_success", token=token)

    def join(self, note: str) -> Message:
        return self.request("join_note", "note_joined", noteId=note)

    def leave(self, note: str) -> Message:
        return self.request("leave_note", "note_left", noteId=note)

    def update(self, note: str, **changes: Any) -> Message:
        return self.request("note_update", "note_update_success", noteId=note, changes=changes)

    def expect_nothing(self) -> None:
        """Nothing is there, and a ping is answered with nothing before its pong."""
        assert not self._unread, self._unread
        self.send("ping", requestId="fence")
        self.expect("pong", requestId="fence")

    def close(self) -> None:
        self.websocket.close()
