"""The commands of the Airbyte protocol: spec, check, discover and read."""

import argparse
import ctypes
import gc
import logging
import sys
from collections import defaultdict
from collections.abc import Iterable
from contextlib import ExitStack
from typing import Any, NoReturn

from airbyte_cdk.entrypoint import AirbyteEntrypoint
from airbyte_cdk.logger import PRINT_BUFFER
from airbyte_cdk.models import AirbyteMessage
from airbyte_cdk.sources.connector_state_manager import HashableStreamDescriptor
from airbyte_cdk.utils import AirbyteTracedException

from source_cryptocom.api.connection_errors import exhausted_resource
from source_cryptocom.concurrency.record_page import RecordPage
from source_cryptocom.logs.redaction import mask_log, redact_trace
from source_cryptocom.shutdown import immediate_shutdown, nobody_reads
from source_cryptocom.source import SourceCryptocom

LOGGER = logging.getLogger("airbyte")
_ARENA_MAX = -8
"""M_ARENA_MAX of glibc's malloc.h."""
_UNEXPECTED = "The connector has failed ({}). Please report this with the connector's log."


def launch(options: argparse.Namespace, source: SourceCryptocom | None = None) -> None:
    """Runs the command that `options` hold, of `source` or of a source of its own. Exits with 1 when it fails."""
    _tune_interpreter()
    for handler in logging.getLogger().handlers:
        mask_log(handler)
    with immediate_shutdown(), ExitStack() as at_exit:
        try:
            _launch(source or SourceCryptocom(at_exit), options)
        except AirbyteTracedException as error:
            _fail(error)
        except Exception as error:
            if nobody_reads(error):
                raise
            if exhausted := exhausted_resource(error):
                _fail(exhausted)
            LOGGER.exception("The connector has failed")
            _fail(AirbyteTracedException.from_exception(error, message=_UNEXPECTED.format(type(error).__name__)))


class _Entrypoint(AirbyteEntrypoint):
    """Writes pages of records as they are, where the CDK serialises and writes each record."""

    def __init__(self, source: SourceCryptocom) -> None:
        super().__init__(source)
        source.emits_pages = True

    def read(self, *arguments: Any) -> Iterable[AirbyteMessage]:
        """All messages but the pages, which are on stdout already when the next message comes."""
        for message in super().read(*arguments):
            if isinstance(message, RecordPage):
                sys.stdout.write(message.lines)
            else:
                yield message

    @staticmethod
    def handle_record_counts(
        message: AirbyteMessage, counts: defaultdict[HashableStreamDescriptor, float]
    ) -> AirbyteMessage:
        """Counts the records of a page, and puts the number into the next STATE of its table."""
        if not isinstance(message, RecordPage):
            return AirbyteEntrypoint.handle_record_counts(message, counts)
        counts[HashableStreamDescriptor(name=message.table)] += message.count
        return message


def _launch(source: SourceCryptocom, options: argparse.Namespace) -> None:
    """The CDK's launch with one write a message in place of the two that its print makes."""
    entrypoint = _Entrypoint(source)
    with PRINT_BUFFER:
        for message in entrypoint.run(options):
            sys.stdout.write(f"{message}\n")


def _tune_interpreter() -> None:
    """Pages of records make many objects and no cycles: Python's collector would take a tenth of the time per record.

    And a worker whose next request may leave would wait five ms for the thread that prints: now it waits one.
    """
    gc.freeze()
    gc.set_threshold(50_000)
    sys.setswitchinterval(0.001)
    if sys.platform == "linux":
        _share_heaps()


def _share_heaps() -> None:
    """glibc gives threads heaps of their own, eight for each core, and one does not use what is free in another.

    With two of them for all workers a sync takes a quarter less memory. Other C libraries have no such setting.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt:
        mallopt(_ARENA_MAX, 2)


def _fail(error: AirbyteTracedException) -> NoReturn:
    """The CDK's hook would log the traceback first, and mask the finished JSON: a short secret would break it."""
    LOGGER.fatal(str(error))
    message = redact_trace(error.as_airbyte_message())
    print(AirbyteEntrypoint.airbyte_message_to_string(message), flush=True)
    sys.exit(1)
