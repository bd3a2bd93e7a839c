"""What the timing of sounds says about who answered; pure, told of frames and asked at times."""

from dataclasses import dataclass
from typing import Final

from adapters.acoustic.tone import is_loud, pure_tone, samples_of
from domain.calls.audio import AudioFrame
from domain.campaigns.attempt import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Times in seconds. The defaults were chosen on the simulated population (benchmarks/screening.py)."""

    word: float = 0.1  # a shorter sound is a click
    hello: float = 1.8  # the longest first utterance of a person
    pause: float = 0.5  # what ends an utterance
    greeting: float = 2.3  # voice without a pause that only a machine is good for
    breathing: float = 2.8  # as long from its first sound to its last, with breaths in it
    silence: float = 3.0  # how long nobody may say anything
    latest: float = 4.0  # when there is a verdict at any rate
    beep: float = 0.15  # the shortest beep
    after_beep: float = 0.06  # the quiet after which a beep is over


STEADY: Final = 60.0
"""Hz by which a beep's frequency may seem to move from frame to frame: a bin of the spectrum and a bit."""

TOUCHING: Final = 0.05
"""Seconds between frames of one tone, at most."""


@dataclass(slots=True)
class Tone:
    """A tone being heard. `until` is on the room's clock."""

    frequency: float
    until: float
    seconds: float


class Judgement:
    """Frames are told in the room's time; `heard_at` and questions are in the listener's, which may run apart."""

    def __init__(self, limits: Limits, began: float) -> None:
        self._limits = limits
        self._began = began
        self._voiced = 0.0  # of the utterance that is going on, or was the last
        self._utterances = 0  # so far, clicks not counted
        self._voice_from = 0.0  # room
        self._voice_until = float("-inf")  # room
        self._voice_heard_at = float("-inf")  # listener
        self._tone: Tone | None = None
        self.verdict: Verdict | None = None
        self.beeping = False
        self.tone_heard_at = float("-inf")

    def hear(self, frame: AudioFrame, *, at: float, heard_at: float) -> None:
        """The callee's next frame."""
        samples = samples_of(frame.pcm)
        if not is_loud(samples):
            return
        self._hear_voice(frame.seconds, at, heard_at)
        self._hear_tone(pure_tone(samples), frame.seconds, at, heard_at)

    def ask(self, now: float) -> Verdict | None:
        """The verdict, if there is one by `now`; it never changes."""
        self.verdict = self.verdict or self._due(now)
        return self.verdict

    def next_due(self) -> float:
        """When, at the earliest, silence alone can bring a verdict."""
        due = self._began + (self._limits.latest if self._utterances else self._limits.silence)
        if self._utterances == 1 and self._voiced <= self._limits.hello:
            due = min(due, self._voice_heard_at + self._limits.pause)
        return due

    def end(self) -> None:
        """The callee has left, or the room is closed."""
        self.verdict = self.verdict or (Verdict.UNSURE if self._utterances else Verdict.SILENCE)

    def _due(self, now: float) -> Verdict | None:
        if now < self.next_due():
            return None
        if not self._utterances:
            return Verdict.SILENCE
        return Verdict.HUMAN if self._is_hello(now) else Verdict.UNSURE

    def _is_hello(self, now: float) -> bool:
        short = self._utterances == 1 and self._voiced <= self._limits.hello
        return short and now >= self._voice_heard_at + self._limits.pause

    def _hear_voice(self, seconds: float, at: float, heard_at: float) -> None:
        if at - self._voice_until >= self._limits.pause:
            self.ask(heard_at)  # the pause may have been long enough, and the listener late
            self._voiced = 0.0
            self._voice_from = at
        before = self._voiced
        self._voiced += seconds
        self._utterances += before < self._limits.word <= self._voiced
        self._voice_until = at + seconds
        self._voice_heard_at = heard_at + seconds
        if self._voiced > self._limits.greeting or self._voice_until - self._voice_from > self._limits.breathing:
            self.verdict = self.verdict or Verdict.MACHINE

    def _hear_tone(self, frequency: float | None, seconds: float, at: float, heard_at: float) -> None:
        if frequency is None:
            self._tone = None
            return
        tone = self._tone
        if tone is None or at - tone.until > TOUCHING or abs(frequency - tone.frequency) > STEADY:
            self._tone = Tone(frequency=frequency, until=at + seconds, seconds=seconds)
            return
        tone.seconds += seconds
        tone.until = at + seconds
        if tone.seconds >= self._limits.beep:
            self.beeping = True
            self.tone_heard_at = heard_at + seconds
            self.verdict = self.verdict or Verdict.MACHINE
