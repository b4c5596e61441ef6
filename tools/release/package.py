"""Builds the wheel and the source archive: python -m tools.release.package [--repository URL]"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).parents[2]
CONTENTS = ("pyproject.toml", "README.md", "LICENSE", "source_cryptocom")
BACKEND = "import sys; from poetry.core.masonry import api; api.build_sdist(sys.argv[1]); api.build_wheel(sys.argv[1])"
"""The build backend's two standard functions build what lies in the working directory."""

_RELATIVE_LINK = re.compile(r"(!?)(\[[^\]]*\])\((?!https?:|mailto:|#)([^)]+)\)")


def build(output: Path, repository: str = "") -> None:
    """Writes both into `output`. With the address of a repository, its links work on the index's page, too."""
    output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder)
        for name in CONTENTS:
            _copy(PROJECT / name, tree / name)
        if repository:
            pyproject = tree / "pyproject.toml"
            pyproject.write_text(with_addresses(pyproject.read_text(encoding="utf-8"), repository), encoding="utf-8")
            readme = tree / "README.md"
            tag = f"v{version()}"
            readme.write_text(
                with_absolute_links(readme.read_text(encoding="utf-8"), repository, tag), encoding="utf-8"
            )
        subprocess.run([sys.executable, "-c", BACKEND, str(output.resolve())], cwd=tree, check=True)


def version() -> str:
    """The version that pyproject.toml names."""
    found = re.search(r'^version = "(.+)"$', (PROJECT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    if found is None:
        raise ValueError("pyproject.toml names no version")
    return found[1]


def with_absolute_links(text: str, repository: str, tag: str) -> str:
    """A page's relative links, absolute: pictures to the raw file, all else to the page of the file."""

    def absolute(link: re.Match[str]) -> str:
        picture, label, target = link.groups()
        return f"{picture}{label}({repository}/{'raw' if picture else 'blob'}/{tag}/{target})"

    return _RELATIVE_LINK.sub(absolute, text)


def with_addresses(pyproject: str, repository: str) -> str:
    """The package's metadata with the addresses that the index shows beside it."""
    return f"""{pyproject}
[tool.poetry.urls]
Repository = "{repository}"
Issues = "{repository}/issues"
Changelog = "{repository}/blob/main/CHANGELOG.md"
Documentation = "{repository}/blob/main/docs/cryptocom.md"
"""


def _copy(origin: Path, target: Path) -> None:
    if origin.is_dir():
        shutil.copytree(origin, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copyfile(origin, target)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        "python -m tools.release.package", description="Build the wheel and the source archive."
    )
    parser.add_argument("--repository", default="", help="such as https://github.com/OWNER/source-cryptocom")
    parser.add_argument("--output", type=Path, default=PROJECT / "dist")
    options = parser.parse_args()
    build(options.output, options.repository.rstrip("/"))
    print(*sorted(str(path) for path in options.output.iterdir()), sep="\n")
