#!/usr/bin/env bash
# Guess: the compound annual growth rate of a series with dates is taken from its dates.
# Seen:  quantstats 0.0.86 and empyrical-reloaded take 252 rows for a year. An account that is open every day and gains
#        43.46 % in the 365 days of a year shows 28.21 %. ffn 1.4.1 takes the dates and says 43 %.
# So:    daily values of an exchange account need periods=365 wherever a library annualises.
source "$(dirname "$0")/lib/sandbox.bash"
install quantstats==0.0.86 empyrical-reloaded==0.7.1 ffn==1.4.1 pandas==3.1.1 numpy==2.4.6
python -W ignore - <<'PY'
import empyrical
import ffn
import numpy as np
import pandas as pd
import quantstats

days = pd.date_range("2025-01-01", periods=366, freq="D")
returns = pd.Series(0.001 + 0.01 * np.sin(np.arange(366)), index=days)
value = (1 + returns).cumprod()
truth = float(value.iloc[-1] - 1)
seen = [float(quantstats.stats.cagr(returns)), float(empyrical.cagr(returns))]
by_dates = float(ffn.calc_cagr(value))
print(f"gained {truth:.4f}, quantstats and empyrical say {seen}, ffn {by_dates:.4f}")
assert abs(truth - 0.4346) < 1e-4 and abs(by_dates - 0.4335) < 1e-3
assert all(abs(rate - 0.2821) < 1e-4 for rate in seen), seen
assert abs(float(quantstats.stats.cagr(returns, periods=365)) - truth) < 2e-3
PY
