#!/usr/bin/env bash
# Guess: MERGE with a key twice in its source ends in an error, as it does in Snowflake by default
#        (ERROR_ON_NONDETERMINISTIC_MERGE, Snowflake's documentation).
# Seen:  fakesnow 0.12.1 says that 2 rows were updated and keeps the first of the two versions, the older one.
# So:    a merge that was only tested there may stop in Snowflake: remove duplicates before it.
source "$(dirname "$0")/lib/sandbox.bash"
install fakesnow==0.12.1 snowflake-connector-python==4.8.1 duckdb==2.0.1
python -W ignore - <<'PY'
import fakesnow
import snowflake.connector

with fakesnow.patch():
    cursor = snowflake.connector.connect(database="RAW", schema="EXCHANGE").cursor()
    cursor.execute("create table orders (order_id varchar, status varchar)")
    cursor.execute("insert into orders values ('1', 'ACTIVE')")
    source = "select * from values ('1', 'ACTIVE'), ('1', 'FILLED')"
    merge = f"merge into orders using ({source}) s(order_id, status) on orders.order_id = s.order_id"
    counts = cursor.execute(merge + " when matched then update set status = s.status").fetchall()
    seen = cursor.execute("select * from orders").fetchall()
print(counts, seen)
assert seen == [("1", "ACTIVE")] and int(counts[0][-1]) == 2, (counts, seen)
PY
