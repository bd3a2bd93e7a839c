"""Sounds to play at a phone, as 8 kHz int16: tones, clicks, silence, a WAV file."""

import wave
from pathlib import Path
from typing import Final

import numpy as np

from contract_tests.carrier.g711 import RATE, Pcm

CLICK: Final = 16
"""Samples: 2 ms."""


def silence(seconds: float) -> Pcm:
    return np.zeros(round(seconds * RATE), np.int16)


def tone(hertz: float, seconds: float, *, level: int = 8000) -> Pcm:
    """`level` is its peak."""
    times = np.arange(round(seconds * RATE)) / RATE
    return (level * np.sin(2 * np.pi * hertz * times)).astype(np.int16)


def clicks(count: int, *, every: float, level: int = 20000) -> Pcm:
    """One at the start of each stretch of `every` seconds."""
    stretch = silence(every)
    stretch[:CLICK] = level
    return np.tile(stretch, count)


def wav(path: Path) -> Pcm:
    """Of a file that is 8 kHz, mono, 16 bits. Raises ValueError for any other, wave.Error for none."""
    with wave.open(str(path), "rb") as file:
        if (file.getframerate(), file.getnchannels(), file.getsampwidth()) != (RATE, 1, 2):
            raise ValueError(f"{path.name} is not 8 kHz mono with 16 bits")
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.int16)


def save_wav(path: Path, pcm: Pcm) -> None:
    with wave.open(str(path), "wb") as file:
        file.setframerate(RATE)
        file.setnchannels(1)
        file.setsampwidth(2)
        file.writeframes(pcm.astype("<i2").tobytes())
