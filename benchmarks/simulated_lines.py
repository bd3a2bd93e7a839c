"""What the benchmarks of screening and of the population share: a room per call, and speech rendered beforehand."""

from collections.abc import AsyncIterator, Iterable

from adapters.espeak.text_to_speech import EspeakTextToSpeech
from adapters.memory.audio_links import MemoryAudioLinks
from adapters.memory.rooms import MemoryRooms
from domain.calls.audio import AudioFrame
from domain.calls.room import CALLEE, CORE, DIALLER
from domain.ids import DEFAULT_BRAND, CallId, TrunkId
from ports.audio_links import AudioLink
from ports.carrier import Progress, Refer
from ports.clock import Clock
from ports.telephony import DialOrder
from ports.text_to_speech import TextToSpeech

ALL = frozenset({CALLEE, CORE, DIALLER})


class RenderedSpeech(TextToSpeech):
    """What espeak-ng said once, so that its sound can be had in virtual time too."""

    def __init__(self) -> None:
        self._said: dict[tuple[str, str], list[AudioFrame]] = {}

    async def render(self, texts: Iterable[str], voices: Iterable[str]) -> None:
        espeak = EspeakTextToSpeech()
        await espeak.open()
        for text, voice in ((text, voice) for text in texts for voice in voices):
            self._said[text, voice] = [frame async for frame in espeak.speak(text, voice=voice)]
        await espeak.aclose()

    async def speak(self, text: str, *, voice: str) -> AsyncIterator[AudioFrame]:
        for frame in self._said[text, voice]:
            yield frame


class Line(Progress):
    """One call's room. `answered_at` is on the clock given."""

    def __init__(self, call: str, clock: Clock) -> None:
        self.call = call
        self.answered_at: float | None = None
        self._clock = clock
        self._rooms = MemoryRooms(clock)
        self._links = MemoryAudioLinks(self._rooms, clock)

    async def ringing(self) -> None: ...

    async def answered(self, refer: Refer | None = None) -> AudioLink:  # noqa: ARG002  # nobody is referred here
        link = await self.join(CALLEE)
        self.answered_at = self._clock.monotonic()
        return link

    async def join(self, party: str) -> AudioLink:
        await self._rooms.open(self.call)
        return await self._links.join(await self._rooms.invite(self.call, party, hears=ALL, heard_by=ALL))

    async def close(self) -> None:
        await self._rooms.close(self.call)


def order(call: str, to: str) -> DialOrder:
    return DialOrder(
        call_id=CallId(call),
        brand=DEFAULT_BRAND,
        room=call,
        trunk_id=TrunkId("trunk_1"),
        to=to,
        caller_number="+15550199999",
        ring_timeout=30.0,
        max_duration=300.0,
    )
