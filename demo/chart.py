"""A candle chart of the synced data, as an SVG that needs nothing but a browser."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

import duckdb

NAMESPACE = "http://www.w3.org/2000/svg"  # ignore-https-check
WIDTH, HEIGHT = 960, 420
LEFT, RIGHT, TOP, BOTTOM = 20, 90, 50, 40
RISING, FALLING, INK, GRID = "#1f8a5b", "#c8503c", "#33373d", "#dfe3e8"
FONT = 'font-family="sans-serif" font-size="12"'
STEPS = 5

BUSIEST = """
SELECT instrument, timeframe
FROM candlestick JOIN ticker USING (instrument)
GROUP BY instrument, timeframe
HAVING count(*) >= 12
ORDER BY max(CAST(volume_value AS DOUBLE)) DESC NULLS LAST, timeframe = '1h' DESC, count(*) DESC
LIMIT 1
"""
NEWEST_CANDLES = """
SELECT * FROM (
    SELECT strftime(timestamp, '%d %b %H:%M') AS opened, timestamp,
           CAST(open AS DOUBLE), CAST(high AS DOUBLE), CAST(low AS DOUBLE), CAST(close AS DOUBLE)
    FROM candlestick WHERE instrument = ? AND timeframe = ?
    ORDER BY timestamp DESC LIMIT 48
) ORDER BY timestamp
"""


@dataclass(frozen=True)
class Candle:
    """Prices as floats: good enough to draw."""

    opened: str
    open: float
    high: float
    low: float
    close: float


def draw_candles(database: Path, target: Path) -> Path | None:
    """Draws the newest candles of the instrument with the highest turnover; None where there are none."""
    with duckdb.connect(str(database)) as connection:
        busiest = connection.execute(BUSIEST).fetchone()
        if busiest is None:
            return None
        rows = connection.execute(NEWEST_CANDLES, list(busiest)).fetchall()
    candles = [Candle(row[0], *row[2:]) for row in rows]
    target.write_text(candle_chart(f"{busiest[0]}, {busiest[1]} candles", candles), encoding="utf-8")
    return target


def candle_chart(title: str, candles: list[Candle]) -> str:
    """The SVG's text. `candles` ascend and are not empty."""
    lowest, highest = min(candle.low for candle in candles), max(candle.high for candle in candles)
    scale = (HEIGHT - TOP - BOTTOM) / (highest - lowest or 1)
    slot = (WIDTH - LEFT - RIGHT) / len(candles)

    def y(price: float) -> float:
        return HEIGHT - BOTTOM - (price - lowest) * scale

    parts = [
        f'<svg xmlns="{NAMESPACE}" viewBox="0 0 {WIDTH} {HEIGHT}" {FONT} fill="{INK}">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        f'<text x="{LEFT}" y="28" font-size="17">{escape(title)}</text>',
    ]
    for step in range(STEPS + 1):
        price = lowest + (highest - lowest) * step / STEPS
        parts.append(
            f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(price):.1f}" y2="{y(price):.1f}" stroke="{GRID}"/>'
        )
        parts.append(f'<text x="{WIDTH - RIGHT + 8}" y="{y(price) + 4:.1f}">{price:,.6g}</text>')
    for index, candle in enumerate(candles):
        parts.append(_candle(candle, LEFT + slot * (index + 0.5), slot * 0.7, y))
        if index % 12 == 0:
            parts.append(f'<text x="{LEFT + slot * index:.1f}" y="{HEIGHT - 14}">{candle.opened}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _candle(candle: Candle, x: float, width: float, y: Callable[[float], float]) -> str:
    colour = RISING if candle.close >= candle.open else FALLING
    top, bottom = y(max(candle.open, candle.close)), y(min(candle.open, candle.close))
    return (
        f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{y(candle.high):.1f}" y2="{y(candle.low):.1f}" stroke="{colour}"/>'
        f'<rect x="{x - width / 2:.1f}" y="{top:.1f}" width="{width:.1f}" height="{max(bottom - top, 1):.1f}" '
        f'fill="{colour}"/>'
    )
