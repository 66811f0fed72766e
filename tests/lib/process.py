# process.py - programs that the tests start: output read by line, ended by their pid.
# SPDX-License-Identifier: Apache-2.0
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

UNPRIVILEGED = "nobody"  # who runs the servers that refuse to be run by root

RUNNING = []  # in the order of their start; what a failed test shows
GIVEN_PORTS = set()  # by free_port: some are used a while after they were asked for


def free_port():
    """A port of 127.0.0.1 that nobody uses and that nobody was given before: below those that
    the kernel gives to outgoing connections, so that a stopped server finds it free when it
    comes back."""
    for _ in range(1000):
        port = random.randint(15000, 32000)
        if port in GIVEN_PORTS:
            continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            GIVEN_PORTS.add(port)
            return port
    raise AssertionError("no free port")


def poll(condition, timeout=30, what="the condition", pause=0.02):
    """Ask `condition` until it is true, and return what it gave; for what cannot tell by
    itself when it is ready."""
    deadline = time.monotonic() + timeout
    never = threading.Event()
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"{what}: not within {timeout} s"
        never.wait(pause)


def server_folder(name):
    """A new folder that the unprivileged user owns and can reach."""
    folder = Path(tempfile.mkdtemp(prefix=f"tablesync-{name}-", dir="/tmp"))
    if os.geteuid() == 0:
        shutil.chown(folder, UNPRIVILEGED)
    return folder


def unprivileged(argv):
    """The command, run by somebody else where we are root."""
    if os.geteuid() != 0:
        return list(argv)
    return ["setpriv", f"--reuid={UNPRIVILEGED}", "--regid=nogroup", "--clear-groups", *argv]


class Program:
    """A program in the background.  It dies with the tests, however they end."""

    def __init__(self, name, argv, env=None, cwd=None, is_unprivileged=False):
        self.name = name
        self._lines = []
        self._changed = threading.Condition()
        argv = ["setpriv", "--pdeathsig", "KILL", *map(str, argv)]
        self._process = subprocess.Popen(
            unprivileged(argv) if is_unprivileged else argv,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={**os.environ, **(env or {})}, cwd=cwd, text=True, errors="replace")
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        RUNNING.append(self)

    def _read(self):
        for line in self._process.stdout:
            with self._changed:
                self._lines.append(line)
                self._changed.notify_all()
        self._process.stdout.close()
        with self._changed:
            self._changed.notify_all()

    @property
    def pid(self):
        return self._process.pid

    @property
    def output(self):
        with self._changed:
            return "".join(self._lines)

    def tail(self, count=60):
        with self._changed:
            return "".join(self._lines[-count:])

    def mark(self):
        """The place in the output where it ends now, for `after`."""
        with self._changed:
            return len(self._lines)

    def wait_for(self, pattern, timeout=30, after=0):
        """The first match of `pattern` in a line of the output, waited for."""
        regex = re.compile(pattern)
        deadline = time.monotonic() + timeout
        seen = after
        with self._changed:
            while True:
                while seen < len(self._lines):
                    match = regex.search(self._lines[seen])
                    if match:
                        return match
                    seen += 1
                rest = deadline - time.monotonic()
                has_ended = not self._reader.is_alive()
                if rest <= 0 or has_ended:
                    why = "it ended" if has_ended else f"not within {timeout} s"
                    last = "".join(self._lines[-20:])
                    raise AssertionError(f"{self.name}: no '{pattern}': {why}\n{last}")
                self._changed.wait(min(rest, 1))

    def is_running(self):
        return self._process.poll() is None

    def wait(self, timeout=30):
        """Its exit code, once it has ended by itself."""
        code = self._process.wait(timeout)
        self._reader.join(timeout)
        return code

    def terminate(self, number=signal.SIGTERM):
        """Ask it to end, and do not wait for it."""
        if self.is_running():
            self._process.send_signal(number)

    def stop(self, number=signal.SIGTERM, timeout=30):
        """Ask it to end; its exit code."""
        self.terminate(number)
        try:
            return self.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self.name}: runs on {timeout} s after {number!r}\n"
                                 + self.tail(20)) from None

    def kill(self):
        self.terminate(signal.SIGKILL)
        self.wait()

    def memory_kb(self, name):
        """VmRSS, what is resident now, or VmHWM, the most that ever was."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        return int(re.search(rf"{name}:\s+(\d+)", status)[1])


def run(argv, timeout=60, env=None, text=""):
    """Run a command to its end, with `text` as its input; the completed process."""
    return subprocess.run(list(map(str, argv)), timeout=timeout, input=text, text=True,
                          capture_output=True, check=False, errors="replace",
                          env={**os.environ, **(env or {})})
