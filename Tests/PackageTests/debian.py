"""A small Debian in a directory, in which a package is tried."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from harness.gateway import ROOT
from harness.timing import wait_until

MIRROR = os.environ.get("DEBIAN_MIRROR", "http://deb.debian.org/debian")
_SUITE = "bookworm"
_NSPAWN = ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit"]


def _fresh() -> Path:
    """What debootstrap makes, with systemd in it: once, until `make clean`."""
    fresh = ROOT / ".build" / f"debian-{_SUITE}"
    if not fresh.exists():
        unfinished = fresh.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        subprocess.run(
            [
                "debootstrap", "--variant=minbase", "--include=systemd,systemd-sysv,dbus", _SUITE,
                unfinished, MIRROR,
            ],
            check=True, stdout=subprocess.DEVNULL,
        )
        unfinished.rename(fresh)
    return fresh


class Debian:
    """A copy of a fresh Debian; its network is this machine's."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._container: subprocess.Popen | None = None
        self.init = 0

    def __enter__(self) -> "Debian":
        subprocess.run(["cp", "--archive", _fresh(), self.root], check=True)
        return self

    def __exit__(self, *_) -> None:
        self.halt()
        shutil.rmtree(self.root)

    def install(self, package: Path) -> None:
        """Installs the package with all that it depends on."""
        shutil.copy(package, self.root / "root")
        self.run("apt-get", "update", "--quiet")
        self.run(
            "apt-get", "install", "--yes", "--quiet", "--no-install-recommends",
            f"/root/{package.name}",
        )

    def run(self, *command: str, check: bool = True) -> subprocess.CompletedProcess:
        """Runs a command in it to its end; what it says on standard error is with the rest."""
        place = [*_NSPAWN, "--pipe", f"--directory={self.root}", "--"]
        if self.init:
            place = ["nsenter", "--target", str(self.init), "--all", "--"]
        result = subprocess.run(
            [*place, "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8",
             "DEBIAN_FRONTEND=noninteractive", *command],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            timeout=600, check=False,
        )
        assert not check or result.returncode == 0, f"{command}: {result.stdout}"
        return result

    def file(self, path: str) -> Path:
        """Where it is, seen from outside."""
        return self.root / path.lstrip("/")

    # Booted


    def boot(self) -> None:
        """Starts its systemd, and waits until it has started all that it starts."""
        self._container = subprocess.Popen(
            # It halts when the tests are ended.
            [
                "setpriv", "--pdeathsig", "TERM", *_NSPAWN, "--boot", "--console=pipe",
                f"--directory={self.root}",
            ],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        self.init = wait_until(self._find_init, within=30, what="the first process in it")
        wait_until(self._is_up, within=60, what="a systemd that has started")

    def _find_init(self) -> int:
        """The number of its systemd on this machine; 0 while there is none."""
        nspawn = self._container.pid
        assert self._container.poll() is None, "systemd-nspawn has ended"
        for child in Path(f"/proc/{nspawn}/task/{nspawn}/children").read_text().split():
            # Others come and go before it.
            try:
                if Path(f"/proc/{child}/comm").read_text() == "systemd\n":
                    return int(child)
            except (FileNotFoundError, ProcessLookupError):
                continue
        return 0

    def _is_up(self) -> bool:
        state = self.run("systemctl", "is-system-running", check=False).stdout.strip()
        return state in ("running", "degraded")

    def halt(self) -> None:
        if self._container is not None:
            self._container.terminate()
            self._container.wait(timeout=120)
            self._container, self.init = None, 0

    def systemctl(self, *arguments: str, check: bool = True) -> str:
        return self.run("systemctl", *arguments, check=check).stdout.strip()

    def show(self, unit: str, name: str) -> str:
        """One property of a unit."""
        return self.systemctl("show", "--value", f"--property={name}", unit)

    def journal(self, unit: str) -> str:
        """What the unit has said since it was last started, or tried to."""
        return self.run("journalctl", "--no-pager", "--output=cat", f"--unit={unit}").stdout

    def process(self, unit: str) -> int:
        """The main process of the unit, as this machine numbers it."""
        inside = self.show(unit, "MainPID")
        for status in Path("/proc").glob("[0-9]*/status"):
            try:
                text = status.read_text()
            except (FileNotFoundError, ProcessLookupError):
                continue
            numbers = re.search(r"^NSpid:\s+(\d+)\s+(\d+)$", text, re.MULTILINE)
            if numbers and numbers[2] == inside and text.startswith("Name:\tnotes-gateway\n"):
                return int(numbers[1])
        raise AssertionError(f"{unit} has no process {inside}")
