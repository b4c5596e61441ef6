"""`make demo` and `make sync`: every table into a DuckDB file, the books, and a report."""
