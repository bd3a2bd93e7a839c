"""How a call is said to have ended."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calls.ending import CallFacts, Purpose, ending_of
from domain.calls.outcome import ANSWERED, Outcome
from domain.calls.result import EndedBy

BOT, CALLEE, SYSTEM, OPERATOR = EndedBy.BOT, EndedBy.CALLEE, EndedBy.SYSTEM, EndedBy.OPERATOR

any_facts = st.builds(
    CallFacts,
    purpose=st.none() | st.sampled_from(Purpose),
    ended_by=st.none() | st.sampled_from(EndedBy),
    disposition=st.none() | st.sampled_from(["agreed", "opted_out"]),
    timed_out=st.booleans(),
    message_left=st.booleans(),
    asked_not_to_be_called=st.booleans(),
    ordered_end=st.none() | st.sampled_from(["machine", "silence", "cancelled", "no_orders", "draining", "whatever"]),
    transferred=st.booleans(),
    callee_left=st.booleans(),
    line_over=st.booleans(),
    failure=st.none() | st.just("NeverEnded"),
    finished=st.booleans(),
)


def outcome(**facts: object) -> tuple[Outcome, EndedBy]:
    ending = ending_of(CallFacts(finished=True, **facts))  # type: ignore[arg-type]  # named one by one below
    return ending.outcome, ending.ended_by


def test_who_ended_a_conversation_says_how_it_ended() -> None:
    assert outcome(purpose=Purpose.TALK, ended_by=BOT) == (Outcome.COMPLETED, BOT)
    assert outcome(purpose=Purpose.TALK, ended_by=CALLEE, callee_left=True) == (Outcome.HUNG_UP, CALLEE)
    assert outcome(purpose=Purpose.TALK, ended_by=SYSTEM, timed_out=True) == (Outcome.MAX_DURATION, SYSTEM)
    assert outcome(purpose=Purpose.TALK, ended_by=SYSTEM) == (Outcome.FAILED, SYSTEM)


def test_a_message_counts_only_when_it_was_spoken_to_its_end() -> None:
    leave, harbour = Purpose.LEAVE_MESSAGE, Purpose.SAFE_HARBOUR
    assert outcome(purpose=leave, ended_by=BOT, message_left=True) == (Outcome.VOICEMAIL_LEFT, BOT)
    assert outcome(purpose=leave, ended_by=CALLEE, callee_left=True) == (Outcome.MACHINE, CALLEE)
    assert outcome(purpose=harbour, ended_by=BOT, message_left=True) == (Outcome.ABANDONED, BOT)
    assert outcome(purpose=harbour, ended_by=CALLEE, callee_left=True) == (Outcome.ABANDONED, CALLEE)


def test_a_line_is_lost_only_when_nobody_left_and_nobody_ended_it() -> None:
    gone = {"purpose": Purpose.TALK, "line_over": True}
    assert outcome(**gone, ended_by=SYSTEM) == (Outcome.LINE_LOST, SYSTEM)
    assert outcome(**gone, ended_by=CALLEE) == (Outcome.LINE_LOST, SYSTEM)
    assert outcome(**gone, ended_by=BOT) == (Outcome.COMPLETED, BOT)
    assert outcome(**gone, ended_by=CALLEE, callee_left=True) == (Outcome.HUNG_UP, CALLEE)
    assert outcome(**gone, ended_by=SYSTEM, ordered_end="machine") == (Outcome.MACHINE, SYSTEM)


def test_an_operators_end_of_a_talk_is_not_dialled_again() -> None:
    assert outcome(ended_by=SYSTEM, ordered_end="ordered") == (Outcome.CANCELLED, OPERATOR)
    assert outcome(purpose=Purpose.TALK, ended_by=SYSTEM, ordered_end="ordered") == (Outcome.COMPLETED, OPERATOR)


def test_an_order_to_end_that_came_too_late_changes_nothing() -> None:
    assert outcome(purpose=Purpose.TALK, ended_by=BOT, ordered_end="machine") == (Outcome.COMPLETED, BOT)
    assert outcome(purpose=Purpose.TALK, ended_by=CALLEE, ordered_end="ordered") == (Outcome.HUNG_UP, CALLEE)


def test_a_machine_asks_for_nothing() -> None:
    assert outcome(purpose=Purpose.LEAVE_MESSAGE, ended_by=BOT, message_left=True, asked_not_to_be_called=True) == (
        Outcome.VOICEMAIL_LEFT,
        BOT,
    )


def test_a_call_that_nobody_saw_the_end_of_lost_its_core() -> None:
    ending = ending_of(CallFacts(purpose=Purpose.TALK))
    assert (ending.outcome, ending.ended_by) == (Outcome.CORE_LOST, SYSTEM)


@given(any_facts)
def test_a_person_who_asked_not_to_be_called_is_never_called_again(facts: CallFacts) -> None:
    person = facts.purpose is not Purpose.LEAVE_MESSAGE and facts.ordered_end != "machine"
    if facts.asked_not_to_be_called and person:
        assert ending_of(facts).outcome is Outcome.OPTED_OUT


@given(any_facts)
def test_every_answered_call_has_an_outcome_that_an_answered_call_can_have(facts: CallFacts) -> None:
    odd = {Outcome.LINE_LOST, Outcome.FAILED, Outcome.CANCELLED, Outcome.TURNED_AWAY, Outcome.NO_ANSWER}
    assert ending_of(facts).outcome in ANSWERED | odd


@pytest.mark.parametrize("reason", ["no_orders", "draining"])
def test_the_result_says_why_core_ended_it_itself(reason: str) -> None:
    assert ending_of(CallFacts(finished=True, ended_by=SYSTEM, ordered_end=reason)).detail == reason
