"""What a flow must be before it is published: every fault is found, so that a person mends them all in one go."""

from collections.abc import Iterator, Mapping, Set
from typing import Final

from domain.bots.expression import parse_expression
from domain.bots.flow import TRANSFER_REASON, Edge, EdgeKind, FlowEvent, FlowGraph, Step
from domain.bots.template import PLACE, unknown_variables
from domain.calls.transfer import Transfer, TransferHow
from domain.errors import Fault, InvalidValue
from domain.phone.number import E164

RING_SECONDS: Final = (5.0, 120.0)
TALK_SECONDS: Final = (30.0, 7200.0)


def check_flow(flow: FlowGraph, variables: frozenset[str], field: str = "flow") -> None:
    """Raises InvalidValue with every fault: unknown targets, twins, dead ends, loops that never listen, bad edges,
    transfers to nobody."""
    faults = tuple(_faults(flow, variables, field))
    if faults:
        raise InvalidValue(*faults)


def _faults(flow: FlowGraph, variables: frozenset[str], field: str) -> Iterator[Fault]:
    ids = frozenset(step.id for step in flow.steps)
    if flow.start not in ids:
        yield Fault(field=f"{field}.start", reason=f"there is no step {flow.start!r}")
    collected = frozenset(step.collect for step in flow.steps if step.collect)
    known = variables | collected | ({TRANSFER_REASON} if flow.transfers else set())
    seen = set[str]()
    for index, step in enumerate(flow.steps):
        here = f"{field}.steps[{index}]"
        if step.id in seen:
            yield Fault(field=f"{here}.id", reason=f"{step.id!r} is used twice")
        seen.add(step.id)
        yield from _step_faults(step, ids, known, here)
        if step.transfer is not None:
            yield from _transfer_faults(step.transfer, variables - collected, f"{here}.transfer")
    if len(ids) == len(flow.steps):
        yield from _silent_loops(flow, field)


def _step_faults(step: Step, ids: frozenset[str], known: frozenset[str], here: str) -> Iterator[Fault]:
    for name in ("say", "no_match_say"):
        for missing in unknown_variables(getattr(step, name) or "", known):
            yield Fault(field=f"{here}.{name}", reason=f"uses {{{missing}}}, which no lead column or step provides")
    if step.end is not None and step.transfer is not None:
        yield Fault(field=here, reason="cannot both end the call and transfer it")
    if step.end is None and step.transfer is None and not step.edges:
        yield Fault(field=here, reason="has neither an edge nor an end")
    if step.end is not None and step.edges:
        yield Fault(field=here, reason="ends the call, so its edges would never be taken")
    if step.transfer is not None and step.collect is not None:
        yield Fault(field=f"{here}.collect", reason="is never asked for, since the step transfers the call")
    for index, edge in enumerate(step.edges):
        yield from _edge_faults(edge, ids, f"{here}.edges[{index}]")
        yield from _failure_faults(step, edge, f"{here}.edges[{index}]")


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


def _failure_faults(step: Step, edge: Edge, here: str) -> Iterator[Fault]:
    """A step that transfers hears nothing itself, and no other step can fail to."""
    of_failure = edge.kind is EdgeKind.EVENT and edge.when == FlowEvent.TRANSFER_FAILED.value
    if step.transfer is None and of_failure:
        yield Fault(field=f"{here}.when", reason="is only for a step that transfers the call")
    if step.transfer is not None and not (of_failure or edge.kind is EdgeKind.EXPRESSION):
        reason = "would never be taken: a step that transfers goes on by the event transfer_failed or an expression"
        yield Fault(field=f"{here}.kind", reason=reason)


def _transfer_faults(transfer: Transfer, variables: frozenset[str], here: str) -> Iterator[Fault]:
    """What the callee says must never choose the number that we pay for."""
    if not transfer.to.strip():
        yield Fault(field=f"{here}.to", reason="must say to whom the call is transferred")
    elif not PLACE.search(transfer.to) and not E164.fullmatch(transfer.to.strip()):
        yield Fault(field=f"{here}.to", reason="must be E.164, such as +14155550123, or come from variables")
    for name in dict.fromkeys(match.group(1) for match in PLACE.finditer(transfer.to)):
        if name not in variables:
            yield Fault(field=f"{here}.to", reason=f"uses {{{name}}}, which is not among the bot's own variables")
    if transfer.how is TransferHow.REFER:
        return
    for field, (least, most) in {"ring_timeout": RING_SECONDS, "talk_limit": TALK_SECONDS}.items():
        if not least <= getattr(transfer, field) <= most:
            yield Fault(field=f"{here}.{field}", reason=f"must lie between {least} and {most}")


def _silent_loops(flow: FlowGraph, field: str) -> Iterator[Fault]:
    """Steps that lead round without hearing the callee: the bot would talk, or transfer, without end."""
    ids = frozenset(step.id for step in flow.steps)
    looping = _looping({step.id: _unheard_ways(step) & ids for step in flow.steps})
    for index, step in enumerate(flow.steps):
        if step.id in looping:
            yield Fault(field=f"{field}.steps[{index}]", reason="loops back to itself without ever listening")


def _unheard_ways(step: Step) -> frozenset[str]:
    """Where it may go on to without the callee having said a thing."""
    if step.end is not None:
        return frozenset()
    if step.transfer is not None:
        return frozenset(edge.to for edge in step.edges)
    return frozenset([edge.to for edge in step.edges if edge.kind is EdgeKind.ALWAYS][:1])


def _looping(onward: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Those from which a way leads round, and to which one leads that does."""
    back: dict[str, set[str]] = {here: set() for here in onward}
    for here, ways in onward.items():
        for there in ways:
            back[there].add(here)
    return _endless(onward, back) & _endless(back, onward)


def _endless(onward: Mapping[str, Set[str]], back: Mapping[str, Set[str]]) -> frozenset[str]:
    """All but those from which every way comes to an end; however long the ways, each is walked once."""
    left = {here: len(ways) for here, ways in onward.items()}
    ends = [here for here, ways in left.items() if not ways]
    while ends:
        for before in back[ends.pop()]:
            left[before] -= 1
            if not left[before]:
                ends.append(before)
    return frozenset(here for here, ways in left.items() if ways)
