"""The command line: `source-cryptocom spec|check|discover|read`, and `doctor`."""

import codecs
import gc
import io
import logging
import sys
from collections import defaultdict
from contextlib import ExitStack, suppress
from functools import cache
from typing import NoReturn

from airbyte_cdk.entrypoint import AirbyteEntrypoint
from airbyte_cdk.logger import PRINT_BUFFER
from airbyte_cdk.models import AirbyteMessage
from airbyte_cdk.sources.connector_state_manager import HashableStreamDescriptor
from airbyte_cdk.utils import AirbyteTracedException

from source_cryptocom.doctor.command import main as doctor
from source_cryptocom.logs.redaction import mask_log, redact_trace
from source_cryptocom.shutdown import immediate_shutdown, nobody_reads
from source_cryptocom.source import SourceCryptocom

LOGGER = logging.getLogger("airbyte")
_UNEXPECTED = "The connector has failed ({}). Please report this with the connector's log."


def run(args: list[str] | None = None) -> None:
    """Runs a command; without one, prints help. Exits with 1 when a sync or a command fails, 2 for wrong arguments."""
    arguments = sys.argv[1:] if args is None else args
    _write_utf8()
    _tune_interpreter()
    if not arguments or arguments[0] in {"-h", "--help"}:
        _print_help()
        sys.exit(0 if arguments else 2)
    if arguments[0] == "doctor":
        sys.exit(doctor(arguments[1:]))
    for handler in logging.getLogger().handlers:
        mask_log(handler)
    with immediate_shutdown(), ExitStack() as at_exit:
        try:
            _launch(SourceCryptocom(at_exit), arguments)
        except AirbyteTracedException as error:
            _fail(error)
        except Exception as error:
            if nobody_reads(error):
                raise
            LOGGER.exception("The connector has failed")
            _fail(AirbyteTracedException.from_exception(error, message=_UNEXPECTED.format(type(error).__name__)))


class _Entrypoint(AirbyteEntrypoint):
    """Remembers the descriptor by which a table's records are counted: the CDK makes one for each record."""

    @staticmethod
    def handle_record_counts(
        message: AirbyteMessage, counts: defaultdict[HashableStreamDescriptor, float]
    ) -> AirbyteMessage:
        if message.record is None:
            return AirbyteEntrypoint.handle_record_counts(message, counts)
        counts[_descriptor(message.record.stream)] += 1
        return message


@cache
def _descriptor(table: str) -> HashableStreamDescriptor:
    return HashableStreamDescriptor(name=table)


def _launch(source: SourceCryptocom, arguments: list[str]) -> None:
    """The CDK's launch with one write a message: its print makes two, which cost a quarter of the time per record."""
    entrypoint = _Entrypoint(source)
    parsed = entrypoint.parse_args(arguments)
    with PRINT_BUFFER:
        for message in entrypoint.run(parsed):
            sys.stdout.write(f"{message}\n")


def _tune_interpreter() -> None:
    """Pages of records make many objects and no cycles: Python's collector would take a tenth of the time per record.

    And a worker whose next request may leave would wait five ms for the thread that prints: now it waits one.
    """
    gc.freeze()
    gc.set_threshold(50_000)
    sys.setswitchinterval(0.001)


def _write_utf8() -> None:
    """The protocol is UTF-8 whatever the locale; what UTF-8 cannot hold is escaped."""
    for stream in (sys.__stdout__, sys.__stderr__):
        if isinstance(stream, io.TextIOWrapper) and codecs.lookup(stream.encoding).name != "utf-8":
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _fail(error: AirbyteTracedException) -> NoReturn:
    """The CDK's hook would log the traceback first, and mask the finished JSON: a short secret would break it."""
    LOGGER.fatal(str(error))
    message = redact_trace(error.as_airbyte_message())
    print(AirbyteEntrypoint.airbyte_message_to_string(message), flush=True)
    sys.exit(1)


def _print_help() -> None:
    with suppress(SystemExit):
        AirbyteEntrypoint.parse_args(["--help"])
    print("    doctor              says what this account and this exchange really do, to be shown to others")
