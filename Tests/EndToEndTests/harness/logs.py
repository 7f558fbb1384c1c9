"""The log of a gateway: its forms, and where it goes."""

import json
import re
import sys
from pathlib import Path

from . import stderr

TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"


def objects(text: str) -> list[dict]:
    """The lines of a log in JSON, each of which has to be one object with time first."""
    lines = text.splitlines()
    assert all(re.match(rf'{{"time":"{TIME}","level":"[a-z]+","message":"', line) for line in lines)
    return [json.loads(line) for line in lines]


def launched(kind: str) -> dict:
    return {"launcher": [sys.executable, stderr.__file__, kind]}


def socket_in(directory: Path) -> dict:
    """A listener that is found without the log."""
    return {"address": f"unix:{directory}/gateway.sock", "port": None}


JSON = {"logging": {"format": "json"}}
# Needs no more descriptors than any machine gives.
QUIET = {"limits": {"connections": 100}}
