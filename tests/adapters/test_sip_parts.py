"""What the SIP carrier is made of: how ends, numbers, silence and sound are read, and what reaches the log."""

import asyncio
import gc
import logging

import numpy as np
import pytest
from baresip import Call
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import CapturingLogger

from adapters.memory.audio_links import MemoryAudioLinks
from adapters.memory.carrier_desk import MemoryCarrierDesk
from adapters.memory.clock import MemoryClock
from adapters.memory.rooms import MemoryRooms
from adapters.sip import stack_log
from adapters.sip.call import SipCall
from adapters.sip.carrier import SipCarrier
from adapters.sip.ends import end_of_answered, end_of_unanswered
from adapters.sip.line import Line
from adapters.sip.mix import BEHIND, LONGEST, Mix
from adapters.sip.numbers import caller_of, e164_where_told, user_of
from adapters.sip.resampling import Downsampler, Upsampler
from adapters.sip.silence import FAINTEST, HANGOVER, SilenceGate
from adapters.sip.sources import REMEMBERED, Sources
from adapters.sip.stack_log import Invited, StackLog, read_invite
from adapters.sip.talk import AHEAD, bring
from adapters.system.clock import SystemClock
from contract_tests.backends.sip import RTP_PORTS, account, sip_world
from contract_tests.carrier import scripts
from contract_tests.carrier.loopback import free_port
from domain.calls.audio import FRAME_BYTES, FRAME_SECONDS, AudioFrame
from domain.calls.room import CALLEE, CORE
from domain.ids import TrunkId
from ports.audio_links import Heard
from ports.telephony import REFERRED, HangUp
from tests.adapters.sip_party import called

QUIET = np.full(160, FAINTEST // 2, np.int16)
LOUD = np.full(160, 1000, np.int16)
INVITE = (
    "RX UDP 192.0.2.7:5060 -> 192.0.2.1:5060\r\nINVITE sip:+15558000001@192.0.2.1 SIP/2.0\r\n"
    "Via: SIP/2.0/UDP 198.51.100.9:5060\r\ni: a-call@198.51.100.9\r\n\r\nCall-ID: none\r\n"
)


@pytest.mark.parametrize(
    ("text", "status", "by"),
    [
        ("486 Busy Here", 486, HangUp.CALLEE),
        ("603 Decline", 603, HangUp.CALLEE),
        ("603 Network Blocked", 603, HangUp.NETWORK),
        ("404 Not Found", 404, HangUp.NETWORK),
        ("Connection timed out [110]", 408, HangUp.NETWORK),
        ("Connection refused [111]", 503, HangUp.NETWORK),
        ("", 503, HangUp.NETWORK),
        ("4860 bytes", 503, HangUp.NETWORK),
    ],
)
def test_ends_of_calls_that_nobody_answered(text: str, status: int, by: HangUp) -> None:
    end = end_of_unanswered(text)

    assert (end.status, end.by) == (status, by)


def test_ends_of_calls_that_were_answered() -> None:
    assert end_of_answered("Connection reset by peer [104]").by is HangUp.CALLEE
    assert end_of_answered("Call transfered").reason == REFERRED
    assert end_of_answered("rtp stream error").by is HangUp.NETWORK
    assert end_of_answered("486 Busy Here").status == 200


@pytest.mark.parametrize(
    ("header", "user"),
    [
        ("<sip:+15551234567@192.0.2.1;user=phone>;tag=1", "+15551234567"),
        ('"Dr. <b>" <sips:doctor%20who@host>', "doctor who"),
        ("sip:+15551234567;npdi@host", "+15551234567"),
        ("<tel:+1-555-123-4567;phone-context=x>", "+1-555-123-4567"),
        ("<sip:192.0.2.1>", "192.0.2.1"),
        ("nothing", ""),
    ],
)
def test_users_of_headers(header: str, user: str) -> None:
    assert user_of(header) == user


@given(st.text(max_size=60))
def test_no_header_is_too_odd_to_be_read(text: str) -> None:
    assert isinstance(e164_where_told(user_of(text)), str)
    assert isinstance(caller_of({"From": text, "Privacy": text}), str)


def test_a_caller_who_wants_no_number_shown_has_none() -> None:
    shown = {"From": "<sip:+15551234567@host>", "P-Asserted-Identity": "<sip:+15557654321@host>"}

    assert caller_of(shown) == "+15557654321"
    assert caller_of({**shown, "Privacy": "id;critical"}) == ""
    assert caller_of({**shown, "From": '"Anonymous" <sip:anonymous@anonymous.invalid>'}) == ""


def test_nobody_can_say_in_a_message_where_it_came_from() -> None:
    assert read_invite(INVITE) == Invited(
        call_id="a-call@198.51.100.9", host="192.0.2.7", uri="sip:+15558000001@192.0.2.1"
    )
    assert read_invite("RX UDP 192.0.2.7:5060 -> 192.0.2.1:5060\r\nOPTIONS sip:a SIP/2.0\r\n\r\n" + INVITE) is None
    assert read_invite(INVITE.replace("RX", "TX", 1)) is None


async def test_a_call_id_from_two_addresses_is_believed_of_neither() -> None:
    sources = Sources()
    here = Invited(call_id="one", host="192.0.2.7", uri="sip:a@b")
    sources.note(here)
    sources.note(here)
    assert await sources.of("one") == here

    sources.note(Invited(call_id="one", host="192.0.2.8", uri="sip:a@b"))
    assert await sources.of("one") is None


async def test_a_call_id_that_is_used_again_is_that_of_the_newer_call() -> None:
    sources = Sources()
    sources.note(Invited(call_id="one", host="192.0.2.7", uri="sip:a@b"))
    sources.note(again := Invited(call_id="one", host="192.0.2.7", uri="sip:c@b"))
    assert await sources.of("one") == again


async def test_sources_are_forgotten_in_time() -> None:
    sources = Sources()
    for number in range(REMEMBERED + 1):
        sources.note(Invited(call_id=str(number), host="192.0.2.7", uri="sip:a@b"))

    assert len(sources) == REMEMBERED
    assert await sources.of(str(REMEMBERED)) is not None


def test_silence_is_left_out_but_for_what_is_next_to_sound() -> None:
    gate = SilenceGate()
    passed = [len(list(gate.passed(frame))) for frame in [QUIET] * 5 + [LOUD] + [QUIET] * 40 + [LOUD]]

    assert passed == [0] * 5 + [2] + [1] * HANGOVER + [0] * (40 - HANGOVER) + [2]


@given(st.lists(st.sampled_from(["quiet", "loud"]), max_size=200))
def test_no_sound_is_ever_left_out(kinds: list[str]) -> None:
    gate = SilenceGate()
    passed = [frame for kind in kinds for frame in gate.passed(LOUD if kind == "loud" else QUIET)]

    assert sum(bool(frame[0] == 1000) for frame in passed) == kinds.count("loud")


@given(st.lists(st.integers(1, 40), min_size=1, max_size=20))
def test_sound_is_resampled_alike_however_it_is_cut(sizes: list[int]) -> None:
    sound = (8000 * np.sin(np.arange(2 * sum(sizes)) * 0.3)).astype(np.int16)
    whole, parts = Downsampler()(sound), Downsampler()
    cuts = np.split(sound, np.cumsum(2 * np.array(sizes))[:-1])

    assert np.array_equal(np.concatenate([parts(part) for part in cuts]), whole)
    up_whole, up_parts = Upsampler()(whole), Upsampler()
    assert np.array_equal(np.concatenate([up_parts(part) for part in np.split(whole, np.cumsum(sizes)[:-1])]), up_whole)


@pytest.mark.parametrize(("hertz", "most"), [(5000, 12), (6000, 8), (7500, 8)])
def test_what_a_telephone_cannot_carry_is_damped(hertz: float, most: int) -> None:
    sound = (8000 * np.sin(2 * np.pi * hertz * np.arange(3200) / 16_000)).astype(np.int16)

    assert np.abs(Downsampler()(sound)[100:]).max() <= most


@pytest.mark.parametrize("hertz", [300, 1000, 3000, 3400])
def test_what_a_telephone_carries_is_kept(hertz: float) -> None:
    sound = (8000 * np.sin(2 * np.pi * hertz * np.arange(3200) / 8_000)).astype(np.int16)

    there_and_back = Downsampler()(Upsampler()(sound))[200:]
    assert np.abs(there_and_back).max() == pytest.approx(8000, rel=0.06)


def test_a_mix_is_the_sum_and_never_wraps_round() -> None:
    mix = Mix()
    mix.add("core", np.full(320, 20_000, "<i2").tobytes())
    mix.add("dialler", np.full(160, 20_000, "<i2").tobytes())

    assert list(mix.take()[[0, -1]]) == [32_767, 20_000]
    assert not mix


def test_a_party_that_is_late_loses_its_pauses() -> None:
    mix = Mix()
    for _ in range(100):
        mix.add("core", bytes(FRAME_BYTES))
    frames = 0
    while mix:
        mix.take()
        frames += 1

    assert frames == BEHIND // FRAME_BYTES + 1


def test_a_party_that_is_far_behind_loses_its_oldest_sound() -> None:
    mix = Mix()
    for _ in range(100):
        mix.add("core", b"\x00\x10" * (FRAME_BYTES // 2))
    frames = 0
    while mix:
        mix.take()
        frames += 1

    assert frames == LONGEST // FRAME_BYTES


def test_what_the_stack_logs_holds_no_secret_and_is_personal(monkeypatch: pytest.MonkeyPatch) -> None:
    record = logging.LogRecord(
        "baresip.native", logging.INFO, "", 0, 'account <sip:a@b>;auth_pass="s3cret"\nAuthorization: Digest a', (), None
    )
    log = CapturingLogger()
    monkeypatch.setattr(stack_log, "log", log)
    StackLog(lambda _: None).emit(record)

    (told,) = log.calls
    assert told.method_name == "debug"
    assert {name for name, value in told.kwargs.items() if "sip:" in str(value)} == {"pii_text"}
    assert "s3cret" not in str(told)
    assert "Digest" not in str(told)


async def test_without_a_trunk_there_is_no_socket_and_with_the_first_there_is() -> None:
    desk, port = MemoryCarrierDesk(), free_port()
    carrier = SipCarrier(desk, SystemClock(), address="", port=port, rtp_ports=RTP_PORTS)
    async with carrier.running():
        assert not carrier.is_open
        desk.known.append(account(9))
        carrier.behind(TrunkId("trunk_that_is_new"))
        async with asyncio.timeout(15.0):
            while not carrier.is_open:  # noqa: ASYNC110  # nobody is told
                await asyncio.sleep(0.01)


async def test_calls_leave_nothing_behind() -> None:
    async with sip_world() as world:
        world.far.number("+15557000001", scripts.answers(scripts.hangs_up()))
        world.far.number("+15557000002", scripts.refuses(486, ringing=0))
        for _ in range(5):
            await called(world, "+15557000001")
            await called(world, "+15557000002")

        gc.collect()
        assert not [each for each in gc.get_objects() if isinstance(each, Call | SipCall | Line)]


@pytest.mark.virtual_time
async def test_what_came_in_a_burst_does_not_stay_late_and_only_pauses_are_left_out() -> None:
    clock = MemoryClock()
    rooms = MemoryRooms(clock)
    links = MemoryAudioLinks(rooms, clock)
    everybody = frozenset({CALLEE, CORE})
    await rooms.open("call_1")
    phone, core = [
        await links.join(await rooms.invite("call_1", party, hears=everybody, heard_by=everybody))
        for party in (CALLEE, CORE)
    ]
    heard: asyncio.Queue[AudioFrame] = asyncio.Queue()
    bringing = asyncio.ensure_future(bring(heard, phone))
    loud, soft = (AudioFrame(pcm=np.full(320, level, np.int16).tobytes()) for level in (1000, 100))

    for frame in [loud] * 8:  # as after a standstill
        heard.put_nowait(frame)
    for frame in [*[soft] * 20, *[loud] * 20]:
        await clock.sleep(FRAME_SECONDS)
        heard.put_nowait(frame)
    await clock.sleep(0.5)
    now = core.clock() - 0.5
    await rooms.close("call_1")
    bringing.cancel()

    events = [event async for event in core.events() if isinstance(event, Heard)]
    assert [event.frame for event in events].count(loud) == 28
    assert 10 <= [event.frame for event in events].count(soft) < 20
    assert now - 0.001 <= events[-1].at <= now + AHEAD
