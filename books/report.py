"""The report: one HTML file that opens without a network."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import vl_convert
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from books.charts import candle_chart, holdings_chart, monthly_chart, profit_chart, value_chart
from books.reconciliation import Reconciliation, plain, read_reconciliation, verdict
from books.report_data import ReportData, Row, drawable, read_report_data

TEMPLATE = "report.html.j2"
MOST_DISCREPANCIES = 50


def write_report(database: Path, target: Path) -> Path:
    """Draws what the marts of a DuckDB file hold; gives the file's name back."""
    target.write_text(report(read_report_data(database), read_reconciliation(database)), encoding="utf-8")
    return target


def report(data: ReportData, reconciliation: Reconciliation) -> str:
    """The HTML text."""
    environment = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True)
    environment.filters |= {"money": _money, "plain": plain}
    template = environment.get_template(TEMPLATE)
    return template.render(
        data=data,
        checks=reconciliation.checks,
        losses=reconciliation.losses[:MOST_DISCREPANCIES],
        more=max(0, len(reconciliation.losses) - MOST_DISCREPANCIES),
        verdict=verdict(reconciliation),
        state=_state(reconciliation),
        total=sum((row["value"] or 0 for row in data.holdings), 0.0),
        charts=Markup(_in_script(charts(data))),  # noqa: S704  JSON of our own making, escaped for a script
        library=Markup(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")),  # noqa: S704  Vega's own code
    )


def charts(data: ReportData) -> dict[str, dict[str, Any]]:
    """A specification for each section that has rows."""
    drawn: dict[str, tuple[list[Row], Callable[[list[Row]], dict[str, Any]]]] = {
        "value": (data.value, value_chart),
        "holdings": ([row for row in data.holdings if row["value"]], holdings_chart),
        "profit": (data.profit, profit_chart),
        "monthly": (data.monthly, monthly_chart),
        "candles": (data.candles, lambda rows: candle_chart(rows, drawable(data.fills))),
    }
    return {name: draw(drawable(rows)) for name, (rows, draw) in drawn.items() if rows}


def _state(reconciliation: Reconciliation) -> str:
    """`bad`, `open` or `good`, as the stylesheet knows them."""
    if reconciliation.of_status("different"):
        return "bad"
    return "open" if reconciliation.discrepancies else "good"


def _in_script(value: Any) -> str:
    """JSON that cannot end the script element that it stands in."""
    return json.dumps(value).replace("<", "\\u003c")


def _money(value: Decimal | float | None) -> str:
    return "" if value is None else f"{value:,.2f}"


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser("python -m books.report", description="Write the report as one HTML file.")
    parser.add_argument("database", type=Path, help="a DuckDB file in which the books were built")
    parser.add_argument("target", type=Path, help="the HTML file to write")
    options = parser.parse_args(argv)
    print(write_report(options.database, options.target))
    return 0


if __name__ == "__main__":
    sys.exit(main())
