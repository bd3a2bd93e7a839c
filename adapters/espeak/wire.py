"""What the speaker process is asked and answers: msgpack behind four bytes of length, either way."""

import struct
from typing import Final

import msgspec

HEAD: Final = struct.Struct(">I")


class Order(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text to speak. `number` comes back with the answer."""

    number: int
    voice: str
    text: str


class SpokenWord(msgspec.Struct, frozen=True, array_like=True):
    """A word, the 20 ms frame in which it ends, and its length in seconds."""

    text: str
    frame: int
    seconds: float


class Speech(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The answer: PCM in whole frames at the house rate. `known` is False when there is no such voice."""

    number: int
    known: bool = True
    pcm: bytes = b""
    words: tuple[SpokenWord, ...] = ()


_read_order: Final = msgspec.msgpack.Decoder(Order).decode
_read_speech: Final = msgspec.msgpack.Decoder(Speech).decode


def packed(message: Order | Speech) -> bytes:
    body = msgspec.msgpack.encode(message)
    return HEAD.pack(len(body)) + body


def order_of(body: bytes) -> Order:
    return _read_order(body)


def speech_of(body: bytes) -> Speech:
    """Raises msgspec.DecodeError for anything else."""
    return _read_speech(body)
