"""Writes everything that follows from what is declared: python -m tools.generate"""

from pathlib import Path

from tools.generate import catalog, check_tests, pages, staging_models


def generated() -> dict[Path, str]:
    """Each file that is generated, or has a generated part, with its text."""
    single = {catalog.PATH: catalog.text(), check_tests.PATH: check_tests.text()}
    return {**pages.generated(), **staging_models.generated(), **single}


def outdated() -> list[str]:
    """The files that are not as they would be written, those of tables that no longer exist among them."""
    files = generated()
    wrong = [path for path, text in files.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    return sorted(map(str, [*wrong, *(path for path in staging_models.written() if path not in files)]))


def main() -> None:
    """Writes each file, and removes the staging models of tables that no longer exist."""
    files = generated()
    for path in staging_models.written():
        if path not in files:
            path.unlink()
    for path, text in files.items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
