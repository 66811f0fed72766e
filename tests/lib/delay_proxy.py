# delay_proxy.py - a far-away server: what passes is late by a fixed time, in each direction.
# SPDX-License-Identifier: Apache-2.0
import asyncio
import collections
import threading


class _End(asyncio.Protocol):
    """One end of a connection; what comes in goes out at the other end, later."""

    def __init__(self, proxy):
        self.proxy = proxy
        self.transport = self.other = None
        self._under_way = collections.deque()  # an empty one at the end says that it closes

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self._send_late(data)

    def connection_lost(self, exc):
        self._send_late(b"")

    def _send_late(self, data):
        self._under_way.append(data)
        self.proxy.loop.call_later(self.proxy.delay, self._arrive)

    def _arrive(self):
        # Each call is for one piece and takes the oldest, so none overtakes another.
        data = self._under_way.popleft()
        if data:
            self.other.transport.write(data)
        else:
            self.other.transport.close()


class _Client(_End):
    """The end that the client has connected to."""

    def __init__(self, proxy):
        super().__init__(proxy)
        self.is_asking = False

    def connection_made(self, transport):
        super().connection_made(transport)
        transport.pause_reading()
        self.proxy.connections += 1
        self.proxy.loop.create_task(self._reach_server())

    async def _reach_server(self):
        _, self.other = await self.proxy.loop.create_connection(
            lambda: _Server(self.proxy, self), "127.0.0.1", self.proxy.target)
        self.transport.resume_reading()

    def data_received(self, data):
        if not self.is_asking:
            self.proxy.turns += 1
        self.is_asking = True
        super().data_received(data)


class _Server(_End):
    """The end that is connected to the server."""

    def __init__(self, proxy, client):
        super().__init__(proxy)
        self.other = client

    def data_received(self, data):
        self.other.is_asking = False
        super().data_received(data)


class DelayProxy:
    """On `port`, the server on port `target` of this machine, `delay` seconds away.

    `turns` counts how often a client spoke again after the server had: the round trips."""

    def __init__(self, target, delay):
        self.target, self.delay = target, delay
        self.connections = self.turns = 0
        self.loop = asyncio.new_event_loop()
        self._server = self.loop.run_until_complete(
            self.loop.create_server(lambda: _Client(self), "127.0.0.1", 0))
        self.port = self._server.sockets[0].getsockname()[1]
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def close(self):
        self.loop.call_soon_threadsafe(self._server.close)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()
