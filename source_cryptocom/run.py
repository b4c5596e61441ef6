"""The command line: `source-cryptocom spec|check|discover|read`, and `doctor`."""

import io
import logging
import os
import signal
import sys
from contextlib import suppress
from typing import NoReturn

from airbyte_cdk.entrypoint import AirbyteEntrypoint, launch
from airbyte_cdk.utils import AirbyteTracedException

from source_cryptocom.doctor.command import main as doctor
from source_cryptocom.logs.redaction import mask_log, redact_trace
from source_cryptocom.source import SourceCryptocom

LOGGER = logging.getLogger("airbyte")


def run(args: list[str] | None = None) -> None:
    """Runs a command; without one, prints help. Exits with 1 when a sync or a command fails, 2 for wrong arguments."""
    arguments = sys.argv[1:] if args is None else args
    _write_utf8()
    if not arguments:
        _print_help()
    if arguments[0] == "doctor":
        sys.exit(doctor(arguments[1:]))
    for handler in logging.getLogger().handlers:
        mask_log(handler)
    try:
        launch(SourceCryptocom(), arguments)
    except AirbyteTracedException as error:
        _fail(error)
    except KeyboardInterrupt:
        # The interpreter would wait for workers that wait for their next attempt.
        with suppress(OSError):
            sys.stdout.flush()
        os._exit(128 + signal.SIGINT)
    except BrokenPipeError:
        # Nobody listens any more. What is still buffered goes nowhere, or the interpreter would stumble over it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.exit(1)
    except Exception as error:
        LOGGER.exception("The connector has failed")
        sentence = f"The connector has failed ({type(error).__name__}). Please report this with the connector's log."
        _fail(AirbyteTracedException.from_exception(error, message=sentence))


def _write_utf8() -> None:
    """Airbyte's messages are UTF-8. Windows would write what is piped in an encoding of its own."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")


def _fail(error: AirbyteTracedException) -> NoReturn:
    """The CDK's hook would log the traceback first, and mask the finished JSON: a short secret would break it."""
    LOGGER.fatal(str(error))
    message = redact_trace(error.as_airbyte_message())
    print(AirbyteEntrypoint.airbyte_message_to_string(message), flush=True)
    sys.exit(1)


def _print_help() -> NoReturn:
    with suppress(SystemExit):
        AirbyteEntrypoint.parse_args(["--help"])
    print("doctor --config FILE: says what this account and this exchange really do, to be shown to others")
    sys.exit(2)
