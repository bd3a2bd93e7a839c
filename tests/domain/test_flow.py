"""A flow that is published has none of these faults."""

import pytest

from domain.bots.flow import Edge, EdgeKind, FlowEvent, FlowGraph, Step
from domain.bots.flow_check import check_flow
from domain.calls.transfer import Transfer, TransferHow
from domain.errors import InvalidValue


def faults_of(*steps: Step, start: str = "a") -> dict[str, str]:
    with pytest.raises(InvalidValue) as caught:
        check_flow(FlowGraph(start=start, steps=steps), frozenset({"name"}))
    return {fault.field: fault.reason for fault in caught.value.faults}


def test_every_fault_is_named_at_once() -> None:
    faults = faults_of(
        Step(id="a", say="Hi {nam}", edges=(Edge(to="nowhere"),)),
        Step(id="a", say="Again", end="x", edges=(Edge(to="a"),)),
        Step(id="b", say="Stuck"),
        Step(
            id="c",
            say="",
            edges=(
                Edge(to="b", kind=EdgeKind.DIGITS, when="x"),
                Edge(to="b", kind=EdgeKind.EVENT, when="rain"),
                Edge(to="b", kind=EdgeKind.LLM, when=" "),
                Edge(to="b", kind=EdgeKind.EXPRESSION, when="os.system"),
            ),
        ),
        start="z",
    )

    assert set(faults) == {
        "flow.start",
        "flow.steps[0].say",
        "flow.steps[0].edges[0].to",
        "flow.steps[1].id",
        "flow.steps[1]",
        "flow.steps[2]",
        "flow.steps[3].edges[0].when",
        "flow.steps[3].edges[1].when",
        "flow.steps[3].edges[2].when",
        "flow.steps[3].edges[3].when",
    }


def test_a_loop_that_never_listens_is_found() -> None:
    faults = faults_of(
        Step(id="a", say="x", edges=(Edge(to="b"),)),
        Step(id="b", say="y", edges=(Edge(to="a"),)),
    )

    assert "without ever listening" in faults["flow.steps[0]"]


def test_a_variable_may_come_from_a_lead_from_a_step_or_from_a_default() -> None:
    check_flow(
        FlowGraph(
            start="a",
            steps=(
                Step(
                    id="a",
                    say="{name} {other|friend}",
                    collect="day",
                    edges=(Edge(to="b", kind=EdgeKind.LLM, when="x"),),
                ),
                Step(id="b", say="{day}", end="done"),
            ),
        ),
        frozenset({"name"}),
    )
