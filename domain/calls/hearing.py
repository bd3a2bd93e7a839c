"""The callee's turn as it is being understood: interim words that change, and final ones that stand."""

from dataclasses import dataclass, replace

from domain.calls.transcript import Speaker, Turn, Word


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """What was understood since the callee's last turn. Times in seconds of the call."""

    texts: tuple[str, ...] = ()
    words: tuple[Word, ...] = ()
    interim_text: str = ""
    interim: tuple[Word, ...] = ()

    def understood(self, text: str, words: tuple[Word, ...], *, final: bool, now: float) -> "Hearing":
        """With one more result; without word times the words count as spoken just `now`."""
        text = text.strip()
        timed = words if words or not text else (Word(text=text, start=self.start or now, end=now),)
        if not final:
            return replace(self, interim_text=text, interim=timed if text else ())
        if not text:
            return replace(self, interim_text="", interim=())
        return Hearing(texts=(*self.texts, text), words=(*self.words, *timed))

    @property
    def talking(self) -> bool:
        return bool(self.words or self.interim)

    @property
    def complete(self) -> bool:
        """Whether all that was heard is final."""
        return bool(self.texts) and not self.interim

    @property
    def start(self) -> float | None:
        spoken = (*self.words, *self.interim)
        return spoken[0].start if spoken else None

    @property
    def last(self) -> float:
        """When the last word ended."""
        spoken = (*self.words, *self.interim)
        return spoken[-1].end if spoken else 0.0

    @property
    def text(self) -> str:
        return " ".join((*self.texts, self.interim_text)).strip()

    def turn(self, step: str | None) -> Turn:
        """All of it, as a turn that is over."""
        return Turn(
            speaker=Speaker.CALLEE,
            text=self.text,
            start=self.start or 0.0,
            end=self.last,
            words=(*self.words, *self.interim),
            step=step,
        )
