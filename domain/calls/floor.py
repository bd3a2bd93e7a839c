"""Who is speaking: the callee's turn as it is understood, the bot's as it is spoken, and the turns that are over."""

from dataclasses import dataclass, field

from domain.calls.hearing import Hearing
from domain.calls.transcript import Turn, Word
from domain.calls.turn_order import TurnOrder
from domain.calls.utterance import Utterance


@dataclass(slots=True, kw_only=True)
class Floor:
    """Both may speak at once. Times in seconds of the call."""

    hearing: Hearing = field(default_factory=Hearing)
    utterance: Utterance | None = None
    order: TurnOrder = field(default_factory=TurnOrder)
    told: list[Turn] = field(default_factory=list)

    @property
    def turns(self) -> list[Turn]:
        """All turns that are over, told or not."""
        return [*self.told, *self.order.waiting]

    def understood(self, now: float, text: str, words: tuple[Word, ...], *, final: bool) -> Hearing:
        self.hearing = self.hearing.understood(text, words, final=final, now=now)
        return self.hearing

    def end_hearing(self, step: str | None) -> Hearing:
        """What was heard, which is a turn when it has words."""
        heard, self.hearing = self.hearing, Hearing()
        if heard.talking:
            self.order = self.order.over(heard.turn(step))
        return heard

    def end_utterance(self, now: float, *, cut: bool) -> bool:
        """Whether the bot has spoken a turn, or a part of one when it is cut."""
        utterance, self.utterance = self.utterance, None
        if utterance is None:
            return False
        turn = utterance.cut(now) if cut else utterance.whole()
        if turn:
            self.order = self.order.over(turn)
        return turn is not None

    def release(self) -> tuple[Turn, ...]:
        """Turns to be told now: none that still goes on began before them."""
        speaking = self.utterance.start if self.utterance else None
        self.order, free = self.order.release((self.hearing.start, speaking))
        self.told.extend(free)
        return free
