"""The staging models are those that the JSON schemas make, and every table of the catalog has one with its key."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from airbyte_cdk.models import AirbyteStream

from books.staging_models import KEYS, STAGING, generated, model_name
from integration_tests.connector import LOGGER, config_for
from simulated_exchange.empty_market import EmptyMarket
from simulated_exchange.running import running_exchange
from source_cryptocom import SourceCryptocom


@pytest.fixture(scope="module")
def streams() -> Iterator[list[AirbyteStream]]:
    with running_exchange(market=EmptyMarket()) as exchange:
        yield SourceCryptocom().discover(LOGGER, config_for(exchange)).streams


def test_the_staging_models_are_those_that_the_schemas_make() -> None:
    """If not: make models."""
    assert {path.name: path.read_text(encoding="utf-8") for path in STAGING.iterdir()} == dict(generated())


def test_every_table_of_the_catalog_has_a_staging_model_with_its_key(streams: list[AirbyteStream]) -> None:
    for stream in streams:
        assert (STAGING / f"{model_name(stream.name)}.sql").exists()
        assert [[column] for column in KEYS[stream.name]] == (stream.source_defined_primary_key or []), stream.name


def test_every_staged_column_has_the_description_of_its_schema() -> None:
    documentation = dict(generated())["_staging.yml"]
    assert "description: ''" not in documentation
    assert "above zero if charged" in documentation
