# independent.py - tables as SQLAlchemy's inspector describes them, in the form of documents.
# Where it has objects of its own, kinds and types are as the DBMS's own client prints them.
# SPDX-License-Identifier: Apache-2.0
import contextlib
import re
import warnings

import sqlalchemy

from lib.process import run

FIELD, RECORD, END = "\x1f", "\x1e", "\x1d"  # in what the clients print


def quoted(name, mark='"'):
    return mark + name.replace(mark, mark * 2) + mark


class Independent:
    """The tables of one schema."""

    kinds = {}  # as the client says, and as a document does

    def __init__(self, url, schema, **options):
        self._engine = sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool, **options)
        self._schema = schema

    def client_says(self, names):
        """Of each its kind, the types of its columns, the definitions of its indexes."""
        raise NotImplementedError

    def primary_index(self, name):
        """What the index of the primary key is called, where the inspector leaves it out."""
        raise NotImplementedError

    def documents(self, names):
        with self._engine.connect() as connection, warnings.catch_warnings():
            # Types that it does not know are not taken from it.
            warnings.simplefilter("ignore", sqlalchemy.exc.SAWarning)
            inspector = sqlalchemy.inspect(connection)
            return {name: self._document(inspector, name, *said)
                    for name, said in self.client_says(names).items()}

    def _document(self, inspector, name, said, types, definitions):
        def ask(facet, default, **options):
            with contextlib.suppress(NotImplementedError):  # SQLite has no comments
                return getattr(inspector, facet)(name, schema=self._schema, **options)
            return default

        is_view = self.kinds[said].endswith("VIEW")
        primary = ask("get_pk_constraint", {})
        positions = {column: at for at, column in
                     enumerate(primary.get("constrained_columns", []), 1)}
        indexes = [{"name": row["name"], "unique": bool(row["unique"]), "primary": False,
                    "columns": row.get("expressions") or row["column_names"]}
                   for row in ask("get_indexes", [], include_auto_indexes=True)]
        if positions and self.primary_index(primary["name"]):
            indexes.append({"name": self.primary_index(primary["name"]), "unique": True,
                            "primary": True, "columns": list(positions)})
        return {
            "kind": self.kinds[said], "is_view": is_view,
            "db_comment": ask("get_table_comment", {"text": None})["text"],
            "columns": [{"position": at} | self._column(row, types, positions)
                        for at, row in enumerate(ask("get_columns", []), 1)],
            "primary_key": {"name": primary["name"], "columns": list(positions)}
            if positions else None,
            "unique_constraints": [
                {"name": row["name"], "columns": row["column_names"]}
                for row in ask("get_unique_constraints", [])],
            "check_constraints": [
                {"name": row["name"], "expression": row["sqltext"]}
                for row in ask("get_check_constraints", [])],
            "foreign_keys": [self._foreign_key(row) for row in ask("get_foreign_keys", [])],
            "indexes": [{"definition": definitions.get(index["name"])} | index
                        for index in indexes],
            "view_definition": ask("get_view_definition", None) if is_view else None,
        }

    def identity(self, row):
        """'always', 'by default' or None, as the inspector says of a column."""
        says = row.get("identity")
        return says and ("always" if says["always"] else "by default")

    def _column(self, row, types, positions):
        computed = row.get("computed")
        return {
            "name": row["name"], "type": types.get(row["name"]), "nullable": row["nullable"],
            "default": computed["sqltext"] if computed else row["default"],
            "comment": row.get("comment"), "primary_key_position": positions.get(row["name"]),
            "generated": computed and ("stored" if computed["persisted"] else "virtual"),
            "identity": self.identity(row),
        }

    def _foreign_key(self, row):
        options = row["options"]
        return {"name": row["name"], "columns": row["constrained_columns"],
                "referenced_schema": row["referred_schema"] or self._schema,
                "referenced_table": row["referred_table"],
                "referenced_columns": row["referred_columns"],
                "on_update": options.get("onupdate", "NO ACTION"),
                "on_delete": options.get("ondelete", "NO ACTION")}


class PostgreSQL(Independent):
    """Without a search path, as pg_dump has it, so that every name comes out qualified."""

    kinds = {"Table": "TABLE", "Unlogged table": "TABLE", "View": "VIEW",
             "Partitioned table": "PARTITIONED TABLE", "Foreign table": "FOREIGN TABLE",
             "Materialized view": "MATERIALIZED VIEW"}

    def __init__(self, server, database, schema):
        super().__init__(
            f"postgresql+psycopg://{server.user}@127.0.0.1:{server.port}/{database}", schema,
            connect_args={"options": "-c search_path="})
        self._server, self._database = server, database

    def client_says(self, names):
        described = [f"-c\\d {quoted(self._schema)}.{quoted(name)}" for name in names]
        done = run(["psql", "-XqA", "-h", "127.0.0.1", "-p", self._server.port, "-U",
                    self._server.user, "-d", self._database, "-F", FIELD, "-R", RECORD,
                    "-P", "footer=off", *(word for one in described for word in (
                        one, f"-c\\echo {END}"))], env={"PGOPTIONS": "-csearch_path="})
        assert done.returncode == 0 and not done.stderr, done.stderr
        with self._server.connect(self._database) as connection:
            indexes = connection.execute(
                "select tablename, indexname, indexdef from pg_indexes where schemaname = %s",
                (self._schema,)).fetchall()
        said = {}
        for name, text in zip(names, done.stdout.split(f"{END}\n"), strict=False):
            title, _, *rows = text.removesuffix("\n").split(RECORD)
            fields = [row.split(FIELD) for row in rows if FIELD in row]
            said[name] = (title.split(' "')[0], {row[0]: row[1] for row in fields},
                          {index: sql for table, index, sql in indexes if table == name})
        return said

    def primary_index(self, name):
        return name


class MariaDB(Independent):
    kinds = {"BASE TABLE": "TABLE", "SYSTEM VERSIONED": "SYSTEM VERSIONED TABLE", "VIEW": "VIEW"}

    def __init__(self, server, database):
        super().__init__(
            f"mariadb+pymysql://{server.user}@127.0.0.1:{server.port}/{database}"
            "?charset=utf8mb4", database)
        self._server = server

    def client_says(self, names):
        kinds = dict(self._server.execute("show full tables", self._schema))
        said = {}
        for name in names:
            columns = self._server.execute(f"show full columns from {quoted(name, '`')}",
                                           self._schema)
            made = self._server.execute(f"show create table {quoted(name, '`')}", self._schema)
            definitions = dict(re.findall(
                r"^  ((?:\w+ )?KEY `((?:[^`]|``)+)` .*?),?$", made[0][1], re.MULTILINE))
            definitions = {index.replace("``", "`"): sql for sql, index in definitions.items()}
            definitions |= {"PRIMARY": sql for sql in re.findall(
                r"^  (PRIMARY KEY .*?),?$", made[0][1], re.MULTILINE)}
            said[name] = kinds[name], {row[0]: row[1] for row in columns}, definitions
        return said

    def primary_index(self, name):
        return "PRIMARY"

    def identity(self, row):
        return "by default" if row.get("autoincrement") else None


class SQLite(Independent):
    kinds = {"table": "TABLE", "view": "VIEW", "virtual": "VIRTUAL TABLE"}

    def __init__(self, path):
        super().__init__(f"sqlite:///{path}", "main")
        self._path = path

    def client_says(self, names):
        kinds = dict(self._ask("select name, type from pragma_table_list where schema = 'main'"))
        indexes = self._ask("select tbl_name, name, sql from sqlite_schema where type = 'index' "
                            "and sql is not null")
        return {name: (kinds[name], {row[1]: row[2] for row in self._ask(
            f"pragma table_xinfo({quoted(name)})")},
            {index: sql for table, index, sql in indexes if table == name}) for name in names}

    def _ask(self, sql):
        done = run(["sqlite3", "-batch", "-noheader", "-separator", FIELD, "-newline", RECORD,
                    self._path, sql])
        assert done.returncode == 0 and not done.stderr, done.stderr
        return [row.split(FIELD) for row in done.stdout.split(RECORD)[:-1]]

    def primary_index(self, name):
        return None  # it is among the others


def facts(document):
    """A document as single facts, {path: value}: of what has a name by that name, of other
    keys by their columns, of other checks by themselves."""
    found = {member: document[member] for member in (
        "kind", "is_view", "db_comment", "primary_key", "view_definition")}
    found["columns"] = [column["name"] for column in document["columns"]]
    for facet in ("columns", "unique_constraints", "check_constraints", "foreign_keys",
                  "indexes"):
        for row in document[facet]:
            by = row["name"] or f"({', '.join(row.get('columns') or [row['expression']])})"
            found.update((f"{facet}/{by}/{member}", value) for member, value in row.items()
                         if member != "name")
    return found


def differences(ours, theirs):
    """{path: (our value, their value)}; `...` for a fact that one of them does not have."""
    ours, theirs = facts(ours), facts(theirs)
    pairs = {path: (ours.get(path, ...), theirs.get(path, ...)) for path in ours | theirs}
    return {path: pair for path, pair in pairs.items() if pair[0] != pair[1]}
