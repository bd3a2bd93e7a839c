"""What LiveKit was recorded to answer, as our events; and what a leg is when process, store or connection fail."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta

import pytest
from livekit.protocol.sip import CreateSIPParticipantRequest

from adapters.livekit import lookout
from adapters.livekit.leg import TALK_LOOK
from adapters.livekit.rooms import LiveKitRooms
from adapters.livekit.telephony import LiveKitTelephony
from adapters.memory.leg_ledger import MemoryLegLedger
from adapters.system.clock import SystemClock
from contract_tests.backends.phone_world import LISTENS, order
from contract_tests.livekit.recorded import FULL, NO_ANSWER, REFUSALS, TIMED_OUT, Recorded
from contract_tests.ports.company import rest
from domain.calls.outcome import NOT_AN_ATTEMPT
from domain.calls.sip_outcome import outcome_of_status
from domain.ids import DEFAULT_BRAND, CallId
from ports.errors import Busy, NotFound, Refused, Unavailable
from ports.leg_ledger import LegStory
from ports.telephony import REFERRED, TOO_LATE, HangUp, LegEvent, LegKind, LegState
from tests.adapters.scripted_livekit import CUT, Fault, Script, ScriptedLiveKit, clients

CALL = CallId("call_1")
CLOCK = SystemClock()
Process = Callable[..., AbstractAsyncContextManager[LiveKitTelephony]]


@pytest.fixture
def livekit() -> ScriptedLiveKit:
    scripted = ScriptedLiveKit()
    scripted.rooms["call_1"] = ""
    return scripted


@pytest.fixture
async def process(livekit: ScriptedLiveKit) -> AsyncIterator[Process]:
    """Makes telephonies as processes of their own have them."""
    async with livekit.serving() as url:

        @asynccontextmanager
        async def running(
            ledger: MemoryLegLedger | None = None, *, authoritative: bool = True
        ) -> AsyncIterator[LiveKitTelephony]:
            async with clients(url) as (server, sip):
                ours = MemoryLegLedger() if ledger is None else ledger
                telephony = LiveKitTelephony(server, sip, ours, CLOCK, authoritative=authoritative)
                async with telephony.running():
                    yield telephony

        yield running


def rings_then(fault: Fault | None, *, seconds: float = 0.2, leaves: bool = True) -> Script:
    async def script(livekit: ScriptedLiveKit, request: CreateSIPParticipantRequest) -> Fault | None:
        livekit.show(request, "ringing")
        await asyncio.sleep(seconds)
        if leaves:
            livekit.gone(request)
        return fault

    return script


def at_once(fault: Fault) -> Script:
    async def script(_: ScriptedLiveKit, __: CreateSIPParticipantRequest) -> Fault | None:
        return fault

    return script


def fault_of(recorded: Recorded, phrase: str) -> Fault:
    meta = {} if recorded.sip is None else {"sip_status_code": str(recorded.sip), "sip_status": phrase}
    return Fault(code=recorded.code, http=recorded.http, message=TIMED_OUT, meta=meta)


async def events_of(telephony: LiveKitTelephony) -> list[LegEvent]:
    return await rest(telephony.watch(CALL))


@pytest.mark.parametrize(("said", "recorded"), REFUSALS.items(), ids=[str(status) for status, _ in REFUSALS])
async def test_each_recorded_no_ends_the_leg_with_its_exact_status(
    livekit: ScriptedLiveKit, process: Process, said: tuple[int, str], recorded: Recorded
) -> None:
    status, phrase = said
    livekit.script = rings_then(fault_of(recorded, phrase))
    async with process() as telephony:
        await telephony.dial(order("call_1", LISTENS))
        events = await events_of(telephony)

    assert [event.kind for event in events] == [LegKind.RINGING, LegKind.ENDED]
    assert (events[-1].status, events[-1].reason) == (status, phrase)
    assert events[-1].by is (HangUp.CALLEE if status in {486, 600, 603} else HangUp.NETWORK)


async def test_silence_until_the_ring_timeout_is_no_answer(livekit: ScriptedLiveKit, process: Process) -> None:
    livekit.script = rings_then(fault_of(NO_ANSWER, ""), seconds=1.0)
    async with process() as telephony:
        await telephony.dial(order("call_1", LISTENS, ring=1.0))
        end = (await events_of(telephony))[-1]

    assert (end.status, end.reason, end.by) == (408, "ring timeout", HangUp.US)


async def test_every_limit_is_said_and_no_number_is_shown_in_the_room(
    livekit: ScriptedLiveKit, process: Process
) -> None:
    async with process() as telephony:
        await telephony.dial(order("call_1", LISTENS, ring=25.0, longest=600.0))

    (asked,) = livekit.asked
    assert (asked.ringing_timeout.seconds, asked.max_call_duration.seconds) == (25, 600)
    assert (asked.wait_until_answered, asked.hide_phone_number) == (True, True)
    assert (asked.sip_trunk_id, asked.sip_call_to, asked.participant_identity) == ("ST_1", LISTENS, "callee")


async def test_a_busy_server_is_no_outcome_of_the_lead(livekit: ScriptedLiveKit, process: Process) -> None:
    """And once it has room, the same call can be placed."""
    livekit.script = at_once(Fault(code=FULL[0], http=FULL[1], message=FULL[2]))
    async with process() as telephony:
        with pytest.raises(Busy):
            await telephony.dial(order("call_1", LISTENS))
        assert (await telephony.find(CALL)).state is LegState.NEVER_PLACED
        with pytest.raises(NotFound):
            await events_of(telephony)
        livekit.script = rings_then(None, leaves=False)
        await telephony.dial(order("call_1", LISTENS))
        assert (await telephony.find(CALL)).state is LegState.RINGING


async def test_a_server_that_says_late_that_it_is_busy_makes_congestion_which_does_not_count(
    livekit: ScriptedLiveKit, process: Process
) -> None:
    livekit.script = rings_then(Fault(code=FULL[0], http=FULL[1], message=FULL[2]), seconds=0.6)
    async with process() as telephony:
        await telephony.dial(order("call_1", LISTENS))
        end = (await events_of(telephony))[-1]

    assert end.status is not None
    assert outcome_of_status(end.status, end.reason) in NOT_AN_ATTEMPT


async def test_a_room_whose_server_was_killed_can_be_closed(livekit: ScriptedLiveKit) -> None:
    """As LiveKit 1.13.5 was seen to refuse it, for ever: an attempt that waits for it would never be settled."""
    livekit.orphans.add("call_1")
    async with livekit.serving() as url, clients(url) as (server, _):
        rooms = LiveKitRooms(server)
        await rooms.close("call_1")
        assert livekit.rooms == {}
        await rooms.close("call_1")


class SlowLedger(MemoryLegLedger):
    """Takes its time until a leg is on record."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds

    async def open(self, story: LegStory) -> None:
        await asyncio.sleep(self._seconds)
        await super().open(story)


async def test_an_order_that_waited_too_long_for_the_store_sends_no_invite(
    livekit: ScriptedLiveKit, process: Process
) -> None:
    in_time = order("call_1", LISTENS, not_after=CLOCK.now() + timedelta(seconds=0.3))
    async with process(SlowLedger(0.6)) as telephony:
        with pytest.raises(Refused) as refused:
            await telephony.dial(in_time)

        assert refused.value.reason == TOO_LATE
        assert (await telephony.find(CALL)).state is LegState.NEVER_PLACED
    assert livekit.asked == []


async def test_who_stops_waiting_for_a_dial_stops_no_call(livekit: ScriptedLiveKit, process: Process) -> None:
    async with process(SlowLedger(0.2)) as telephony:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await telephony.dial(order("call_1", LISTENS))
        await telephony.dial(order("call_1", LISTENS))

        assert len(livekit.asked) == 1
        assert (await telephony.find(CALL)).state in {LegState.RINGING, LegState.ANSWERED}


async def test_a_leg_lives_on_when_the_connection_that_asked_for_it_is_cut(
    livekit: ScriptedLiveKit, process: Process
) -> None:
    livekit.script = rings_then(CUT, leaves=False)
    async with process() as telephony:
        await telephony.dial(order("call_1", LISTENS))
        watching = asyncio.create_task(events_of(telephony))
        await asyncio.sleep(0.5)
        livekit.phones["call_1", "callee"] = "active"
        while (await telephony.find(CALL)).state is not LegState.ANSWERED:
            await CLOCK.sleep(0.05)
        livekit.phones.clear()
        events = await watching

    assert [event.kind for event in events] == [LegKind.RINGING, LegKind.ANSWERED, LegKind.ENDED]


async def test_nobody_says_what_became_of_an_invite_that_no_answer_came_to(
    livekit: ScriptedLiveKit, process: Process
) -> None:
    livekit.script = at_once(CUT)
    async with process() as telephony:
        with pytest.raises(Unavailable):
            await telephony.dial(order("call_1", LISTENS))
        with pytest.raises(Unavailable):
            await events_of(telephony)

        assert (await telephony.find(CALL)).state is LegState.UNKNOWN


async def test_another_process_with_the_ledger_sees_the_leg_and_can_end_it(
    livekit: ScriptedLiveKit, process: Process
) -> None:
    ledger = MemoryLegLedger()
    livekit.script = rings_then(None, leaves=False, seconds=30)
    async with process(ledger) as other:
        async with process(ledger) as first:
            await first.dial(order("call_1", LISTENS))
            assert (await other.find(CALL)).state is LegState.RINGING
        assert (await other.find(CALL)).state is LegState.RINGING

        await other.dial(order("call_1", LISTENS))
        await other.hang_up(CALL)

        end = (await events_of(other))[-1]
        assert (end.kind, end.status, end.by) == (LegKind.ENDED, 487, HangUp.US)
    assert len(livekit.asked) == 1


async def test_without_the_ledger_only_an_open_room_without_a_mark_says_never_placed(
    livekit: ScriptedLiveKit, process: Process
) -> None:
    livekit.script = rings_then(None, leaves=False, seconds=30)
    async with process(authoritative=False) as core, process(authoritative=False) as api:
        assert (await api.find(CALL)).state is LegState.NEVER_PLACED
        assert (await api.find(CallId("call_without_room"))).state is LegState.UNKNOWN

        await core.dial(order("call_1", LISTENS))

        assert (await api.find(CALL)).state is LegState.RINGING
        livekit.phones.clear()
        assert (await api.find(CALL)).state is LegState.UNKNOWN


async def test_of_a_leg_on_record_that_nobody_saw_the_mark_of_its_room_tells(
    livekit: ScriptedLiveKit, process: Process
) -> None:
    ledger = MemoryLegLedger()
    for call_id in ("call_1", "call_without_room"):
        await ledger.open(LegStory(call_id=CallId(call_id), brand=DEFAULT_BRAND, room=call_id, opened_at=CLOCK.now()))
    async with process(ledger) as telephony:
        assert (await telephony.find(CALL)).state is LegState.NEVER_PLACED
        assert (await telephony.find(CallId("call_without_room"))).state is LegState.UNKNOWN
        livekit.rooms["call_1"] = '{"cxb.dialled":["call_1"]}'
        assert (await telephony.find(CALL)).state is LegState.UNKNOWN


async def test_a_call_that_another_core_has_dialled_is_not_dialled_again(
    livekit: ScriptedLiveKit, process: Process
) -> None:
    livekit.script = rings_then(None, leaves=False, seconds=30)
    async with process(authoritative=False) as one, process(authoritative=False) as two:
        await one.dial(order("call_1", LISTENS))
        await two.dial(order("call_1", LISTENS))

        assert (await two.find(CALL)).state is LegState.RINGING
    assert len(livekit.asked) == 1


async def test_a_leg_that_a_dialler_has_dialled_is_referred_and_watched_by_the_core_in_its_room(
    livekit: ScriptedLiveKit, process: Process
) -> None:
    async with process() as dialler, process(authoritative=False) as core:
        await dialler.dial(order("call_1", LISTENS))
        async for event in dialler.watch(CALL):
            if event.kind is LegKind.ANSWERED:
                break

        await core.refer(CALL, "+12025550188")

        assert [one.transfer_to for one in livekit.referred] == ["tel:+12025550188"]
        events = await events_of(core)
        assert [event.kind for event in events] == [LegKind.RINGING, LegKind.ANSWERED, LegKind.ENDED]
        assert (events[-1].reason, events[-1].by) == (REFERRED, HangUp.US)


async def test_a_core_sees_who_ended_a_leg_that_a_dialler_has_dialled(
    livekit: ScriptedLiveKit, process: Process
) -> None:
    async with process() as dialler, process(authoritative=False) as core:
        await dialler.dial(order("call_1", LISTENS))
        watching = asyncio.create_task(events_of(core))
        async for event in core.watch(CALL):
            if event.kind is LegKind.ANSWERED:
                break
        livekit.phones.clear()

        assert (await watching)[-1].by is HangUp.CALLEE


async def test_a_trunk_that_livekit_does_not_know_is_refused(livekit: ScriptedLiveKit, process: Process) -> None:
    livekit.script = at_once(Fault(code="not_found", http=404, message="object cannot be found"))
    async with process() as telephony:
        with pytest.raises(Refused) as refused:
            await telephony.dial(order("call_1", LISTENS))

        assert (refused.value.reason, len(livekit.asked)) == ("trunk", 2)
        assert (await telephony.find(CALL)).state is LegState.NEVER_PLACED


async def test_a_trunk_that_was_made_anew_is_called_by_at_once(livekit: ScriptedLiveKit, process: Process) -> None:
    """Such as one that was disabled and enabled: LiveKit has given it another id."""
    livekit.rooms["call_2"] = ""
    async with process() as telephony:
        await telephony.dial(order("call_1", LISTENS))
        livekit.trunk = "ST_2"

        await telephony.dial(order("call_2", LISTENS))

        assert [asked.sip_trunk_id for asked in livekit.asked] == ["ST_1", "ST_1", "ST_2"]
        assert (await telephony.find(CallId("call_2"))).state in {LegState.RINGING, LegState.ANSWERED}


async def test_while_livekit_does_not_answer_nobody_may_redial(livekit: ScriptedLiveKit, process: Process) -> None:
    async with process(authoritative=False) as telephony:
        livekit.lost = True
        with pytest.raises(Unavailable):
            await telephony.find(CALL)
        with pytest.raises(Unavailable):
            await telephony.dial(order("call_1", LISTENS))
        livekit.lost = False

        assert (await telephony.find(CALL)).state is LegState.NEVER_PLACED


async def _answered_and_then_livekit_is_away(livekit: ScriptedLiveKit, telephony: LiveKitTelephony) -> None:
    """For longer than the time between two looks; when it is back, the leg is not yet in its room again."""
    await telephony.dial(order("call_1", LISTENS))
    while (await telephony.find(CALL)).state is not LegState.ANSWERED:
        await CLOCK.sleep(0.05)
    livekit.lost = True
    await CLOCK.sleep(TALK_LOOK + 0.5)
    livekit.phones.clear()
    livekit.lost = False


async def test_a_leg_that_comes_back_after_livekit_was_away_goes_on(livekit: ScriptedLiveKit, process: Process) -> None:
    async with process() as telephony:
        await _answered_and_then_livekit_is_away(livekit, telephony)
        watching = asyncio.create_task(events_of(telephony))
        await CLOCK.sleep(TALK_LOOK + 0.5)
        livekit.phones["call_1", "callee"] = "active"
        await CLOCK.sleep(TALK_LOOK + 0.5)
        assert (await telephony.find(CALL)).state is LegState.ANSWERED

        await telephony.hang_up(CALL)
        events = await watching

    assert [event.kind for event in events] == [LegKind.RINGING, LegKind.ANSWERED, LegKind.ENDED]
    assert (events[-1].status, events[-1].by) == (200, HangUp.US)


async def test_a_leg_that_does_not_come_back_after_livekit_was_away_was_hung_up_by_nobody(
    livekit: ScriptedLiveKit, process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookout, "RETURN_SECONDS", 1.5)
    async with process() as telephony:
        await _answered_and_then_livekit_is_away(livekit, telephony)
        end = (await events_of(telephony))[-1]

    assert (end.status, end.by) == (200, HangUp.NETWORK)
