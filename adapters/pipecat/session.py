"""One conversation on Pipecat, as Core sees it: orders in, events out, and what the pipeline perceives in between."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial

from adapters.pipecat.listener import Listener
from domain.bots.conduct import Conduct, Hands
from domain.bots.dialogue import Move, dialogue_of
from domain.bots.runtime_config import RuntimeConfig
from domain.calls.result import EndedBy
from domain.calls.utterance import Utterance
from ports.audio_links import AudioLink
from ports.conversation import ConversationEvent, ConversationSession, Ended, SessionOrder, TransferFailed
from ports.messages.core import End, LeaveMessage, Notice, SafeHarbour, Talk
from ports.speech_to_text import Recognised

Stimulus = Callable[[float], None]
"""Something that happened, to be told at a time in seconds of the call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begin:
    """Start a move; its end is told by the same `task`."""

    move: Move
    utterance: Utterance
    task: int


class Stop:
    """Be silent at once, and think no more."""


class PipecatSession(ConversationSession, Hands, Listener):
    """`opened` is the call's beginning on the room's clock."""

    def __init__(self, link: AudioLink, config: RuntimeConfig) -> None:
        self.opened = link.clock()
        self.conduct = Conduct(dialogue=dialogue_of(config), hands=self)
        self._link = link
        self._inbox: asyncio.Queue[Stimulus] = asyncio.Queue()
        self._events: asyncio.Queue[ConversationEvent | None] = asyncio.Queue()
        self._wanted: list[Begin | Stop] = []
        self._turn_is_over = False

    async def events(self) -> AsyncIterator[ConversationEvent]:
        while (event := await self._events.get()) is not None:
            yield event

    async def order(self, order: SessionOrder) -> None:
        match order:
            case Talk():
                self._inbox.put_nowait(self.conduct.talk)
            case LeaveMessage():
                self._inbox.put_nowait(self.conduct.leave_message)
            case SafeHarbour():
                self._inbox.put_nowait(self.conduct.safe_harbour)
            case Notice(text=text):
                self._inbox.put_nowait(partial(self.conduct.notice, text=text))
            case TransferFailed(reason=reason):
                self._inbox.put_nowait(partial(self.conduct.transfer_failed, reason=reason))
            case End():
                self.gone(EndedBy.SYSTEM)

    async def next(self) -> list[Begin | Stop]:
        """Waits until something happens or is due; what is to be done about it."""
        try:
            async with asyncio.timeout(max(0.0, self.conduct.due(turns=False) - self._now)):
                stimulus = await self._inbox.get()
        except TimeoutError:
            self.conduct.wait(self._now, turns=False)
        else:
            stimulus(self._now)
        wanted, self._wanted = self._wanted, []
        return wanted

    def close(self) -> None:
        """The pipeline is gone; whatever became of it, the end is told."""
        self.conduct.finish(self._now, Ended(by=EndedBy.SYSTEM))

    @property
    def _now(self) -> float:
        return self._link.clock() - self.opened

    # what the pipeline perceives

    def understood(self, result: Recognised) -> None:
        self._inbox.put_nowait(partial(self._understand, result=result))

    def pressed(self, digit: str) -> None:
        self._inbox.put_nowait(partial(self.conduct.pressed, digit=digit))

    def gone(self, by: EndedBy) -> None:
        self._inbox.put_nowait(partial(self.conduct.finish, ended=Ended(by=by)))

    def faltered(self, detail: str, *, deaf: bool = False) -> None:
        self._inbox.put_nowait(partial(self.conduct.faltered, detail=detail, deaf=deaf))

    def voice_started(self) -> None:
        """Voice has lasted for the policy's time."""
        self._turn_is_over = False
        self._inbox.put_nowait(self.conduct.interrupted)

    def turn_stopped(self) -> None:
        """The callee's turn is over, once all words of it are final."""
        self._inbox.put_nowait(self._stop_turn)

    def done(self, stimulus: Stimulus) -> None:
        """A move has come to its end."""
        self._inbox.put_nowait(stimulus)

    # what the conduct asks for

    def tell(self, event: ConversationEvent) -> None:
        self._events.put_nowait(event)
        if isinstance(event, Ended):
            self._events.put_nowait(None)

    def start(self, move: Move, utterance: Utterance, task: int) -> None:
        self._wanted.append(Begin(move=move, utterance=utterance, task=task))

    def stop(self) -> None:
        self._wanted.append(Stop())

    def _understand(self, now: float, result: Recognised) -> None:
        self.conduct.understood(now, result.text, result.words, final=result.final)
        if self._turn_is_over:
            self._stop_turn(now)

    def _stop_turn(self, now: float) -> None:
        hearing = self.conduct.floor.hearing
        self._turn_is_over = hearing.talking and not hearing.complete
        if not self._turn_is_over:
            self.conduct.end_hearing(now)
