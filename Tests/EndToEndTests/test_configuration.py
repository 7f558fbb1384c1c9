"""CONFIGURATION.md: values that keys of tokens, folders, audience and identity cannot have."""

import pytest

from harness.configuration import base, merged, yaml
from harness.gateway import run

GOOD = {
    "upstream": {
        "identity": "bearer",
        "routes": {
            "get_folder": "GET /f/{folderId}", "create_folder": "POST /f",
            "update_folder": "PATCH /f/{folderId}", "delete_folder": "DELETE /f/{folderId}",
        },
        "updatable_fields": ["title", "encryptedTitle"],
    },
    "authentication": {"expiry": "at_connect", "expiry_grace": "1m"},
    "websocket": {"note_sync_audience": "user", "changes_include": ["updatedAt", "version"]},
}


@pytest.fixture
def check(tmp_path, issuer):
    """Runs `check` on the usual configuration with `change` laid over it."""

    def run_check(change: dict):
        (tmp_path / "secret").write_bytes(issuer.secret)
        file = tmp_path / "notes-gateway.yaml"
        file.write_text(yaml(merged(base("http://127.0.0.1:1"), change)))
        return run("check", "--config", file)

    return run_check


def test_values_that_the_specification_shows_are_fine(check):
    result = check(GOOD)
    assert result.returncode == 0, result


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        ("upstream", "identity", "nobody"),
        ("upstream", "identity", 7),
        ("upstream", "identity", ["bearer"]),
        ("upstream", "service", "token"),
        ("upstream", "service", {"surprise": 1}),
        ("upstream", "updatable_fields", "title"),
        ("upstream", "updatable_fields", [["title"]]),
        ("upstream", "routes", {"get_folder": "GET /f"}),
        ("upstream", "routes", {"get_folder": "GET /f/{noteId}"}),
        ("upstream", "routes", {"create_folder": "POST /f/{folderId}"}),
        ("upstream", "routes", {"update_folder": "/f/{folderId}"}),
        ("upstream", "routes", {"delete_folder": "DELETE f/{folderId}"}),
        ("upstream", "routes", {"move_folder": "POST /f/{folderId}/move"}),
        ("authentication", "expiry", "never"),
        ("authentication", "expiry", True),
        ("authentication", "expiry_grace", "soon"),
        ("authentication", "expiry_grace", "-1s"),
        ("authentication", "expiry_grace", 30),
        ("websocket", "note_sync_audience", "everybody"),
        ("websocket", "note_sync_audience", ["user"]),
        ("websocket", "changes_include", "updatedAt"),
        ("websocket", "changes_include", {"updatedAt": True}),
    ],
    ids=str,
)
def test_a_value_that_cannot_be_is_a_problem_that_names_what_was_expected(
    check, section, key, value
):
    result = check({section: {key: value}})
    assert result.returncode == 1
    output = result.stdout + result.stderr
    inner = next(iter(value)) if isinstance(value, dict) else key
    assert key in output or inner in output
