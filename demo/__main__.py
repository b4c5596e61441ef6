"""Reads every table into DuckDB, builds the books, and shows what came: python -m demo [--config FILE]"""

import argparse
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from books.dbt_package import BooksNotBuilt, build_books
from books.tax_files import FORMATS, write_tax_file
from demo.config_file import demo_config, read_config
from demo.console import Console, Problem
from demo.simulated import simulated_exchange
from demo.summary import show_holdings, show_reconciliation, show_tables

DEMO_DATABASE = Path("cryptocom-demo.duckdb")
SYNC_DATABASE = Path("cryptocom.duckdb")
LEFT_OUT = ("mark_price", "index_price")
"""Of the real exchange: two or three prices a minute of 930 instruments, and the books need none of them."""
SIMULATED_MARKET = {"cryptocom_checks_left_out": ["candles_agree_with_trades"]}
"""It draws candles and trades apart: they cannot agree."""


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """`config` (None: the simulated exchange), `database`, and how much of the simulated exchange to read."""
    parser = argparse.ArgumentParser("python -m demo", description="Read every table into a DuckDB file.")
    parser.add_argument("--config", type=Path, help="config of the connector; without it an exchange is simulated")
    parser.add_argument(
        "--database", type=Path, help=f"default {DEMO_DATABASE}, made anew each time; with --config {SYNC_DATABASE}"
    )
    parser.add_argument("--tax", choices=sorted(FORMATS), help="also write the file that this tax program imports")
    parser.add_argument("--instruments", type=int, default=24, help="of the simulated exchange (all: 930)")
    parser.add_argument("--days", type=int, default=25, help="of the simulated account's history")
    parsed = parser.parse_args(argv)
    parsed.database = parsed.database or (SYNC_DATABASE if parsed.config else DEMO_DATABASE)
    return parsed


def main(argv: list[str] | None = None) -> int:
    """The exit code: 0 when every table was read, else 1 after a sentence that says why not."""
    options = arguments(argv)
    console = Console()
    with ExitStack() as running:
        try:
            if options.config:
                config = read_config(options.config)
            else:
                base_url = running.enter_context(simulated_exchange(console, options.days, options.instruments))
                config = demo_config(base_url, options.days)
                _forget(options.database)
            console.step("loading PyAirbyte")
            # It takes some seconds: not before the first line is on the screen.
            from demo.loading import load  # noqa: PLC0415

            tables = load(config, options.database, console, LEFT_OUT if options.config else ())
            if config.get("api_key"):
                console.step("building the books with dbt")
                _build(options.database, SIMULATED_MARKET if not options.config else {})
        except Problem as problem:
            console.step(str(problem))
            return 1
    show_tables(options.database, tables)
    if not config.get("api_key"):
        print("\nWithout a key there are no books to show.")
        print(f"\nDatabase  {options.database.resolve()}")
        return 0
    show_holdings(options.database)
    show_reconciliation(options.database)
    # What draws takes some seconds to load as well.
    from books.report import write_report  # noqa: PLC0415

    report = write_report(options.database, options.database.with_suffix(".html"))
    print(f"\nDatabase  {options.database.resolve()}")
    print(f"Report    {report.resolve()}")
    if options.tax:
        target = options.database.with_name(f"{options.database.stem}-{options.tax}.csv")
        print(f"Tax file  {target.resolve()}, {write_tax_file(options.tax, options.database, target)} rows")
    return 0


def _build(database: Path, variables: Mapping[str, Any]) -> None:
    """Raises Problem. dbt keeps its own files beside the database, where the next build finds them."""
    try:
        build_books(database, database.parent / ".cache" / "books", variables)
    except BooksNotBuilt as error:
        raise Problem(f"The books could not be built from {database}: {error}") from None


def _forget(database: Path) -> None:
    """Each simulated exchange is another world: rows and state of the last one do not fit it."""
    for path in (database, database.with_name(f"{database.name}.wal")):
        path.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
