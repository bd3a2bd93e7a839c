"""Telling a voicemail's beep from a voice: one steady frequency, where a voice has many that move."""

from typing import Final

import numpy as np
import numpy.typing as npt

from domain.calls.audio import RATE

LOWEST: Final = 400.0
HIGHEST: Final = 2000.0
"""Hz: where beeps lie. Below it a voice's fundamental can be as pure as a tone."""

PURITY: Final = 0.9
"""The share of a frame's energy that lies in its strongest frequency."""

LOUD: Final = 256.0
"""Mean sample of a voice: Asterisk's silence threshold, some -42 dBFS."""

Samples = npt.NDArray[np.float64]


def samples_of(pcm: bytes) -> Samples:
    return np.frombuffer(pcm, np.int16).astype(np.float64)


def is_loud(samples: Samples) -> bool:
    return bool(len(samples)) and float(np.abs(samples).mean()) >= LOUD


def pure_tone(samples: Samples) -> float | None:
    """The frequency in Hz when the frame is one pure tone, else None.

    Under a Hann window a tone is five bins wide at most, so that those around the peak hold all of a pure tone.
    """
    if len(samples) < 2:
        return None
    energy = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) ** 2
    peak = int(energy.argmax())
    total = float(energy.sum())
    frequency = peak * RATE / len(samples)
    if total == 0.0 or not LOWEST <= frequency <= HIGHEST:
        return None
    return frequency if float(energy[max(0, peak - 2) : peak + 3].sum()) / total >= PURITY else None
