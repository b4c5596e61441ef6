#!/usr/bin/env bash
# Guess: a decimal comma, as programs of continental Europe write it into QIF, is read or refused.
# Seen:  quiffen 4.0.1 drops the comma: T12,5 is 125, and T1.234,56 is 1.23456. No warning.
# So:    amounts for QIF are written with a point and without thousands separators.
source "$(dirname "$0")/lib/sandbox.bash"
install quiffen==4.0.1
python - <<'PY'
from decimal import Decimal

from quiffen import Qif


def amount(text: str) -> Decimal:
    qif = Qif.parse_string(f"!Type:Bank\nD08/16/2026\nT{text}\nPfee\n^\n")
    (account,) = qif.accounts.values()
    ((transaction,),) = account.transactions.values()
    return transaction.amount


seen = [amount("12,5"), amount("1.234,56")]
print(seen)
assert seen == [Decimal(125), Decimal("1.23456")], seen
PY
