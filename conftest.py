"""What all tests have in common: the CDK's standard tests' options, and a log that reaches its readers."""

import logging
import os
import re
from pathlib import Path

import pytest

# A config that others can read is a warning, and the tests write many.
os.umask(0o077)

pytest_plugins = ["airbyte_cdk.test.standard_tests.pytest_hooks"]

ONLY_THOROUGH_TESTS = re.compile(r"^pytestmark = .*\bthorough\b", re.MULTILINE)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Skips files of nothing but thorough tests where those are left out: their imports take half of the time."""
    left_out = "not thorough" in str(config.option.markexpr) and collection_path.suffix == ".py"
    return True if left_out and ONLY_THOROUGH_TESTS.search(collection_path.read_text(encoding="utf-8")) else None


@pytest.fixture(autouse=True)
def _connected_log() -> None:
    """PyAirbyte, once imported, takes the CDK's loggers for its own and cuts them off from the root's handlers."""
    for name, logger in logging.Logger.manager.loggerDict.items():
        if name.split(".", 1)[0] == "airbyte" and isinstance(logger, logging.Logger):
            logger.propagate = True
