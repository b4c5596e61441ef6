"""Prints what CHANGELOG.md says about a version: python -m tools.release.notes 0.1.0"""

import re
import sys
from pathlib import Path

CHANGELOG = Path(__file__).parents[2] / "CHANGELOG.md"


def notes(changelog: str, version: str) -> str:
    """The section of that version, without its heading. Raises LookupError where there is none."""
    sections = re.split(r"^## (.+)$", changelog, flags=re.MULTILINE)
    for heading, body in zip(sections[1::2], sections[2::2], strict=True):
        if heading.split(" - ", maxsplit=1)[0] == version:
            return body.strip() + "\n"
    raise LookupError(f"CHANGELOG.md has no section about {version}")


if __name__ == "__main__":
    sys.stdout.write(notes(CHANGELOG.read_text(encoding="utf-8"), sys.argv[1]))
