# mariadb_shop.py - the fixtures of the tests that read the database shop of a MariaDB.
# SPDX-License-Identifier: Apache-2.0
import pytest

from lib.reading import Reader

BROKEN = {"broken", "broken_above", "broken_column"}  # views


@pytest.fixture
def shop(mariadb_shop):
    return mariadb_shop


@pytest.fixture
def reader(build, tmp_path, shop):
    return Reader(build, tmp_path, connection=shop.connection())


@pytest.fixture
def names(shop):
    return [name for name, in shop.execute("show tables", "shop") if name != "counter"]


@pytest.fixture
def documents(reader, names):
    return dict(zip(names, reader.read("shop", *names), strict=True))
