"""Messages in envelopes, signed as PROTOCOL.md, "Signed messages", says."""

import base64
import hashlib
import hmac
import itertools
import json
import time

_nonces = (f"nonce-{number}" for number in itertools.count(1))


def now() -> int:
    return time.time_ns() // 1_000_000


def code(secret: str, payload: str, timestamp: str, nonce: str) -> str:
    text = f'{{"payload":{payload},"timestamp":{timestamp},"nonce":{nonce}}}'
    digest = hmac.new(secret.encode("ascii"), text.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode("ascii")


def envelope(secret: str, message, timestamp=None, nonce=None, signature=None) -> str:
    """A signed message, as text. Strings stand in it as they are."""
    payload = message if isinstance(message, str) else json.dumps(message, ensure_ascii=False)
    timestamp = str(now() if timestamp is None else timestamp)
    nonce = json.dumps(next(_nonces)) if nonce is None else nonce
    if signature is None:
        signature = code(secret, payload, timestamp, nonce)
    return (
        f'{{"payload":{payload},"signature":"{signature}",'
        f'"timestamp":{timestamp},"nonce":{nonce}}}'
    )
