"""CONFIGURATION.md, "Commands": what `check` tries, warns of and prints; words that are wrong."""

import datetime
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.certificates import Authority
from harness.configuration import base, merged, yaml
from harness.gateway import binary, run
from harness.service_manager import activating
from harness.timing import seconds

NOWHERE = "http://127.0.0.1:1"
FINE = "the configuration is fine"
WARNING = re.compile(r"^(.+?):(\d+):(\d+): warning: (.+)$", re.MULTILINE)


@pytest.fixture
def directory(issuer) -> Iterator[Path]:
    """A directory that every user may look into, unlike those of pytest."""
    path = Path(tempfile.mkdtemp(prefix="notes-gateway-check-"))
    path.chmod(0o755)
    secret = path / "secret"
    secret.write_bytes(issuer.secret)
    secret.chmod(0o600)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def check(directory):
    """Runs `check` on the usual configuration, with a change laid over it, or on a text."""

    def run_check(change: dict | str | bytes | None = None, *options: str, **environment: str):
        file = directory / "notes-gateway.yaml"
        if isinstance(change, (str, bytes)):
            file.write_bytes(change.encode() if isinstance(change, str) else change)
        else:
            # Few connections, whatever the machine allows.
            few = {"limits": {"connections": 100}}
            file.write_text(yaml(merged(merged(base(NOWHERE), few), change or {})))
        return run("check", "--config", file, *options, **environment)

    return run_check


def warnings(result: subprocess.CompletedProcess) -> list[str]:
    """What was warned of by a `check` that found all fine."""
    assert result.returncode == 0, result
    found = [words for _, _, _, words in WARNING.findall(result.stderr)]
    assert len(found) == len(result.stderr.splitlines()), result
    more = f", with {len(found)} warning{'' if len(found) == 1 else 's'}" if found else ""
    assert result.stdout.endswith(f": {FINE}{more}\n")
    return found


# Files


def tls(directory: Path, lifetime: datetime.timedelta | None = None, **changes: str) -> dict:
    """A listener with a certificate that is good for `lifetime` from now on."""
    authority = Authority(directory / "tls", lifetime=lifetime or datetime.timedelta(days=90))
    authority.key_file.chmod(0o600)
    files = {"certificate_file": authority.certificate_file, "private_key_file": authority.key_file}
    return {"listen": [{"address": "127.0.0.1", "port": 0, "tls": {**files, **changes}}]}


def test_a_good_certificate_is_nothing_to_speak_of(check, directory):
    assert warnings(check(tls(directory))) == []


@pytest.mark.parametrize(("days", "words"), [(-1, "has expired on"), (13, "expires on")])
def test_a_certificate_that_is_not_good_for_long_is_a_warning(check, directory, days, words):
    (warning,) = warnings(check(tls(directory, datetime.timedelta(days=days))))
    assert warning.startswith(f"listen[0].tls.certificate_file: the certificate {words} 20")


def test_a_key_that_does_not_fit_its_certificate_is_a_problem(check, directory):
    change = tls(directory)
    other = Authority(directory / "other")
    change["listen"][0]["tls"]["private_key_file"] = other.key_file
    result = check(change)
    assert result.returncode == 1
    assert result.stdout == ""
    file = (directory / "notes-gateway.yaml").read_text().splitlines()
    (line,) = [number for number, text in enumerate(file, 1) if "private_key_file" in text]
    assert f"notes-gateway.yaml:{line}:" in result.stderr
    assert (
        f'listen[0].tls.private_key_file: "{other.key_file}" is not the key of the certificate in '
        in result.stderr
    )


def test_a_certificate_file_without_a_certificate_is_a_problem_of_that_file(check, directory):
    change = tls(directory)
    files = change["listen"][0]["tls"]
    files["certificate_file"] = files["private_key_file"]
    result = check(change)
    assert result.returncode == 1
    assert (
        f'listen[0].tls.certificate_file: "{files["private_key_file"]}" has a private key and no '
        "certificate in it; expected a PEM certificate and its chain\n" in result.stderr
    )


def test_a_chain_that_is_not_in_order_is_a_warning(check, directory):
    change = tls(directory)
    file = Path(change["listen"][0]["tls"]["certificate_file"])
    file.write_bytes(file.read_bytes() + Authority(directory / "other").ca_file.read_bytes())
    found = warnings(check(change))
    assert any("certificate 1 of 2 is not signed by the one behind it" in each for each in found)


def test_an_authority_of_the_upstream_has_to_be_one(check, directory):
    (directory / "ca.pem").write_text("no certificate")
    change = {"upstream": {"url": "https://127.0.0.1:1", "ca_file": "ca.pem"}}
    result = check(change)
    assert result.returncode == 1
    assert "upstream.ca_file: has no certificate" in result.stderr


@pytest.mark.parametrize(
    ("mode", "words"),
    [(0o644, ["can read"]), (0o602, ["can change"]), (0o666, ["can read", "can change"])],
)
def test_a_secret_that_others_can_get_at_is_a_warning(check, directory, mode, words):
    (directory / "secret").chmod(mode)
    found = warnings(check())
    assert len(found) == len(words)
    for warning, word in zip(found, words):
        assert warning.startswith("authentication.keys.hmac_secret_file: every user of this")
        assert word in warning


def test_a_secret_in_a_directory_of_its_own_is_nothing_to_speak_of(check, directory):
    directory.chmod(0o750)
    (directory / "secret").chmod(0o644)
    assert warnings(check()) == []


def test_a_short_token_of_publishers_is_a_warning(check, directory):
    (directory / "token").write_text("short\n")
    (directory / "token").chmod(0o600)
    admin = {"listen": f"unix:{directory}/admin", "publish_token_file": "token"}
    (warning,) = warnings(check({"admin": admin}))
    assert warning.startswith("admin.publish_token_file: the token has 5 characters")


def test_what_works_but_is_hardly_meant_is_a_warning_with_its_place(check):
    result = check(
        """\
listen:
  - address: "0.0.0.0"
upstream:
  url: "http://notes-api:3000"
authentication:
  keys:
    hmac_secret_file: secret
  algorithms: [HS256]
websocket:
  allowed_origins: ["*"]
limits:
  connections: 100
admin:
  listen: "0.0.0.0:9090"
"""
    )
    assert len(warnings(result)) == 4
    places = [(int(line), int(column)) for _, line, column, _ in WARNING.findall(result.stderr)]
    assert places == [(2, 14), (4, 8), (10, 20), (14, 11)]


def test_more_connections_than_files_may_be_open_is_a_warning(directory, check):
    check({"limits": {"connections": 5_000}})
    file = directory / "notes-gateway.yaml"
    result = subprocess.run(
        ["/bin/sh", "-c", 'ulimit -n 1024; exec "$0" check --config "$1"', binary(), file],
        capture_output=True, text=True, timeout=seconds(20),
    )
    (warning,) = warnings(result)
    assert warning.startswith("limits.connections: with 5000 of them ")
    assert warning.endswith(
        "a process may open 1024 (LimitNOFILE, ulimit -n); expected a higher limit of open files "
        "(the systemd unit sets it), or a lower limits.connections"
    )


# --bind


def listening() -> socket.socket:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    return listener


def address(listener: socket.socket) -> str:
    return "{}:{}".format(*listener.getsockname())


def test_bind_says_which_addresses_can_not_be_had(check):
    with listening() as taken, listening() as other:
        free = {"address": "127.0.0.1", "port": 0}
        change = {
            "listen": [free, {"address": "127.0.0.1", "port": taken.getsockname()[1]}],
            "admin": {"listen": address(other)},
        }
        assert check(change).returncode == 0
        result = check(change, "--bind")
        assert result.returncode == 1
        assert result.stdout == ""
        assert [line.split(": ", 1)[1] for line in result.stderr.splitlines()] == [
            f"listen[1]: {address(taken)}: Address already in use; expected a free address",
            f"admin.listen: {address(other)}: Address already in use; expected a free address",
        ]


def test_bind_leaves_nothing_behind(check, directory):
    change = {
        "listen": [{"address": f"unix:{directory}/gateway"}, {"address": "127.0.0.1", "port": 0}],
        "admin": {"listen": f"unix:{directory}/admin"},
    }
    assert warnings(check(change, "--bind")) == []
    assert sorted(path.name for path in directory.iterdir()) == ["notes-gateway.yaml", "secret"]


def test_bind_does_not_ask_for_what_the_service_manager_has(check, directory):
    with listening() as taken:
        check({"listen": [{"address": "127.0.0.1", "port": taken.getsockname()[1]}]})
        command = [binary(), "check", "--bind", "--config", directory / "notes-gateway.yaml"]
        result = subprocess.run(
            [*activating([taken]), *command],
            capture_output=True, text=True, timeout=seconds(20), pass_fds=[taken.fileno()],
        )
        assert result.returncode == 0, result


# --print


def test_print_gives_a_file_that_check_takes(check, directory):
    first = check({"upstream": {"url": "http://${HOST}:1"}}, "--print", HOST="127.0.0.1")
    assert first.returncode == 0, first
    # Alone on standard output, so that it can be put into a file.
    assert first.stderr.endswith(f"notes-gateway.yaml: {FINE}\n")
    for line in (
        '  url: "http://${HOST}:1"  # from the environment',
        f'    hmac_secret_file: "{directory}/secret"',
        "  max_message_size: 1MiB  # default",
        "workers: 2",
    ):
        assert line in first.stdout.splitlines()
    assert "127.0.0.1:1\"" not in first.stdout
    second = check(first.stdout, "--print", HOST="127.0.0.1")
    assert second.returncode == 0, second

    def without_comments(text: str) -> str:
        return re.sub("  # .*", "", text)

    assert without_comments(second.stdout) == without_comments(first.stdout)
    # Without what it was filled with it says so, and means nothing else.
    third = check(first.stdout)
    assert third.returncode == 1
    assert "the environment variable HOST is not set" in third.stderr


def test_print_of_a_wrong_file_prints_nothing(check):
    result = check({"surprise": 1}, "--print")
    assert result.returncode == 1
    assert result.stdout == ""


def test_print_fails_where_nothing_can_be_written(check, directory):
    check()
    with open("/dev/full", "wb") as full:
        result = subprocess.run(
            [binary(), "check", "--print", "--config", directory / "notes-gateway.yaml"],
            stdout=full, stderr=subprocess.PIPE, text=True, timeout=seconds(20),
        )
    assert result.returncode == 1
    assert "cannot write to standard output" in result.stderr


# Many problems, and files that are no configuration

MEGABYTE = 1 << 20


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"k{number}: 1\n" for number in range(90_000)),
        "".join(f"max_conections_{number:x}: 1\n" for number in range(45_000)),
        "key: 1\n" * 140_000,
        f"workers: {'$' * (MEGABYTE - 100)}\n",
        f"workers: {'${X}' * (MEGABYTE // 4 - 100)}\n",
        "a: &a [x,x]\n" + "".join(f"b{n}: &b{n} [*a,*a,*a,*a,*a]\n" for n in range(30_000)),
        "websocket: {paths: [" + "x, " * 300_000 + "x]}\n",
        "[" * (MEGABYTE - 100),
        "- " * (MEGABYTE // 2 - 100),
        "? " * (MEGABYTE // 2 - 100),
        "a: |\n" + " x\n" * 300_000,
        '"' + "\\\n" * 500_000,
        "#" * (MEGABYTE - 1) + "\n",
    ],
    ids=[
        "unknown keys", "misspelt keys", "one key", "dollars", "variables", "billion laughs",
        "a list", "flow nests", "block nests", "keys of keys", "a block", "escapes", "a comment",
    ],
)
def test_a_megabyte_of_anything_is_checked_fast_and_told_in_short(check, text):
    assert len(text) <= MEGABYTE
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    result = check(text)
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < seconds(3)
    assert result.returncode == 1
    lines = result.stderr.splitlines()
    assert 1 <= len(lines) <= 51
    assert len(lines) <= 50 or re.fullmatch(r"and \d+ more", lines[50])


def test_a_file_of_more_than_a_megabyte_is_a_problem(check):
    result = check("#" * MEGABYTE + "\n")
    assert result.returncode == 1
    assert "is larger than 1MiB" in result.stderr


GOOD = yaml(merged(base(NOWHERE), {"limits": {"connections": 100}}))


@pytest.mark.parametrize(
    "text",
    [b"\xef\xbb\xbf" + GOOD.encode(), GOOD.replace("\n", "\r\n").encode()],
    ids=["a byte order mark", "line ends of Windows"],
)
def test_what_other_editors_write_is_fine(check, text):
    assert warnings(check(text)) == []


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        (GOOD.encode("utf-16"), "1:1", "this is not YAML: "),
        (b"# caf\xe9\n" + GOOD.encode(), "1:7", "this is not YAML: invalid"),
        (b"workers: 1\x00\n", "1:11", "this is not YAML: control characters are not allowed"),
        (b"logging:\n\tlevel: info\n", "2:1", "found character that cannot start any token"),
        (b"workers: 1\n" + GOOD.encode(), None, "the key \"workers\" is given twice"),
        (b"{a: " * 20, "1:", "nested too deeply; expected at most 16 levels"),
        (b"a: &a 1\nb: *a\n", "1:4", "anchors (&) are not supported"),
        (b"<<: {workers: 1}\n", "1:1", "unknown key"),
    ],
    ids=["UTF-16", "Latin-1", "NUL", "a tab", "twice", "nests", "anchors", "a merge"],
)
def test_a_file_of_another_kind_is_a_problem_with_its_place(check, text, place, words):
    result = check(text)
    assert result.returncode == 1
    lines = [line for line in result.stderr.splitlines() if words in line]
    assert lines, result.stderr
    assert place is None or f"notes-gateway.yaml:{place}" in lines[0]


# Words


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"wokers": 1}, "wokers: unknown key; did you mean workers?"),
        ({"upstream": {"max-connections": 1}}, "did you mean max_connections?"),
        ({"max_connections": 1}, "max_connections belongs under upstream"),
        ({"logging": {"level": "warn"}}, "(did you mean warning?)"),
    ],
    ids=str,
)
def test_a_word_that_is_wrong_comes_with_the_right_one(check, change, words):
    result = check(change)
    assert result.returncode == 1
    (line,) = result.stderr.splitlines()
    assert words in line


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["chek", "--config", "x"], "Did you mean 'check'?"),
        (["Serve"], "Did you mean 'serve'?"),
        (["nonsense"], "serve, check, token or demo"),
        (["check", "--confg", "x"], "Did you mean '--config'?"),
        (["check", "--confg=x"], "Unknown option \"--confg\". Did you mean '--config'?"),
        (["check", "--config", "x", "--prnt"], "Did you mean '--print'?"),
        (["check", "--config", "x", "--user", "u"], "Unknown option \"--user\".\n"),
        (["token", "--config", "x", "-q"], "Unknown option \"-q\".\n"),
        (["--versoin"], "Did you mean '--version'?"),
        (["--config", "x"], "Unknown option \"--config\".\n"),
        (["check", "--config", "x", "y"], "y"),
        (["token", "--config", "x"], "--user"),
        ([], "serve, check, token or demo"),
    ],
    ids=" ".join,
)
def test_bad_usage_says_what_was_meant_and_how_it_is_used(arguments, words):
    result = run(*arguments)
    assert result.returncode == 64
    assert result.stdout == ""
    assert words in result.stderr
    assert "Usage: notes-gateway" in result.stderr
    assert "--help" in result.stderr


@pytest.mark.parametrize("command", ["serve", "check", "token", "demo"])
@pytest.mark.parametrize("form", ["{} --help", "help {}", "{} -h"])
def test_each_command_has_its_own_help(command, form):
    result = run(*form.format(command).split())
    assert result.returncode == 0
    assert result.stderr == ""
    assert f"USAGE: notes-gateway {command}" in result.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completions_are_there_for_each_shell(shell):
    result = run("--generate-completion-script", shell)
    assert result.returncode == 0
    assert result.stderr == ""
    assert "config" in result.stdout


def test_version_names_what_the_program_runs_with():
    result = run("--version")
    assert result.returncode == 0
    assert result.stderr == ""
    lines = result.stdout.splitlines()
    assert [line.split()[0] for line in lines] == [
        "notes-gateway", "libwebsockets", "OpenSSL", "libcurl", "libuv",
    ]
    assert all(re.fullmatch(r"\S+ \d+\.\d+\.\d+\S*", line) for line in lines), lines


def test_an_answer_that_nobody_reads_ends_the_program(check, directory):
    check()
    with open(os.devnull, "rb") as nothing:
        process = subprocess.Popen(
            [binary(), "check", "--print", "--config", directory / "notes-gateway.yaml"],
            stdin=nothing, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        process.stdout.close()
        assert process.wait(seconds(20)) in (1, -signal.SIGPIPE)
        process.stderr.close()
