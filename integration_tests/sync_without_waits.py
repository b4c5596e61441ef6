"""`source-cryptocom sync` without the waits of the connector that it starts. For a simulated exchange only.

`python -m integration_tests.sync_without_waits --to ...`; like the command, it imports no connector itself.
"""

import sys
from unittest import mock

from source_cryptocom.run import run
from source_cryptocom.sync import connector_process

CONNECTOR = """
from integration_tests.without_waits import without_waits
from source_cryptocom.sync.connector import main
with without_waits():
    main()
"""

if __name__ == "__main__":
    with mock.patch.object(connector_process, "COMMAND", (sys.executable, "-c", CONNECTOR)):
        run(["sync", *sys.argv[1:]])
