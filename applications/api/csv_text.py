"""Bytes of a file that somebody saved as CSV, as text: which encoding it is in, and which character divides fields."""

import codecs
import io
import re
from typing import Final

SAMPLE: Final = 64 * 1024
"""Bytes that are looked at to tell the encoding."""

MARKS: Final = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",  # begins like that of UTF-16, so it is looked for first
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
DELIMITERS: Final = ",;\t"
QUOTED: Final = re.compile(r'"[^"]*"')
REPLACEMENT: Final = "\ufffd"
"""Stands where bytes are no text."""


def encoding_of(sample: bytes) -> str:
    """The name of the encoding, as far as the file's beginning tells it."""
    for mark, encoding in MARKS.items():
        if sample.startswith(mark):
            return encoding
    wide = _wide(sample[:200])
    if wide:
        return wide
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample[:SAMPLE])
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _wide(sample: bytes) -> str | None:
    """The encoding in which most characters have the zero bytes that these have."""
    zeros = tuple(sample[at::4].count(0) > len(sample) // 8 for at in range(4))
    match zeros:
        case (False, True, True, True):
            return "utf-32-le"
        case (True, True, True, False):
            return "utf-32-be"
        case (False, True, False, True):
            return "utf-16-le"
        case (True, False, True, False):
            return "utf-16-be"
    return None


def delimiter_of(header: str) -> str:
    """The one that divides the header most often, outside of quotes."""
    bare = QUOTED.sub("", header)
    return max(DELIMITERS, key=bare.count)


class TextOf:
    """Decodes a file piece by piece, with every kind of line end as a newline."""

    def __init__(self) -> None:
        self._held = b""
        self._decoder: io.IncrementalNewlineDecoder | None = None

    def feed(self, chunk: bytes) -> str:
        if self._decoder is not None:
            return self._decoder.decode(chunk)
        self._held += chunk
        return self._begin(final=False) if len(self._held) >= SAMPLE else ""

    def end(self) -> str:
        begun = self._begin(final=True) if self._decoder is None else ""
        return begun + (self._decoder.decode(b"", final=True) if self._decoder else "")

    def _begin(self, *, final: bool) -> str:
        encoding = encoding_of(self._held)
        if final and encoding == "utf-8":
            encoding = "utf-8" if _whole(self._held) else "cp1252"
        decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
        self._decoder = io.IncrementalNewlineDecoder(decoder, translate=True)
        held, self._held = self._held, b""
        return self._decoder.decode(held)


def _whole(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
