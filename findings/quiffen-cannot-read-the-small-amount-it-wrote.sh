#!/usr/bin/env bash
# Guess: a QIF file that quiffen writes is read by quiffen, whatever the amount.
# Seen:  quiffen 4.0.1 writes an amount of 0.00000001 as T1E-8, and refuses its own line with InvalidOperation.
# So:    dust goes into a QIF file as text with all its zeros, written by hand.
source "$(dirname "$0")/lib/sandbox.bash"
install quiffen==4.0.1
python - <<'PY'
from decimal import Decimal, InvalidOperation

from quiffen import Account, AccountType, Qif, Transaction

account = Account(name="exchange")
account.set_header(AccountType.BANK)
account.add_transaction(Transaction(date="2026-08-16", amount=Decimal("0.00000001")), header=AccountType.BANK)
qif = Qif()
qif.add_account(account)
written = qif.to_qif()
assert "\nT1E-8\n" in written, written
try:
    Qif.parse_string(written)
except InvalidOperation:
    print("written as T1E-8, refused when read")
else:
    raise SystemExit("quiffen reads its own small amount now")
PY
