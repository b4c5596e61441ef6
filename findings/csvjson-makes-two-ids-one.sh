#!/usr/bin/env bash
# Guess: csvkit holds numbers as Decimal, so a 19-digit id goes through csvjson whole.
# Seen:  csvkit 2.2.0: csvsort and csvjoin keep it, csvjson writes 6.142909898247428e+18 for two different ids.
# So:    csvjson --no-inference (-I).
source "$(dirname "$0")/lib/sandbox.bash"
install csvkit==2.2.0 agate==1.14.2
printf 'trade_id,quantity\n6142909898247428343,0.5\n6142909898247428344,0.7\n' > fills.csv
csvsort -c quantity fills.csv | tee sorted
csvjson fills.csv | tee json
grep -q '^6142909898247428344,' sorted
[ "$(grep -o '"trade_id": 6.142909898247428e+18' json | wc -l)" = 2 ]
