"""A real Chromium without a window, driven over its DevTools protocol."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import httpx2
from websockets.sync.client import ClientConnection, connect

TIMEOUT = 30.0
"""Seconds for the browser to start, and for a page to say what is waited for."""
NAMES = ("chromium", "chromium-browser", "google-chrome")


def find() -> str:
    """The path of the browser; on Debian, as root, it is installed if it is missing.

    Raises:
        RuntimeError: there is none and it cannot be installed here; the message says what to do.
    """
    found = next((path for path in map(shutil.which, NAMES) if path), None)
    if found is not None:
        return found
    if shutil.which("apt-get") and os.geteuid() == 0:
        subprocess.run(["apt-get", "install", "-y", "chromium"], check=True, stdout=sys.stderr)
        return find()
    raise RuntimeError(
        f"no browser ({', '.join(NAMES)}): install chromium, e.g. sudo apt-get install chromium"
    )


class Page:
    """One tab."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._numbers = count(1)

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        number = next(self._numbers)
        self._connection.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            answer: dict[str, Any] = json.loads(self._connection.recv(timeout=TIMEOUT))
            if answer.get("id") == number:
                assert "error" not in answer, answer
                result: dict[str, Any] = answer["result"]
                return result

    def evaluate(self, script: str) -> Any:
        """The value of an expression in the page; a promise is waited for."""
        result = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def go(self, url: str) -> None:
        self.call("Page.navigate", url=url)
        self.wait(f"document.readyState === 'complete' && location.href.startsWith({json.dumps(url)})")

    def wait(self, condition: str) -> None:
        """Until an expression is true; pages come and go meanwhile."""
        deadline = time.monotonic() + TIMEOUT
        while not self.evaluate(condition):
            assert time.monotonic() < deadline, (
                f"{condition}: {self.text()!r} at {self.evaluate('location.href')}"
            )
            time.sleep(0.01)

    def text(self) -> str:
        said: str = self.evaluate("document.body ? document.body.innerText : ''")
        return said

    def look(self, path: Path, *, scheme: str = "light", width: int = 1280, height: int = 800) -> None:
        """A picture of the window, in a light or a dark color scheme."""
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.call("Emulation.setDeviceMetricsOverride", **size)
        path.write_bytes(b64decode(self.call("Page.captureScreenshot", format="png")["data"]))

    def cookies(self, url: str) -> list[dict[str, Any]]:
        """What the browser would send there, HttpOnly ones too."""
        found: list[dict[str, Any]] = self.call("Network.getCookies", urls=[url])["cookies"]
        return found


@contextmanager
def chromium(folder: Path) -> Iterator[Page]:
    """A browser with a profile of its own, ended at the end of the block."""
    options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
    options += ["--remote-debugging-port=0", f"--user-data-dir={folder}", "about:blank"]
    with (folder.parent / "chromium.log").open("w") as log:
        process = subprocess.Popen([find(), *options], stdout=log, stderr=log)
    try:
        port = _port(folder / "DevToolsActivePort", process)
        tabs = httpx2.get(f"http://127.0.0.1:{port}/json/list").json()
        address = next(tab["webSocketDebuggerUrl"] for tab in tabs if tab["type"] == "page")
        with connect(address, max_size=None) as connection:
            yield Page(connection)
    finally:
        process.terminate()
        process.wait(TIMEOUT)


def _port(file: Path, process: subprocess.Popen[bytes]) -> int:
    deadline = time.monotonic() + TIMEOUT
    while not (file.exists() and file.read_text().count("\n")):
        assert process.poll() is None, f"the browser ended with {process.returncode}: see chromium.log"
        assert time.monotonic() < deadline, "the browser did not start"
        time.sleep(0.02)
    return int(file.read_text().splitlines()[0])
