"""Runs the checks of Airbyte's connector registry, offline: python -m tools.release.airbyte_checks [--certified]

The checks come in a package that does much else, too; `make qa` installs what they need of it.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import os
import shutil
import sys
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any

PROJECT = Path(__file__).parents[2]
NAME = "source-cryptocom"
LEFT_OUT = {".git", "dist", "build", "mutants", "secrets", "node_modules"}
NOT_FOR_US = {
    "CheckConnectorUsesPoetry": "our lock files pin hashes for pip and uv; a poetry.lock would be a second truth",
    "CheckConnectorUsesPythonBaseImage": "the image is built from a Dockerfile on Airbyte's base image; Airbyte's own "
    "repository builds without one",
    "CheckDocumentationLinks": "needs the network",
}
"""Checks that fail or cannot run here, and why that is so."""


def offline_checks() -> list[Any]:
    """The enabled checks of Airbyte's package, without the parts of it that need a cloud account or the network."""
    _without_init("airbyte_ops_mcp")
    for part in ("registry", "regression_tests", "airbyte_repo"):
        _without_init(f"airbyte_ops_mcp.{part}")
    # Whether the version is higher than that in the registry: there is none yet.
    version = ModuleType("airbyte_ops_mcp.connector_qa.checks.version")
    vars(version)["ENABLED_CHECKS"] = []
    sys.modules[version.__name__] = version
    utils: Any = importlib.import_module("airbyte_ops_mcp.connector_ops.utils")
    utils.Connector.is_released = False
    validator: Any = importlib.import_module("airbyte_ops_mcp.metadata_validator")
    metadata: Any = importlib.import_module("airbyte_ops_mcp.connector_qa.checks.metadata")
    metadata.ValidatorOptions = lambda **options: validator.ValidatorOptions(**options, disable_dockerhub_checks=True)
    checks: Any = importlib.import_module("airbyte_ops_mcp.connector_qa.checks")
    return list(checks.ENABLED_CHECKS)


def _without_init(name: str) -> None:
    """Makes a package importable without running what its `__init__` imports."""
    spec = importlib.util.find_spec(name)
    if spec is None:
        raise SystemExit(f"{name} is not installed: run `make qa`")
    module = ModuleType(name)
    module.__path__ = list(spec.submodule_search_locations or [])
    sys.modules[name] = module


def lay_out(folder: Path, certified: bool) -> None:
    """The layout of Airbyte's repository: the connector in one folder, its page in another."""
    connector = folder / "airbyte-integrations" / "connectors" / NAME
    pages = folder / "docs" / "integrations" / "sources"
    pages.mkdir(parents=True)
    ignore = shutil.ignore_patterns(*LEFT_OUT, ".venv*", ".*_cache", "__pycache__", "*.duckdb", "*.log", "*.egg-info")
    shutil.copytree(PROJECT, connector, ignore=ignore)
    shutil.copyfile(PROJECT / "docs" / "cryptocom.md", pages / "cryptocom.md")
    if certified:
        metadata = connector / "metadata.yaml"
        text = metadata.read_text(encoding="utf-8").replace("supportLevel: community", "supportLevel: certified")
        metadata.write_text(text.replace("sl: 100", "sl: 300"), encoding="utf-8")


def main() -> int:
    """0 where every check passes, is skipped, or fails for a reason that NOT_FOR_US names."""
    parser = argparse.ArgumentParser("python -m tools.release.airbyte_checks")
    parser.add_argument("--certified", action="store_true", help="as Airbyte would check a connector of its own")
    options = parser.parse_args()
    checks = offline_checks()
    connector_class = sys.modules["airbyte_ops_mcp.connector_ops.utils"].Connector
    unexpected = 0
    with tempfile.TemporaryDirectory() as folder:
        lay_out(Path(folder), options.certified)
        os.chdir(folder)
        connector = connector_class(NAME)
        for check in checks:
            name = type(check).__name__
            if name == "CheckDocumentationLinks":
                continue
            result = check.run(connector)
            print(f"{result.status.value}  {name}: {NOT_FOR_US.get(name) or result.message}")
            unexpected += result.status.name == "FAILED" and name not in NOT_FOR_US
        os.chdir(PROJECT)
    print(f"{unexpected} failed that should not" if unexpected else "Nothing failed that should not.")
    return int(unexpected > 0)


if __name__ == "__main__":
    sys.exit(main())
