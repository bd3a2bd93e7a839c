"""What Core's control process and its call processes say to one another: JSON, a message a line."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Final

import msgspec

from applications.core.call_runner import Finished
from domain.ids import CallId
from ports.messages.core import CallRequest, Order
from ports.messages.decoders import decoder_of


class Carry(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="carry"):
    """Carry this call."""

    request: CallRequest


class Pass(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="pass"):
    """Pass this order on to a call."""

    call_id: CallId
    order: Order


class Alive(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="alive"):
    """Ready for calls, and still there: said again and again."""


ToCalls = Carry | Pass
FromCalls = Alive | Finished

LONGEST_LINE: Final = 1024 * 1024

_to_calls: Final[msgspec.json.Decoder[ToCalls]] = decoder_of(ToCalls)
_from_calls: Final[msgspec.json.Decoder[FromCalls]] = decoder_of(FromCalls)


def line(message: ToCalls | FromCalls) -> bytes:
    return msgspec.json.encode(message) + b"\n"


async def to_calls(reader: asyncio.StreamReader) -> AsyncIterator[ToCalls]:
    """Ends when the control process is gone."""
    while text := await _line(reader):
        yield _to_calls.decode(text)


async def from_calls(
    reader: asyncio.StreamReader, *, first_within: float, silent: float
) -> AsyncGenerator[FromCalls, None]:
    """Ends when the call process is gone; raises TimeoutError when it has not been heard of for `silent` seconds."""
    patience = first_within
    while True:
        async with asyncio.timeout(patience):
            text = await _line(reader)
        if not text:
            return
        yield _from_calls.decode(text)
        patience = silent


async def _line(reader: asyncio.StreamReader) -> bytes:
    """A whole line; empty at the end, a line that was cut off included."""
    try:
        text = await reader.readline()
    except ConnectionError:
        return b""
    return text if text.endswith(b"\n") else b""
