#!/usr/bin/env bash
# Guess: a trade at 23:30+02:00 is written into the Koinly file as 21:30 UTC.
# Seen:  pulse-tax 0.1.0 writes "23:30:00 UTC": it prints the hour and adds the word. Near New Year the trade
#        changes its tax year; and a deposit of 1E-18 ETH is written as 0.00000000.
# So:    times are converted to UTC before they are handed to it.
source "$(dirname "$0")/lib/sandbox.bash"
install pulse-tax==0.1.0
python - <<'PY'
from datetime import datetime, timedelta, timezone

from pulse_tax.exporters import KoinlyExporter
from pulse_tax.models import Trade, Transfer

east = datetime(2027, 1, 1, 0, 30, tzinfo=timezone(timedelta(hours=2)))
trade = Trade("crypto.com", "1", east, "ETH/USD", "ETH", "USD", "buy", 1.0, 2000.0, 0.0, "USD", 2000.0)
dust = Transfer("crypto.com", "2", east, "ETH", 1e-18, "deposit")
written = KoinlyExporter().export([trade], [dust])
print(written)
assert "2027-01-01 00:30:00 UTC" in written and "2026-12-31 22:30:00" not in written
assert "0.00000000,ETH" in written
PY
