"""What every password hasher promises."""

import asyncio

import pytest

from ports.password_hasher import PasswordHasher

PASSWORDS = [
    "correct horse battery staple",
    "",
    " ",
    "pässwörd ☎ \U0001f511",
    "nul\0byte",
    "x" * 1000,
    "lone \ud800 half",
]


@pytest.mark.parametrize("password", PASSWORDS)
async def test_a_password_matches_its_own_hash_and_no_other(password_hasher: PasswordHasher, password: str) -> None:
    kept = await password_hasher.hash(password)

    assert await password_hasher.matches(password, kept)
    assert not await password_hasher.matches(password + " ", kept)


async def test_the_same_password_gives_two_hashes_and_neither_shows_it(password_hasher: PasswordHasher) -> None:
    first, second = await password_hasher.hash("open sesame"), await password_hasher.hash("open sesame")

    assert first != second
    assert "open sesame" not in first
    assert await password_hasher.matches("open sesame", second)


async def test_nothing_matches_where_there_is_no_user(password_hasher: PasswordHasher) -> None:
    assert not await password_hasher.matches("", None)
    assert not await password_hasher.matches("open sesame", None)


@pytest.mark.parametrize("broken", ["", "$", "x", "open sesame", "$argon2id$v=19$m=1", "ключ", "\ud800", "\0"])
async def test_a_hash_that_cannot_be_read_matches_nothing(password_hasher: PasswordHasher, broken: str) -> None:
    assert not await password_hasher.matches("open sesame", broken)
    assert not await password_hasher.matches(broken, broken)


async def test_many_at_once_are_each_answered_rightly(password_hasher: PasswordHasher) -> None:
    kept = await password_hasher.hash("open sesame")
    tries = ["open sesame", "wrong"] * 4
    assert await asyncio.gather(*(password_hasher.matches(each, kept) for each in tries)) == [True, False] * 4
