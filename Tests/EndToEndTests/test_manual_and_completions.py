"""The manual and the completions say what the program itself says of its commands and keys."""

import json
import re
import shutil
import subprocess
import sys

import pytest

from harness.gateway import ROOT, binary, run

sys.path.insert(0, str(ROOT / "Tests" / "TidyTests"))
from manual import PAGES, entries, shown_keys  # noqa: E402


def commands() -> dict[str, set[str]]:
    """The options of each command, as the program has them."""
    root = json.loads(run("--experimental-dump-help").stdout)["command"]
    return {
        command["commandName"]: {
            name["name"]
            for argument in command.get("arguments", [])
            for name in argument.get("names", [])
        }
        for command in [root, *root["subcommands"]]
    }


def test_the_page_has_every_command_and_every_option():
    page = entries(PAGES[0])
    program = commands()
    assert program.keys() >= {"notes-gateway", "serve", "check", "token", "demo"}
    for command, options in program.items():
        assert command == "notes-gateway" or command in page, command
        for option in options - {"h"}:
            assert f"-{option}" in page, f"{command} --{option}"


def test_the_page_says_the_range_of_every_key(tmp_path):
    keys = shown_keys()
    configuration: dict = {}
    for key in keys:
        if any(other.startswith(f"{key}.") for other in keys):
            continue
        section = configuration
        *above, last = key.split(".")
        for name in above:
            section = section.setdefault(name, {})
        section[last] = "?"
    configuration["listen"] = [configuration["listen"]]
    file = tmp_path / "notes-gateway.yaml"
    file.write_text(json.dumps(configuration))
    report = run("check", "--config", file).stderr
    ranges = re.findall(
        r'^\S+: ([\w.\[\]]+): "\?" .*expected .*?(from \S+(?: bytes?)? to [^\s,]+)', report,
        re.MULTILINE,
    )
    page = entries(PAGES[1])
    assert len(ranges) > 25
    for key, said in ranges:
        assert said in page[key.replace("[0]", "")], f"{key}: {said}"


# Completions


COMPLETE = r"""
set -eu
COMP_WORDBREAKS=$' \t\n'
source "$1"
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
COMP_LINE="$*"
COMP_POINT=${#COMP_LINE}
registered=$(complete -p notes-gateway)
[[ "$registered" =~ -F\ ([^ ]+) ]]
set +eu
COMPREPLY=()
"${BASH_REMATCH[1]}" notes-gateway "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\n' "${COMPREPLY[@]}"
"""


@pytest.fixture
def complete(tmp_path):
    """What bash offers for the last of some words."""
    script = tmp_path / "completion"
    script.write_text(run("--generate-completion-script", "bash").stdout)

    def complete(*words: str) -> set[str]:
        result = subprocess.run(
            ["bash", "-c", COMPLETE, "bash", script, "notes-gateway", *words],
            capture_output=True, text=True, check=True, cwd=tmp_path,
        )
        assert result.stderr == ""
        return set(result.stdout.split())

    return complete


def test_bash_completes_commands(complete):
    assert complete("") >= {"serve", "check", "token", "demo", "help"}
    assert complete("se") == {"serve"}


def test_bash_completes_the_options_of_each_command(complete):
    for command, options in commands().items():
        if command in ("notes-gateway", "help"):
            continue
        offered = complete(command, "-")
        assert {f"--{option}" for option in options - {"h"}} <= offered, command


def test_bash_completes_the_file_of_a_configuration(complete, tmp_path):
    (tmp_path / "notes-gateway.yaml").touch()
    for command in ("serve", "check", "token"):
        assert complete(command, "--config", "notes-") == {"notes-gateway.yaml"}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_completions_are_well_formed(shell, tmp_path):
    script = tmp_path / "completion"
    script.write_text(run("--generate-completion-script", shell).stdout)
    assert "serve" in script.read_text()
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not there")
    subprocess.run([shell, "-n", script], check=True)


def test_the_version_is_the_one_that_packages_have():
    version = subprocess.run(
        [ROOT / "scripts/version"], capture_output=True, text=True, check=True).stdout.strip()
    assert re.fullmatch(r"\d+\.\d+\.\d+\S*", version)
    shown = subprocess.run([binary(), "--version"], capture_output=True, text=True, check=True)
    assert shown.stdout.splitlines()[0] == f"notes-gateway {version}"
