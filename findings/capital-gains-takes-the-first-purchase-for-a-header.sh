#!/usr/bin/env bash
# Guess: each line of the input is an entry, as its README says.
# Seen:  capital-gains 1.0.8 drops the first line unread: the first purchase is gone, and the sale is laid beside the
#        second one. No warning.
# So:    a file for it begins with the line date,symbol,name,shares,price,fee.
source "$(dirname "$0")/lib/sandbox.bash"
install capital-gains==1.0.8
cat > trades.csv <<'CSV'
2026-01-10,ETH,,1,2000,
2026-01-11,ETH,,1,3000,
2026-06-10,ETH,,-1,2500,
CSV
capital-gains trades.csv > without
{ echo date,symbol,name,shares,price,fee; cat trades.csv; } > with-header.csv
capital-gains with-header.csv > with
grep -h 'ETH' without with
grep -qE '2026-01-11 .* -500$' without
grep -qE '2026-01-10 .* 500$' with
