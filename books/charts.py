"""The charts of the report: rows in, Vega-Lite specifications out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

Rows = Sequence[Mapping[str, Any]]
GAIN, LOSS, LINE = "#1f8a5b", "#c8503c", "#7d868f"
"""They are told apart on white and on black. The page adds the colours of text and axes, for light and for dark."""
BLUE, AMBER = "#2f6db5", "#d9902f"
HEIGHT = 240
MONTHLY_COLOURS = {"fees paid": AMBER, "funding paid": LOSS, "funding received": GAIN}


def _chart(rows: Rows, height: int = HEIGHT) -> alt.Chart:
    data = alt.InlineData(values=[dict(row) for row in rows])
    chart: alt.Chart = alt.Chart(data).properties(width="container", height=height)
    return chart


def _specification(chart: Any) -> dict[str, Any]:
    styled = (
        chart.configure_view(strokeWidth=0)
        .configure_axis(
            domain=False,
            labelFontSize=12,
            titleFontWeight="normal",
            labelOverlap=True,
        )
        .configure_legend(orient="top", title=None, labelFontSize=12)
    )
    specification: dict[str, Any] = styled.to_dict()
    return specification


def _day_axis(rows: Rows) -> alt.X:
    """Half a dozen days with their names, each once."""
    days = {row["day"] for row in rows}
    ticks = alt.TimeIntervalStep(interval="day", step=max(1, round(len(days) / 6)))
    return alt.X("yearmonthdate(day):T", title=None, axis=alt.Axis(format="%d %b", tickCount=ticks))


def _sign(field: str) -> alt.Condition | Any:
    return alt.condition(f"datum['{field}'] >= 0", alt.value(GAIN), alt.value(LOSS))


def value_chart(rows: Rows) -> dict[str, Any]:
    """day, value: the account over time."""
    base = _chart(rows).encode(
        x=_day_axis(rows),
        y=alt.Y("value:Q", title="US dollars", axis=alt.Axis(format="~s", tickCount=5), scale=alt.Scale(zero=False)),
        tooltip=[alt.Tooltip("day:T", format="%d %b %Y"), alt.Tooltip("value:Q", format=",.2f")],
    )
    return _specification(base.mark_line(color=BLUE, strokeWidth=2, point=alt.OverlayMarkDef(color=BLUE, size=24)))


def holdings_chart(rows: Rows) -> dict[str, Any]:
    """currency, value: largest first."""
    chart = _chart(rows, height=max(60, 26 * len(rows))).mark_bar(cornerRadiusEnd=2)
    return _specification(
        chart.encode(
            y=alt.Y("currency:N", title=None, sort=None),
            x=alt.X("value:Q", title="US dollars", axis=alt.Axis(format="~s", tickCount=5)),
            color=_sign("value"),
            tooltip=["currency:N", alt.Tooltip("value:Q", format=",.2f")],
        )
    )


def profit_chart(rows: Rows) -> dict[str, Any]:
    """day, profit, so_far: bars per day, and the sum as a line."""
    day = _day_axis(rows)
    bars = (
        _chart(rows)
        .mark_bar()
        .encode(
            x=day,
            y=alt.Y("profit:Q", title="US dollars", axis=alt.Axis(format="~s", tickCount=5)),
            color=_sign("profit"),
            tooltip=[
                alt.Tooltip("day:T", format="%d %b %Y"),
                alt.Tooltip("profit:Q", format=",.2f"),
                alt.Tooltip("so_far:Q", format=",.2f"),
            ],
        )
    )
    line = _chart(rows).mark_line(color=LINE, strokeWidth=1.5).encode(x=day, y="so_far:Q")
    return _specification(alt.layer(bars, line).properties(width="container"))


def monthly_chart(rows: Rows) -> dict[str, Any]:
    """month, what, amount: what was paid and received in a month."""
    return _specification(
        _chart(rows)
        .mark_bar()
        .encode(
            x=alt.X("month:O", title=None, axis=alt.Axis(labelAngle=0)),
            xOffset="what:N",
            y=alt.Y("amount:Q", title="US dollars", axis=alt.Axis(format="~s", tickCount=5)),
            color=alt.Color(
                "what:N", scale=alt.Scale(domain=list(MONTHLY_COLOURS), range=list(MONTHLY_COLOURS.values()))
            ),
            tooltip=["month:O", "what:N", alt.Tooltip("amount:Q", format=",.2f")],
        )
    )


def candle_chart(candles: Rows, fills: Rows) -> dict[str, Any]:
    """Candles (opened, open, high, low, close) with the account's fills (filled, price, side) on them."""
    rises = alt.condition("datum.close >= datum.open", alt.value(GAIN), alt.value(LOSS))
    opened = alt.X("opened:T", title=None, axis=alt.Axis(format="%d %b %H:%M", tickCount=5))
    margin = 0.1 * (max(row["high"] for row in candles) - min(row["low"] for row in candles))
    price = alt.Scale(
        domain=[min(row["low"] for row in candles) - margin, max(row["high"] for row in candles) + margin]
    )
    base = _chart(candles, height=300).encode(x=opened, color=rises)
    wicks = base.mark_rule().encode(y=alt.Y("low:Q", title=None, scale=price), y2="high:Q")
    bodies = base.mark_bar(size=6).encode(
        y=alt.Y("open:Q", title=None, scale=price),
        y2="close:Q",
        tooltip=[alt.Tooltip("opened:T", format="%d %b %H:%M"), "open:Q", "high:Q", "low:Q", "close:Q"],
    )
    own = (
        _chart(fills, height=300)
        .mark_point(clip=True, filled=True, size=110, opacity=0.95, stroke="white", strokeWidth=1)
        .encode(
            x="filled:T",
            y=alt.Y("price:Q", scale=price),
            shape=alt.Shape("side:N", scale=alt.Scale(domain=["BUY", "SELL"], range=["triangle-up", "triangle-down"])),
            fill=alt.Fill("side:N", scale=alt.Scale(domain=["BUY", "SELL"], range=[BLUE, AMBER])),
            tooltip=[alt.Tooltip("filled:T", format="%d %b %H:%M"), "side:N", "quantity:Q", "price:Q"],
        )
    )
    return _specification(alt.layer(wicks, bodies, own).properties(width="container"))
