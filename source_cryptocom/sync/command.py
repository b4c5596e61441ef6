"""The command line of the sync: `source-cryptocom sync --to TARGET`."""

import argparse
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from importlib.resources import files
from importlib.util import find_spec
from typing import Any

import yaml

from source_cryptocom.clock import moment_of
from source_cryptocom.sync.connector_process import ConnectorFailed, ConnectorProcess, Plan
from source_cryptocom.sync.target import Target, UnusableTarget, parse_target

SLIP, FAILED, INTERRUPTED = 2, 1, 130
OWN_FLAGS = {"instruments", "start_date", "market_start_date", "market_end_date"}
"""Fields of the config that a flag with a name of its own sets."""
DATES = {"from": ("start_date", "market_start_date"), "to_date": ("market_end_date",)}
DESCRIPTION = """\
Reads tables of the Crypto.com Exchange into TARGET, and goes on from there the next time. Without a config, or with one
that has no key, these are the market's; with a key the account's, too."""
EXAMPLES = """\
examples:
  source-cryptocom sync --to candles --tables candlestick --instruments BTC_USD,ETH_USD --from 2025-01-01
  source-cryptocom sync --to account.duckdb --config secrets/config.json --tables account
  source-cryptocom sync --to postgres://me@localhost/crypto --config secrets/config.json
"""


def main(arguments: Sequence[str]) -> int:
    """Runs a sync. 0: every table was read whole; 1: a table or the sync failed; 2: a slip; 130: Ctrl-C."""
    options = _parser().parse_args(arguments)
    if find_spec("dlt") is None:
        return _fail("sync needs more packages: pip install 'source-cryptocom[sync]'", SLIP)
    try:
        with ConnectorProcess() as connector:
            return _sync(connector, options)
    except KeyboardInterrupt:
        return _fail("Stopped. What is loaded stays, and the same command goes on from there.", INTERRUPTED)
    except ConnectorFailed as error:
        return _fail(str(error))


def _sync(connector: ConnectorProcess, options: argparse.Namespace) -> int:
    fields, slips = _fields(options)
    target: Target | None = None
    try:
        target = parse_target(options.to)
    except UnusableTarget as error:
        slips.append(f"--to: {error}")
    # The connector has been loading meanwhile, and says what it thinks of the rest.
    plan = connector.plan(options.config, fields, _names(options.tables))
    slips += plan.slips
    if slips or target is None:
        return _fail("; ".join(slip.rstrip(".") for slip in slips) + ".", SLIP)
    return _transfer(connector, plan, target, options.schema or target.default_schema)


def _transfer(connector: ConnectorProcess, plan: Plan, target: Target, schema: str) -> int:
    # These take a second or more to import, and a slip should be told before.
    from source_cryptocom.sync.collector import Collector  # noqa: PLC0415
    from source_cryptocom.sync.failures import sentence_of  # noqa: PLC0415
    from source_cryptocom.sync.progress import Progress  # noqa: PLC0415
    from source_cryptocom.sync.transfer import Transfer  # noqa: PLC0415
    from source_cryptocom.sync.warehouse import open_warehouse  # noqa: PLC0415

    began = time.monotonic()
    progress = Progress()
    progress.doing(f"opening {target.label}")
    tables = [stream.name for stream in plan.streams]
    try:
        with progress.shown(), open_warehouse(target, schema, plan) as warehouse:
            progress.doing("")
            connector.begin(warehouse.states)
            outcome = Transfer(connector, Collector(plan.streams, warehouse.tables), progress).run(warehouse.load)
            progress.doing(f"writing {target.label}")
            warehouse.export(tables)
            spans = list(warehouse.spans(tables))
    except Exception as error:  # noqa: BLE001 - whatever the target or its driver raises ends in a sentence
        return _fail(sentence_of(error, target))
    print(f"{'table':<24}{'rows':>12}{'read now':>12}  {'from (UTC)':<21}to (UTC)")
    for span in spans:
        now = progress.tables[span.table].rows if span.table in progress.tables else 0
        print(f"{span.table:<24}{span.rows:>12,}{now:>12,}  {_utc(span.first):<21}{_utc(span.last)}")
    read = sum(table.rows for table in progress.tables.values())
    print(f"{read:,} rows read into {target.label} in {time.monotonic() - began:.0f} s")
    for table, sentence in outcome.errors.items():
        print(f"error: {table}: {sentence}" if table else f"error: {sentence}", file=sys.stderr)
    return FAILED if outcome.errors else 0


def _fields(options: argparse.Namespace) -> tuple[dict[str, Any], list[str]]:
    """Fields of the config that flags set, and what is wrong with the dates."""
    known = spec_fields()
    given = vars(options)
    fields = {name: given[name] for name in known if name not in OWN_FLAGS and given.get(name) is not None}
    if options.instruments:
        fields["instruments"] = _names(options.instruments)
    slips = []
    moments = {}
    for flag, names in DATES.items():
        text = given[flag]
        if text is None:
            continue
        settable = [name for name in names if name in known]
        if not settable:
            slips.append(f"--{flag.replace('_', '-')}: this version cannot end before now")
        fields.update(dict.fromkeys(settable, text))
        try:
            moments[flag] = moment_of(text)
        except ValueError:
            slips.append(f"--{flag.replace('_', '-')}: {text} is no date such as 2026-01-31 or 2026-01-31T12:00:00Z")
    if len(moments) == 2 and moments["from"] >= moments["to_date"]:
        slips.append(f"--to-date: {options.to_date} is not after --from {given['from']}")
    # What the connector would say of the same date once more.
    broken = {name for flag, names in DATES.items() if given[flag] and flag not in moments for name in names}
    return {name: value for name, value in fields.items() if name not in broken}, slips


def spec_fields() -> Mapping[str, Mapping[str, Any]]:
    """The fields of the config, secrets excepted: those belong into a file."""
    spec = yaml.safe_load(files("source_cryptocom").joinpath("spec.yaml").read_text(encoding="utf-8"))
    properties = spec["connectionSpecification"]["properties"]
    return {name: field for name, field in properties.items() if not field.get("airbyte_secret")}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "source-cryptocom sync",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add(
        "--to",
        required=True,
        metavar="TARGET",
        help="FILE.duckdb, a folder for parquet files, or postgres://USER@HOST/DATABASE",
    )
    add(
        "--config",
        metavar="FILE",
        help="JSON config with api_key and api_secret; without it the market's tables are read",
    )
    add(
        "--tables",
        metavar="NAMES",
        help="tables, or groups of them: market, account (all that needs a key), balances, history, transfers, "
        "staking, fees, bots; default: all that the config can read but mark_price and index_price, which come where "
        "instruments are named",
    )
    add(
        "--instruments",
        metavar="NAMES",
        help="such as BTC_USD,ETH_USD; default: all, where a table has rows per instrument",
    )
    add("--from", metavar="DATE", help="first day in UTC, such as 2026-01-31")
    add("--to-date", metavar="DATE", help="last moment of the market's tables; default: now")
    add("--schema", help="of the tables in the target; default: main in DuckDB, cryptocom elsewhere")
    fields = parser.add_argument_group("fields of the config, in place of the file's")
    for name, field in spec_fields().items():
        if name not in OWN_FLAGS:
            fields.add_argument(
                f"--{name.replace('_', '-')}",
                metavar="VALUE",
                help=argparse.SUPPRESS if field.get("airbyte_hidden") else field["title"],
            )
    return parser


def _names(text: str | None) -> list[str]:
    return [name.strip() for name in (text or "").split(",") if name.strip()]


def _utc(moment: datetime | None) -> str:
    return f"{moment.astimezone(timezone.utc):%Y-%m-%d %H:%M:%S}" if moment else "-"


def _fail(sentence: str, code: int = FAILED) -> int:
    print(f"error: {sentence}", file=sys.stderr)
    return code
