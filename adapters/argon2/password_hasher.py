"""Passwords kept by Argon2id."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from argon2 import PasswordHasher as Argon2
from argon2 import Type
from argon2.exceptions import InvalidHashError, VerificationError

from ports.errors import Busy
from ports.password_hasher import PasswordHasher

MEMORY_KIB: Final = 19_456
PASSES: Final = 2
LANES: Final = 1
"""OWASP's minimum for Argon2id: about 25 ms and 19 MiB each."""

AT_ONCE: Final = 2
"""However many log in, no more memory and cores than for two are taken."""

MOST_WAITING: Final = 40
"""About half a second of work; those beyond are told to come again."""

DECOY: Final = "$argon2id$v=19$m=19456,t=2,p=1$AoJZRFTsfgiup1e2MSVIJQ$MCDHEBmrcwcMRnNsJ8bPV8BCxzULT+7P2ZjwncGhyY0"
"""The hash of a random text that nobody knows, compared with where there is no user."""


class Argon2PasswordHasher(PasswordHasher):
    """Works in threads; Argon2 lets go of the interpreter's lock while it works."""

    def __init__(self) -> None:
        self._argon2 = Argon2(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES, type=Type.ID)
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    async def hash(self, password: str) -> str:
        async with self._turn():
            return await asyncio.to_thread(self._argon2.hash, _bytes(password))

    async def matches(self, password: str, password_hash: str | None) -> bool:
        async with self._turn():
            matched = await asyncio.to_thread(self._verify, password, DECOY if password_hash is None else password_hash)
        return matched and password_hash is not None

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        if self._waiting >= MOST_WAITING:
            raise Busy("too many passwords are being looked at", retry_after=1.0)
        self._waiting += 1
        try:
            async with self._turns:
                yield
        finally:
            self._waiting -= 1

    def _verify(self, password: str, password_hash: str) -> bool:
        try:
            return self._argon2.verify(password_hash, _bytes(password))
        except (VerificationError, InvalidHashError, UnicodeError):
            return False


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")
