"""`make demo` and `make sync`: every table through the real entrypoint and PyAirbyte into a DuckDB file."""

import os
import warnings

# PyAirbyte reads these when it is imported. It would look the connector up in Airbyte's registry, where it is not, and
# fail without network; and report its use.
os.environ.setdefault("AIRBYTE_OFFLINE_MODE", "1")
os.environ.setdefault("DO_NOT_TRACK", "1")
# One of PyAirbyte's dependencies announces the end of support of the Python in use.
warnings.filterwarnings("ignore", category=FutureWarning, module="google")
