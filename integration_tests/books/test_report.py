"""The report in a real browser without a network: it renders, says nothing on the console, and fits narrow and wide."""

from __future__ import annotations

import asyncio
import importlib
import json
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from books.report import write_report
from books.report_data import read_report_data
from integration_tests.books.account_story import Story, at
from integration_tests.books.books import Books, books_of

AXE = Path(str(importlib.import_module("axe_core_python").__file__)).with_name("axe.min.js")
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "chrome")
OPTIONS = (
    "--headless",
    "--no-sandbox",  # root may not have one
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-port=0",
)
SHAPE = """
({
  charts: [...document.querySelectorAll('.chart svg')].length,
  sections: [...document.querySelectorAll('h2')].map(element => element.textContent),
  overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  cut: [...document.querySelectorAll('section, header')].filter(
    element => element.getBoundingClientRect().right > document.documentElement.clientWidth).length,
  smallest: Math.min(...[...document.querySelectorAll('td, p, li')].map(
    element => parseFloat(getComputedStyle(element).fontSize))),
  verdict: document.querySelector('.verdict').className,
})
"""
JUDGE = "axe.run().then(result => result.violations.map(found => [found.id, found.nodes.map(node => node.html)]))"
DARK = "getComputedStyle(document.querySelector('header')).backgroundColor"
FILTERED = """
(() => {
  const shown = 'table[data-name=transfers] tbody tr:not([hidden])';
  const rows = () => document.querySelectorAll(shown).length, before = rows();
  const from = document.getElementById('from');
  from.value = '2026-03-08';
  from.dispatchEvent(new Event('input', {bubbles: true}));
  const after = rows();
  from.value = '';
  from.dispatchEvent(new Event('input', {bubbles: true}));
  return [before, after, rows()];
})()
"""
SORTED = """
(() => {
  const table = document.querySelector('table[data-name=holdings]');
  table.tHead.rows[0].cells[0].firstChild.click();
  return [...table.tBodies[0].rows].map(row => row.cells[0].textContent);
})()
"""


@dataclass
class Page:
    """What a browser made of the report: its shape, what it asked for, and what it complained of."""

    shape: dict[str, Any]
    violations: list[Any] = field(default_factory=list)
    backgrounds: list[str] = field(default_factory=list)
    filtered: list[int] = field(default_factory=list)
    sorted: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


def browser() -> str:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    assert found, f"No browser: install Chromium or Chrome (on Debian the package chromium-headless-shell): {BROWSERS}"
    return found


def opened(report: Path, width: int) -> Page:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [browser(), *OPTIONS, f"--user-data-dir={profile}", f"--window-size={width},2000", "about:blank"]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
            try:
                address = next(line.split()[-1] for line in process.stderr or () if "DevTools listening" in line)
                return asyncio.run(_look(address, report.as_uri(), width))
            finally:
                process.kill()


async def _look(address: str, uri: str, width: int) -> Page:
    """Over the DevTools protocol: opens the page, waits until nothing is drawn any more, and looks."""
    host = address.split("/")[2]
    async with aiohttp.ClientSession() as session:
        async with session.get(f"http://{host}/json/list") as answer:
            [target] = [page for page in await answer.json() if page["type"] == "page"]
        async with session.ws_connect(target["webSocketDebuggerUrl"], max_msg_size=0) as socket:
            page, number = Page({}), 0

            async def send(method: str, **params: Any) -> dict[str, Any]:
                nonlocal number
                number += 1
                await socket.send_json({"id": number, "method": method, "params": params})
                while True:
                    message = json.loads((await socket.receive()).data)
                    _note(page, message)
                    if message.get("id") == number:
                        return dict(message.get("result", {}))

            for domain in ("Page", "Runtime", "Log", "Network"):
                await send(f"{domain}.enable")
            size = {"width": width, "height": 2000, "deviceScaleFactor": 1, "mobile": False}
            await send("Emulation.setDeviceMetricsOverride", **size)
            await send("Page.navigate", url=uri)
            drawn = "new Promise(done => setTimeout(() => done(document.readyState), 300))"
            for _ in range(40):
                state = await send("Runtime.evaluate", expression=drawn, awaitPromise=True)
                if state.get("result", {}).get("value") == "complete":
                    break

            async def evaluate(expression: str) -> Any:
                found = await send("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
                return found["result"].get("value")

            page.shape = await evaluate(SHAPE)
            await evaluate(AXE.read_text(encoding="utf-8"))
            page.violations = await evaluate(JUDGE)
            page.filtered, page.sorted = await evaluate(FILTERED), await evaluate(SORTED)
            for scheme in ("light", "dark"):
                features = [{"name": "prefers-color-scheme", "value": scheme}]
                await send("Emulation.setEmulatedMedia", features=features)
                page.backgrounds.append(await evaluate(DARK))
            return page


def _note(page: Page, message: dict[str, Any]) -> None:
    params = message.get("params", {})
    match message.get("method"):
        case "Network.requestWillBeSent":
            page.requests.append(params["request"]["url"])
        case "Runtime.consoleAPICalled":
            page.complaints.append(str(params["args"]))
        case "Runtime.exceptionThrown" | "Log.entryAdded":
            page.complaints.append(str(params))


@pytest.fixture(scope="module")
def report(closed: Books, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report(closed.database, tmp_path_factory.mktemp("report") / "report.html")


@pytest.fixture(scope="module", params=[400, 1400], ids="{} pixels".format)
def page(request: pytest.FixtureRequest, report: Path) -> Page:
    return opened(report, request.param)


def test_every_chart_with_rows_is_drawn(page: Page) -> None:
    assert page.shape["charts"] >= 3
    assert "Does it add up?" in page.shape["sections"]
    assert "good" in page.shape["verdict"]


def test_the_console_stays_silent(page: Page) -> None:
    assert page.complaints == []


def test_no_request_leaves_the_machine(page: Page, report: Path) -> None:
    assert {url for url in page.requests if not url.startswith(("data:", "blob:"))} == {report.as_uri()}


def test_nothing_is_cut_off_and_no_text_is_tiny(page: Page) -> None:
    assert (page.shape["overflow"], page.shape["cut"]) == (0, 0)
    assert page.shape["smallest"] >= 12


def test_who_sees_or_clicks_less_can_read_everything(page: Page) -> None:
    assert page.violations == []


def test_the_report_is_dark_where_the_reader_wants_it(page: Page) -> None:
    light, dark = page.backgrounds
    assert (light, dark) == ("rgb(255, 255, 255)", "rgb(29, 33, 37)")


def test_a_period_leaves_rows_out_and_brings_them_back(page: Page) -> None:
    before, after, again = page.filtered
    assert 0 < after < before == again


def test_a_click_on_a_heading_sorts_by_it(page: Page) -> None:
    assert page.sorted == sorted(page.sorted)
    assert len(page.sorted) > 3


@pytest.mark.thorough
def test_the_gain_is_what_the_value_grew_by_without_what_was_paid_in(tmp_path: Path) -> None:
    story = Story()
    fields = {"currency": "USD", "fee_currency": "USD", "fee_amount": "0", "payment_network": "ach"}
    for day, amount in ((1, "750"), (4, "100")):
        times = {"created_at": at(day), "updated_at": at(day), "completed_at": at(day)}
        story.add("fiat_deposit", at(day), id=str(day), amount=amount, status="completed", **fields, **times)
        story.book("FIAT_DEPOSIT", at(day), "USD", amount)
    story.book("MARGIN_TRADE_INTEREST", at(6), "USD", "-20")
    figures = {figure.name: figure for figure in read_report_data(books_of(tmp_path, {"main": story}).database).figures}
    paid_in, gain = figures["paid in, less what was paid out"], figures["gain"]
    assert (paid_in.value, gain.value) == (100, -20)
    assert paid_in.note == gain.note == f"since {at(1).date()}"


def test_a_difference_is_red_and_names_its_row(stories: Books, tmp_path: Path) -> None:
    html = write_report(stories.database, tmp_path / "report.html").read_text(encoding="utf-8")
    assert 'class="verdict bad"' in html
    assert "should be" in html
