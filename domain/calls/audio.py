"""Sound as it travels through CXB: short frames of PCM that may carry marks of the words spoken in them."""

import struct
from dataclasses import dataclass
from typing import Final

RATE: Final = 16_000
"""Samples a second, mono, 16 bits, little-endian, everywhere between adapters."""

FRAME_SECONDS: Final = 0.02
FRAME_BYTES: Final = int(RATE * FRAME_SECONDS) * 2
SILENCE: Final = bytes(FRAME_BYTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A word that ends in this frame and was `seconds` long. Only `captions` may read it."""

    word: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioFrame:
    """Usually 20 ms of PCM. Words and sound drop together, because they are one value. `began` is when it was
    spoken, in seconds on the room's clock, where its path is known to have made it late: a recording puts it there."""

    pcm: bytes
    marks: tuple[Mark, ...] = ()
    began: float | None = None

    @property
    def seconds(self) -> float:
        return len(self.pcm) / (2 * RATE)


def wav_header(pcm_bytes: int, channels: int, rate: int = RATE) -> bytes:
    """The 44 bytes before `pcm_bytes` of 16-bit PCM in a WAV file (RIFF, format 1)."""
    block = 2 * channels
    layout = "<4sI4s4sIHHIIHH4sI"
    return struct.pack(
        layout,
        b"RIFF",
        36 + pcm_bytes,
        b"WAVE",
        b"fmt ",
        16,
        1,
        channels,
        rate,
        rate * block,
        block,
        16,
        b"data",
        pcm_bytes,
    )
