"""What all tests have in common: the CDK's standard tests' options, and a log that reaches its readers."""

import logging

import pytest

pytest_plugins = ["airbyte_cdk.test.standard_tests.pytest_hooks"]


@pytest.fixture(autouse=True)
def _connected_log() -> None:
    """PyAirbyte, once imported, takes the CDK's loggers for its own and cuts them off from the root's handlers."""
    for name, logger in logging.Logger.manager.loggerDict.items():
        if name.split(".", 1)[0] == "airbyte" and isinstance(logger, logging.Logger):
            logger.propagate = True
