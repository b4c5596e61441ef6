#!/usr/bin/env bash
# Guess: the newest ibis works with the newest sqlglot, which its requirements allow.
# Seen:  ibis-framework 12.0.0 with sqlglot 30.30.0: create_table with Arrow data on DuckDB ends in a ParserException, because
#        the statement is DROP VIEW IF EXISTS without a name. With sqlglot 30.0.0 it works; memtable works with both.
# So:    ibis.memtable, or sqlglot==30.0.0 beside ibis.
source "$(dirname "$0")/lib/sandbox.bash"
cat > "$sandbox/try.py" <<'PY'
import duckdb
import ibis
import pyarrow as pa
import sqlglot

rows = pa.table({"amount": ["0.123456789012345678"]})
try:
    ibis.duckdb.connect().create_table("fill", rows)
    seen = "created"
except duckdb.ParserException:
    seen = "ParserException"
total = ibis.memtable(rows).amount.cast("decimal(38, 18)").sum().to_pyarrow().as_py()
print(sqlglot.__version__, seen, total)
assert seen == {"30.30.0": "ParserException", "30.0.0": "created"}[sqlglot.__version__], seen
assert str(total) == "0.123456789012345678", total
PY
for version in 30.30.0 30.0.0; do
    install 'ibis-framework[duckdb]==12.0.0' duckdb==2.0.1 pyarrow==26.0.1 "sqlglot==$version"
    python -W ignore try.py
    rm -rf "$sandbox/venv"
done
