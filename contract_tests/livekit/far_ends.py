"""Phone numbers whose far ends do what the recorded table knows: for a carrier of this process, and over SIP."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from adapters.memory.carrier import Callee
from contract_tests.backends.vocabulary import spoken
from contract_tests.carrier import scripts
from contract_tests.carrier.g711 import Pcm
from contract_tests.carrier.scripts import Number
from contract_tests.livekit.recorded import REFUSALS

RINGS_AFTER: Final = 0.1
ANSWERS_AFTER: Final = 0.3


def _rings(**behaviour: object) -> Callee:
    return Callee(rings_after=RINGS_AFTER, answers_after=ANSWERS_AFTER, **behaviour)  # type: ignore[arg-type]


SAYS_NO: Final[Mapping[int, str]] = {status: f"+15550100{status}" for status, _ in REFUSALS}
RINGS_ON: Final = "+15550101001"
IS_NOT_THERE: Final = "+15550101002"
HANGS_UP: Final = "+15550101003"
STAYS: Final = "+15550101004"
ECHOES: Final = "+15550101005"
SPEAKS: Final = "+15550101006"
PRESSES: Final = "+15550101007"
CANNOT_BE_REFERRED: Final = "+15550101008"
PLAYS_BEFORE: Final = "+15550101009"
"""183 with sound, and 200 when that is over; over SIP only."""

SAID: Final = ("good", "morning")
PRESSED: Final = "12#*0"

CALLEES: Final[Mapping[str, Callee]] = {
    **{SAYS_NO[status]: _rings(status=status, reason=phrase) for status, phrase in REFUSALS},
    RINGS_ON: Callee(rings_after=RINGS_AFTER, answers_after=None),
    IS_NOT_THERE: Callee(rings_after=None, answers_after=None),
    HANGS_UP: _rings(hangs_up_after=0.5),
    STAYS: _rings(),
    ECHOES: _rings(echoes=True),
    SPEAKS: _rings(says=spoken(*SAID)),
    PRESSES: _rings(presses=PRESSED),
    CANNOT_BE_REFERRED: _rings(refers=False),
}
"""For adapters/memory/carrier.py."""


def narrow(*said: str) -> Pcm:
    """Words at a telephone's 8 kHz: none has a pitch that this would fold."""
    return np.frombuffer(b"".join(frame.pcm for frame in spoken(*said)), "<i2")[::2].astype(np.int16)


def _answers(*acts: scripts.Act) -> Number:
    return Number(script=scripts.answers(*acts, ringing=ANSWERS_AFTER))


NUMBERS: Final[Mapping[str, Number]] = {
    **{
        SAYS_NO[status]: Number(script=scripts.refuses(status, phrase, ringing=ANSWERS_AFTER))
        for status, phrase in REFUSALS
    },
    RINGS_ON: Number(script=scripts.rings),
    IS_NOT_THERE: Number(script=scripts.silent),
    HANGS_UP: _answers(scripts.hangs_up(after=0.5)),
    STAYS: _answers(),
    ECHOES: _answers(scripts.echoes),
    SPEAKS: _answers(scripts.says(narrow(*SAID))),
    PRESSES: _answers(scripts.types(PRESSED)),
    PLAYS_BEFORE: Number(script=scripts.early_media(narrow("one", "two"), then=scripts.answers(ringing=0))),
}
"""For the scripted far end."""
