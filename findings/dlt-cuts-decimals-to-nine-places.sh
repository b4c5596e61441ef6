#!/usr/bin/env bash
# Guess: a Decimal with 18 places is stored as it is, or refused.
# Seen:  dlt 1.31.0 makes the column DECIMAL(38,9) and stores 0.123456789: half of the digits of an ETH balance are gone,
#        without a warning. The same value as an Arrow decimal128(38,18) keeps all of them.
# So:    give dlt Arrow tables, or text.
source "$(dirname "$0")/lib/sandbox.bash"
install 'dlt[duckdb]==1.31.0' duckdb==2.0.1 pyarrow==26.0.1
export RUNTIME__DLTHUB_TELEMETRY=false DLT_DATA_DIR="$sandbox/dlt"
python - <<'PY'
from decimal import Decimal

import dlt
import duckdb
import pyarrow as pa

balance = Decimal("0.123456789012345678")
pipeline = dlt.pipeline("balances", destination=dlt.destinations.duckdb("balances.duckdb"), dataset_name="raw")
pipeline.run([{"quantity": balance}], table_name="from_dict")
pipeline.run(pa.table({"quantity": pa.array([balance], pa.decimal128(38, 18))}), table_name="from_arrow")
database = duckdb.connect("balances.duckdb")
seen = [
    row
    for table in ("from_dict", "from_arrow")
    for row in database.sql(f"select quantity, typeof(quantity) from raw.{table}").fetchall()
]
print(seen)
assert seen == [(Decimal("0.123456789"), "DECIMAL(38,9)"), (balance, "DECIMAL(38,18)")], seen
PY
