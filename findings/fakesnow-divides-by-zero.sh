#!/usr/bin/env bash
# Guess: 1 / 0 raises, as in Snowflake.
# Seen:  fakesnow 0.12.1 answers inf, also for NUMBER(38,18), and div0 exists beside it. A mean price of an order without a
#        fill is inf in the test, and an error in the warehouse.
# So:    every ratio has its nullif.
source "$(dirname "$0")/lib/sandbox.bash"
install fakesnow==0.12.1 snowflake-connector-python==4.8.1 duckdb==2.0.1
python -W ignore - <<'PY'
import math

import fakesnow
import snowflake.connector

with fakesnow.patch():
    cursor = snowflake.connector.connect(database="RAW", schema="EXCHANGE").cursor()
    ((whole,),) = cursor.execute("select 1 / 0").fetchall()
    ((number,),) = cursor.execute("select 1::number(38, 18) / 0::number(38, 18)").fetchall()
print(whole, number)
assert math.isinf(whole) and math.isinf(number)
PY
