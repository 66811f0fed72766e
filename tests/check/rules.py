# rules.py - what every source file has to keep, as functions from a tree to complaints.
# SPDX-License-Identifier: Apache-2.0
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

# A layer includes what stands before it, never what comes after.
LAYERS = ["base", "config", "contract", "odbc", "source", "catalog", "sync", "pool", "kafka",
          "store", "http", "cli"]

# Headers of other projects, each for one layer; the others go through that layer.
OWNERS = {
    "jansson.h": "base", "yaml.h": "config", "sql.h": "odbc", "sqlext.h": "odbc",
    "sqltypes.h": "odbc", "sqlucode.h": "odbc", "odbcinst.h": "odbc", "curl/curl.h": "catalog",
    "librdkafka/rdkafka.h": "kafka", "librdkafka/rdkafka_mock.h": "kafka",
    "libxml/HTMLparser.h": "store", "libxml/parser.h": "store", "libxml/tree.h": "store",
    "microhttpd.h": "http", "gnutls/gnutls.h": "http", "gnutls/crypto.h": "http",
}

# Headers that come with the system.
SYSTEM = re.compile(
    r"(assert|ctype|dirent|dlfcn|errno|fcntl|fnmatch|getopt|inttypes|limits|locale|malloc|math"
    r"|netdb|poll|pthread|sched|search|setjmp|signal|stdalign|stdarg|stdatomic|stdbool"
    r"|stddef|stdint|stdio|stdlib|stdnoreturn|string|strings|time|unistd|wchar|cmocka"
    r"|(arpa|net|netinet|sys)/\w+)\.h")

TOP_LEVEL = {"CMakeLists.txt", "README.md", "src", "include", "deploy", "tests", "schemas"}

SOURCE_LINES = 600

INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)', re.MULTILINE)


def files(top):
    """What git has or would take, as paths below `top`."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "-C", top, "ls-files", "-z", "--cached", "--others",
         "--exclude-standard"], check=True, capture_output=True, text=True, timeout=60)
    return [path for path in map(Path, filter(None, listed.stdout.split("\0")))
            if (top / path).is_file()]


def c_sources(top):
    return [path for path in files(top) if path.suffix in {".c", ".h"}]


def layer_of(path):
    """The layer of a path below `top`; None for src/main.c, include/ and the tests."""
    return path.parts[1] if path.parts[0] == "src" and len(path.parts) > 2 else None


def layers(top):
    """Nothing includes a header of a layer above its own, or another layer's library."""
    complaints = []
    for path in c_sources(top):
        layer = layer_of(path)
        if layer and layer not in LAYERS:
            complaints.append(f"{path}: '{layer}' is no layer")
            continue
        for ours, foreign in INCLUDE.findall((top / path).read_text(encoding="utf-8")):
            wrong = include_is_wrong(top, layer, ours, foreign)
            if wrong and path.parts[0] != "tests":
                complaints.append(f"{path}: includes {ours or foreign}: {wrong}")
    return complaints


def include_is_wrong(top, layer, ours, foreign):
    """Why the layer must not include this, or None."""
    if foreign and not foreign.startswith("tablesync/"):
        owner = OWNERS.get(foreign)
        if owner is None:
            return None if SYSTEM.fullmatch(foreign) else "not a header that is known here"
        return None if owner == layer else f"only src/{owner}/ includes it"
    if foreign or "/" not in ours or ours.startswith("tablesync/"):
        return None  # what is installed for others, or made by CMake
    theirs = ours.split("/")[0]
    if not (top / "src" / ours).is_file():
        return "there is no such header below src/"
    if layer and LAYERS.index(theirs) > LAYERS.index(layer):
        return f"{theirs} is above {layer}"
    return None


def headers_alone(top, build):
    """Each header compiles when nothing is included before it."""
    packages = ["rdkafka", "libcurl", "jansson", "odbc", "yaml-0.1", "libmicrohttpd"]
    flags = subprocess.run(["pkg-config", "--cflags", *packages], check=True, timeout=60,
                           capture_output=True, text=True).stdout.split()

    def compiled(path):
        ran = subprocess.run(
            ["gcc", "-std=c11", "-fsyntax-only", "-Wall", "-Wextra", "-Wpedantic", "-Werror",
             "-D_POSIX_C_SOURCE=200809L", "-I", "src", "-I", "include", "-I",
             f"{build}/generated", *flags, "-x", "c", "-"],
            input=f'#include "{path}"\nextern int unused;\n', cwd=top, timeout=60, check=False,
            capture_output=True, text=True)
        return [] if ran.returncode == 0 else [f"{path}: does not compile alone: {ran.stderr}"]

    headers = [path for path in c_sources(top) if path.suffix == ".h"]
    with ThreadPoolExecutor() as pool:
        return sum(pool.map(compiled, headers), [])


def is_code(top, path):
    """Is this a file that people write and that can hold a comment?"""
    if path.suffix in {".c", ".h", ".py", ".sh", ".sql", ".cmake", ".yaml", ".yml", ".ini"}:
        return True
    if path.name == "CMakeLists.txt":
        return True
    return path.suffix == "" and (top / path).read_bytes().startswith(b"#!")


def first_lines(top):
    """Each file says what it is called, what it is for, and its licence."""
    complaints = []
    for path in files(top):
        if not is_code(top, path):
            continue
        text = (top / path).read_text(encoding="utf-8")
        lines = text.splitlines()
        if "SPDX-License-Identifier: Apache-2.0" not in "\n".join(lines[:60]):
            complaints.append(f"{path}: no SPDX line")
        if path.suffix in {".c", ".h", ".py", ".sh"}:
            first = lines[1] if text.startswith("#!") else (lines or [""])[0]
            name = re.match(r"(?:/\*|#) (\S+) - ", first)
            if not name or not str(path).endswith(name[1]):
                complaints.append(f"{path}: its first line is not '{path.name} - what it is for'")
    return complaints


def formatted(top):
    """clang-format would change nothing."""
    sources = c_sources(top)
    if not sources:
        return []
    ran = subprocess.run(["clang-format", "--dry-run", *sources], cwd=top, timeout=120,
                         check=True, capture_output=True, text=True)
    return sorted(set(re.findall(r"^(\S+?):\d+:\d+: warning", ran.stderr, re.MULTILINE)))


def sizes(top):
    """No file grows beyond what can be read at once."""
    complaints = []
    for path in files(top):
        if is_code(top, path):
            count = len((top / path).read_text(encoding="utf-8").splitlines())
            if count > SOURCE_LINES:
                complaints.append(f"{path}: {count} lines, {SOURCE_LINES} are allowed")
    return complaints


def top_level(top):
    """The top level holds what is known there, and nothing else."""
    entries = sorted({path.parts[0] for path in files(top)})
    return [f"{entry}: not at the top level" for entry in entries
            if entry not in TOP_LEVEL and not entry.startswith(".")]


def leftovers(top):
    """Nothing is left open in the code, and nothing waits for time to pass."""
    words = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|#\s*if 0|\b(sleep|usleep|nanosleep)\s*\(")
    complaints = []
    for path in c_sources(top):
        for word in words.finditer((top / path).read_text(encoding="utf-8")):
            complaints.append(f"{path}: '{word[0]}'")
    return complaints


def guards(top):
    """A header's guard is its own: with a second one of that name, one would be left out."""
    owners, complaints = {}, []
    for path in c_sources(top):
        if Path(path).suffix != ".h":
            continue
        text = (top / path).read_text(encoding="utf-8")
        guard = re.search(r"^#ifndef (\w+)", text, re.MULTILINE)
        owner = owners.setdefault(guard[1], path) if guard else None
        if owner != path:
            complaints.append(f"{path}: " + (f"has the guard of {owner}" if owner else "no guard"))
    return complaints
