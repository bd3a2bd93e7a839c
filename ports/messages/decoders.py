"""One decoder a type, each made by one thread at a time."""

import threading
from typing import Any, Final, TypeVar, overload

import msgspec

Item = TypeVar("Item")

_made: Final[dict[Any, "msgspec.json.Decoder[Any]"]] = {}
_making: Final = threading.Lock()


@overload
def decoder_of(kind: type[Item]) -> "msgspec.json.Decoder[Item]": ...


@overload
def decoder_of(kind: Any) -> "msgspec.json.Decoder[Any]": ...


def decoder_of(kind: Any) -> "msgspec.json.Decoder[Any]":
    """The only maker of decoders. msgspec 0.22.0 writes down what it knows of a record before it knows it, so that a
    thread which meets a record for the first time while another does reads a null pointer, and the process dies."""
    made = _made.get(kind)
    if made is None:
        with _making:
            made = _made.get(kind) or _made.setdefault(kind, msgspec.json.Decoder(kind))
    return made
