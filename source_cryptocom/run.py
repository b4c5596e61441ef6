"""The command line: `source-cryptocom spec|check|discover|read`."""

import logging
import sys

from airbyte_cdk.entrypoint import AirbyteEntrypoint, launch
from airbyte_cdk.utils import AirbyteTracedException

from source_cryptocom.source import SourceCryptocom


def run(args: list[str] | None = None) -> None:
    """Runs a command; without one, prints help. Exits with 1 when a sync or a command fails, 2 for wrong arguments."""
    arguments = sys.argv[1:] if args is None else args
    if not arguments:
        _print_help()
    try:
        launch(SourceCryptocom(), arguments)
    except AirbyteTracedException as error:
        # The CDK's hook would log the traceback first; this error is a sentence already.
        logging.getLogger("airbyte").fatal(str(error))
        error.emit_message()
        sys.exit(1)


def _print_help() -> None:
    try:
        AirbyteEntrypoint.parse_args(["--help"])
    except SystemExit:
        sys.exit(2)
