"""Speaking into a room: given words or a model's as they come, and a record of what has really passed through."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable
from dataclasses import dataclass

from domain.bots.sentences import whole_sentences
from domain.calls.audio import AudioFrame
from domain.calls.utterance import Utterance
from ports.audio_links import AudioLink
from ports.clock import Clock
from ports.errors import PortError
from ports.language_model import EndCall, ReplyText
from ports.text_to_speech import TextToSpeech


@dataclass(frozen=True, slots=True, kw_only=True)
class BotVoice:
    """`opened` is the call's beginning on the room's clock."""

    link: AudioLink
    text_to_speech: TextToSpeech
    voice: str
    clock: Clock
    opened: float

    async def say(self, texts: Iterable[str], utterance: Utterance) -> None:
        """Returns when all is spoken, or the link is over. Raises what the speaker raises."""
        for text in texts:
            await self._say(text, utterance)
        await self.clock.sleep(utterance.end - (self.link.clock() - self.opened))

    async def say_reply(
        self, reply: AsyncIterator[ReplyText | EndCall], utterance: Utterance, faltered: Callable[[str], None]
    ) -> str | None:
        """Speaks while the model goes on; returns the disposition when it ends the call."""
        sentences: asyncio.Queue[str | None] = asyncio.Queue()
        async with asyncio.TaskGroup() as group:
            reading = group.create_task(_read(reply, sentences, faltered))
            while (sentence := await sentences.get()) is not None:
                try:
                    await self._say(sentence, utterance)
                except PortError as error:
                    faltered(f"text_to_speech: {type(error).__name__}")
        await self.say((), utterance)
        return reading.result()

    async def _say(self, text: str, utterance: Utterance) -> None:
        utterance.plan(text)
        frames = self.text_to_speech.speak(text, voice=self.voice)
        try:
            async for frame in frames:
                if not await self._play(frame, utterance):
                    return
        finally:
            if isinstance(frames, AsyncGenerator):
                await frames.aclose()

    async def _play(self, frame: AudioFrame, utterance: Utterance) -> bool:
        try:
            at = await self.link.speak(frame)
        except PortError:
            return False  # whoever listens learns it too, and ends the conversation
        utterance.played(frame, at - self.opened)
        return True


async def _read(
    reply: AsyncIterator[ReplyText | EndCall], sentences: "asyncio.Queue[str | None]", faltered: Callable[[str], None]
) -> str | None:
    rest, disposition = "", None
    try:
        async for piece in reply:
            match piece:
                case ReplyText():
                    whole, rest = whole_sentences(rest + piece.text)
                    for sentence in whole:
                        sentences.put_nowait(sentence)
                case EndCall():
                    disposition = piece.disposition
    except PortError as error:
        faltered(f"language_model: {type(error).__name__}")
    finally:
        if isinstance(reply, AsyncGenerator):
            await reply.aclose()
    if rest.strip():
        sentences.put_nowait(rest.strip())
    sentences.put_nowait(None)
    return disposition
