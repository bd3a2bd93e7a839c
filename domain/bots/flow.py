"""A bot's conversation as a graph: steps that say something, and edges that decide where to go next."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from domain.bots.expression import Expression, parse_expression
from domain.calls.transfer import Transfer

TRANSFER_REASON: Final = "transfer_reason"
"""The variable that keeps why the last transfer failed, such as `sip_486`."""


class EdgeKind(StrEnum):
    """What makes an edge hold. All but LLM are decided without a model; those are tried first, in order."""

    ALWAYS = "always"
    EXPRESSION = "expression"
    DIGITS = "digits"
    EVENT = "event"
    LLM = "llm"


class FlowEvent(StrEnum):
    """Things that happen to a conversation and that an edge may wait for."""

    SILENCE = "silence"  # the callee has not spoken for the policy's time
    NO_MATCH = "no_match"  # nothing else held
    TRANSFER_FAILED = "transfer_failed"  # nobody took the call; the variable `transfer_reason` says why


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """One way on. `when` is the expression, the digits, the event's name or, for LLM, the condition in words."""

    to: str
    kind: EdgeKind = EdgeKind.ALWAYS
    when: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What is said, and where to go on what is heard.

    `collect` names the variable that keeps the callee's answer. `end` ends the call after speaking; its text is
    the disposition. `transfer` hands the call over after speaking; such a step's edges are taken when that failed,
    and without one the bot takes its leave. A step with one ALWAYS edge speaks and goes straight on, without listening.
    """

    id: str
    say: str
    edges: tuple[Edge, ...] = ()
    collect: str | None = None
    end: str | None = None
    transfer: Transfer | None = None
    no_match_say: str | None = None

    @property
    def listens(self) -> bool:
        if self.end is not None or self.transfer is not None:
            return False
        return not any(edge.kind is EdgeKind.ALWAYS for edge in self.edges)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowGraph:
    """Steps by id, and the first one."""

    start: str
    steps: tuple[Step, ...]

    def step(self, step_id: str) -> Step:
        """Raises KeyError for a step that a checked graph cannot name."""
        for step in self.steps:
            if step.id == step_id:
                return step
        raise KeyError(step_id)

    @property
    def transfers(self) -> tuple[Transfer, ...]:
        """All that a call may come to."""
        return tuple(step.transfer for step in self.steps if step.transfer is not None)


def expression_of(edge: Edge, field: str = "when") -> Expression:
    return parse_expression(edge.when, field)
