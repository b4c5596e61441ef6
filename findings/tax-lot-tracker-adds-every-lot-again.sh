#!/usr/bin/env bash
# Guess: `tax-lot-tracker calculate`, run a second time without new transactions, changes nothing: it says that it
#        processes new ones only, and counts 0 new disposals.
# Seen:  tax-lot-tracker 0.1.0 adds every purchase and reward again as a lot, so that coins that were sold are held.
# So:    only `calculate --recalculate` gives a portfolio that equals the wallet.
source "$(dirname "$0")/lib/sandbox.bash"
install tax-lot-tracker==0.1.0
cat > trades.csv <<'CSV'
timestamp,type,asset,amount,price,fee
2026-01-10 10:30:00,buy,BTC,1,100,1
2026-01-12 10:30:00,staking,CRO,10,0.1,0
2026-03-10 10:30:00,sell,BTC,1,200,2
CSV
tax-lot-tracker import csv trades.csv
tax-lot-tracker calculate
tax-lot-tracker portfolio > once
tax-lot-tracker calculate
tax-lot-tracker portfolio > twice
grep -E '^(BTC|CRO)' once twice
[ "$(grep -c '^BTC' once)" = 0 ]
grep -qE '^BTC +1\.00000000' twice
grep -qE '^CRO +20\.00000000' twice
