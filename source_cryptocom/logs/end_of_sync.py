"""What is said once when a sync has ended."""

import logging
from collections.abc import Iterable

from airbyte_cdk.sources.streams import Stream

from source_cryptocom.logs.redaction import redact
from source_cryptocom.state.market_cursor import SnapshotCursor
from source_cryptocom.state.series_positions import join_names
from source_cryptocom.streams import ExchangeStream

LOGGER = logging.getLogger("airbyte")


def tell_of_unknown_fields(streams: Iterable[Stream]) -> None:
    """Says once which fields the exchange has added, as far as their tables were read."""
    unknown = {stream.name: stream.unknown_fields() for stream in streams if isinstance(stream, ExchangeStream)}
    named = "; ".join(f"{table}: {redact(join_names(fields))[:200]}" for table, fields in unknown.items() if fields)
    if named:
        LOGGER.info(
            f"The exchange sent fields that the schema does not know: {named}. The records have them, but a "
            "destination with typed columns has none for them until a later version of this connector names them."
        )


def warn_of_tables_left_alone(streams: Iterable[Stream], hours: float) -> None:
    """Says once why tables emitted nothing: an empty sync that succeeds looks as if there were nothing new."""
    cursors = {stream.name: stream.reader.cursor for stream in streams if isinstance(stream, ExchangeStream)}
    names = [name for name, cursor in cursors.items() if isinstance(cursor, SnapshotCursor) and cursor.left_alone]
    if names:
        LOGGER.warning(
            f"{', '.join(names)}: nothing was read, because the last sync was less than {hours:g} hours ago "
            "(hours_between_syncs). Set it to 0, or to the hours of your schedule, to read market tables more often."
        )
