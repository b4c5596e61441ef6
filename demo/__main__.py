"""Reads every table into DuckDB, builds the books, and shows what came: python -m demo [--config FILE]"""

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import duckdb

from books.dbt_package import BooksNotBuilt, build_books
from books.tax_files import BEANCOUNT, CSV, NAMES, add_options, period_of, write_file
from demo.config_file import demo_config
from demo.console import Console, Problem
from demo.day_prices import read_day_prices
from demo.simulated import simulated_exchange
from demo.summary import show_holdings, show_reconciliation
from source_cryptocom.file_modes import make_private
from source_cryptocom.run import prepare
from source_cryptocom.sync.command import main as sync

DEMO_DATABASE = Path("cryptocom-demo.duckdb")
SYNC_DATABASE = Path("cryptocom.duckdb")
DEMO_TABLES = "all,mark_price,index_price"
"""Of the real exchange, a sync leaves out the last two: two or three prices a minute of 930 instruments."""
SIMULATED_MARKET = {"cryptocom_checks_left_out": ["candles_agree_with_trades"]}
"""It draws candles and trades apart: they cannot agree."""


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """`config` (None: the simulated exchange), `database`, and how much of the simulated exchange to read."""
    parser = argparse.ArgumentParser("python -m demo", description="Read every table into a DuckDB file.")
    parser.add_argument("--config", type=Path, help="config of the connector; without it an exchange is simulated")
    parser.add_argument(
        "--database", type=Path, help=f"default {DEMO_DATABASE}, made anew each time; with --config {SYNC_DATABASE}"
    )
    parser.add_argument("--tax", choices=(*NAMES, CSV), help="also write the file that this tax program imports")
    add_options(parser)
    parser.add_argument("--tables", help="those to read, as of source-cryptocom sync")
    parser.add_argument("--instruments", type=int, default=24, help="of the simulated exchange (all: 930)")
    parser.add_argument("--days", type=int, default=25, help="of the simulated account's history")
    parsed = parser.parse_args(argv)
    parsed.period = period_of(parsed)
    parsed.tax = parsed.tax or (CSV if parsed.mart else None)
    if (parsed.tax == CSV) != bool(parsed.mart):
        parser.error("--tax csv needs --mart, for example --mart gain; no other format takes one.")
    parsed.database = parsed.database or (SYNC_DATABASE if parsed.config else DEMO_DATABASE)
    return parsed


def main(argv: list[str] | None = None) -> int:
    """The exit code: that of the sync, or 1 after a sentence that says why there are no books."""
    prepare()
    options = arguments(argv)
    console = Console()
    with ExitStack() as running:
        try:
            config = options.config
            if config is None:
                base_url = running.enter_context(simulated_exchange(console, options.days, options.instruments))
                config = Path(running.enter_context(tempfile.TemporaryDirectory())) / "config.json"
                config.write_text(json.dumps(demo_config(base_url, options.days)))
                _forget(options.database)
                options.tables = options.tables or DEMO_TABLES
            console.step(f"reading {options.tables or 'what the config opens'} into {options.database}")
            chosen = ["--tables", options.tables] if options.tables else []
            if code := sync(["--to", str(options.database), "--config", str(config), *chosen]):
                return code
            if with_account := _holds_an_account(options.database):
                console.step("reading the day candles of the account's currencies")
                if code := read_day_prices(config, options.database):
                    return code
                console.step("building the books with dbt")
                _build(options.database, SIMULATED_MARKET if not options.config else {})
        except Problem as problem:
            console.step(str(problem))
            return 1
    if not with_account:
        print("\nWithout a key there are no books to show.")
        print(f"\nDatabase  {options.database.resolve()}")
        return 0
    show_holdings(options.database)
    show_reconciliation(options.database)
    # What draws takes some seconds to load as well.
    from books.report import write_report  # noqa: PLC0415

    report = write_report(options.database, options.database.with_suffix(".html"))
    make_private(report)
    print(f"\nDatabase  {options.database.resolve()}")
    print(f"Report    {report.resolve()}")
    if options.tax:
        kind = options.mart or options.tax
        name = "-".join(filter(None, [options.database.stem, kind, options.account, options.period.name]))
        target = options.database.with_name(f"{name}.{'beancount' if options.tax == BEANCOUNT else 'csv'}").resolve()
        print(f"Tax file  {write_file(options.tax, options.database, target, options)}")
    return 0


def _build(database: Path, variables: Mapping[str, Any]) -> None:
    """Raises Problem. dbt keeps its own files beside the database, where the next build finds them."""
    try:
        build_books(database, database.parent / ".cache" / "books", variables)
    except BooksNotBuilt as error:
        raise Problem(f"The books could not be built from {database}: {error}") from None


def _holds_an_account(database: Path) -> bool:
    # The config says so, too, but the key in it is for the connector's process alone.
    with duckdb.connect(str(database), read_only=True) as connection:
        return bool(connection.execute("FROM duckdb_tables() WHERE table_name = 'user_balance'").fetchall())


def _forget(database: Path) -> None:
    """Each simulated exchange is another world: rows and state of the last one do not fit it."""
    for path in (database, database.with_name(f"{database.name}.wal")):
        path.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
