"""How one object lies in its file: its bytes, then a footer that names it, so that both are one atomic rename."""

import os
import struct
from typing import BinaryIO, Final

from ports.object_store import StoredObject

MAGIC: Final = b"CXBOBJ01"
TAIL: Final = struct.Struct(">32sH8s")
"""The last bytes: the SHA-256 of the object, the length of the key that stands before, and the magic."""


def footer(key: bytes, digest: bytes) -> bytes:
    return key + TAIL.pack(digest, len(key), MAGIC)


def described(file: BinaryIO) -> StoredObject:
    """What the footer says. Raises OSError for a file without one."""
    size = os.fstat(file.fileno()).st_size
    if size < TAIL.size:
        raise OSError("no footer")
    digest, key_length, magic = TAIL.unpack(os.pread(file.fileno(), TAIL.size, size - TAIL.size))
    body = size - TAIL.size - key_length
    if magic != MAGIC or body < 0:
        raise OSError("no footer")
    key = os.pread(file.fileno(), key_length, body)
    return StoredObject(key=key.decode("utf-8", "surrogatepass"), size=body, sha256=digest.hex())
