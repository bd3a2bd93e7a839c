"""Who lives behind a simulated number: always the same, decided by the seed and the number alone."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from random import Random
from typing import Any, Final


class Answer(StrEnum):
    """What happens when the number is called."""

    HUMAN = "human"
    VOICEMAIL = "voicemail"
    SILENT = "silent"  # picked up, and not a word
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    REJECTS = "rejects"
    INVALID = "invalid"
    CONGESTION = "congestion"


class Manner(StrEnum):
    """How a human behaves who picks up."""

    SAYS_YES = "says_yes"
    SAYS_NO = "says_no"
    INTERRUPTS = "interrupts"  # talks into the bot's first sentence
    PRESSES_KEYS = "presses_keys"
    OPTS_OUT = "opts_out"  # asks not to be called again
    HANGS_UP = "hangs_up"  # in the middle of the bot's first sentence
    SCREENS = "screens"  # wants to know first who is calling


@dataclass(frozen=True, slots=True, kw_only=True)
class HumanShares:
    """Shares of the manners among humans."""

    says_yes: float = 0.40
    says_no: float = 0.20
    interrupts: float = 0.12
    presses_keys: float = 0.10
    opts_out: float = 0.08
    hangs_up: float = 0.06
    screens: float = 0.04


@dataclass(frozen=True, slots=True, kw_only=True)
class PopulationShares:
    """Shares of what numbers do. They are weights: they need not add up to one."""

    human: float = 0.45
    voicemail: float = 0.20
    no_answer: float = 0.15
    busy: float = 0.08
    rejects: float = 0.05
    invalid: float = 0.03
    congestion: float = 0.02
    silent: float = 0.02
    humans: HumanShares = field(default_factory=HumanShares)


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """What a number is to do."""

    answer: Answer
    manner: Manner = Manner.SAYS_YES


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    """One callee. Seconds: `network` until it rings or is refused, `rings` from then to the answer."""

    role: Role
    voice: str
    network: float
    rings: float


Overrides = Mapping[str, Role]
"""Last digits of a number to its role; the longest match holds."""

VOICES: Final = ("en-us", "en-us+f3", "en-us+m3", "en-gb", "en-gb+f2", "en-us+f2", "en-us+m7")

MEAN_RING: Final = 6.0
RING_SPREAD: Final = 0.5
"""Standard deviation of the logarithm: a lognormal law with most answers between 3 and 11 s."""

LEAST_RING: Final = 1.5
MOST_RING: Final = 20.0

ORDINARY: Final = PopulationShares()


def persona_of(e164: str, *, seed: int, shares: PopulationShares = ORDINARY, overrides: Overrides) -> Persona:
    """The same for the same arguments, in every process and at every time."""
    chance = Random(f"{seed}/{e164}")  # noqa: S311  # a simulation, no secret
    answer = Answer(_drawn(chance, shares))
    manner = Manner(_drawn(chance, shares.humans))
    lognormal = chance.lognormvariate(math.log(MEAN_RING) - RING_SPREAD**2 / 2, RING_SPREAD)
    return Persona(
        role=overridden(e164, overrides) or Role(answer=answer, manner=manner),
        voice=chance.choice(VOICES),
        network=chance.uniform(0.3, 1.2),
        rings=min(max(lognormal, LEAST_RING), MOST_RING),
    )


def overridden(e164: str, overrides: Overrides) -> Role | None:
    fitting = [suffix for suffix in overrides if e164.endswith(suffix)]
    return overrides[max(fitting, key=len)] if fitting else None


def _drawn(chance: Random, shares: Any) -> str:
    """The name of one of the fields that hold shares, by its share."""
    weights = {f.name: getattr(shares, f.name) for f in fields(shares) if f.name != "humans"}
    return chance.choices(list(weights), weights=list(weights.values()))[0]
