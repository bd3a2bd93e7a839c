"""What LiveKit itself keeps of a room's promises: asked by strangers who use its library as they like."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from livekit import rtc
from livekit.api import AccessToken, VideoGrants

from adapters.livekit.audio_links import LiveKitAudioLinks
from adapters.livekit.keys import KEY_TOPIC
from adapters.livekit.rooms import LiveKitRooms
from adapters.livekit.seat import GRACE_SECONDS
from adapters.livekit.server import LiveKitServer
from adapters.livekit.tickets import GOOD_FOR
from adapters.system.clock import SystemClock
from contract_tests.backends import livekit_server, media
from contract_tests.backends.backend import Missing
from contract_tests.backends.livekit_server import KEY, SECRET, RunningServer
from contract_tests.backends.phone_world import RoomWorld
from contract_tests.backends.roll import RAN, leave_out
from contract_tests.backends.vocabulary import frame, words
from contract_tests.ports.company import EVERYBODY, PATIENCE, frames, is_a, join, rest, say, until, until_said
from domain.calls.audio import RATE
from ports.audio_links import AudioLink, Joined, Left, Pressed
from ports.errors import Refused, Unavailable


@pytest.fixture
async def world() -> AsyncIterator[RoomWorld]:
    try:
        async with media.livekit() as world:
            RAN.add("livekit")
            yield world
    except Missing as missing:
        leave_out("livekit", str(missing))


@pytest.fixture
async def servers() -> AsyncIterator[Callable[..., RunningServer]]:
    """Starts servers of this test's own."""
    started: list[RunningServer] = []

    def start(*, auto_create: bool = False) -> RunningServer:
        try:
            started.append(livekit_server.start(auto_create=auto_create))
        except Missing as missing:
            leave_out("livekit", str(missing))
        RAN.add("livekit")
        return started[-1]

    yield start
    for server in started:
        server.stop()


@asynccontextmanager
async def world_of(running: RunningServer) -> AsyncIterator[RoomWorld]:
    clock = SystemClock()
    links = LiveKitAudioLinks(clock)
    async with LiveKitServer(running.url, KEY, SECRET).running() as server, links.running():
        yield RoomWorld(rooms=LiveKitRooms(server), links=links, clock=clock)


@asynccontextmanager
async def stranger(token: str) -> AsyncIterator[rtc.Room]:
    """Somebody who joins by the library itself, subscribes to whatever it may, and speaks if it may."""
    room = rtc.Room()
    async with asyncio.timeout(PATIENCE):
        await room.connect(livekit_server.the_server().url, token)
        if room.local_participant.permissions.can_publish:
            track = rtc.LocalAudioTrack.create_audio_track("voice", rtc.AudioSource(RATE, 1))
            options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
            published = await room.local_participant.publish_track(track, options)
            await published.wait_for_subscription()
    try:
        yield room
    finally:
        await room.disconnect()


def phone(room: str) -> str:
    """As livekit-sip joins: its kind is SIP, and it has no attributes of ours."""
    token = AccessToken(KEY, SECRET).with_identity("callee").with_kind("sip").with_ttl(timedelta(minutes=1))
    return token.with_grants(VideoGrants(room_join=True, room=room)).to_jwt()


async def test_a_ticket_signed_by_another_is_refused_by_the_server(world: RoomWorld) -> None:
    await world.rooms.open("call_1")
    genuine = await world.rooms.invite("call_1", "anna", hears=EVERYBODY, heard_by=EVERYBODY)
    head, body, _ = genuine.token.split(".")
    _, _, other = AccessToken(KEY, "another-secret-that-is-long-enough").with_identity("anna").to_jwt().split(".")

    with pytest.raises(Refused) as refused:
        await world.links.join(replace(genuine, token=f"{head}.{body}.{other}"))

    assert refused.value.reason == "ticket"
    assert refused.value.__cause__ is None  # the library's own error has the token in its text


class Later(SystemClock):
    """A clock that is a minute and a second ahead."""

    def now(self) -> datetime:
        return super().now() + GOOD_FOR + timedelta(seconds=1)


async def test_a_ticket_is_good_for_a_minute(world: RoomWorld) -> None:
    await world.rooms.open("call_1")
    invitation = await world.rooms.invite("call_1", "anna", hears=EVERYBODY, heard_by=EVERYBODY)

    async with LiveKitAudioLinks(Later()).running() as links:
        with pytest.raises(Refused) as refused:
            await links.join(invitation)

    assert refused.value.reason == "expired"


async def test_where_servers_make_rooms_for_who_joins_an_old_ticket_opens_none_and_is_refused(
    servers: Callable[..., RunningServer],
) -> None:
    running = servers(auto_create=True)
    async with world_of(running) as world:
        await world.rooms.open("call_1")
        invitation = await world.rooms.invite("call_1", "anna", hears=EVERYBODY, heard_by=EVERYBODY)
        await world.rooms.close("call_1")

        with pytest.raises(Refused) as refused:
            await world.links.join(invitation)
        assert refused.value.reason == "closed"

        ben = await join(world, "call_1", "ben")
        await join(world, "call_1", "carl")
        seen = await until(ben.events(), is_a(Joined, "carl"))
        assert [event.party for event in seen if isinstance(event, Joined)] == ["carl"]


async def test_a_whisper_is_sent_to_nobody_else_whatever_they_ask_for(world: RoomWorld) -> None:
    whisperer = await join(world, "call_1", "carl", by=frozenset({"anna"}))
    anna = await join(world, "call_1", "anna")
    keys: asyncio.Queue[str] = asyncio.Queue()
    async with stranger(phone("call_1")) as callee:
        callee.on("data_received", lambda packet: keys.put_nowait(packet.topic))
        callee.on("sip_dtmf_received", lambda dtmf: keys.put_nowait(dtmf.digit))
        others = callee.remote_participants
        assert set(others) == {"carl", "anna"}
        for publication in others["carl"].track_publications.values():
            publication.set_subscribed(True)

        await say(whisperer, "psst")
        await whisperer.press("9")
        await until(anna.events(), is_a(Pressed, "carl"))
        await anna.press("1")
        async with asyncio.timeout(PATIENCE):
            assert await keys.get() == "1"
            assert keys.empty()
        tracks = {who: [one.track for one in other.track_publications.values()] for who, other in others.items()}
        assert tracks["carl"] == [None]
        assert tracks["anna"] != [None]


async def test_a_phones_keys_are_heard_and_it_hears_ours(world: RoomWorld) -> None:
    core = await join(world, "call_1", "core")
    heard: asyncio.Queue[tuple[int, str]] = asyncio.Queue()
    async with stranger(phone("call_1")) as callee:
        callee.on("sip_dtmf_received", lambda dtmf: heard.put_nowait((dtmf.code, dtmf.digit)))
        await callee.local_participant.publish_dtmf(code=11, digit="#")
        events = core.events()
        seen = await until(events, is_a(Pressed, "callee"))
        assert [event.digit for event in seen if isinstance(event, Pressed)] == ["#"]

        await core.press("*")
        async with asyncio.timeout(PATIENCE):
            assert await heard.get() == (10, "*")
    await until(events, is_a(Left, "callee"))


async def test_only_phones_send_dtmf_and_only_known_keys_are_keys(world: RoomWorld) -> None:
    core = await join(world, "call_1", "core")
    anna = await world.rooms.invite("call_1", "anna", hears=EVERYBODY, heard_by=EVERYBODY)
    async with stranger(anna.token) as forger:
        await forger.local_participant.publish_dtmf(code=1, digit="1")
        await forger.local_participant.publish_data(b"12", topic=KEY_TOPIC)
        await forger.local_participant.publish_data(b"3", topic="elsewhere")
        await forger.local_participant.publish_data(b"4", topic=KEY_TOPIC)
        seen = await until(core.events(), is_a(Pressed, "anna"))

    assert [event.digit for event in seen if isinstance(event, Pressed)] == ["4"]


async def test_who_is_heard_by_nobody_cannot_publish(world: RoomWorld) -> None:
    await world.rooms.open("call_1")
    invitation = await world.rooms.invite("call_1", "dialler", hears=EVERYBODY, heard_by=frozenset())
    async with stranger(invitation.token) as listener:
        allowed = listener.local_participant.permissions
        assert (allowed.can_publish, allowed.can_subscribe, allowed.can_update_metadata) == (False, True, False)

    dialler = await join(world, "call_1", "dialler", by=frozenset())
    places = await say(dialler, "hello")
    assert places == sorted(places)


BREAKS = pytest.mark.parametrize(
    "scenario",
    [rtc.SimulateScenarioKind.SIMULATE_SIGNAL_RECONNECT, rtc.SimulateScenarioKind.SIMULATE_FULL_RECONNECT],
    ids=["resumed", "anew"],
)
"""What the library itself can break."""


async def broken_and_back(link: AudioLink, scenario: int) -> None:
    room = link._seat._room  # type: ignore[attr-defined]  # the library's fault injection hangs on its room
    back = asyncio.Event()
    room.on("reconnected", back.set)
    await room.simulate_scenario(scenario)
    async with asyncio.timeout(PATIENCE):
        await back.wait()


@BREAKS
async def test_a_connection_that_comes_back_is_the_same_link(world: RoomWorld, scenario: int) -> None:
    anna = await join(world, "call_1", "anna", by=frozenset({"ben"}))
    ben = await join(world, "call_1", "ben")

    await broken_and_back(anna, scenario)

    async with asyncio.TaskGroup() as group:
        hearing = group.create_task(until_said(ben.events(), "anna", "hello"))
        while not hearing.done():
            await say(anna, "hello")
    assert set(words(frames(hearing.result(), "anna"))) == {"hello"}


@BREAKS
async def test_a_whisper_stays_one_when_its_connection_comes_back(world: RoomWorld, scenario: int) -> None:
    whisperer = await join(world, "call_1", "carl", by=frozenset({"anna"}))
    anna = await join(world, "call_1", "anna")
    offered: list[str] = []
    async with stranger(phone("call_1")) as callee:
        callee.on("track_subscribed", lambda _, __, other: offered.append(other.identity))

        await broken_and_back(whisperer, scenario)

        async with asyncio.TaskGroup() as group:
            hearing = group.create_task(until_said(anna.events(), "carl", "psst"))
            while not hearing.done():
                await say(whisperer, "psst")
    assert "carl" not in offered


async def test_a_lost_server_ends_the_link(servers: Callable[..., RunningServer]) -> None:
    running = servers()
    async with world_of(running) as world:
        anna = await join(world, "call_1", "anna")
        invitation = await world.rooms.invite("call_1", "ben", hears=EVERYBODY, heard_by=EVERYBODY)
        running.process.kill()

        await rest(anna.events(), GRACE_SECONDS + PATIENCE)
        with pytest.raises(Unavailable):
            await anna.speak(frame("late"))
        with pytest.raises(Unavailable):
            await world.links.join(invitation)
        for asked in (world.rooms.open("call_2"), world.rooms.close("call_1")):
            with pytest.raises(Unavailable):
                await asked


async def test_a_join_that_is_given_up_leaves_nobody_in_the_room(world: RoomWorld) -> None:
    await join(world, "call_1", "anna")
    invitation = await world.rooms.invite("call_1", "ben", hears=EVERYBODY, heard_by=EVERYBODY)
    async with LiveKitAudioLinks(world.clock).running() as links, asyncio.TaskGroup() as group:
        joining = group.create_task(links.join(invitation))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        joining.cancel()

    carl = await join(world, "call_1", "carl")
    await join(world, "call_1", "core")

    seen = await until(carl.events(), is_a(Joined, "core"))
    assert [event.party for event in seen if isinstance(event, Joined)] == ["anna", "core"]


async def test_keys_of_a_phone_that_is_muted_are_heard(world: RoomWorld) -> None:
    core = await join(world, "call_1", "core")
    async with stranger(phone("call_1")) as callee:
        for publication in callee.local_participant.track_publications.values():
            assert isinstance(publication.track, rtc.LocalAudioTrack)
            publication.track.mute()
        for digit in "12":
            await callee.local_participant.publish_dtmf(code=int(digit), digit=digit)
        seen = await until(core.events(), lambda event: isinstance(event, Pressed) and event.digit == "2")

    assert [event.digit for event in seen if isinstance(event, Pressed)] == ["1", "2"]


async def test_who_publishes_again_is_heard_by_its_new_track(world: RoomWorld) -> None:
    core = await join(world, "call_1", "core")
    async with stranger(phone("call_1")) as callee:
        source = rtc.AudioSource(RATE, 1)
        track = rtc.LocalAudioTrack.create_audio_track("again", source)
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        again = await callee.local_participant.publish_track(track, options)
        await again.wait_for_subscription()

        async with asyncio.TaskGroup() as group:
            hearing = group.create_task(until_said(core.events(), "callee", "hello"))
            while not hearing.done():
                await source.capture_frame(rtc.AudioFrame(frame("hello").pcm, RATE, 1, len(frame("hello").pcm) // 2))
    assert words(frames(hearing.result(), "callee")) == ["hello"]
