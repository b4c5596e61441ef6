"""The connector as a command, unpaced, its windows of account history a day wide whatever the exchange serves."""

import sys

from integration_tests.without_waits import without_waits
from source_cryptocom.retrievers.history import window_widths
from source_cryptocom.run import run

if __name__ == "__main__":
    window_widths.MAX_FAILED_TRIALS = 0
    with without_waits():
        run(sys.argv[1:])
