"""What travels through the pipeline beside Pipecat's own frames: our audio, with its marks, and texts to speak."""

from collections.abc import Callable
from dataclasses import dataclass, field

from pipecat.frames.frames import ControlFrame, DataFrame, InputAudioRawFrame

from domain.calls.audio import AudioFrame
from domain.calls.utterance import Utterance


@dataclass
class CalleeAudioFrame(InputAudioRawFrame):
    """20 ms of the callee. `heard` is the same audio with its marks, for a recogniser that reads captions."""

    heard: AudioFrame | None = field(default=None)


@dataclass
class SayFrame(DataFrame):
    """A text to speak as a part of `utterance`."""

    text: str
    utterance: Utterance


@dataclass
class BotAudioFrame(DataFrame):
    """Up to 100 ms of the bot: fewer frames cost less, and the transport can still stop between two of them."""

    audio: tuple[AudioFrame, ...]
    utterance: Utterance


@dataclass
class UtteranceEndFrame(ControlFrame):
    """Follows the last audio of `utterance`; the transport calls `done` when that has been played."""

    utterance: Utterance
    done: Callable[[], None]
