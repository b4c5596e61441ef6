#!/usr/bin/env bash
# Guess: of two versions of one candle freqtrade keeps the later row.
# Seen:  freqtrade 2026.9 mixes them: open of the first, close of the last, the highest high, the lowest low and the
#        largest volume. A spike that the exchange has taken back stays in the data for ever.
# So:    deduplicate candles on instrument, timeframe and timestamp before they are handed over.
source "$(dirname "$0")/lib/sandbox.bash"
install freqtrade==2026.9
python -W ignore - <<'PY'
import pandas as pd
from freqtrade.data.converter import clean_ohlcv_dataframe

versions = [("2026-08-16 10:00", 100.0, 999.0, 99.0, 100.5, 50.0), ("2026-08-16 10:00", 100.0, 101.0, 99.5, 100.6, 5.0)]
frame = pd.DataFrame(versions, columns=["date", "open", "high", "low", "close", "volume"])
frame["date"] = pd.to_datetime(frame["date"], utc=True)
(seen,) = clean_ohlcv_dataframe(frame, "1h", "BTC/USD", fill_missing=False, drop_incomplete=False).itertuples(index=False)
print(seen)
assert tuple(seen)[1:] == (100.0, 999.0, 99.0, 100.6, 50.0), seen
PY
