# bad_server.py - servers that do not answer, and ways to break those that do.
# SPDX-License-Identifier: Apache-2.0
import asyncio
import contextlib
import os
import re
import signal
import socket
import struct
import threading
from pathlib import Path

from lib.process import poll

ESTABLISHED = 1  # the state in struct tcp_info


class SilentPort:
    """Connections are made, by the kernel, and nobody ever answers."""

    def __init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]

    def close(self):
        self._listener.close()


class BlackHole:
    """Connections are not even made: with its backlog full the kernel drops what comes."""

    def __init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=0)
        self.port = self._listener.getsockname()[1]
        self._fillers = []
        while not self._is_full():
            assert len(self._fillers) < 64, "the backlog does not fill"

    def _is_full(self):
        filler = socket.socket()
        filler.settimeout(0.3)
        self._fillers.append(filler)
        try:
            filler.connect(("127.0.0.1", self.port))
        except TimeoutError:
            return True
        return False

    def close(self):
        for filler in self._fillers:
            filler.close()
        self._listener.close()


def is_open(writer):
    """Has the other side not closed its end yet, as far as the kernel knows?"""
    with contextlib.suppress(OSError):
        info = writer.get_extra_info("socket").getsockopt(
            socket.IPPROTO_TCP, socket.TCP_INFO, 1)
        return info[0] == ESTABLISHED
    return False


class Proxy:
    """Stands in front of a server on 127.0.0.1.  `most_open` is the largest number of clients
    that were connected at once, `connected` how many came in all."""

    def __init__(self, port):
        self.most_open = self.connected = 0
        self._target = port
        self._clients = {}  # writer to the client: writer to the server
        self._loop = asyncio.new_event_loop()
        self._passes = asyncio.Event()
        self._passes.set()
        self._held_back = threading.Event()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._server = self._call(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = self._server.sockets[0].getsockname()[1]

    def _call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(30)

    async def _serve(self, from_client, to_client):
        self._clients[to_client] = None
        self.connected += 1
        self.most_open = max(self.most_open, sum(map(is_open, self._clients)))
        to_server = None
        try:
            from_server, to_server = await asyncio.open_connection("127.0.0.1", self._target)
            self._clients[to_client] = to_server
            both = [asyncio.ensure_future(self._pump(from_client, to_server, True)),
                    asyncio.ensure_future(self._pump(from_server, to_client, False))]
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            for task in both:
                task.cancel()
            await asyncio.gather(*both, return_exceptions=True)
        except OSError:
            pass  # the server is not there
        finally:
            self._clients.pop(to_client, None)
            for writer in filter(None, (to_client, to_server)):
                writer.close()

    async def _pump(self, reader, writer, is_client):
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                if is_client and not self._passes.is_set():
                    self._held_back.set()
                await self._passes.wait()
                writer.write(data)
                await writer.drain()

    def freeze(self):
        """Pass nothing on any more, and say nothing of it."""
        self._held_back.clear()
        self._loop.call_soon_threadsafe(self._passes.clear)

    def wait_for_a_request(self, timeout=20):
        """A client has sent something since freeze()."""
        assert self._held_back.wait(timeout), "no client asked for anything"

    def thaw(self):
        self._loop.call_soon_threadsafe(self._passes.set)

    def reset(self):
        """Break all connections, rudely."""
        async def abort():
            for to_client, to_server in list(self._clients.items()):
                to_client.get_extra_info("socket").setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                to_client.transport.abort()
                if to_server:
                    to_server.transport.abort()
        self._call(abort())

    def close(self):
        async def stop():
            self._server.close()
            rest = asyncio.all_tasks() - {asyncio.current_task()}
            for task in rest:
                task.cancel()
            await asyncio.gather(*rest, return_exceptions=True)
        self._call(stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(30)
        self._loop.close()


def family(pid):
    """A process and its descendants."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*"):
        with contextlib.suppress(FileNotFoundError):
            for child in (task / "children").read_text(encoding="ascii").split():
                found += family(int(child))
    return found


def signal_family(pid, number):
    """Where it is SIGSTOP, they have stopped when this returns."""
    members = family(pid)
    for member in members:
        with contextlib.suppress(ProcessLookupError):
            os.kill(member, number)
    if number == signal.SIGSTOP:
        poll(lambda: not any(map(is_running, members)), what="the stop of all threads")


def is_running(pid):
    """Does any thread of the process run?  They stop only once one of them, whichever was to
    take the signal, has had the processor."""
    for status in Path(f"/proc/{pid}/task").glob("*/status"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            if not re.search(r"^State:\s+[TZX]", status.read_text(encoding="ascii"),
                             re.MULTILINE):
                return True
    return False


@contextlib.contextmanager
def frozen(pid):
    """The process and its descendants do not run."""
    signal_family(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        signal_family(pid, signal.SIGCONT)
