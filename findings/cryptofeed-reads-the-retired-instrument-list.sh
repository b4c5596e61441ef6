#!/usr/bin/env bash
# Guess: cryptofeed reads the instrument list that the exchange has served since 2023 (exchange/v1).
# Seen:  cryptofeed 2.4.1, the newest for Python 3.11, asks /v2/public/get-instruments, and the answer of today's method
#        ends in KeyError: 'instruments'.
# So:    its recordings of this exchange end where the old API did; they cannot be joined with later trades.
source "$(dirname "$0")/lib/sandbox.bash"
install cryptofeed==2.4.1
python - <<'PY'
from cryptofeed.exchanges.cryptodotcom import CryptoDotCom

(rest,) = CryptoDotCom.rest_endpoints
assert rest.routes.instruments == "/v2/public/get-instruments", rest.routes
today = {
    "code": 0,
    "result": {"data": [{"symbol": "BTC_USD", "inst_type": "CCY_PAIR", "base_ccy": "BTC", "quote_ccy": "USD"}]},
}
try:
    CryptoDotCom._parse_symbol_data(today)
except KeyError as error:
    print("KeyError", error)
    assert error.args == ("instruments",)
else:
    raise SystemExit("cryptofeed reads today's list now")
PY
