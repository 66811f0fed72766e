# holding_proxy.py - makes queries of a real server slow, and counts what goes to it.
# SPDX-License-Identifier: Apache-2.0
import asyncio
import contextlib
import time

from lib.bad_server import Proxy


class HoldingProxy(Proxy):
    """Whenever a client has sent something that holds `mark`, what the server answers is held
    back for `seconds`; all else passes at once, so that connections are made quickly and
    queries are slow.  `came` are the moments at which clients came, also those for whom no
    server was there; `asked` those of the marks."""

    def __init__(self, port, mark=b"", seconds=0.0):
        self.came, self.asked = [], []
        self._mark, self._seconds = mark, seconds
        self._held_until = {}  # by the writer to the server
        super().__init__(port)

    def instead(self, connection):
        """The connection string of the server, changed to go through here."""
        changed = connection.replace(f"Port={self._target};", f"Port={self.port};")
        assert changed != connection, connection
        return changed

    async def _serve(self, from_client, to_client):
        self.came.append(time.monotonic())
        await super()._serve(from_client, to_client)

    async def _pump(self, reader, writer, is_client):
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                now = self._loop.time()
                if not is_client:
                    until = self._held_until.get(self._clients[writer], now)
                    await asyncio.sleep(max(0.0, until - now))
                elif self._mark and self._mark in data:
                    self.asked.append(time.monotonic())
                    self._held_until[writer] = now + self._seconds
                writer.write(data)
                await writer.drain()
