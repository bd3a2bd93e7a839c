"""Walks a bot's flow: a runtime tells it what was heard, and it says what to do next. It never branches elsewhere.

A conversation is a value (`Place`); every question to the Director gives a `Direction`, which holds the next place.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from domain.bots.bot import BotSpec
from domain.bots.flow import TRANSFER_REASON, Edge, EdgeKind, FlowEvent, FlowGraph, Step, expression_of
from domain.bots.opt_out import asks_not_to_be_called
from domain.bots.policy import Policy
from domain.bots.template import fill
from domain.calls.transfer import Transfer

OPTED_OUT: Final = "opted_out"
NO_ANSWER_HEARD: Final = "nothing_heard"
NOT_UNDERSTOOD: Final = "not_understood"
NOT_TRANSFERRED: Final = "not_transferred"
PROMPT: Final = "prompt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a conversation stands."""

    step: str
    variables: Mapping[str, str] = field(default_factory=dict)
    digits: str = ""
    misses: int = 0
    silences: int = 0


class Doing(StrEnum):
    LISTEN = "listen"  # say the text, if any, then listen
    CHOOSE = "choose"  # ask a model which of `choices` holds, then call `chosen`
    REPLY = "reply"  # let a model answer, from the spec's prompt and what was said so far
    TRANSFER = "transfer"  # say the text, then hand the call over by `transfer`; `transfer_failed` if nobody takes it
    END = "end"  # say the text, then end with `disposition`


@dataclass(frozen=True, slots=True, kw_only=True)
class Direction:
    """What to do next. `say` holds texts to speak in order."""

    place: Place
    doing: Doing
    say: tuple[str, ...] = ()
    choices: tuple[Edge, ...] = ()
    transfer: Transfer | None = None
    disposition: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Director:
    """Pure: the same place and words always give the same direction."""

    flow: FlowGraph
    policy: Policy

    def begin(self, variables: Mapping[str, str]) -> Direction:
        return self._enter(self.flow.start, Place(step=self.flow.start, variables=variables))

    def hear(self, place: Place, said: str) -> Direction:
        """The callee has finished a turn."""
        if asks_not_to_be_called(said):
            return Direction(place=place, doing=Doing.END, say=(self.policy.opt_out_say,), disposition=OPTED_OUT)
        step = self.flow.step(place.step)
        place = replace(place, silences=0)
        if step.collect:
            place = replace(place, variables={**place.variables, step.collect: said.strip()})
        for edge in step.edges:
            if edge.kind is EdgeKind.EXPRESSION and expression_of(edge).holds(said, place.variables):
                return self._enter(edge.to, place)
        choices = tuple(edge for edge in step.edges if edge.kind is EdgeKind.LLM)
        if choices:
            return Direction(place=place, doing=Doing.CHOOSE, choices=choices)
        return self._no_match(step, place)

    def chosen(self, place: Place, edge: Edge | None) -> Direction:
        """The model's answer to CHOOSE; None when it found that none of the choices holds."""
        return self._enter(edge.to, place) if edge else self._no_match(self.flow.step(place.step), place)

    def press(self, place: Place, digit: str) -> Direction:
        """The callee has pressed a key. Digits add up until an edge holds or none can any more."""
        step = self.flow.step(place.step)
        pressed = place.digits + digit
        wanted = [edge for edge in step.edges if edge.kind is EdgeKind.DIGITS]
        for edge in wanted:
            if edge.when == pressed:
                return self._enter(edge.to, replace(place, digits=""))
        if any(edge.when.startswith(pressed) for edge in wanted):
            return Direction(place=replace(place, digits=pressed), doing=Doing.LISTEN)
        return self._no_match(step, replace(place, digits="")) if wanted else Direction(place=place, doing=Doing.LISTEN)

    def silence(self, place: Place) -> Direction:
        """The callee has said nothing for the policy's time."""
        step = self.flow.step(place.step)
        onward = _on_event(step, FlowEvent.SILENCE)
        if onward:
            return self._enter(onward.to, replace(place, silences=0))
        return _prompted(place, self.policy)

    def transfer_failed(self, place: Place, reason: str) -> Direction:
        """Nobody took the call; the callee is still there. `reason` is a word, kept in `transfer_reason`."""
        place = replace(place, variables={**place.variables, TRANSFER_REASON: reason})
        for edge in self.flow.step(place.step).edges:
            if edge.kind is EdgeKind.EVENT or expression_of(edge).holds("", place.variables):
                return self._enter(edge.to, place)
        return self._end(place, self.policy.goodbye_say, NOT_TRANSFERRED)

    def _no_match(self, step: Step, place: Place) -> Direction:
        onward = _on_event(step, FlowEvent.NO_MATCH)
        if onward:
            return self._enter(onward.to, place)
        if place.misses >= self.policy.most_misses:
            return self._end(place, self.policy.goodbye_say, NOT_UNDERSTOOD)
        again = fill(step.no_match_say or step.say, place.variables)
        return Direction(place=replace(place, misses=place.misses + 1), doing=Doing.LISTEN, say=(again,))

    def _enter(self, step_id: str, place: Place) -> Direction:
        """Speak the step, and those that follow straight on: in a checked graph they listen, transfer or end."""
        said: list[str] = []
        while True:
            step = self.flow.step(step_id)
            said.append(fill(step.say, place.variables))
            place = replace(place, step=step_id, digits="", misses=0, silences=0)
            if step.transfer is not None:
                transfer = replace(step.transfer, to=fill(step.transfer.to, place.variables))
                return Direction(place=place, doing=Doing.TRANSFER, say=_spoken(said), transfer=transfer)
            if step.listens or step.end is not None:
                doing = Doing.END if step.end is not None else Doing.LISTEN
                return Direction(place=place, doing=doing, say=_spoken(said), disposition=step.end)
            step_id = next(edge.to for edge in step.edges if edge.kind is EdgeKind.ALWAYS)

    def _end(self, place: Place, say: str, disposition: str) -> Direction:
        return Direction(
            place=place, doing=Doing.END, say=_spoken([fill(say, place.variables)]), disposition=disposition
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptDirector:
    """The director of a bot that has a prompt: the model has the word, the policy the last one."""

    greeting: str
    policy: Policy

    def begin(self, variables: Mapping[str, str]) -> Direction:
        place = Place(step=PROMPT, variables=variables)
        if not self.greeting:
            return Direction(place=place, doing=Doing.REPLY)
        return Direction(place=place, doing=Doing.LISTEN, say=(fill(self.greeting, variables),))

    def hear(self, place: Place, said: str) -> Direction:
        if asks_not_to_be_called(said):
            return Direction(place=place, doing=Doing.END, say=(self.policy.opt_out_say,), disposition=OPTED_OUT)
        return Direction(place=replace(place, silences=0), doing=Doing.REPLY)

    def chosen(self, place: Place, edge: Edge | None) -> Direction:  # noqa: ARG002  # a prompt has no edges
        return Direction(place=place, doing=Doing.LISTEN)

    def press(self, place: Place, digit: str) -> Direction:  # noqa: ARG002  # a prompt waits for no keys
        return Direction(place=place, doing=Doing.LISTEN)

    def silence(self, place: Place) -> Direction:
        return _prompted(place, self.policy)

    def transfer_failed(self, place: Place, reason: str) -> Direction:  # noqa: ARG002  # a prompt transfers nobody
        return Direction(place=place, doing=Doing.LISTEN)


AnyDirector = Director | PromptDirector


def director_of(spec: BotSpec) -> AnyDirector:
    """The director of a checked spec."""
    if spec.flow is not None:
        return Director(flow=spec.flow, policy=spec.policy)
    return PromptDirector(greeting=spec.greeting, policy=spec.policy)


def _prompted(place: Place, policy: Policy) -> Direction:
    """The next silence prompt, or the end when they are used up."""
    if place.silences < len(policy.silence_prompts):
        prompt = fill(policy.silence_prompts[place.silences], place.variables)
        return Direction(place=replace(place, silences=place.silences + 1), doing=Doing.LISTEN, say=(prompt,))
    goodbye = _spoken([fill(policy.goodbye_say, place.variables)])
    return Direction(place=place, doing=Doing.END, say=goodbye, disposition=NO_ANSWER_HEARD)


def _on_event(step: Step, event: FlowEvent) -> Edge | None:
    return next((e for e in step.edges if e.kind is EdgeKind.EVENT and e.when == event.value), None)


def _spoken(texts: list[str]) -> tuple[str, ...]:
    return tuple(text for text in texts if text)
