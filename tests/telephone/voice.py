"""A voice for a far end that only has to be heard: loud, and no tone that could pass for a beep."""

from typing import Final

import numpy as np

from contract_tests.carrier.g711 import RATE, Pcm

LOUD: Final = 6000.0


def voice(seconds: float, *, seed: int = 1) -> Pcm:
    """Without a pause."""
    noise = np.random.default_rng(seed).normal(0.0, LOUD, round(seconds * RATE))
    return np.clip(noise, -20_000, 20_000).astype(np.int16)
