"""The process that speaks: orders on its standard input, speech on its output, until its owner is gone.

    python -m adapters.espeak.speaker

espeak-ng (GPL-3) lives here and nowhere else. A synthesis that hangs ends the process by SIGALRM.
"""

import os
import signal
import sys
from typing import BinaryIO, Final

import numpy as np
import numpy.typing as npt
import soxr  # type: ignore[import-untyped]  # has no types

from adapters.espeak.library import Library
from adapters.espeak.wire import HEAD, Order, Speech, SpokenWord, order_of, packed
from adapters.espeak.words import PlacedWord, placed_words
from domain.calls.audio import FRAME_BYTES, RATE

MOST_SECONDS: Final = 10
"""A text that takes longer than this is a fault: a sentence takes 2 ms."""

QUIET: Final = 24
"""A frame whose loudest sample is no louder is silence; espeak's breath in a pause is."""

VOICED: Final = 300
"""The last sample as loud as this ends a word; what follows is its pause."""

FRAME: Final = FRAME_BYTES // 2

Samples = npt.NDArray[np.int16]


def spoken(library: Library, order: Order) -> Speech:
    """The answer to one order."""
    if not library.choose(order.voice):
        return Speech(number=order.number, known=False)
    pcm, events = library.speak(order.text.replace("\0", " "))
    raw = np.frombuffer(pcm, np.int16)
    words = placed_words(order.text, events, len(raw))
    frames = _frames(raw, library.rate)
    placed = (_spoken_word(word, raw, library.rate, len(frames)) for word in words if len(frames))
    return Speech(number=order.number, pcm=frames.tobytes(), words=tuple(placed))


def _frames(raw: Samples, rate: int) -> Samples:
    """At the house rate, whole frames, one a row, with quiet frames made silent."""
    samples = soxr.resample(raw, rate, RATE) if len(raw) else raw
    frames = np.zeros((-(-len(samples) // FRAME), FRAME), np.int16)
    frames.reshape(-1)[: len(samples)] = samples
    frames[np.abs(frames.astype(np.int32)).max(axis=1, initial=0) <= QUIET] = 0
    return frames


def _spoken_word(word: PlacedWord, raw: Samples, rate: int, frames: int) -> SpokenWord:
    loud = np.flatnonzero(np.abs(raw[word.start : word.end].astype(np.int32)) >= VOICED)
    end = word.start + int(loud[-1]) + 1 if len(loud) else word.end
    frame = int(max(0, end - 1) * RATE / rate) // FRAME
    return SpokenWord(text=word.text, frame=min(frame, frames - 1), seconds=round((end - word.start) / rate, 3))


def serve(orders: BinaryIO, speeches: BinaryIO) -> None:
    """Answer orders in turn until the owner closes the pipe, or is gone, which closes it too."""
    library = Library()
    while len(head := orders.read(HEAD.size)) == HEAD.size:
        order = order_of(orders.read(HEAD.unpack(head)[0]))
        signal.alarm(MOST_SECONDS)
        speeches.write(packed(spoken(library, order)))
        speeches.flush()
        signal.alarm(0)


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the owner's, who closes the pipe
    speeches = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # the library prints; its words must not be taken for speech
    try:
        serve(sys.stdin.buffer, speeches)
    except BrokenPipeError:
        os._exit(0)  # nobody is left to be told


if __name__ == "__main__":
    main()
