"""Conducting a conversation: from what was heard, pressed, spoken and thought, in time, to what is told and done.

Without a clock: whoever asks says what time it is, in seconds since the conversation was opened.
"""

from dataclasses import dataclass, field
from typing import Protocol

from domain.bots.dialogue import Act, Dialogue, Move, Stage
from domain.bots.flow import TRANSFER_REASON, Edge
from domain.bots.policy import Policy
from domain.calls.audio import FRAME_SECONDS
from domain.calls.conversation import ConversationEvent, Ended, Faltered, Learned, MessageLeft, TransferAsked, TurnTaken
from domain.calls.floor import Floor
from domain.calls.result import EndedBy
from domain.calls.transcript import Word
from domain.calls.utterance import Utterance

EARLY = 0.001
"""Seconds by which a timer may fire before what it was set for."""


class Hands(Protocol):
    """What an engine does for a Conduct; nothing here may wait."""

    def tell(self, event: ConversationEvent) -> None: ...

    def start(self, move: Move, utterance: Utterance, task: int) -> None:
        """Begin to speak, choose or reply, and say so by the same `task` when it is done."""

    def stop(self) -> None:
        """Drop what was begun, and what is not yet spoken."""


@dataclass(slots=True, kw_only=True)
class Conduct:
    """One conversation under way."""

    dialogue: Dialogue
    hands: Hands
    floor: Floor = field(default_factory=Floor)
    over: bool = False
    _task: int = 0
    _answers: float | None = None
    _talks_since: float | None = None
    _quiet_since: float = 0.0

    def due(self, *, turns: bool) -> float:
        """When `wait` has something to do. With `turns`, the end of the callee's turn is found by waiting, too."""
        return min(self._deadlines(turns=turns).values())

    def wait(self, now: float, *, turns: bool) -> None:
        """Time has passed."""
        due = {name for name, at in self._deadlines(turns=turns).items() if at <= now + EARLY}
        if "end" in due:
            self.finish(now, Ended(by=EndedBy.SYSTEM, timed_out=True))
        elif "turn" in due:
            self.end_hearing(now)
        elif "silence" in due:
            self._do(now, self.dialogue.silent())

    def talk(self, now: float) -> None:
        if self.dialogue.stage is Stage.QUIET:
            self._talks_since = now
        self._do(now, self.dialogue.talk())

    def leave_message(self, now: float) -> None:
        self._do(now, self.dialogue.leave_message())

    def safe_harbour(self, now: float) -> None:
        self._do(now, self.dialogue.safe_harbour())

    def notice(self, now: float, text: str) -> None:
        self._do(now, self.dialogue.notice(text))

    def transfer_failed(self, now: float, reason: str) -> None:
        self._do(now, self.dialogue.transfer_failed(reason))

    def understood(self, now: float, text: str, words: tuple[Word, ...], *, final: bool) -> None:
        """Words of the callee, which interrupt the bot once they have lasted for the policy's time."""
        hearing = self.floor.understood(now, text, words, final=final)
        if hearing.talking and hearing.last - (hearing.start or 0.0) >= self._policy.interrupt_after:
            self.interrupted(now)
        self._tell_turns()

    def interrupted(self, now: float) -> None:
        """The callee has been speaking for the policy's time; whoever spoke before the bot did interrupts nobody."""
        if not self._early(self.floor.hearing.start or now - self._policy.interrupt_after):
            self._do(now, self.dialogue.interrupted())

    def end_hearing(self, now: float) -> None:
        """The callee's turn is over."""
        heard = self.floor.end_hearing(self._step)
        self._quiet_since = now
        if not heard.talking:
            return
        self._answers = heard.last
        self._tell_turns()
        self._do(now, self.dialogue.heard(heard.text, early=self._early(heard.start)))

    def pressed(self, now: float, digit: str) -> None:
        self._quiet_since = now
        self._do(now, self.dialogue.pressed(digit))

    def spoken(self, now: float, task: int) -> None:
        if task == self._task:
            self.floor.end_utterance(now, cut=False)
            self._tell_turns()
            self._do(now, self.dialogue.spoken())

    def chosen(self, now: float, task: int, edge: Edge | None) -> None:
        if task == self._task:
            self._do(now, self.dialogue.chosen(edge))

    def replied(self, now: float, task: int, disposition: str | None) -> None:
        """The model's words, if any, are spoken."""
        if task == self._task:
            gave = self.floor.end_utterance(now, cut=False) or disposition is not None
            self._tell_turns()
            self._do(now, self.dialogue.replied(disposition) if gave else self.dialogue.failed())

    def faltered(self, now: float, detail: str, *, deaf: bool = False) -> None:
        """A provider failed; `deaf` when nothing will ever make the words of the moment final."""
        if self.over:
            return
        self.hands.tell(Faltered(detail=detail))
        hearing = self.floor.hearing
        if deaf and hearing.interim:
            self.understood(now, hearing.interim_text, hearing.interim, final=True)

    def finish(self, now: float, ended: Ended, *, message_left: bool = False) -> None:
        """Twice is once."""
        if self.over:
            return
        self.over = True
        self._stop(now)
        self.floor.end_hearing(self._step)
        self._tell_turns()
        if message_left:
            self.hands.tell(MessageLeft())
        self.hands.tell(ended)

    @property
    def _policy(self) -> Policy:
        return self.dialogue.config.spec.policy

    @property
    def _step(self) -> str | None:
        return self.dialogue.place.step or None

    def _early(self, began: float | None) -> bool:
        return self._talks_since is None or (began is not None and began + FRAME_SECONDS < self._talks_since)

    def _deadlines(self, *, turns: bool) -> dict[str, float]:
        due = {"end": self._policy.max_duration}
        if turns and self.floor.hearing.complete:
            due["turn"] = self.floor.hearing.last + self._policy.end_of_turn_silence
        if self.dialogue.stage is Stage.LISTENING and not self.floor.hearing.talking:
            due["silence"] = self._quiet_since + self._policy.silence_after
        return due

    def _do(self, now: float, step: tuple[Dialogue, Move]) -> None:
        before = self.dialogue.place.variables
        self.dialogue, move = step
        if self.over:
            return
        for name, value in self.dialogue.place.variables.items():
            if before.get(name) != value and name != TRANSFER_REASON:
                self.hands.tell(Learned(name=name, value=value))
        match move.act:
            case Act.LISTEN:
                self._stop(now)
                self._quiet_since = now
            case Act.TRANSFER if move.transfer is not None:
                self._stop(now)
                self.hands.tell(TransferAsked(transfer=move.transfer))
            case Act.SPEAK | Act.CHOOSE | Act.REPLY:
                self._stop(now)
                self._begin(move)
            case Act.FINISH:
                self.finish(now, Ended(by=move.by, disposition=move.disposition), message_left=move.message_left)

    def _begin(self, move: Move) -> None:
        utterance = Utterance(step=self._step, answers=self._answers)
        if move.act is not Act.CHOOSE:
            self._answers, self.floor.utterance = None, utterance
        self.hands.start(move, utterance, self._task)

    def _stop(self, now: float) -> None:
        self._task += 1
        self.hands.stop()
        self.floor.end_utterance(now, cut=True)
        self._tell_turns()

    def _tell_turns(self) -> None:
        for turn in self.floor.release():
            self.hands.tell(TurnTaken(turn=turn))
