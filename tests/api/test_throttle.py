"""Guessing passwords is slow, however one spells the name and however many names one tries."""

import pytest

from adapters.memory.clock import MemoryClock
from applications.api.throttle import MOST_BUCKETS, TRIES, Throttle
from ports.errors import Busy
from tests.api.conftest import PASSWORD
from tests.api.house import house


@pytest.mark.parametrize("spelled", ["admin@example.com", "ADMIN@EXAMPLE.COM", "aDmIn@eXaMpLe.CoM"])
async def test_another_spelling_gives_no_more_tries(spelled: str) -> None:
    async with house().caller() as client:
        for _ in range(TRIES):
            answer = await client.post("/auth/login", json={"email": "Admin@Example.com", "password": "guess"})
            assert answer.status_code == 401
        slowed = await client.post("/auth/login", json={"email": spelled, "password": PASSWORD})
        assert slowed.status_code == 429
        assert int(slowed.headers["retry-after"]) >= 1


async def test_a_stolen_session_cannot_guess_the_password_either() -> None:
    home = house()
    async with home.caller(authorization=f"Bearer {home.ours.tokens['admin']}") as client:
        body = {"current": "guess", "new": "another good password"}
        statuses = [(await client.post("/auth/password", json=body)).status_code for _ in range(TRIES + 1)]
    assert statuses == [400] * TRIES + [429]


async def test_many_names_cost_bounded_memory() -> None:
    throttle = Throttle(clock=MemoryClock())
    for number in range(MOST_BUCKETS + 500):
        throttle.spend(f"guess{number}")
    assert len(throttle._buckets) == MOST_BUCKETS
    for _ in range(TRIES):
        throttle.spend("ann")
    with pytest.raises(Busy):
        throttle.spend("ann")
