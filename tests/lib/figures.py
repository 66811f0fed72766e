# figures.py - what a program tells of itself at metrics.listen, as Prometheus reads it.
# SPDX-License-Identifier: Apache-2.0
import re

import requests

from lib.process import poll, run

LISTEN = {"metrics": {"listen": "127.0.0.1:0"}}  # the section of the configuration

SAMPLE = re.compile(r"(\w+)(?:\{(.*)\})? (\S+)")
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


def samples(text):
    """(name without the prefix, labels, value) of each."""
    for line in text.splitlines():
        if not line.startswith("#"):
            name, labels, value = SAMPLE.fullmatch(line).groups()
            assert name.startswith("tablesync_"), line
            yield name.removeprefix("tablesync_"), dict(LABEL.findall(labels or "")), float(value)


def complaints(text):
    """What promtool says of it; nothing where it is right."""
    ran = run(["promtool", "check", "metrics"], text=text)
    return ran.stdout + ran.stderr if ran.returncode or ran.stderr else ran.stdout


class Figures:
    """Asks `program`, whose configuration has LISTEN."""

    def __init__(self, program):
        self.url = program.wait_for(r"metrics\.listening\b.*(http://[\w.:]+)")[1]
        self._session = requests.Session()

    def get(self, path):
        return self._session.get(self.url + path, timeout=30)

    def text(self):
        answer = self.get("/metrics")
        assert answer.status_code == 200, answer.text
        return answer.text

    def value(self, name, /, **labels):
        """The sum of the metric's samples with these labels; None where there is none."""
        found = [value for other, others, value in samples(self.text())
                 if other == name and labels.items() <= others.items()]
        return sum(found) if found else None

    def wait(self, name, wanted, /, **labels):
        """Until value() is that."""
        poll(lambda: self.value(name, **labels) == wanted,
             what=f"{name}{labels or ''} = {wanted}")

    def wait_until_ready(self, is_ready=True):
        """Until /readyz says so; its lines."""

        def lines():
            answer = self.get("/readyz")
            return answer.text if answer.ok == is_ready else ""

        return poll(lines, what=f"/readyz: {is_ready}")
