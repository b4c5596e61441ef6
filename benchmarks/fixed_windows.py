"""The connector as a command, unpaced, its windows of account history a day wide whatever the exchange serves."""

import sys
from dataclasses import replace

from integration_tests.impatient import impatient
from source_cryptocom.run import run
from source_cryptocom.streams.history import OrderHistory

if __name__ == "__main__":
    OrderHistory.retriever = replace(OrderHistory.retriever, grows=False)
    with impatient():
        run(sys.argv[1:])
