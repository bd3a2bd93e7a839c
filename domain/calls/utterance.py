"""The bot's turn as it is really spoken: what was planned, and which of it has passed through the room."""

from dataclasses import dataclass, field

from domain.calls.audio import FRAME_SECONDS, AudioFrame
from domain.calls.transcript import Speaker, Turn, Word

WORDS_A_SECOND = 2.5
"""How fast a voice without word times is taken to speak when it is cut short (150 words a minute)."""


@dataclass(slots=True, kw_only=True)
class Utterance:
    """Grows while it is spoken. `answers` is when the callee's speech that it answers had ended.

    Times in seconds of the call. The one value here that changes: a frame is added fifty times a second.
    """

    step: str | None = None
    answers: float | None = None
    texts: list[str] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)
    start: float | None = None
    end: float = 0.0

    def plan(self, text: str) -> None:
        self.texts.append(text)

    def played(self, frame: AudioFrame, at: float) -> None:
        """A frame was given its place. A mark's word ends with its frame."""
        if self.start is None:
            self.start = at
        self.end = at + frame.seconds
        for mark in frame.marks:
            self.words.append(Word(text=mark.word, start=max(self.start, self.end - mark.seconds), end=self.end))

    def whole(self) -> Turn | None:
        """The turn, spoken to its end; None when nothing was."""
        if self.start is None:
            return None
        return self._turn(self.start, " ".join(self.texts), tuple(self.words), end=self.end)

    def cut(self, at: float) -> Turn | None:
        """The turn, cut short: only words whose last frame had begun to play. None when there are none."""
        if self.start is None or at <= self.start:
            return None
        words = tuple(word for word in self.words if word.end - FRAME_SECONDS < at)
        text = " ".join(word.text for word in words)
        if not self.words:
            text = " ".join(" ".join(self.texts).split()[: int((at - self.start) * WORDS_A_SECOND)])
        end = max(min(at, self.end), words[-1].end if words else 0.0)
        return self._turn(self.start, text, words, end=end, interrupted=True) if text else None

    def _turn(self, start: float, text: str, words: tuple[Word, ...], *, end: float, interrupted: bool = False) -> Turn:
        return Turn(
            speaker=Speaker.BOT,
            text=text,
            start=start,
            end=end,
            words=words,
            interrupted=interrupted,
            latency=None if self.answers is None else max(0.0, start - self.answers),
            step=self.step,
        )
