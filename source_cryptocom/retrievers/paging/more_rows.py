"""Answers that say themselves that there are more rows than they hold.

No method of account history is documented to. One that begins to is followed where its windows can be asked for in
part, and warned of where they cannot.
"""

from typing import Any

from source_cryptocom.api.row_source import Page
from source_cryptocom.retrievers.base import Table

FLAGS = ("has_more", "hasMore", "has_next", "hasNext")
CURSORS = ("next_cursor", "nextCursor", "next_page", "nextPage", "next")


def announces_more(result: Any) -> bool:
    """True if a result has a set flag, or a cursor, for more rows."""
    if not isinstance(result, dict):
        return False
    return any(str(result.get(name)).lower() in ("true", "1") for name in FLAGS) or any(
        result.get(name) not in (None, "", "0", 0, False) for name in CURSORS
    )


def warn_of_more(table: Table, page: Page) -> None:
    """Warns of rows that a method announces and has no way to ask for."""
    if announces_more(page.result):
        table.warn(
            f"the answer holds {len(page.rows):,} rows and says that there are more. The method's documentation has no "
            "way to ask for them, so the table lacks them. Please report this."
        )
