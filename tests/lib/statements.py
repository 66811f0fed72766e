# statements.py - what a PostgreSQL server was asked, by its own log.
# SPDX-License-Identifier: Apache-2.0
import itertools
import re

from lib.process import poll

NUMBERS = itertools.count(1)

LINE = re.compile(r"\d{4}-\d\d-\d\d \S+ \S+ \[(\d+)\] (\w+):  (.*)")


class Statements:
    """Of one server of the test's own, from now on.  Its sessions write long statements in
    several pieces, so they are understood only where one session works at a time."""

    def __init__(self, postgres):
        self._postgres = postgres
        postgres.execute("alter system set log_statement = 'all'")
        postgres.execute("select pg_reload_conf()")
        poll(lambda: postgres.execute("show log_statement") == [("all",)],
             what="statements are logged")
        self._start = self._end()

    def _end(self):
        """How long the log is, once everything up to now is in it."""
        word = f"up to here: {next(NUMBERS)}"
        self._postgres.execute(f"select '{word}'")
        poll(lambda: word in self._postgres.output, what="the log")
        return self._postgres.output.index(word)

    def mark(self):
        """Forget what has been so far."""
        self._start = self._end()

    def seen(self):
        """Their texts, each with its parameters, in the order of their start."""
        statements, latest = [], {}
        last = None
        for line in self._postgres.output[self._start:self._end()].splitlines():
            match = LINE.match(line)
            if not match:
                if last is not None:  # goes on from the line before
                    last.append(line)
                continue
            session, level, text = match.groups()
            last = None
            if level == "LOG" and text.startswith(("statement: ", "execute ")):
                last = latest[session] = [text.partition(": ")[2]]
                statements.append(last)
            elif level == "DETAIL" and session in latest:
                latest[session].append(text)
        return [text for text in map("\n".join, statements) if "up to here: " not in text]
