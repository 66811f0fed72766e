# waiting.py - requests of the trigger API that have been sent and wait for their answers.
# SPDX-License-Identifier: Apache-2.0
import http.client
import json
import time

TRIGGER = "/api/v1/table/sync/"


class Waiting:
    """A request on a connection of its own; its answer is read when it is asked for."""

    def __init__(self, serve, job, headers=None, timeout=60):
        self._connection = http.client.HTTPConnection("127.0.0.1", serve.port, timeout=timeout)
        self._connection.connect()
        self.begin = time.monotonic()
        self._connection.request("POST", TRIGGER, json.dumps(job), {
            "Token": serve.admin, "Content-Type": "application/json", **(headers or {})})
        self.status = self.headers = self.body = self.took = None

    def answer(self):
        """Wait for it; the status.  `took` is in seconds, exact where nobody was waited for
        before."""
        response = self._connection.getresponse()
        self.took = time.monotonic() - self.begin
        self.status, self.headers = response.status, response.headers
        self.body = json.loads(response.read())
        self._connection.close()
        return self.status
