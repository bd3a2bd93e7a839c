"""In the place of a language model service: asks the conduct what to do, and does it with the pipeline's means."""

import asyncio
from collections.abc import AsyncGenerator
from functools import partial

from pipecat.frames.frames import (
    CancelFrame,
    EndFrame,
    Frame,
    StartFrame,
    UserStoppedSpeakingFrame,
    VADUserStartedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from adapters.pipecat.frames import SayFrame, UtteranceEndFrame
from adapters.pipecat.session import Begin, PipecatSession
from domain.bots.dialogue import Act
from domain.bots.flow import Edge
from domain.bots.sentences import whole_sentences
from domain.bots.template import fill
from domain.calls.utterance import Utterance
from ports.errors import PortError
from ports.language_model import EndCall, LanguageModel, Message, ReplyText, messages_of


class DirectorProcessor(FrameProcessor):
    """One move at a time. What is being spoken is stopped by Pipecat's own interruption."""

    def __init__(self, session: PipecatSession, model: LanguageModel) -> None:
        super().__init__()
        self._session = session
        self._model = model
        self._conducting: asyncio.Task[None] | None = None
        self._thinking: asyncio.Task[None] | None = None
        self._busy = False

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        match frame:
            case StartFrame():
                self._conducting = self.create_task(self._conduct())
            case VADUserStartedSpeakingFrame():
                self._session.voice_started()
            case UserStoppedSpeakingFrame():
                self._session.turn_stopped()
            case EndFrame() | CancelFrame():
                await self._halt()
        await self.push_frame(frame, direction)

    async def cleanup(self) -> None:
        await self._halt()
        await super().cleanup()  # type: ignore[no-untyped-call]  # pipecat leaves it untyped

    async def _halt(self) -> None:
        task, self._conducting = self._conducting, None
        if task:
            await self.cancel_task(task)
        await self._stop_thinking()

    async def _conduct(self) -> None:
        while not self._session.conduct.over:
            for wanted in await self._session.next():
                if isinstance(wanted, Begin):
                    await self._begin(wanted)
                else:
                    await self._stop()

    async def _begin(self, begin: Begin) -> None:
        self._busy = True
        match begin.move.act:
            case Act.SPEAK:
                for text in begin.move.say:
                    await self.push_frame(SayFrame(text=text, utterance=begin.utterance))
                spoken = partial(self._session.conduct.spoken, task=begin.task)
                await self._end_utterance(begin.utterance, partial(self._session.done, spoken))
            case Act.CHOOSE:
                self._thinking = self.create_task(self._choose(begin.move.choices, begin.task))
            case Act.REPLY:
                self._thinking = self.create_task(self._reply(begin.utterance, begin.task))

    async def _stop(self) -> None:
        if self._busy:
            self._busy = False
            await self._stop_thinking()
            await self.broadcast_interruption()  # type: ignore[no-untyped-call]  # pipecat leaves it untyped

    async def _stop_thinking(self) -> None:
        task, self._thinking = self._thinking, None
        if task:
            await self.cancel_task(task)

    async def _choose(self, choices: tuple[Edge, ...], task: int) -> None:
        index = None
        try:
            said = messages_of("", self._session.conduct.floor.turns)
            index = await self._model.choose(said, [edge.when for edge in choices])
        except PortError as error:
            self._session.faltered(f"language_model: {type(error).__name__}")
        edge = None if index is None else choices[index]
        self._session.done(partial(self._session.conduct.chosen, task=task, edge=edge))

    async def _reply(self, utterance: Utterance, task: int) -> None:
        dialogue = self._session.conduct.dialogue
        instructions = fill(dialogue.config.spec.prompt or "", dialogue.place.variables)
        disposition = None
        try:
            disposition = await self._say_reply(messages_of(instructions, self._session.conduct.floor.turns), utterance)
        except PortError as error:
            self._session.faltered(f"language_model: {type(error).__name__}")
        replied = partial(self._session.conduct.replied, task=task, disposition=disposition)
        await self._end_utterance(utterance, partial(self._session.done, replied))

    async def _say_reply(self, messages: list[Message], utterance: Utterance) -> str | None:
        """Sentences as they come; the disposition when the model ends the call."""
        rest, disposition = "", None
        reply = self._model.reply(messages)
        try:
            async for piece in reply:
                match piece:
                    case ReplyText():
                        whole, rest = whole_sentences(rest + piece.text)
                        for sentence in whole:
                            await self.push_frame(SayFrame(text=sentence, utterance=utterance))
                    case EndCall():
                        disposition = piece.disposition
        finally:
            if isinstance(reply, AsyncGenerator):
                await reply.aclose()
            if rest.strip():
                await self.push_frame(SayFrame(text=rest.strip(), utterance=utterance))
        return disposition

    async def _end_utterance(self, utterance: Utterance, done: partial[None]) -> None:
        await self.push_frame(UtteranceEndFrame(utterance=utterance, done=done))
