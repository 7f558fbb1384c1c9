"""Gateways that are given another configuration while they run."""

import re
import signal

from harness.configuration import merged, yaml
from harness.timing import wait_until

IN_USE = "INFO the configuration was read again and is in use"


def count(gateway, text: str) -> int:
    return len(re.findall(text, gateway.log.text))


def reload(gateway, overrides: dict, listener: dict | None = None) -> None:
    """Lays `overrides` over the gateway's file, and waits until all of it runs with that."""
    configuration = merged(gateway.configuration, overrides)
    configuration["listen"][0] = merged(configuration["listen"][0], listener or {})
    gateway.configuration = configuration
    gateway.file.write_text(yaml(configuration))
    before = count(gateway, IN_USE)
    gateway.signal(signal.SIGHUP)
    wait_until(lambda: count(gateway, IN_USE) > before, what="the end of the reload")
