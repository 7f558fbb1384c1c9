"""The manual pages are complete and well-formed."""

import re
import subprocess

from manual import PAGES, entries, shown_keys

KEYS = entries(PAGES[1])


def test_mandoc_has_nothing_to_say():
    result = subprocess.run(
        ["mandoc", "-T", "lint", "-W", "all", *PAGES], capture_output=True, text=True, check=False)
    # Pages that refer to each other are not installed where they are tested.
    said = [line for line in result.stdout.splitlines() if "referenced manual" not in line]
    assert said == []


def test_the_page_has_the_keys_of_the_configuration_and_no_others():
    assert len(KEYS) > 80
    assert KEYS.keys() ^ shown_keys().keys() == set()


def test_the_page_says_the_default_of_every_key():
    shown = shown_keys()
    for key, text in KEYS.items():
        is_section = any(other.startswith(f"{key}.") for other in KEYS)
        is_source = key.startswith("authentication.keys.")
        if re.search(r"Required\b|Default: none", text) or is_section or is_source:
            continue
        assert text.rstrip(" .").endswith(f"Default: {shown[key].strip(chr(34))}") or (
            shown[key] == '""' and text.rstrip(" .").endswith('Default: ""')
        ), f"{key}: {shown[key]} is the default"
