"""What the stand-in needs of a media server: phone legs as participants of its rooms."""

import asyncio
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from enum import StrEnum
from typing import Protocol

from ports.audio_links import AudioLink


class Farewell(StrEnum):
    """LiveKit's names for why a participant left."""

    CLIENT_INITIATED = "CLIENT_INITIATED"
    USER_REJECTED = "USER_REJECTED"
    USER_UNAVAILABLE = "USER_UNAVAILABLE"
    SIP_TRUNK_FAILURE = "SIP_TRUNK_FAILURE"


class Phone(Protocol):
    """One leg in a room. `left` is set when it is out, whoever took it out; `accompanied` once somebody else has
    published sound."""

    left: asyncio.Event
    accompanied: asyncio.Event

    @property
    def sid(self) -> str: ...

    async def show(self, attributes: Mapping[str, str]) -> None: ...

    def pick_up(self) -> AudioLink: ...

    def dial(self, digit: str) -> None: ...

    async def leave(self, reason: str) -> None: ...


class Phones(Protocol):
    """The door to rooms."""

    def joined(
        self, room: str, identity: str, *, name: str, metadata: str, attributes: Mapping[str, str]
    ) -> AbstractAsyncContextManager[Phone]: ...
