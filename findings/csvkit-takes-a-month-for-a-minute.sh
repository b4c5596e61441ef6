#!/usr/bin/env bash
# Guess: the timeframes 5m and 1M of a candle table stay text.
# Seen:  csvkit 2.2.0 reads a column of them as durations, and the case is lost: 1M, a month, is 0:01:00, as 1m is. After
#        csvsort or csvjoin candles of a month and of a minute have one key.
# So:    csvkit is called with --no-inference (-I).
source "$(dirname "$0")/lib/sandbox.bash"
install csvkit==2.2.0 agate==1.14.2
printf 'timeframe,close\n1m,1.5\n1M,2.5\n' > candles.csv
csvsort -c close candles.csv | tee sorted
csvsort -I -c close candles.csv | tee plain
[ "$(cut -d, -f1 sorted | tail -n 2 | sort -u)" = "0:01:00" ]
[ "$(cut -d, -f1 plain | tail -n 2 | tr '\n' ' ')" = "1m 1M " ]
