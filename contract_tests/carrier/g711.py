"""G.711, both laws both ways, between int16 PCM and bytes (ITU-T G.711, tables 1 and 2; scaled to 16 bits)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Pcm = NDArray[np.int16]
RATE: Final = 8000
FRAME: Final = 160
"""Samples in 20 ms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """Two tables: by code, and by sample."""

    name: str
    payload_type: int
    of_code: Pcm
    of_sample: NDArray[np.uint8]

    def decode(self, data: bytes) -> Pcm:
        return self.of_code[np.frombuffer(data, np.uint8)]

    def encode(self, pcm: Pcm) -> bytes:
        return self.of_sample[pcm.view(np.uint16)].tobytes()


def _segments(magnitude: NDArray[np.int64], lowest: int) -> NDArray[np.int64]:
    """In which of the eight, each twice as wide as the one before, whose first ends at 2 ** (lowest + 1)."""
    bounds = np.array([1 << (lowest + 1 + number) for number in range(7)])
    return np.searchsorted(bounds, magnitude, side="right")


def _samples() -> NDArray[np.int64]:
    """Every sample, at the place that its bits make as an unsigned number."""
    return np.arange(65536, dtype=np.uint16).view(np.int16).astype(np.int64)


def _mu_decoded() -> Pcm:
    codes = ~np.arange(256) & 0xFF
    segment, step = codes >> 4 & 7, codes & 15
    magnitude = ((step << 3) + 132 << segment) - 132
    return np.where(codes & 128, -magnitude, magnitude).astype(np.int16)


def _mu_encoded() -> NDArray[np.uint8]:
    samples = _samples()
    negative = samples < 0
    # the table is over 14 bits; a negative number mirrors the positive one before it, as in the ITU's own tools
    magnitude = np.minimum((np.where(negative, ~samples, samples) >> 2) + 33, 8191)
    segment = _segments(magnitude, 5)
    step = magnitude >> segment + 1 & 15
    codes: NDArray[np.uint8] = (~(negative * 128 | segment << 4 | step) & 0xFF).astype(np.uint8)
    return codes


def _a_decoded() -> Pcm:
    codes = np.arange(256) ^ 0x55
    segment, step = codes >> 4 & 7, codes & 15
    magnitude = np.where(segment == 0, (step << 4) + 8, (step << 4) + 264 << np.maximum(segment, 1) - 1)
    return np.where(codes & 128, magnitude, -magnitude).astype(np.int16)


def _a_encoded() -> NDArray[np.uint8]:
    samples = _samples()
    positive = samples >= 0
    magnitude = np.where(positive, samples, ~samples) >> 4
    segment = _segments(magnitude, 3)
    step = magnitude >> np.maximum(segment, 1) - 1 & 15
    codes: NDArray[np.uint8] = ((positive * 128 | segment << 4 | step) ^ 0x55).astype(np.uint8)
    return codes


MU_LAW: Final = Law(name="PCMU", payload_type=0, of_code=_mu_decoded(), of_sample=_mu_encoded())
A_LAW: Final = Law(name="PCMA", payload_type=8, of_code=_a_decoded(), of_sample=_a_encoded())
LAWS: Final[Mapping[int, Law]] = {law.payload_type: law for law in (MU_LAW, A_LAW)}
