# gate.py - stands between workers and the catalog, and notes who wrote what, and when.
# SPDX-License-Identifier: Apache-2.0
import http.client
import http.server
import json
import threading
import time
import urllib.parse

from system.chaos.history import Write, parse_us

PAUSE_S = 0.005  # that a write takes longer, so that runs which overlap are noticed


class _Exchange(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self):
        super().setup()
        self._catalog = http.client.HTTPConnection(self.server.catalog, timeout=30)

    def finish(self):
        self._catalog.close()
        super().finish()

    def do_PUT(self):
        _, worker, path = self.path.split("/", 2)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._catalog.request("PUT", f"/{path}", body,
                              {name: self.headers[name] for name in ("Content-Type", "Token")})
        answer = self._catalog.getresponse()
        text = answer.read()
        threading.Event().wait(PAUSE_S)
        now_us = time.time_ns() // 1000
        self.server.writes += [
            Write(worker, (document["ds_id"], document["name"]),
                  parse_us(document["observed_at"]), now_us)
            for document in json.loads(body)["tables"]]
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.headers["Content-Type"])
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_arguments):
        """Nothing on stderr."""


class Gate(http.server.ThreadingHTTPServer):
    """`url(worker)` is the catalog, for the process of that name; `writes` is what came of
    it, in the order in which the answers went out."""
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, catalog_url):
        super().__init__(("127.0.0.1", 0), _Exchange)
        self.catalog = urllib.parse.urlsplit(catalog_url).netloc
        self.writes = []
        self._thread = threading.Thread(target=self.serve_forever)
        self._thread.start()

    def url(self, worker):
        return f"http://127.0.0.1:{self.server_port}/{worker}"

    def handle_error(self, request, client_address):
        """A worker that is killed leaves in the midst of an exchange."""

    def close(self):
        self.shutdown()
        self._thread.join()
        self.server_close()
