"""A flow that is published has none of these faults."""

from dataclasses import replace

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


def test_a_transfer_says_to_whom_and_its_edges_are_for_its_failure() -> None:
    faults = faults_of(
        Step(id="a", say="x", edges=(Edge(to="b", kind=EdgeKind.EVENT, when=FlowEvent.TRANSFER_FAILED),)),
        Step(
            id="b",
            say="x",
            transfer=Transfer(to=" ", ring_timeout=1.0, talk_limit=1.0),
            edges=(
                Edge(to="c", kind=EdgeKind.DIGITS, when="1"),
                Edge(to="c", kind=EdgeKind.EVENT, when=FlowEvent.SILENCE),
                Edge(to="c", kind=EdgeKind.LLM, when="they are angry"),
                Edge(to="c"),
                Edge(to="c", kind=EdgeKind.EXPRESSION, when='transfer_reason == "sip_486"'),
                Edge(to="c", kind=EdgeKind.EVENT, when=FlowEvent.TRANSFER_FAILED),
            ),
        ),
        Step(id="c", say="x", transfer=Transfer(to="555-0100"), end="done"),
        Step(id="d", say="x", transfer=Transfer(to="+12025550100", how=TransferHow.REFER), collect="day"),
    )

    assert set(faults) == {
        "flow.steps[0].edges[0].when",
        "flow.steps[1].transfer.to",
        "flow.steps[1].transfer.ring_timeout",
        "flow.steps[1].transfer.talk_limit",
        "flow.steps[1].edges[0].kind",
        "flow.steps[1].edges[1].kind",
        "flow.steps[1].edges[2].kind",
        "flow.steps[1].edges[3].kind",
        "flow.steps[2]",
        "flow.steps[2].transfer.to",
        "flow.steps[3].collect",
    }
    assert "both" in faults["flow.steps[2]"]


def test_what_the_callee_says_never_chooses_the_number_that_is_called() -> None:
    ask = Step(id="a", say="x", collect="number", edges=(Edge(to="b", kind=EdgeKind.DIGITS, when="1"),))

    said = faults_of(ask, Step(id="b", say="x", transfer=Transfer(to="{number}")))
    overwritten = faults_of(replace(ask, collect="name"), Step(id="b", say="x", transfer=Transfer(to="{name}")))
    reason = faults_of(replace(ask, collect=None), Step(id="b", say="x", transfer=Transfer(to="{transfer_reason}")))

    assert set(said) == set(overwritten) == set(reason) == {"flow.steps[1].transfer.to"}


def test_transfers_that_only_lead_to_one_another_are_a_loop_without_an_ear() -> None:
    failed = FlowEvent.TRANSFER_FAILED
    desk, boss = Transfer(to="+12025550100"), Transfer(to="+12025550101")
    faults = faults_of(
        Step(id="a", say="x", transfer=desk, edges=(Edge(to="b", kind=EdgeKind.EVENT, when=failed),)),
        Step(
            id="b",
            say="y",
            transfer=boss,
            edges=(
                Edge(to="c", kind=EdgeKind.EXPRESSION, when='transfer_reason == "sip_486"'),
                Edge(to="a", kind=EdgeKind.EVENT, when=failed),
            ),
        ),
        Step(id="c", say="Bye.", end="busy"),
    )

    assert set(faults) == {"flow.steps[0]", "flow.steps[1]"}


def test_the_reason_of_a_failed_transfer_may_be_said() -> None:
    failed = Edge(to="b", kind=EdgeKind.EVENT, when=FlowEvent.TRANSFER_FAILED)
    check_flow(
        FlowGraph(
            start="a",
            steps=(
                Step(id="a", say="One moment.", transfer=Transfer(to="{name}"), edges=(failed,)),
                Step(id="b", say="They did not answer: {transfer_reason}.", end="failed"),
            ),
        ),
        frozenset({"name"}),
    )
    assert "transfer_reason" in faults_of(Step(id="a", say="{transfer_reason}", end="x"))["flow.steps[0].say"]


def test_a_long_way_straight_on_is_walked_once() -> None:
    length = 20_000
    steps = [Step(id=f"s{n}", say="x", edges=(Edge(to=f"s{n + 1}"),)) for n in range(length)]
    check_flow(FlowGraph(start="s0", steps=(*steps, Step(id=f"s{length}", say="x", end="done"))), frozenset())
