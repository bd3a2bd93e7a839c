"""One conversation in memory: what happens comes in one by one, and its conduct says what to do about it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from functools import partial
from typing import Any

from adapters.memory.bot_voice import BotVoice
from adapters.memory.callee_ear import CalleeEar, Listener
from domain.bots.conduct import Conduct, Hands
from domain.bots.dialogue import Act, Move, dialogue_of
from domain.bots.flow import Edge
from domain.bots.runtime_config import RuntimeConfig
from domain.bots.template import fill
from domain.calls.result import EndedBy
from domain.calls.utterance import Utterance
from ports.audio_links import AudioLink
from ports.clock import Clock
from ports.conversation import ConversationEvent, ConversationSession, Ended, SessionOrder, TransferFailed
from ports.errors import PortError
from ports.language_model import LanguageModel, messages_of
from ports.messages.core import End, LeaveMessage, Notice, SafeHarbour, Talk
from ports.speech_to_text import Recognised, SpeechToText

Stimulus = Callable[[float], None]
"""Something that happened, to be told at a time in seconds of the call."""


class MemorySession(ConversationSession, Hands, Listener):
    """Lives while `run` does."""

    def __init__(self, link: AudioLink, config: RuntimeConfig, *, voice: BotVoice, model: LanguageModel) -> None:
        self._link = link
        self._config = config
        self._voice = voice
        self._model = model
        self._conduct = Conduct(dialogue=dialogue_of(config), hands=self)
        self._inbox: asyncio.Queue[Stimulus] = asyncio.Queue()
        self._events: asyncio.Queue[ConversationEvent | None] = asyncio.Queue()
        self._tasks: asyncio.TaskGroup
        self._doing: asyncio.Task[None] | None = None

    async def events(self) -> AsyncIterator[ConversationEvent]:
        while (event := await self._events.get()) is not None:
            yield event

    async def order(self, order: SessionOrder) -> None:
        match order:
            case Talk():
                self._inbox.put_nowait(self._conduct.talk)
            case LeaveMessage():
                self._inbox.put_nowait(self._conduct.leave_message)
            case SafeHarbour():
                self._inbox.put_nowait(self._conduct.safe_harbour)
            case Notice(text=text):
                self._inbox.put_nowait(partial(self._conduct.notice, text=text))
            case TransferFailed(reason=reason):
                self._inbox.put_nowait(partial(self._conduct.transfer_failed, reason=reason))
            case End():
                self.gone(EndedBy.SYSTEM)

    async def run(self, speech_to_text: SpeechToText, clock: Clock) -> None:
        ear = CalleeEar(self._link, clock, self._voice.opened, self)
        recognising = ear.recognise(
            speech_to_text, language=self._config.spec.language, seed=f"{self._config.call_id}/callee"
        )
        try:
            async with asyncio.TaskGroup() as self._tasks:
                hearing = [self._tasks.create_task(each) for each in (ear.listen(), ear.keep_time(), recognising)]
                while not self._conduct.over:
                    await self._take_next()
                for task in hearing:
                    task.cancel()
        finally:
            self._conduct.finish(self._now, Ended(by=EndedBy.SYSTEM))

    async def _take_next(self) -> None:
        try:
            async with asyncio.timeout(max(0.0, self._conduct.due(turns=True) - self._now)):
                stimulus = await self._inbox.get()
        except TimeoutError:
            self._conduct.wait(self._now, turns=True)
        else:
            stimulus(self._now)

    @property
    def _now(self) -> float:
        return self._link.clock() - self._voice.opened

    # what the ear tells

    def understood(self, result: Recognised) -> None:
        understood = partial(self._conduct.understood, text=result.text, words=result.words, final=result.final)
        self._inbox.put_nowait(understood)

    def pressed(self, digit: str) -> None:
        self._inbox.put_nowait(partial(self._conduct.pressed, digit=digit))

    def gone(self, by: EndedBy) -> None:
        self._inbox.put_nowait(partial(self._conduct.finish, ended=Ended(by=by)))

    def faltered(self, detail: str, *, deaf: bool = False) -> None:
        self._inbox.put_nowait(partial(self._conduct.faltered, detail=detail, deaf=deaf))

    # what the conduct asks for

    def tell(self, event: ConversationEvent) -> None:
        self._events.put_nowait(event)
        if isinstance(event, Ended):
            self._events.put_nowait(None)

    def start(self, move: Move, utterance: Utterance, task: int) -> None:
        work: dict[Act, Callable[[], Coroutine[Any, Any, None]]] = {
            Act.SPEAK: partial(self._speak, move.say, utterance, task),
            Act.CHOOSE: partial(self._choose, move.choices, task),
            Act.REPLY: partial(self._reply, utterance, task),
        }
        self._doing = self._tasks.create_task(work[move.act]())

    def stop(self) -> None:
        if self._doing and not self._doing.done():
            self._doing.cancel()
            self._link.flush()

    async def _speak(self, texts: tuple[str, ...], utterance: Utterance, task: int) -> None:
        try:
            await self._voice.say(texts, utterance)
        except PortError as error:
            self.faltered(f"text_to_speech: {type(error).__name__}")
        self._inbox.put_nowait(partial(self._conduct.spoken, task=task))

    async def _choose(self, choices: tuple[Edge, ...], task: int) -> None:
        index = None
        try:
            index = await self._model.choose(
                messages_of("", self._conduct.floor.turns), [edge.when for edge in choices]
            )
        except PortError as error:
            self.faltered(f"language_model: {type(error).__name__}")
        edge = None if index is None else choices[index]
        self._inbox.put_nowait(partial(self._conduct.chosen, task=task, edge=edge))

    async def _reply(self, utterance: Utterance, task: int) -> None:
        instructions = fill(self._config.spec.prompt or "", self._conduct.dialogue.place.variables)
        reply = self._model.reply(messages_of(instructions, self._conduct.floor.turns))
        disposition = await self._voice.say_reply(reply, utterance, self.faltered)
        self._inbox.put_nowait(partial(self._conduct.replied, task=task, disposition=disposition))
