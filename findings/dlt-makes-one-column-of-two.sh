#!/usr/bin/env bash
# Guess: two columns whose names become one, such as the balances CRO.staked and CRO_staked, end in an error.
# Seen:  dlt 1.31.0 keeps the last one of a row of dictionaries and drops the other in silence. The same columns of an
#        Arrow table end in NameNormalizationCollision.
# So:    a table that has a column per currency is not handed to it as dictionaries.
source "$(dirname "$0")/lib/sandbox.bash"
install 'dlt[duckdb]==1.31.0' duckdb==2.0.1 pyarrow==26.0.1
export RUNTIME__DLTHUB_TELEMETRY=false DLT_DATA_DIR="$sandbox/dlt"
python - <<'PY'
import dlt
import duckdb
import pyarrow as pa

row = {"CRO.staked": "900", "CRO_staked": "3"}
pipeline = dlt.pipeline("balances", destination=dlt.destinations.duckdb("balances.duckdb"), dataset_name="raw")
pipeline.run([row], table_name="wide")
seen = duckdb.connect("balances.duckdb").sql("select * exclude (_dlt_id, _dlt_load_id) from raw.wide")
print(seen.columns, seen.fetchall())
assert seen.columns == ["cro_staked"] and seen.fetchall() == [("3",)]
try:
    pipeline.run(pa.Table.from_pylist([row]), table_name="arrow")
except Exception as error:
    assert "NameNormalizationCollision" in str(error), error
else:
    raise SystemExit("Arrow columns no longer collide")
PY
