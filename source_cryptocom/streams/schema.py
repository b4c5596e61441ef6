"""The JSON schema of a table: as `schemas/` declares it, and as the catalog shows it."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from airbyte_cdk.sources.utils.schema_helpers import ResourceSchemaLoader


@cache
def declared_schema(table: str) -> Mapping[str, Any]:
    """The schema with the `kind` of each text column: what its text means, for those who cast it.

    - `quantity`: counted in units of an instrument, with its tick size
    - `price`: a price, or a rate that is multiplied with a quantity
    - `amount`: of a currency, with up to 18 decimals; also a percentage and the like
    - `charge`: an amount that the exchange sends below zero if it is charged
    - `nanoseconds`: a time
    - `text`: no number, even if it consists of digits, as an id does
    """
    return ResourceSchemaLoader("source_cryptocom").get_schema(table)


@cache
def catalog_schema(table: str) -> Mapping[str, Any]:
    """The schema without `kind`, which is no word of JSON schema."""
    declared = declared_schema(table)
    columns = {
        name: {word: value for word, value in column.items() if word != "kind"}
        for name, column in declared["properties"].items()
    }
    return {**declared, "properties": columns}
