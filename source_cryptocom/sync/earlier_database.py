"""Goes on with a DuckDB file that PyAirbyte has written, as `make sync` did up to 0.2.0: the exchange may have
forgotten what is in it.
"""

import json
from collections.abc import Mapping
from typing import Any

_EARLIER = """
SELECT table_name, list({'name': column_name, 'type': data_type})
FROM information_schema.columns WHERE table_schema = 'main'
GROUP BY table_name HAVING bool_or(column_name = '_airbyte_raw_id')
"""
_PYAIRBYTES_OWN = ("_airbyte_raw_id", "_airbyte_meta")


def states_of_earlier_database(connection: Any) -> Mapping[str, Any]:
    """The states by table that PyAirbyte keeps in it; its times become times with a zone, as they are UTC."""
    for table, columns in connection.execute(_EARLIER).fetchall():
        for column in columns:
            name = column["name"]
            if name in _PYAIRBYTES_OWN:
                connection.execute(f'ALTER TABLE main."{table}" DROP COLUMN "{name}"')
            elif column["type"] == "TIMESTAMP":
                zoned = f"TYPE TIMESTAMPTZ USING \"{name}\" AT TIME ZONE 'UTC'"
                connection.execute(f'ALTER TABLE main."{table}" ALTER "{name}" {zoned}')
    if not connection.execute("FROM duckdb_tables() WHERE table_name = '_airbyte_state'").fetchall():
        return {}
    rows = connection.execute("SELECT stream_name, state_json FROM main._airbyte_state").fetchall()
    return {table: json.loads(state) for table, state in rows}
