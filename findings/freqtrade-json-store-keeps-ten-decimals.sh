#!/usr/bin/env bash
# Guess: a candle comes back from freqtrade's data folder with the float that was stored.
# Seen:  freqtrade 2026.9: from its JSON store a close of 0.00000000012345678 comes back as 0.0000000001, 19 % lower; from
#        feather and parquet it comes back as it was. Prices of that size exist on the exchange (14 decimals).
# So:    --data-format-ohlcv feather or parquet.
source "$(dirname "$0")/lib/sandbox.bash"
install freqtrade==2026.9
python -W ignore - <<'PY'
from pathlib import Path

import pandas as pd
from freqtrade.data.history.datahandlers import get_datahandler
from freqtrade.enums import CandleType

price = 0.00000000012345678
frame = pd.DataFrame([["2026-08-16 10:00", price, price, price, price, 1.0]], columns="date open high low close volume".split())
frame["date"] = pd.to_datetime(frame["date"], utc=True)
seen = {}
for form in ("json", "feather", "parquet"):
    folder = Path(form)
    folder.mkdir()
    store = get_datahandler(folder, form)
    store.ohlcv_store("SATS/USD", "1h", frame, CandleType.SPOT)
    (seen[form],) = store.ohlcv_load("SATS/USD", "1h", CandleType.SPOT, fill_missing=False, drop_incomplete=False).close
print(seen)
assert seen == {"json": 1e-10, "feather": price, "parquet": price}, seen
PY
