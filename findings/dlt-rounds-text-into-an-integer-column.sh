#!/usr/bin/env bash
# Guess: a column that was a whole number in the first Arrow table and is text in the second gets a second column, as it
#        does with dictionaries, or an error.
# Seen:  dlt 1.31.0 loads both into the BIGINT column: "0.5" arrives as 1, without a warning.
# So:    a column keeps the type of its first table; declare amounts as text or decimal before the first load.
source "$(dirname "$0")/lib/sandbox.bash"
install 'dlt[duckdb]==1.31.0' duckdb==2.0.1 pyarrow==26.0.1
export RUNTIME__DLTHUB_TELEMETRY=false DLT_DATA_DIR="$sandbox/dlt"
python - <<'PY'
import dlt
import duckdb
import pyarrow as pa

pipeline = dlt.pipeline("fills", destination=dlt.destinations.duckdb("fills.duckdb"), dataset_name="raw")
for quantity in (pa.array([1]), pa.array(["0.5"])):
    pipeline.run(pa.table({"quantity": quantity}), table_name="fill")
seen = duckdb.connect("fills.duckdb").sql("select quantity, typeof(quantity) from raw.fill").fetchall()
print(seen)
assert seen == [(1, "BIGINT"), (1, "BIGINT")], seen
PY
