"""What the command line does not import, and that it is there for who asks for it."""

import subprocess
import sys

SCRIPT = """
import sys
from source_cryptocom.run import run

run(["spec"])
imported = {name for name in sys.modules if sys.modules[name]}
assert not [name for name in imported if name.startswith("airbyte_cdk.sources.declarative")], "low-code sources"
assert not imported & {"boto3", "redis", "pymongo", "airbyte_cdk.destinations"}, "databases, destinations"
from airbyte_cdk import AirbyteEntrypoint, YamlDeclarativeSource
from airbyte_cdk.entrypoint import AirbyteEntrypoint as the_same
assert AirbyteEntrypoint is the_same
assert YamlDeclarativeSource
import boto3
"""


def test_spec_imports_neither_low_code_sources_nor_databases_and_hides_neither() -> None:
    finished = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    assert '"type":"SPEC"' in finished.stdout
