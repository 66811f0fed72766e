# browser.py - a real Chromium without a window, by the WebDriver protocol.
# SPDX-License-Identifier: Apache-2.0
import base64
import contextlib
import shutil
import tempfile
from pathlib import Path

import requests

from lib.process import Program, free_port, poll

AXE = Path(__file__).parents[1] / ".tools" / "browser" / "node_modules" / "axe-core" / "axe.min.js"
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # what the protocol calls a reference to one
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync",
             "--disable-dev-shm-usage", "--force-device-scale-factor=1"]


class Browser:
    """One window.  What stands on the page is named by CSS selectors; an element that is not
    there is an error at once."""

    def __init__(self):
        port = free_port()
        self._folder = tempfile.mkdtemp(prefix="tablesync-browser-")
        self._session = requests.Session()
        self._url = f"http://127.0.0.1:{port}/session"
        self._driver = Program("chromedriver", ["chromedriver", f"--port={port}"])
        self._driver.wait_for("started successfully")
        options = {"binary": shutil.which("chromium"),
                   "args": [*ARGUMENTS, f"--user-data-dir={self._folder}"]}
        made = self._call("POST", "", capabilities={"alwaysMatch": {
            "browserName": "chrome", "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL"}}})
        self._url += f"/{made['sessionId']}"

    def close(self):
        with contextlib.suppress(requests.RequestException):
            self._call("DELETE", "")
        self._driver.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _call(self, method, path, **body):
        answer = self._session.request(method, self._url + path, timeout=60,
                                       json=body if method == "POST" else None)
        value = answer.json()["value"]
        assert answer.status_code == 200, f"{method} {path}: {value['error']}: {value['message']}"
        return value

    def _devtools(self, command, **params):
        return self._call("POST", "/goog/cdp/execute", cmd=command, params=params)

    def reset(self, width=1280, scheme="light"):
        """Log out, forget what was said, and show pages at this width and in this scheme."""
        self._call("DELETE", "/cookie")
        self._devtools("Emulation.setDeviceMetricsOverride", width=width, height=900,
                       deviceScaleFactor=1, mobile=width < 600)
        self._devtools("Emulation.setEmulatedMedia",
                       features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.complaints()

    def open(self, url):
        self._call("POST", "/url", url=url)

    @property
    def url(self):
        return self._call("GET", "/url")

    @property
    def title(self):
        return self._call("GET", "/title")

    @property
    def source(self):
        return self._call("GET", "/source")

    def _element(self, selector):
        found = self._call("POST", "/element", using="css selector", value=selector)
        return f"/element/{found[ELEMENT]}"

    def count(self, selector):
        return self.run("return document.querySelectorAll(arguments[0]).length", selector)

    def text(self, selector="body"):
        """What a reader sees of it."""
        return self.run("return document.querySelector(arguments[0]).innerText.trim()", selector)

    def wait_for(self, words, selector):
        """Wait until a page that loads again by itself says this."""
        def says():
            with contextlib.suppress(AssertionError):  # it was being loaded
                return words in self.text(selector)

        poll(says, what=f"'{words}' in {selector}")

    def value(self, selector):
        """What is in a field."""
        return self.run("return document.querySelector(arguments[0]).value", selector)

    def fill(self, selector, text):
        element = self._element(selector)
        self._call("POST", element + "/clear")
        if text:
            self._call("POST", element + "/value", text=text)

    def tick(self, selector):
        """A click that leads nowhere."""
        self._call("POST", self._element(selector) + "/click")

    def click(self, selector):
        """A click that leads to another page, which is there afterwards."""
        self.run("window.isLeft = true")
        self.tick(selector)
        poll(lambda: self.run("return !window.isLeft && document.readyState === 'complete'"),
             what=f"the page behind {selector}")

    def press(self, keys):
        """Keys to whatever has the focus."""
        events = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self._call("POST", "/actions",
                   actions=[{"type": "key", "id": "keyboard", "actions": events}])

    def run(self, script, *args):
        """What a function with this body returns, or its promise."""
        return self._call("POST", "/execute/sync", script=script, args=list(args))

    def complaints(self):
        """What the browser's console has said since the last time."""
        return [entry["message"] for entry in self._call("POST", "/se/log", type="browser")]

    def judge(self):
        """What axe-core finds that shuts somebody out."""
        self.run(AXE.read_text(encoding="utf-8"))
        found = self.run("return axe.run(document, {preload: false})")
        return [f"{one['id']}: {node['html']}" for one in found["violations"]
                for node in one["nodes"]]

    def picture(self, path):
        """The whole page, as PNG."""
        taken = self._devtools("Page.captureScreenshot", format="png",
                               captureBeyondViewport=True,
                               clip=self.run("""const page = document.documentElement;
                                   return {x: 0, y: 0, scale: 1, width: innerWidth,
                                           height: page.scrollHeight}"""))
        path.write_bytes(base64.b64decode(taken["data"]))
