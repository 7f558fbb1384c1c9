"""Tests of the packages in dist/, which `make package` makes: `make package-test`.

What is in them is looked at as it is. Then the Debian package is installed, upgraded, run and
removed in a small Debian of its own, which debootstrap makes for each run and systemd-nspawn boots.
That takes root, some minutes, and Debian's packages from `DEBIAN_MIRROR`.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DIST = ROOT / "dist"
sys.path.insert(0, str(ROOT / "Tests" / "EndToEndTests"))

from debian import Debian  # noqa: E402


def only(pattern: str) -> Path:
    found = sorted(DIST.glob(pattern))
    assert len(found) == 1, f"one {pattern} in dist/, not {found}: run `make package`"
    return found[0]


@pytest.fixture(scope="session")
def package() -> Path:
    return only("notes-gateway_*.deb")


@pytest.fixture(scope="session")
def symbols() -> Path:
    return only("notes-gateway-dbgsym_*.deb")


@pytest.fixture(scope="session")
def archive() -> Path:
    return only("notes-gateway-*.tar.gz")


@pytest.fixture(scope="session")
def unpacked(package, tmp_path_factory) -> Path:
    """The files of the package, its control files in DEBIAN."""
    directory = tmp_path_factory.mktemp("package")
    subprocess.run(["dpkg-deb", "--raw-extract", package, directory], check=True)
    return directory


@pytest.fixture(scope="session")
def debian(package, tmp_path_factory):
    """A small Debian with the package in it, not booted."""
    if os.geteuid() != 0:
        pytest.skip("only root can make a Debian of its own")
    made = Debian(tmp_path_factory.mktemp("debian") / "root")
    with made:
        made.install(package)
        yield made


@pytest.fixture(scope="session")
def booted(debian):
    """The same, booted."""
    debian.boot()
    yield debian
    debian.halt()
