"""A source without a table: what the CDK itself takes to start. `python -m benchmarks.empty_source spec`."""

import logging
import sys
from collections.abc import Mapping
from typing import Any

from airbyte_cdk.entrypoint import launch
from airbyte_cdk.models import ConnectorSpecification
from airbyte_cdk.sources import AbstractSource
from airbyte_cdk.sources.streams import Stream


class EmptySource(AbstractSource):
    """Nothing."""

    def spec(self, logger: logging.Logger) -> ConnectorSpecification:
        return ConnectorSpecification(connectionSpecification={"type": "object", "properties": {}})

    def check_connection(self, logger: logging.Logger, config: Mapping[str, Any]) -> tuple[bool, Any]:
        return True, None

    def streams(self, config: Mapping[str, Any]) -> list[Stream]:
        return []


if __name__ == "__main__":
    launch(EmptySource(), sys.argv[1:])
