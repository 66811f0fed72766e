# commits.py - what a group commits, read where the broker keeps it.
# SPDX-License-Identifier: Apache-2.0
"""The topic __consumer_offsets holds every commit, in the order in which the broker took them;
whoever asks for the committed offsets sees a few of them at best."""
import re
import struct

from system.chaos.history import Commit

TOPIC = "__consumer_offsets"
OFFSET_KEYS = (0, 1)  # versions of a key that stand for an offset; 2 is a group's members
COMPACT_STRINGS = 4  # from this version of the value on


class _Cursor:
    def __init__(self, data):
        self._data, self._at = data, 0

    def take(self, form):
        """One number, big-endian, as struct names it."""
        value, = struct.unpack_from(">" + form, self._data, self._at)
        self._at += struct.calcsize(form)
        return value

    def _bytes(self, count):
        self._at += count
        return self._data[self._at - count:self._at]

    def text(self):
        return self._bytes(self.take("h")).decode()

    def compact_text(self):
        length = shift = 0
        while True:
            byte = self.take("B")
            length |= (byte & 0x7f) << shift
            if byte < 0x80:
                return self._bytes(length - 1).decode()
            shift += 7


def ranges_of(metadata, offset):
    """The complete ranges above a committed offset: "ts1", then for each " GAP+COUNT", counted
    from the end of the one before."""
    found, at = [], offset
    for gap, count in re.findall(r" (\d+)\+(\d+)", metadata):
        at += int(gap) + int(count)
        found.append((at - int(count), at - 1))
    return tuple(found)


def commit_of(group, message):
    """The commit of `group` that a record of the topic is; None where it is something else."""
    key = _Cursor(message.key())
    if key.take("h") not in OFFSET_KEYS or message.value() is None or key.text() != group:
        return None
    topic, partition = key.text(), key.take("i")
    value = _Cursor(message.value())
    version, offset, _leader_epoch = value.take("h"), value.take("q"), value.take("i")
    metadata = value.compact_text() if version >= COMPACT_STRINGS else value.text()
    return Commit(topic, partition, offset, ranges_of(metadata, offset), value.take("q"))
