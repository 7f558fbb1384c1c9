"""The manual pages, and the keys that conf/notes-gateway.yaml shows, as the tests compare them."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "docs/man/notes-gateway.1", ROOT / "docs/man/notes-gateway.yaml.5"]

# Prose has one space behind its `#`, a key none or more.
_KEY = re.compile(r"^(?:#(?! \S))?( *(?:- )?)([a-z_]+):(?: (.*))?$")
_COMMENT = re.compile(r"(?:^|\s+)#.*$")


def entries(page: Path) -> dict[str, str]:
    """What the page says of each name that it explains: of a key, a command or an option."""
    parts = re.split(r"^\.It (?:Cm|Fl) (.+)\n", page.read_text(), flags=re.MULTILINE)
    return {
        # A name ends at its argument; an option may have a short form in front.
        re.sub(r"^h , Fl ", "", name).split(" ")[0]: _plain(text)
        for name, text in zip(parts[1::2], parts[2::2])
    }


def _plain(text: str) -> str:
    lines = re.split(r"^\.(?:El|Ss|Sh)", text, flags=re.MULTILINE)[0].splitlines()
    words = " ".join(re.sub(r"^\.[A-Z][a-z] ", "", line) for line in lines)
    return words.replace(r"\(dq", '"').replace(r"\&", "")


def shown_keys() -> dict[str, str]:
    """Every key of the shipped configuration by its path, with the value that is shown for it."""
    shown: dict[str, str] = {}
    above: list[tuple[int, str]] = []
    for line in (ROOT / "conf/notes-gateway.yaml").read_text().splitlines():
        if not (match := _KEY.match(line)):
            continue
        indentation = len(match[1])
        above = [each for each in above if each[0] < indentation] + [(indentation, match[2])]
        shown[".".join(key for _, key in above)] = _COMMENT.sub("", match[3] or "")
    return shown
