"""PyAirbyte's cache in a DuckDB file, without its slow look at tables that are there already."""

from typing import ClassVar

from airbyte._processors.sql.duckdb import DuckDBSqlProcessor
from airbyte.caches import DuckDBCache
from airbyte.shared.sql_processor import SqlProcessorBase


class QuickProcessor(DuckDBSqlProcessor):
    """Adds what a table lacks in DuckDB's own words.

    PyAirbyte has SQLAlchemy read keys, comments and constraints of each table for it: half a second for each table.
    """

    def _add_missing_columns_to_table(self, stream_name: str, table_name: str) -> None:
        columns = self._get_sql_column_definitions(stream_name)
        table = self._fully_qualified(table_name)
        with self.get_sql_connection() as connection:
            known = {row[0] for row in connection.exec_driver_sql(f"DESCRIBE {table}")}
        for name in columns.keys() - known:
            self._execute_sql(f"ALTER TABLE {table} ADD COLUMN {self._quote_identifier(name)} {columns[name]}")


class QuickCache(DuckDBCache):
    _sql_processor_class: ClassVar[type[SqlProcessorBase]] = QuickProcessor
