"""Where and with what it was measured."""

import datetime
import os
import platform
import re
from pathlib import Path

from .bench import ROOT, Bench
from .processes import output


def processor() -> str:
    match = re.search(r"^model name\s*:\s*(.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return match[1] if match else platform.machine()


def kernel() -> str:
    """Its version, without what a distributor or a host adds."""
    match = re.match(r"[\d.]+", platform.release())
    return match[0] if match else platform.release()


def first(pattern: str, *command: str) -> str:
    match = re.search(pattern, output(*command))
    return match[1] if match else ""


def versions(bench: Bench) -> list[str]:
    known = {
        "notes-gateway": first(r"(\S+)", "git", "-C", str(ROOT), "describe", "--always", "--dirty"),
        "node": first(r"v(\S+)", "node", "--version"),
        "ws": first(r"([\d.]+)", "dpkg-query", "-W", "-f", "${Version}", "node-ws"),
        "nginx": first(r"nginx/(\S+)", "/usr/sbin/nginx", "-v"),
        "nchan": first(r"(?:1:)?([\d.]+)", "dpkg-query", "-W", "-f", "${Version}",
                       "libnginx-mod-nchan"),
        "socketify": first(r"Version: (\S+)", str(bench.directory / "python/bin/python"), "-m",
                           "pip", "show", "socketify"),
        "libwebsockets": first(r"([\d.]+)", "dpkg-query", "-W", "-f", "${Version}",
                               "libwebsockets-dev"),
        "OpenSSL": first(r"OpenSSL (\S+)", "openssl", "version"),
        "wrk": first(r"wrk (?:debian/)?(\S+)", "wrk", "--version"),
    }
    return [f"{name} {version}" for name, version in known.items() if version]


def about(bench: Bench) -> list[str]:
    lines = [
        f"- {datetime.datetime.now(datetime.UTC):%Y-%m-%d %H:%M} UTC, {bench.rounds} rounds"
        + (", quick: too short to be relied on" if bench.is_quick else ""),
        f"- {processor()}, {len(bench.cores)} cores, Linux {kernel()}, "
        f"{bench.descriptors:,} descriptors a process, load before {os.getloadavg()[0]:.1f}",
        f"- {', '.join(versions(bench))}",
        "- the server on core "
        f"{', '.join(map(str, bench.server_cores))}, the load on "
        f"{', '.join(map(str, bench.load_cores))}, the API on "
        f"{', '.join(map(str, bench.api_cores))}",
    ]
    lines += [f"- **failed: {name}: {why}**" for name, why in bench.failed.items()]
    return lines + [f"- left out: {name}: {why}" for name, why in bench.left_out.items()]
