"""Runs the dbt package in dbt/ on a DuckDB file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from books.gains import write_gains
from source_cryptocom.file_modes import make_private

PACKAGE = Path(__file__).parent.parent / "dbt"
OWN_SCHEMA = {"cryptocom_schema": None}
"""The profile's schema itself holds the marts; in another project the package adds a name to the target's schema."""


class BooksNotBuilt(Exception):
    """A model could not be built; the text says which and why."""


def run_dbt(
    command: str,
    working_directory: Path,
    environment: Mapping[str, str],
    variables: Mapping[str, Any] | None = None,
    profiles: Path = PACKAGE,
) -> dict[str, dict[str, Any]]:
    """Runs `dbt COMMAND` in a process of its own, which also frees the database; gives each node's result by its id.

    dbt's own files go into `working_directory`. Raises BooksNotBuilt where a node could not be run; a test that fails
    is no such thing.
    """
    # dbt runs in there, and would take a relative path for one below it.
    working_directory = working_directory.resolve()
    target = working_directory / "target"
    results = target / "run_results.json"
    results.unlink(missing_ok=True)
    arguments = [
        *(command, "--quiet", "--no-use-colors"),
        *("--project-dir", str(PACKAGE), "--profiles-dir", str(profiles)),
        *("--target-path", str(target), "--log-path", str(working_directory / "logs")),
        *("--vars", json.dumps(OWN_SCHEMA | dict(variables or {}))),
    ]
    finished = subprocess.run(
        [sys.executable, "-m", "dbt.cli.main", *arguments],
        # dbt reports its use unless it is told not to.
        env={**os.environ, **environment, "DO_NOT_TRACK": "1"},
        cwd=working_directory,
        capture_output=True,
        text=True,
        check=False,
        umask=0o077,  # amounts and orders stand in what dbt writes
    )
    if not results.exists():
        raise BooksNotBuilt(f"dbt did not run: {finished.stdout.strip() or finished.stderr.strip()}")
    nodes = {result["unique_id"]: result for result in json.loads(results.read_text(encoding="utf-8"))["results"]}
    broken = [f"{name}: {node['message']}" for name, node in nodes.items() if node["status"] == "error"]
    if broken:
        raise BooksNotBuilt("\n".join(broken))
    return nodes


def build_books(database: Path, working_directory: Path, variables: Mapping[str, Any] | None = None) -> dict[str, str]:
    """Builds every model in a DuckDB file and the gains of every method, and runs every test.

    Gives the status of each test by name.
    """
    working_directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    make_private(working_directory)
    nodes = run_dbt("build", working_directory, {"CRYPTOCOM_DATABASE": str(database.resolve())}, variables)
    write_gains(database, working_directory)
    return {
        unique_id.split(".")[2]: node["status"] for unique_id, node in nodes.items() if unique_id.startswith("test.")
    }
