"""The staging models of the dbt package and their documentation."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from source_cryptocom.streams import STREAMS
from source_cryptocom.streams.schema import declared_schema

STAGING = Path(__file__).parents[2] / "dbt" / "models" / "staging"
HEADER = "written by `make generate` from the declared table and its JSON schema"
KINDS = {"string": "text", "integer": "integer", "boolean": "boolean", "array": "json", "object": "json"}


@dataclass(frozen=True)
class Column:
    """A staged column: its kind is one of those that the macro `staging` knows."""

    name: str
    kind: str
    description: str


def columns_of(table: str) -> list[Column]:
    """In the order of the schema."""
    return [
        Column(name, kind_of(column), description_of(column))
        for name, column in declared_schema(table)["properties"].items()
    ]


def kind_of(column: Mapping[str, Any]) -> str:
    """The kind that the schema declares, or the one that follows from the column's JSON type and format."""
    if "kind" in column:
        return str(column["kind"])
    if "format" in column:
        return "date" if column["format"] == "date" else "time"
    types = column["type"] if isinstance(column["type"], list) else [column["type"]]
    return next(KINDS[json_type] for json_type in types if json_type != "null")


def description_of(column: Mapping[str, Any]) -> str:
    text = str(column["description"])
    if kind_of(column) == "charge":
        return text.replace("below zero if charged", "above zero if charged, unlike in the raw table")
    return text


def model(table: str) -> str:
    """The text of one staging model."""
    stream = STREAMS[table]
    lines = ",\n".join(f"        '{column.name}': '{column.kind}'" for column in columns_of(table))
    snapshot = ",\n    snapshot=true" if stream.request_time_column == "snapshot_time" else ""
    return (
        f"{{#- {HEADER} -#}}\n"
        "{{ cryptocom.staging(\n"
        f"    '{table}',\n"
        f"    key={json.dumps(stream.key_columns())},\n"
        f"    columns={{\n{lines},\n    }}{snapshot},\n"
        ") }}\n"
    )


def documentation() -> str:
    """The yaml that dbt reads: a description of every column, and what a key promises."""
    models = [
        {
            "name": model_name(table),
            "description": f"The table {table} with types, one row per key. Rows of all accounts.",
            "columns": [
                {"name": "source_account", "description": "Name of the account in the variable cryptocom_accounts."},
                *({"name": column.name, "description": column.description} for column in columns_of(table)),
                {"name": "extracted_at", "description": "When the connector read the row, in UTC."},
            ],
        }
        for table in sorted(STREAMS)
    ]
    sources = [
        {
            "name": "cryptocom",
            "description": "What the connector wrote, of the account whose raw tables have no prefix.",
            "database": "{{ var('cryptocom_raw_database') or target.database }}",
            "schema": "{{ var('cryptocom_raw_schema') or ('main' if target.type == 'duckdb' else target.schema) }}",
            "loaded_at_field": "_airbyte_extracted_at",
            "config": {"freshness": {"warn_after": {"count": 2, "period": "day"}}},
            "tables": [
                {"name": table, "description": f"Rows of {STREAMS[table].method}."} for table in sorted(STREAMS)
            ],
        }
    ]
    described = {"version": 2, "sources": sources, "models": models}
    dumped: str = yaml.safe_dump(described, sort_keys=False, width=120, allow_unicode=True)
    return f"# {HEADER}\n{dumped}"


def model_name(table: str) -> str:
    return f"stg_cryptocom__{table}"


def generated() -> dict[Path, str]:
    """The text of each file."""
    models = {STAGING / f"{model_name(table)}.sql": model(table) for table in sorted(STREAMS)}
    return {**models, STAGING / "_staging.yml": documentation()}


def written() -> list[Path]:
    """The files that an earlier run has written."""
    return [path for path in STAGING.iterdir() if HEADER in path.read_text(encoding="utf-8")]
