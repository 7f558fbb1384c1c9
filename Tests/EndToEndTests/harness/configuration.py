"""The configuration file of a gateway under test."""

import copy
import json
import os
import re
from pathlib import Path
from typing import Any

from .timing import duration

Configuration = dict[str, Any]

_PLAIN = re.compile(r"[0-9]+[A-Za-z]+|[A-Za-z_]+")
_WORDS_WITH_A_MEANING = {"true", "false", "null", "yes", "no", "on", "off"}

SECRET_FILE = "secret"


def base(upstream_url: str) -> Configuration:
    """A small gateway on a port of its own choice, in front of `upstream_url`."""
    return {
        "listen": [{"address": "127.0.0.1", "port": 0}],
        "upstream": {"url": upstream_url},
        "authentication": {"keys": {"hmac_secret_file": SECRET_FILE}, "algorithms": ["HS256"]},
        "logging": {"level": os.environ.get("NOTES_GATEWAY_LOG_LEVEL", "info")},
        # A test says in a second what a person says in an hour.
        "limits": {"messages_per_minute": 1_000_000},
        # Gateways run side by side: who wants one asks for it, on a port of its own choice.
        "admin": {"listen": ""},
        "workers": 2,
        "shutdown_grace": duration(3),
    }


def merged(under: Configuration, over: Configuration) -> Configuration:
    """`under` with `over` laid on it, mapping by mapping. A value of None takes a key away."""
    result = copy.deepcopy(under)
    for key, value in over.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = merged(result[key], value)
        else:
            result[key] = copy.deepcopy(value)
    return result


def _scalar(value: Any) -> str:
    if isinstance(value, Path):
        return json.dumps(str(value))
    if isinstance(value, str):
        is_plain = _PLAIN.fullmatch(value) and value.lower() not in _WORDS_WITH_A_MEANING
        return value if is_plain else json.dumps(value)
    return json.dumps(value)


def _lines(value: Configuration, indent: str) -> list[str]:
    lines = []
    for key, member in value.items():
        if isinstance(member, dict) and member:
            lines += [f"{indent}{key}:", *_lines(member, indent + "  ")]
        elif isinstance(member, list) and any(isinstance(item, dict) for item in member):
            lines.append(f"{indent}{key}:")
            for item in member:
                first, *rest = _lines(item, indent + "    ")
                lines += [f"{indent}  - {first.strip()}", *rest]
        elif isinstance(member, list):
            lines.append(f"{indent}{key}: [{', '.join(_scalar(item) for item in member)}]")
        else:
            lines.append(f"{indent}{key}: {_scalar(member)}")
    return lines


def yaml(configuration: Configuration) -> str:
    """The text of the file, in block style as CONFIGURATION.md writes it."""
    return "\n".join(_lines(configuration, "")) + "\n"
