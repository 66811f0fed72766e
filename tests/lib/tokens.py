# tokens.py - tokens for tests: right ones from `tablesync token`, wrong ones by hand.
# SPDX-License-Identifier: Apache-2.0
import zlib

from lib.process import run

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def checksum(text):
    """The six characters at a token's end."""
    number, digits = zlib.crc32(text.encode()), ""
    for _ in range(6):
        number, digit = divmod(number, 62)
        digits = DIGITS[digit] + digits
    return digits


def spell(number, secret):
    """The token of this id with this secret, whether there is one or not."""
    body = f"tbs_{number}_{secret}"
    return f"{body}_{checksum(body)}"


def create_token(build, config, role, name="", **limits):
    """A new token of the storage that the configuration file names.  `limits`: datasource and
    schema, each a value or a list of them, and expires."""
    flags = [f"--{flag}={value}" for flag, values in limits.items()
             for value in (values if isinstance(values, (list, tuple)) else [values])]
    ran = run([build / "tablesync", "token", "create", f"--name={name or role}", f"--role={role}",
               *flags, "--config", config])
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


def revoke_token(build, config, token):
    ran = run([build / "tablesync", "token", "revoke", token.split("_")[1], "--config", config])
    assert ran.returncode == 0, ran.stderr
