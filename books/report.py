"""The report: one HTML file that opens without a network."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import vl_convert
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from books.charts import candle_chart, holdings_chart, monthly_chart, profit_chart, value_chart
from books.reconciliation import Reconciliation, read_reconciliation, verdict
from books.report_data import ReportData, drawable, read_report_data
from books.report_tables import Row, day_of, shown

TEMPLATE = "report.html.j2"
MOST_DISCREPANCIES = 50
DESCRIPTIONS = {
    "value": "What the account is worth at the end of each day, as a line.",
    "holdings_chart": "What each currency is worth, as bars.",
    "profit": "Profit of derivatives: a bar for each day, and the sum as a line.",
    "monthly": "Fees and funding: bars for each month.",
    "candles": "Candles of one instrument, with the account's own fills on them.",
}
"""What a screen reader says of each chart."""


def write_report(database: Path, target: Path) -> Path:
    """Draws what the marts of a DuckDB file hold; gives the file's name back."""
    target.write_text(report(read_report_data(database), read_reconciliation(database)), encoding="utf-8")
    return target


def report(data: ReportData, reconciliation: Reconciliation) -> str:
    """The HTML text."""
    environment = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True)
    environment.filters |= {"money": partial(shown, kind="money"), "day": day_of}
    template = environment.get_template(TEMPLATE)
    return template.render(
        data=data,
        checks=reconciliation.checks,
        losses=reconciliation.losses[:MOST_DISCREPANCIES],
        more=max(0, len(reconciliation.losses) - MOST_DISCREPANCIES),
        verdict=verdict(reconciliation),
        state=_state(reconciliation),
        total=sum((row["value"] or 0 for row in data.tables["holdings"].rows), 0),
        total_of=_parts(data.tables["holdings"].rows),
        accounts=sorted({row["source_account"] for table in data.tables.values() for row in table.rows}),
        charts=Markup(_in_script(charts(data))),  # noqa: S704  JSON of our own making, escaped for a script
        library=Markup(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")),  # noqa: S704  Vega's own code
    )


def charts(data: ReportData) -> dict[str, dict[str, Any]]:
    """A specification for each section that has rows."""
    drawn: dict[str, tuple[list[Row], Callable[[list[Row]], dict[str, Any]]]] = {
        "value": (data.value, value_chart),
        "holdings_chart": (_by_currency(data.tables["holdings"].rows), holdings_chart),
        "profit": (data.profit, profit_chart),
        "monthly": (data.monthly, monthly_chart),
        "candles": (data.candles, lambda rows: candle_chart(rows, drawable(data.fills))),
    }
    return {
        name: draw(drawable(rows)) | {"description": DESCRIPTIONS[name]} for name, (rows, draw) in drawn.items() if rows
    }


def _state(reconciliation: Reconciliation) -> str:
    """`bad`, `open` or `good`, as the stylesheet knows them."""
    if reconciliation.of_status("different"):
        return "bad"
    return "open" if reconciliation.discrepancies else "good"


def _in_script(value: Any) -> str:
    """JSON that cannot end the script element that it stands in."""
    return json.dumps(value).replace("<", "\\u003c")


def _parts(holdings: list[Row]) -> str:
    """What the total is made of."""
    parts: dict[str, Decimal] = {}
    for row in holdings:
        place = row["place"].split(" ")[0]
        parts[place] = parts.get(place, Decimal(0)) + (row["value"] or 0)
    return (
        "That is " + " + ".join(f"{shown(value, 'money')} {place}" for place, value in parts.items()) if parts else ""
    )


def _by_currency(holdings: list[Row]) -> list[Row]:
    """Sums above a cent, the largest first."""
    sums: dict[str, Decimal] = {}
    for row in holdings:
        sums[row["currency"]] = sums.get(row["currency"], Decimal(0)) + (row["value"] or 0)
    ordered = sorted(sums.items(), key=lambda item: -item[1])
    return [{"currency": currency, "value": value} for currency, value in ordered if abs(value) >= Decimal("0.01")]


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser("python -m books.report", description="Write the report as one HTML file.")
    parser.add_argument("database", type=Path, help="a DuckDB file in which the books were built")
    parser.add_argument("target", type=Path, help="the HTML file to write")
    options = parser.parse_args(argv)
    print(write_report(options.database, options.target))
    return 0


if __name__ == "__main__":
    sys.exit(main())
