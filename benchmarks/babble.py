"""What callers say: syllables in no language, as loud and as uneven as speech, always the same for a seed."""

import random
from typing import Final

import numpy as np

from contract_tests.carrier.g711 import RATE, Pcm

PITCH: Final = 120.0
FORMANTS: Final = ((300.0, 2300.0), (700.0, 1200.0), (500.0, 1500.0), (350.0, 800.0))
"""Of vowels, in hertz."""

LOUDEST: Final = 8000.0
SYLLABLE: Final = (0.12, 0.28)
PAUSE: Final = (0.02, 0.08)
EDGE: Final = 0.02
"""Seconds in which a syllable comes and goes."""


def babble(seconds: float, seed: int) -> Pcm:
    chance = random.Random(seed)  # noqa: S311  # to be repeatable
    parts: list[Pcm] = []
    while sum(map(len, parts)) < seconds * RATE:
        parts += [_syllable(chance), np.zeros(round(chance.uniform(*PAUSE) * RATE), np.int16)]
    return np.concatenate(parts)[: round(seconds * RATE)]


def _syllable(chance: random.Random) -> Pcm:
    """Harmonics of a voice, those near a vowel's formants strongest."""
    length, pitch = chance.uniform(*SYLLABLE), PITCH * chance.uniform(0.85, 1.2)
    times, formants = np.arange(round(length * RATE)) / RATE, chance.choice(FORMANTS)
    harmonics = pitch * np.arange(1, int(RATE / 2 / pitch))
    strengths = sum(np.exp(-(((harmonics - formant) / 150.0) ** 2)) for formant in formants) + 0.05
    voice = np.sin(2 * np.pi * np.outer(times, harmonics)) @ strengths
    swell = np.minimum(1.0, np.minimum(times, length - times) / EDGE)
    sound: Pcm = (LOUDEST * swell * voice / np.abs(voice).max()).astype(np.int16)
    return sound
