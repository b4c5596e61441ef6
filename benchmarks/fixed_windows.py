"""The connector as a command, unpaced, its windows of account history a day wide whatever the exchange serves."""

import sys

from integration_tests.impatient import impatient
from source_cryptocom.retrievers.history import window_widths
from source_cryptocom.run import run

if __name__ == "__main__":
    window_widths.MAX_FAILED_TRIALS = 0
    with impatient():
        run(sys.argv[1:])
