# crashing_driver.py - an ODBC driver that ends the process which uses it.
# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

from lib.process import run

SOURCE = Path(__file__).with_suffix(".c")
REAL = "/usr/lib/*/odbc/libsqlite3odbc.so"


def make(folder):
    """Build it in the folder; its path, for Driver=."""
    real, = Path("/").glob(REAL.lstrip("/"))
    driver = folder / "crashing_driver.so"
    built = run(["cc", "-shared", "-fPIC", "-Wall", "-Werror", f'-DREAL_DRIVER="{real}"',
                 "-o", driver, SOURCE, "-Wl,--no-as-needed", f"-Wl,-rpath,{real.parent}", real])
    assert built.returncode == 0, built.stderr
    return driver
