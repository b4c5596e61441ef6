#!/usr/bin/env bash
# Guess: distinct() over two 19-digit order ids and a null brings three rows.
# Seen:  snowflake-snowpark-python 1.56.0, local testing: two rows. The null makes floats of the ids, and the last digit
#        that tells them apart is gone. Without the null both ids are there.
# So:    ids as text, in tests as well.
source "$(dirname "$0")/lib/sandbox.bash"
install 'snowflake-snowpark-python[localtest]==1.56.0' pandas==3.1.1 numpy==2.4.6
python -W ignore - <<'PY'
from snowflake.snowpark import Session

session = Session.builder.config("local_testing", True).create()
ids = [(6142909898247428343,), (6142909898247428344,)]
with_null = session.create_dataframe([*ids, (None,)], schema=["order_id"]).distinct().collect()
without = session.create_dataframe(ids, schema=["order_id"]).distinct().collect()
print(with_null, without)
assert len(without) == 2 and len(with_null) == 2, (with_null, without)
PY
