"""How a bot behaves in any conversation: interruption, silence, length."""

from collections.abc import Iterator
from dataclasses import dataclass

from domain.errors import Fault, InvalidValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Times in seconds. `silence_prompts` are said in turn; when they are used up the call ends."""

    interruptible: bool = True
    interrupt_after: float = 0.2
    end_of_turn_silence: float = 0.5
    silence_after: float = 6.0
    silence_prompts: tuple[str, ...] = ("Are you still there?",)
    max_duration: float = 300.0
    most_misses: int = 2
    opt_out_say: str = "I am sorry to have disturbed you. We will not call you again. Goodbye."
    goodbye_say: str = "Thank you. Goodbye."


def check_policy(policy: Policy, field: str = "policy") -> None:
    """Raises InvalidValue with every limit that is broken."""
    faults = tuple(_faults(policy, field))
    if faults:
        raise InvalidValue(*faults)


def _faults(policy: Policy, field: str) -> Iterator[Fault]:
    bounds = {
        "interrupt_after": (0.02, 3.0),
        "end_of_turn_silence": (0.1, 5.0),
        "silence_after": (1.0, 60.0),
        "max_duration": (5.0, 7200.0),
        "most_misses": (0, 10),
    }
    for name, (least, most) in bounds.items():
        if not least <= getattr(policy, name) <= most:
            yield Fault(field=f"{field}.{name}", reason=f"must lie between {least} and {most}")
