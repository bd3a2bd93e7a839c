"""Argon2 as OWASP wants it, beside a free event loop."""

import asyncio

import pytest
from argon2 import extract_parameters

from adapters.argon2.password_hasher import DECOY, LANES, MEMORY_KIB, MOST_WAITING, PASSES, Argon2PasswordHasher
from ports.errors import Busy


async def test_hashes_and_the_decoy_cost_the_same() -> None:
    kept = extract_parameters(await Argon2PasswordHasher().hash("open sesame"))

    assert (kept.memory_cost, kept.time_cost, kept.parallelism) == (MEMORY_KIB, PASSES, LANES) == (19_456, 2, 1)
    assert extract_parameters(DECOY) == kept


async def test_the_event_loop_runs_on_while_passwords_are_hashed() -> None:
    hasher, ticks = Argon2PasswordHasher(), 0
    hashing = asyncio.gather(*(hasher.hash("open sesame") for _ in range(4)))
    while not hashing.done():
        await asyncio.sleep(0)
        ticks += 1
    await hashing

    assert ticks > 50


async def test_no_more_than_two_work_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    hasher, working, most = Argon2PasswordHasher(), 0, 0
    to_thread = asyncio.to_thread

    async def counted(*args: object) -> object:
        nonlocal working, most
        working += 1
        most = max(most, working)
        try:
            return await to_thread(*args)  # type: ignore[arg-type]
        finally:
            working -= 1

    monkeypatch.setattr("asyncio.to_thread", counted)
    await asyncio.gather(*(hasher.hash("open sesame") for _ in range(6)))

    assert most == 2


async def test_those_beyond_a_queue_of_half_a_second_are_told_to_come_again_and_the_others_are_answered() -> None:
    hasher = Argon2PasswordHasher()
    many = [hasher.matches("open sesame", None) for _ in range(MOST_WAITING + 25)]
    answers = await asyncio.gather(*many, return_exceptions=True)

    assert [answer for answer in answers if isinstance(answer, Busy)] == answers[MOST_WAITING:]
    assert answers[:MOST_WAITING] == [False] * MOST_WAITING
    assert not await hasher.matches("open sesame", None)
