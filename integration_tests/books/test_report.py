"""The report in a real browser without a network: it renders, says nothing on the console, and fits narrow and wide."""

from __future__ import annotations

import asyncio
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
from integration_tests.books.books import Books

pytestmark = pytest.mark.timeout(400)

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


@dataclass
class Page:
    """What a browser made of the report: its shape, what it asked for, and what it complained of."""

    shape: dict[str, Any]
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
            found = await send("Runtime.evaluate", expression=SHAPE, returnByValue=True)
            page.shape = found["result"]["value"]
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


@pytest.mark.thorough
def test_a_difference_is_red_and_names_its_row(stories: Books, tmp_path: Path) -> None:
    html = write_report(stories.database, tmp_path / "report.html").read_text(encoding="utf-8")
    assert 'class="verdict bad"' in html
    assert "should be" in html
