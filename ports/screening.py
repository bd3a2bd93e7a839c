"""Hearing who or what has answered."""

from abc import abstractmethod
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from domain.campaigns.attempt import Verdict
from ports.audio_links import LinkEvent


class ScreeningSession(Protocol):
    """One answered call being listened to."""

    @abstractmethod
    async def verdict(self) -> Verdict:
        """Who answered, at the latest four seconds after listening began; the same however often it is asked."""

    @abstractmethod
    async def beep(self, timeout: float) -> bool:
        """Returns True just after the beep; False when none came within `timeout` seconds, or the callee left."""


class Screening(Protocol):
    """Judges by sound alone; never speaks."""

    @abstractmethod
    def listen(self, events: AsyncIterator[LinkEvent]) -> AbstractAsyncContextManager[ScreeningSession]:
        """Listen to the party `callee` among `events` until the context ends or they do."""
