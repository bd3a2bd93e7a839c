"""One party of a recording, or both in one, made of the stored stereo as it is sent."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from applications.api.http.ranges import Span
from domain.calls.audio import wav_header
from ports.object_store import ObjectStore, StoredObject

HEADER_BYTES: Final = len(wav_header(0, 1))
SAMPLE: Final = 2
"""Bytes of one channel's sample."""

PAIR: Final = 2 * SAMPLE
"""Bytes of a stereo sample: the callee, the bot."""


class Channels(StrEnum):
    """What of a recording is wanted: as it is stored, both parties in one channel, or one of them."""

    STEREO = "stereo"
    MIXED = "mixed"
    CALLEE = "callee"
    BOT = "bot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendition:
    """A stored recording as somebody wants to hear it. Its parts join to the whole, wherever it is cut."""

    stored: StoredObject
    channels: Channels

    @property
    def etag(self) -> str:
        """Each has its own: a player that goes on with another one's bytes would play noise."""
        form = "" if self.channels is Channels.STEREO else f"-{self.channels.value}"
        return f'"{self.stored.sha256}{form}"'

    @property
    def size(self) -> int:
        return self.stored.size if self.channels is Channels.STEREO else HEADER_BYTES + self._samples * SAMPLE

    @property
    def _samples(self) -> int:
        return max(0, self.stored.size - HEADER_BYTES) // PAIR

    def read(self, objects: ObjectStore, span: Span) -> AsyncIterator[bytes]:
        """The bytes of the span, a chunk of the store at a time. Raises NotFound at the first."""
        if self.channels is Channels.STEREO:
            return objects.read(self.stored.key, start=span.start, end=span.end)
        return self._mono(objects, span)

    async def _mono(self, objects: ObjectStore, span: Span) -> AsyncIterator[bytes]:
        header = wav_header(self._samples * SAMPLE, 1)[span.start : span.end]
        if header:
            yield header
        start, end = (max(0, at - HEADER_BYTES) for at in (span.start, span.end))
        skipped, left = start % SAMPLE, end - start
        async for chunk in self._one_channel(objects, start // SAMPLE, -(-end // SAMPLE)):
            part = chunk[skipped : skipped + left]
            skipped, left = 0, left - len(part)
            yield part

    async def _one_channel(self, objects: ObjectStore, first: int, last: int) -> AsyncIterator[bytes]:
        """The samples from `first` to before `last`. A chunk of the store may end within one."""
        if first >= last:
            return
        start, end = (HEADER_BYTES + PAIR * sample for sample in (first, last))
        rest = b""
        async for chunk in objects.read(self.stored.key, start=start, end=end):
            pcm = rest + chunk
            whole = len(pcm) // PAIR * PAIR
            rest = pcm[whole:]
            if whole:
                yield one_channel(pcm[:whole], self.channels)


def one_channel(stereo: bytes, channels: Channels) -> bytes:
    """Of 16-bit stereo. Parties that are loud together are cut off at full scale and never wrap around."""
    pairs = np.frombuffer(stereo, dtype="<i2").reshape(-1, 2)
    if channels is Channels.MIXED:
        made = np.clip(pairs.astype(np.int32).sum(axis=1), -0x8000, 0x7FFF).astype("<i2")
    else:
        made = pairs[:, 0 if channels is Channels.CALLEE else 1]
    mono: bytes = made.tobytes()
    return mono
