# source.py - tables that change all the time, and say how often.
# SPDX-License-Identifier: Apache-2.0
import random
import threading
import time

from system.chaos.history import Edition

TABLES = 200
EDITIONS_PER_SECOND = 20


class Source:
    """A database with TABLES tables, `part_1` …; where it `changes`, one after the other gets
    a comment with the number of its edition."""

    def __init__(self, number, postgres, database, changes=True):
        self.number, self.changes = number, changes
        self.postgres, self.database = postgres, database
        self.tables = [f"part_{n}" for n in range(1, TABLES + 1)]
        postgres.create_database(database)
        postgres.execute(" ".join(
            f"create table {table} (id integer primary key, name text not null, price numeric);"
            for table in self.tables), database)

    def datasource(self):
        """For the configuration."""
        return {"id": self.number, "name": self.database, "concurrency": 8, "timeout": "20s",
                "connection": self.postgres.connection(self.database)}

    def change(self, history, over, seed):
        """Until the event `over` is set."""
        chosen = random.Random(seed)
        with self.postgres.connect(self.database) as connection:
            number = 0
            while not over.wait(1 / EDITIONS_PER_SECOND):
                number += 1
                table = chosen.choice(self.tables)
                connection.execute(f"comment on table {table} is 'edition {number}'")
                history.editions.append(
                    Edition((self.number, table), number, time.time_ns() // 1_000_000 + 1))

    def changing(self, history, over, seed):
        """The thread that does it."""
        return threading.Thread(target=self.change, args=(history, over, seed))
