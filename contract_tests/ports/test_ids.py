"""What every maker of ids promises."""

import asyncio
import base64
import re

import pytest

from ports.ids import Ids


def test_an_id_says_what_it_is_of(ids: Ids) -> None:
    assert re.fullmatch(r"call_[a-z0-9]{26,}", ids.new("call"))


def test_no_id_is_made_twice(ids: Ids) -> None:
    assert len({ids.new("call") for _ in range(20_000)}) == 20_000


async def test_ids_sort_by_the_time_they_were_made(ids: Ids) -> None:
    made = []
    for _ in range(20):
        made.append(ids.new("call"))
        await asyncio.sleep(0.002)  # the order within a millisecond is nobody's promise
    assert made == sorted(made)


@pytest.mark.parametrize("size", [16, 24, 31, 32, 33, 48, 64])
def test_a_secret_is_so_many_bytes_in_base64(ids: Ids, size: int) -> None:
    secret = ids.secret(size)

    assert "=" not in secret
    assert len(base64.urlsafe_b64decode(secret + "=" * (-len(secret) % 4))) == size


def test_no_secret_is_made_twice(ids: Ids) -> None:
    assert len({ids.secret() for _ in range(2_000)}) == 2_000
    assert ids.secret(16) != ids.secret(16)
