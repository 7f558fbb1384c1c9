"""The C programs, compiled when their sources are newer, and what else has to be there."""

import shutil
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path

from .bench import ROOT, Bench

SOURCES = ROOT / "Benchmarks" / "Programs"
FLAGS = ["-O2", "-Wall", "-Wextra", "-Werror"]
COUNTER = "allocations.so"
PROGRAMS = {
    "load": (["load/*.c"], ["-lssl", "-lcrypto"]),
    "api": (["api.c"], []),
    "floor": (["floor.c"], []),
    "floor_tls": (["floor_tls.c"], ["-lwebsockets", "-luv"]),
    COUNTER: (["allocations.c"], ["-shared", "-fPIC"]),
}


def compile_all(bench: Bench, names: Collection[str] = PROGRAMS) -> None:
    directory = bench.directory / "programs"
    directory.mkdir(parents=True, exist_ok=True)
    headers = list(SOURCES.rglob("*.h"))
    for name in names:
        patterns, libraries = PROGRAMS[name]
        sources = [path for pattern in patterns for path in sorted(SOURCES.glob(pattern))]
        program = directory / name
        newest = max(path.stat().st_mtime for path in [*sources, *headers])
        if program.exists() and program.stat().st_mtime > newest:
            continue
        subprocess.run(["cc", *FLAGS, "-o", program, *sources, *libraries], check=True)


def make_certificate(bench: Bench) -> tuple[Path, Path]:
    """A certificate for localhost and its key, P-256 as is usual."""
    certificate, key = bench.directory / "certificate.pem", bench.directory / "key.pem"
    if not certificate.exists():
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-nodes", "-days", "365", "-subj", "/CN=localhost", "-keyout", key, "-out",
             certificate],
            check=True, capture_output=True,
        )
    return certificate, key


def python_with_socketify(bench: Bench) -> Path | None:
    """A Python that has uWebSockets, installed into `.build` where that can be done."""
    environment = bench.directory / "python"
    python = environment / "bin" / "python"
    check = [python, "-c", "import socketify"]
    if python.exists() and subprocess.run(check, capture_output=True).returncode == 0:
        return python
    try:
        subprocess.run([sys.executable, "-m", "venv", environment], check=True, timeout=120,
                       capture_output=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "socketify==0.0.31"],
                       check=True, timeout=180, capture_output=True)
        subprocess.run(check, check=True, timeout=20, capture_output=True)
    except (OSError, subprocess.SubprocessError) as error:
        shutil.rmtree(environment, ignore_errors=True)
        bench.leave_out("uWebSockets", f"socketify can't be installed ({type(error).__name__})")
        return None
    return python
