#!/usr/bin/env bash
# Guess: an integer column that a later append does not have is null there.
# Seen:  arcticdb 6.28.2, dynamic schema: the column reads as 0, an id or a count that nobody sent; text is None, as
#        guessed. And one append of 0.5 makes floats of all ids that stand before it.
# So:    ids are stored as text, and every append has every column.
source "$(dirname "$0")/lib/sandbox.bash"
install arcticdb==6.28.2 pandas==2.3.3 numpy==2.4.6
python -W ignore - <<'PY'
import arcticdb
import pandas as pd


def at(hour: int) -> pd.DatetimeIndex:
    return pd.DatetimeIndex([pd.Timestamp("2026-08-16", tz="UTC") + pd.Timedelta(hours=hour)])


store = arcticdb.Arctic("lmdb://./store")
library = store.get_library("fills", create_if_missing=True, library_options=arcticdb.LibraryOptions(dynamic_schema=True))
order_id = 6142909898247428343
library.write("absent", pd.DataFrame({"order_id": [order_id], "side": ["BUY"]}, index=at(0)))
library.append("absent", pd.DataFrame({"side": ["SELL"]}, index=at(1)))
absent = library.read("absent").data.order_id.tolist()
library.write("mixed", pd.DataFrame({"order_id": [order_id]}, index=at(0)))
library.append("mixed", pd.DataFrame({"order_id": [0.5]}, index=at(1)))
mixed = library.read("mixed").data.order_id.tolist()
print(absent, mixed)
assert absent == [order_id, 0], absent
assert int(mixed[0]) != order_id, mixed
PY
