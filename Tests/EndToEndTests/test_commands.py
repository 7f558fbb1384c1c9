"""CONFIGURATION.md, "Commands": what each of them says, and with which exit code."""

import re
import socket
import subprocess
from pathlib import Path

import pytest

from harness.configuration import base, merged, yaml
from harness.gateway import run
from harness.timing import seconds
from harness.tokens import Issuer, generate_key, public_pem, write_jwks

PROBLEM = re.compile(r"^(.*?):(\d+):(\d+): (.+)$", re.MULTILINE)
NOWHERE = "http://127.0.0.1:1"


@pytest.fixture
def file(tmp_path: Path, issuer: Issuer) -> Path:
    """A configuration that is fine, with its secret beside it."""
    (tmp_path / "secret").write_bytes(issuer.secret)
    file = tmp_path / "notes-gateway.yaml"
    # Few connections, whatever the machine allows.
    file.write_text(yaml(merged(base(NOWHERE), {"limits": {"connections": 100}})))
    return file


def problems(result: subprocess.CompletedProcess) -> list[tuple[str, int, int, str]]:
    """File, line, column and words of every problem that was reported."""
    found = PROBLEM.findall(result.stdout + result.stderr)
    return [(file, int(line), int(column), words) for file, line, column, words in found]


def check(file: Path, text: str | None = None, **environment: str):
    if text is not None:
        file.write_text(text)
    return run("check", "--config", file, **environment)


def test_check_says_that_a_good_file_is_fine(file):
    result = check(file)
    assert result.returncode == 0, result
    assert (result.stdout + result.stderr).strip()
    assert problems(result) == []


def test_check_takes_every_key_of_this_release(file, authority):
    directory = file.parent
    keys = {"rsa": generate_key("RS256")}
    write_jwks(directory / "jwks.json", keys)
    (directory / "login.pem").write_bytes(public_pem(keys["rsa"]))
    (directory / "tls").mkdir()
    (directory / "tls/fullchain.pem").write_bytes(authority.certificate_file.read_bytes())
    (directory / "tls/privkey.pem").write_bytes(authority.key_file.read_bytes())
    (directory / "upstream-token").write_text("token\n")
    (directory / "upstream-ca.pem").write_bytes(authority.ca_file.read_bytes())
    result = check(
        file,
        """\
# Every key that this release has, as CONFIGURATION.md shows it.
listen:
  - address: "0.0.0.0"
    port: 443
    tls:
      certificate_file: tls/fullchain.pem
      private_key_file: tls/privkey.pem
      minimum_version: "1.2"
  - address: "unix:/run/notes-gateway/gateway.sock"
  - { address: "::1", port: 0 }
upstream:
  url: "https://127.0.0.1:3000/base"
  ca_file: upstream-ca.pem
  connect_timeout: 250ms
  idle_timeout: 4s
  request_timeout: 10s
  max_connections: 64
  queue: 1024
  identity: bearer
  service:
    token_file: upstream-token
    user_header: "X-User-Id"
  routes:
    get_note: "GET /api/notes/{noteId}"
    create_note: "POST /api/notes"
    update_note: "PUT /api/notes/{noteId}"
    delete_note: "DELETE /api/notes/{noteId}"
    get_folder: "GET /api/folders/{folderId}"
    create_folder: "POST /api/folders"
    update_folder: "PUT /api/folders/{folderId}"
    delete_folder: "DELETE /api/folders/{folderId}"
  updatable_fields: []
authentication:
  keys:
    jwks_file: jwks.json
    public_key_file: login.pem
    hmac_secret_file: secret
  algorithms: [RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, EdDSA, HS256, HS384, HS512]
  issuer: "https://clerk.example.com"
  audience: []
  authorized_parties: ["https://app.example.com"]
  user_claim: sub
  clock_skew: 5s
  deadline: 30s
  expiry: enforced
  expiry_grace: 30s
  early_messages:
    count: 32
    size: 64KiB
websocket:
  paths: ["/", "/ws"]
  allowed_origins: ["https://app.example.com"]
  max_message_size: 1MiB
  ping_interval: 5m
  note_sync_audience: room
  changes_include: []
  join_cache: 24h
limits:
  rooms_per_connection: 100
  outbound_queue: 4194304
  pending_writes_per_note: 256
  header_timeout: 10s
  header_size: 32KiB
  body_timeout: 30s
  idle_timeout: 75s
proxy:
  enabled: true
  trusted_proxies: ["10.0.0.0/8", "::1"]
  max_body_size: 64MiB
  sync_writes: true
  sync_routes:
    - "POST /api/notes/{noteId}/star": note_sync
    - "DELETE /api/notes/{noteId}/forever": note_deleted
logging:
  level: notice
workers: 0
shutdown_grace: 20s
""",
    )
    assert result.returncode == 0, result


def test_check_lists_every_problem_with_its_place(file):
    text = """\
listen:
  - address: "127.0.0.1"
    port: 70000
upstream:
  url: "ftp://127.0.0.1"
  conect_timeout: 2s
  queue: many
authentication:
  keys:
    hmac_secret_file: secret
  algorithms: [HS256, none]
  clock_skew: soon
  deadline: 30 parsecs
websocket:
  max_message_size: 1MB
  paths: "/"
logging:
  level: loud
workers: -1
surprise: true
shutdown_grace: [20s]
"""
    result = check(file, text)
    assert result.returncode == 1
    found = problems(result)
    lines = sorted(line for _, line, _, _ in found)
    assert lines == [3, 5, 6, 7, 11, 12, 13, 15, 16, 18, 19, 20, 21]
    for name, line, column, _ in found:
        assert Path(name).name == file.name
        row = text.splitlines()[line - 1]
        key, _, value = row.strip().partition(": ")
        starts = {row.index(key) + 1, row.index(value) + 1, row.index(value) + len("[HS256, ") + 1}
        assert column in starts, (row, column)


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"surprise": 1}, "surprise"),
        ({"upstream": {"surprise": 1}}, "surprise"),
        ({"upstream": {"service": {"surprise": "x"}}}, "surprise"),
        ({"history": {"lifetime": "5m"}}, "history"),
        ({"admin": {"surprise": 1}}, "surprise"),
        ({"cluster": {"prefix": "x"}}, "cluster"),
    ],
    ids=str,
)
def test_a_key_that_this_release_does_not_have_is_a_problem(file, change, key):
    text = yaml(merged(base(NOWHERE), change))
    result = check(file, text)
    assert result.returncode == 1
    ((_, line, _, words),) = problems(result)
    assert key in words
    assert text.splitlines()[line - 1].strip().startswith(f"{key}:")


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"upstream": {"url": None}}, "url"),
        ({"upstream": None}, "upstream"),
        ({"authentication": {"keys": {"hmac_secret_file": None}}}, "keys"),
        ({"authentication": None}, "authentication"),
    ],
    ids=str,
)
def test_what_has_no_default_must_be_there(file, change, word):
    result = check(file, yaml(merged(base(NOWHERE), change)))
    assert result.returncode == 1
    assert word in result.stdout + result.stderr


def test_a_file_that_is_not_yaml_is_a_problem_with_its_place(file):
    result = check(file, 'upstream:\n  url: "x"\n\tqueue: 7\n')
    assert result.returncode == 1
    assert problems(result)


def test_a_key_that_comes_twice_is_a_problem(file):
    text = yaml(base(NOWHERE)) + "workers: 3\n"
    result = check(file, text)
    assert result.returncode == 1
    (problem,) = problems(result)
    assert problem[1] == len(text.splitlines())


def test_a_file_that_is_not_there_is_a_problem(tmp_path):
    result = run("check", "--config", tmp_path / "nowhere.yaml")
    assert result.returncode == 1
    assert "nowhere.yaml" in result.stdout + result.stderr


def test_values_are_replaced_from_the_environment(file):
    text = yaml(base("${NOTES_API_SCHEME}://127.0.0.1:${NOTES_API_PORT}/x"))
    assert check(file, text, NOTES_API_SCHEME="http", NOTES_API_PORT="3000").returncode == 0
    wrong = check(file, text, NOTES_API_SCHEME="ftp", NOTES_API_PORT="3000")
    assert wrong.returncode == 1


def test_a_name_that_the_environment_does_not_have_is_a_problem(file):
    result = check(file, yaml(base("http://${NOTES_API_NOWHERE}")))
    assert result.returncode == 1
    (problem,) = problems(result)
    assert "NOTES_API_NOWHERE" in problem[3]


def test_paths_are_relative_to_the_file(file):
    assert run("check", "--config", file, cwd=Path("/")).returncode == 0
    assert run("check", "--config", file.name, cwd=file.parent).returncode == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["serve"],
        ["check"],
        ["token"],
        ["serve", "--config"],
        ["check", "--confg", "FILE"],
        ["check", "--config", "FILE", "surplus"],
        ["token", "--config", "FILE"],
        ["token", "--config", "FILE", "--user", "u", "--lifetime", "soon"],
    ],
    ids=" ".join,
)
def test_bad_usage_is_64_and_says_so(file, arguments):
    result = run(*(file if argument == "FILE" else argument for argument in arguments))
    assert result.returncode == 64, result
    assert result.stderr.strip()


def test_help_is_not_an_error():
    result = run("--help")
    assert result.returncode == 0
    for command in ("serve", "check", "token", "demo"):
        assert command in result.stdout


def test_serve_does_not_start_with_a_bad_file(file):
    file.write_text(yaml(base(NOWHERE)) + "surprise: 1\n")
    result = run("serve", "--config", file)
    assert result.returncode == 1
    assert len(problems(result)) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"authentication": {"keys": {"hmac_secret_file": "nowhere"}}},
        {"authentication": {"keys": {"jwks_file": "nowhere"}}},
        {"authentication": {"keys": {"public_key_file": "secret"}}},
        {"authentication": {"keys": {"hmac_secret_file": "short"}}},
        {"upstream": {"ca_file": "nowhere", "url": "https://127.0.0.1:1"}},
    ],
    ids=["no secret", "no JWKS", "no PEM", "a short secret", "no authority"],
)
@pytest.mark.parametrize("command", ["check", "serve"])
def test_a_file_of_keys_that_cannot_be_used_is_a_problem(file, command, change):
    (file.parent / "short").write_bytes(b"x" * 31)
    file.write_text(yaml(merged(base(NOWHERE), change)))
    result = run(command, "--config", file)
    assert result.returncode == 1
    assert result.stdout + result.stderr


def test_serve_does_not_start_with_a_certificate_that_is_not_there(file):
    configuration = base(NOWHERE)
    configuration["listen"][0]["tls"] = {
        "certificate_file": "nowhere.pem", "private_key_file": "nowhere-either.pem",
    }
    file.write_text(yaml(configuration))
    result = run("serve", "--config", file)
    assert result.returncode == 1
    assert "nowhere" in result.stderr


def test_serve_does_not_start_on_a_port_that_is_taken(file):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        configuration = base(NOWHERE)
        configuration["listen"][0]["port"] = taken.getsockname()[1]
        file.write_text(yaml(configuration))
        result = run("serve", "--config", file)
    assert result.returncode == 1
    port = configuration["listen"][0]["port"]
    assert f":{port}: Address already in use; expected a free address\n" in result.stderr


def token(file: Path, *more: str) -> str:
    result = run("token", "--config", file, "--user", "zoë", *more)
    assert result.returncode == 0, result
    (line,) = result.stdout.splitlines()
    return line


def test_token_makes_a_token_that_authenticates(start_gateway, stranger):
    gateway = start_gateway()
    answer = stranger(gateway).authenticate(token(gateway.file))
    assert answer["userId"] == "zoë"
    longer = stranger(gateway).authenticate(token(gateway.file, "--lifetime", "24h"))
    assert abs(longer["expiresAt"] - answer["expiresAt"] - 23 * 3600 * 1000) < seconds(20) * 1000


def test_token_keeps_to_the_rules_of_the_file(start_gateway, stranger):
    rules = {
        "issuer": "https://login.example", "audience": ["notes"],
        "authorized_parties": ["https://app.example"], "user_claim": "uid",
        "algorithms": ["HS512"],
    }
    gateway = start_gateway({"authentication": rules})
    assert stranger(gateway).authenticate(token(gateway.file))["userId"] == "zoë"


def test_token_cannot_be_made_without_a_secret(file):
    (file.parent / "login.pem").write_bytes(public_pem(generate_key("RS256")))
    keys = {"public_key_file": "login.pem", "hmac_secret_file": None}
    change = {"authentication": {"keys": keys, "algorithms": ["RS256"]}}
    file.write_text(yaml(merged(base(NOWHERE), change)))
    result = run("token", "--config", file, "--user", "u")
    assert result.returncode == 1
    assert result.stdout == "" and result.stderr
