"""A bot's conversation as a graph: steps that say something, and edges that decide where to go next."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from domain.bots.expression import Expression, parse_expression
from domain.bots.template import unknown_variables
from domain.errors import Fault, InvalidValue


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
    the disposition. A step with one ALWAYS edge speaks and goes straight on, without listening.
    """

    id: str
    say: str
    edges: tuple[Edge, ...] = ()
    collect: str | None = None
    end: str | None = None
    no_match_say: str | None = None

    @property
    def listens(self) -> bool:
        return self.end is None and not any(edge.kind is EdgeKind.ALWAYS for edge in self.edges)


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


def check_flow(flow: FlowGraph, variables: frozenset[str], field: str = "flow") -> None:
    """Raises InvalidValue with every fault: unknown targets, twins, dead ends, loops that never listen, bad edges."""
    faults = tuple(_faults(flow, variables, field))
    if faults:
        raise InvalidValue(*faults)


def expression_of(edge: Edge, field: str = "when") -> Expression:
    return parse_expression(edge.when, field)


def _faults(flow: FlowGraph, variables: frozenset[str], field: str) -> Iterator[Fault]:
    ids = frozenset(step.id for step in flow.steps)
    if flow.start not in ids:
        yield Fault(field=f"{field}.start", reason=f"there is no step {flow.start!r}")
    known = variables | {step.collect for step in flow.steps if step.collect}
    seen = set[str]()
    for index, step in enumerate(flow.steps):
        here = f"{field}.steps[{index}]"
        if step.id in seen:
            yield Fault(field=f"{here}.id", reason=f"{step.id!r} is used twice")
        seen.add(step.id)
        yield from _step_faults(step, ids, known, here)
    if len(ids) == len(flow.steps):
        yield from _silent_loops(flow, field)


def _step_faults(step: Step, ids: frozenset[str], known: frozenset[str], here: str) -> Iterator[Fault]:
    for name in ("say", "no_match_say"):
        for missing in unknown_variables(getattr(step, name) or "", known):
            yield Fault(field=f"{here}.{name}", reason=f"uses {{{missing}}}, which no lead column or step provides")
    if step.end is None and not step.edges:
        yield Fault(field=here, reason="has neither an edge nor an end")
    if step.end is not None and step.edges:
        yield Fault(field=here, reason="ends the call, so its edges would never be taken")
    for index, edge in enumerate(step.edges):
        yield from _edge_faults(edge, ids, f"{here}.edges[{index}]")


def _edge_faults(edge: Edge, ids: frozenset[str], here: str) -> Iterator[Fault]:
    if edge.to not in ids:
        yield Fault(field=f"{here}.to", reason=f"there is no step {edge.to!r}")
    match edge.kind:
        case EdgeKind.EXPRESSION:
            try:
                parse_expression(edge.when, f"{here}.when")
            except InvalidValue as error:
                yield from error.faults
        case EdgeKind.DIGITS if not edge.when or set(edge.when) - set("0123456789*#"):
            yield Fault(field=f"{here}.when", reason="must be digits, * or #")
        case EdgeKind.EVENT if edge.when not in set(FlowEvent):
            yield Fault(field=f"{here}.when", reason=f"must be one of {', '.join(FlowEvent)}")
        case EdgeKind.LLM if not edge.when.strip():
            yield Fault(field=f"{here}.when", reason="must say in words when this edge is taken")


def _silent_loops(flow: FlowGraph, field: str) -> Iterator[Fault]:
    """Steps that go straight on for ever: the bot would talk without end."""
    looping = _looping({step.id: _straight_on(step) for step in flow.steps})
    for index, step in enumerate(flow.steps):
        if step.id in looping:
            yield Fault(field=f"{field}.steps[{index}]", reason="loops back to itself without ever listening")


def _looping(onward: Mapping[str, str | None]) -> set[str]:
    """Those that lead back to themselves; each is walked over once, however long the way."""
    done, looping = set[str](), set[str]()
    for start in onward:
        way: dict[str, None] = {}
        here: str | None = start
        while here is not None and here not in done and here not in way:
            way[here] = None
            here = onward.get(here)
        if here is not None and here in way:
            names = list(way)
            looping.update(names[names.index(here) :])
        done.update(way)
    return looping


def _straight_on(step: Step) -> str | None:
    if step.end is not None:
        return None
    return next((edge.to for edge in step.edges if edge.kind is EdgeKind.ALWAYS), None)
