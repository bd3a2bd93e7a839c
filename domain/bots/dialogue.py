"""A bot's side of one conversation as a value: told what happens, it says what to do next, whoever does it.

An engine hears, speaks and asks models; it tells a Dialogue what came of it and does the Move that it is given.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from domain.bots.director import OPTED_OUT, AnyDirector, Direction, Doing, Place, director_of
from domain.bots.flow import Edge
from domain.bots.opt_out import asks_not_to_be_called
from domain.bots.runtime_config import RuntimeConfig
from domain.bots.template import fill
from domain.calls.result import EndedBy
from domain.calls.transfer import Transfer

MOST_FAULTS = 1
"""Replies in a row that a model may fail to give before the bot takes its leave."""


class Act(StrEnum):
    GO_ON = "go_on"  # with whatever is being done
    SPEAK = "speak"  # instead of whatever is being done: speak `say`, then tell `spoken`
    CHOOSE = "choose"  # instead of ...: ask a model which of `choices` holds, then tell `chosen` or `failed`
    REPLY = "reply"  # instead of ...: speak a model's reply as it comes, then tell `replied` or `failed`
    LISTEN = "listen"  # instead of ...: say nothing; tell `silent` when the policy's time has passed without a word
    TRANSFER = (
        "transfer"  # say nothing and have the call handed over by `transfer`; tell `transfer_failed` if it is not
    )
    FINISH = "finish"  # stop everything: the conversation is over


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """`message_left`, `by` and `disposition` are what to tell of a conversation that is over."""

    act: Act
    say: tuple[str, ...] = ()
    choices: tuple[Edge, ...] = ()
    transfer: Transfer | None = None
    message_left: bool = False
    by: EndedBy = EndedBy.BOT
    disposition: str | None = None


GO_ON = Move(act=Act.GO_ON)


class Stage(StrEnum):
    QUIET = "quiet"  # not told to talk yet
    SPEAKING = "speaking"
    CHOOSING = "choosing"
    REPLYING = "replying"
    LISTENING = "listening"
    LEAVING = "leaving"  # speaking words that nobody interrupts: its last ones, or those before a transfer
    TRANSFERRING = "transferring"  # quiet, and still there in case nobody takes the call
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialogue:
    """Where a conversation stands. Every question gives the next value and one Move."""

    config: RuntimeConfig
    place: Place
    stage: Stage = Stage.QUIET
    last: Move = GO_ON  # how it ends or is handed over, once the words before that are spoken
    waiting: str = ""  # said by the callee, and not answered yet
    faults: int = 0

    @property
    def interruptible(self) -> bool:
        return self.config.spec.policy.interruptible and self.stage in (Stage.SPEAKING, Stage.CHOOSING, Stage.REPLYING)

    def talk(self) -> tuple["Dialogue", Move]:
        if self.stage is not Stage.QUIET:
            return self, GO_ON
        direction = self.director.begin(self.config.variables)
        if asks_not_to_be_called(self.waiting):
            direction = self.director.hear(direction.place, self.waiting)
        return _follow(replace(self, waiting=""), direction)

    def leave_message(self) -> tuple["Dialogue", Move]:
        return _leave_text(self, self.config.spec.voicemail_message)

    def safe_harbour(self) -> tuple["Dialogue", Move]:
        return _leave_text(self, self.config.spec.safe_harbour_message)

    def notice(self, text: str) -> tuple["Dialogue", Move]:
        return _leave_text(self, text)

    def heard(self, said: str, *, early: bool = False) -> tuple["Dialogue", Move]:
        """The callee has finished a turn; `early` when it began before the bot was told to talk."""
        said = f"{self.waiting} {said}".strip()
        if early and self.stage is not Stage.QUIET and not asks_not_to_be_called(said):
            return self, GO_ON
        if self.stage in (Stage.LISTENING, Stage.CHOOSING):
            return _follow(replace(self, waiting=""), self.director.hear(self.place, said))
        return replace(self, waiting=said), GO_ON

    def interrupted(self) -> tuple["Dialogue", Move]:
        """The callee has been speaking into the bot's words or thoughts for the policy's time."""
        return _listen(self) if self.interruptible else (self, GO_ON)

    def spoken(self) -> tuple["Dialogue", Move]:
        """The words of SPEAK are spoken to their end, or could not be spoken."""
        if self.stage is Stage.SPEAKING:
            return _answer_waiting(self)
        if self.stage is not Stage.LEAVING:
            return self, GO_ON
        late = asks_not_to_be_called(self.waiting) and self.last.disposition != OPTED_OUT
        if late and not self.last.message_left:
            return _follow(replace(self, waiting=""), self.director.hear(self.place, self.waiting))
        return _done_speaking(self, self.last)

    def pressed(self, digit: str) -> tuple["Dialogue", Move]:
        """A key that means something is taken at once; any other one changes nothing."""
        if self.stage in (Stage.QUIET, Stage.LEAVING, Stage.TRANSFERRING, Stage.OVER):
            return self, GO_ON
        direction = self.director.press(self.place, digit)
        here = direction.place.step == self.place.step
        if here and direction.doing is Doing.LISTEN and not direction.say:
            again = Move(act=Act.LISTEN) if self.stage is Stage.LISTENING else GO_ON
            return replace(self, place=direction.place), again
        return _follow(replace(self, waiting=""), direction)

    def silent(self) -> tuple["Dialogue", Move]:
        if self.stage is not Stage.LISTENING:
            return self, GO_ON
        return _follow(replace(self, waiting=""), self.director.silence(self.place))

    def transfer_failed(self, reason: str) -> tuple["Dialogue", Move]:
        """Nobody took the call: the bot has the word again. A wish not to be called comes before all else."""
        if self.stage is not Stage.TRANSFERRING:
            return self, GO_ON
        if asks_not_to_be_called(self.waiting):
            direction = self.director.hear(self.place, self.waiting)
        else:
            direction = self.director.transfer_failed(self.place, reason)
        return _follow(replace(self, waiting=""), direction)

    def chosen(self, edge: Edge | None) -> tuple["Dialogue", Move]:
        if self.stage is not Stage.CHOOSING:
            return self, GO_ON
        return _follow(self, self.director.chosen(self.place, edge))

    def replied(self, disposition: str | None) -> tuple["Dialogue", Move]:
        """The model's words are spoken; `disposition` when it ended the call with them."""
        if self.stage is not Stage.REPLYING:
            return self, GO_ON
        if disposition is not None:
            finish = Move(act=Act.FINISH, disposition=disposition)
            return replace(self, stage=Stage.OVER, last=finish), finish
        return _answer_waiting(replace(self, faults=0))

    def failed(self) -> tuple["Dialogue", Move]:
        """The model gave nothing: a choice counts as none, a reply is asked for once more, then the bot leaves."""
        if self.stage is Stage.CHOOSING:
            return self.chosen(None)
        if self.stage is not Stage.REPLYING:
            return self, GO_ON
        if self.faults < MOST_FAULTS:
            return replace(self, faults=self.faults + 1), Move(act=Act.REPLY)
        goodbye = fill(self.config.spec.policy.goodbye_say, self.place.variables)
        return _leave(self, (goodbye,), Move(act=Act.FINISH, by=EndedBy.SYSTEM))

    @property
    def director(self) -> AnyDirector:
        return director_of(self.config.spec)


def dialogue_of(config: RuntimeConfig) -> Dialogue:
    """A conversation that has not begun."""
    return Dialogue(config=config, place=Place(step="", variables=config.variables))


def _follow(dialogue: Dialogue, direction: Direction) -> tuple[Dialogue, Move]:
    here = replace(dialogue, place=direction.place)
    if direction.doing is Doing.END:
        return _leave(here, direction.say, Move(act=Act.FINISH, disposition=direction.disposition))
    if direction.doing is Doing.TRANSFER:
        return _leave(here, direction.say, Move(act=Act.TRANSFER, transfer=direction.transfer))
    if direction.doing is Doing.CHOOSE:
        return replace(here, stage=Stage.CHOOSING), Move(act=Act.CHOOSE, choices=direction.choices)
    if direction.doing is Doing.REPLY:
        return replace(here, stage=Stage.REPLYING), Move(act=Act.REPLY)
    if direction.say:
        return replace(here, stage=Stage.SPEAKING), Move(act=Act.SPEAK, say=direction.say)
    return _listen(here)


def _leave_text(dialogue: Dialogue, text: str | None) -> tuple[Dialogue, Move]:
    if dialogue.stage is not Stage.QUIET:
        return dialogue, GO_ON
    said = fill(text or "", dialogue.config.variables)
    return _leave(dialogue, (said,) if said else (), Move(act=Act.FINISH, message_left=bool(said)))


def _leave(dialogue: Dialogue, say: tuple[str, ...], last: Move) -> tuple[Dialogue, Move]:
    if not say:
        return _done_speaking(dialogue, last)
    return replace(dialogue, stage=Stage.LEAVING, last=last), Move(act=Act.SPEAK, say=say)


def _done_speaking(dialogue: Dialogue, last: Move) -> tuple[Dialogue, Move]:
    stage = Stage.TRANSFERRING if last.act is Act.TRANSFER else Stage.OVER
    return replace(dialogue, stage=stage, last=last), last


def _answer_waiting(dialogue: Dialogue) -> tuple[Dialogue, Move]:
    if not dialogue.waiting:
        return _listen(dialogue)
    heard = dialogue.director.hear(dialogue.place, dialogue.waiting)
    return _follow(replace(dialogue, waiting=""), heard)


def _listen(dialogue: Dialogue) -> tuple[Dialogue, Move]:
    return replace(dialogue, stage=Stage.LISTENING), Move(act=Act.LISTEN)
