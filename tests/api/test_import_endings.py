"""Imports that cannot go on, and those behind them; and what is left of a file when its import is over."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import httpx
import pytest

from applications.api.container import Container
from domain.campaigns.lead import Lead
from domain.ids import DEFAULT_BRAND, ImportId
from ports.errors import NotFound, Unavailable
from tests.api.test_campaigns import made
from tests.api.test_imports import run, upload

BAD, GOOD, BLANK = "phone\n07400123456\n", "phone\n07400123457\n", "name\nAnna\n"


class Failing:
    """The store of leads, which fails whenever it is given a certain number."""

    def __init__(self, leads: Any, error: Exception) -> None:
        self._leads = leads
        self._error = error

    async def add(self, leads: Sequence[Lead]) -> Any:
        if any(lead.phone.e164 == "+447400123456" for lead in leads):
            raise self._error
        return await self._leads.add(leads)


class Cut:
    """The `nth` time of one step of a store the process is gone: right before it, or right after."""

    def __init__(self, store: Any, step: str, nth: int, *, after: bool) -> None:
        self._store = store
        self._step = step
        self._left = nth
        self._after = after

    def __getattr__(self, name: str) -> Any:
        whole = getattr(self._store, name)
        return whole if name != self._step else lambda *given: self._cut(whole, *given)

    async def _cut(self, whole: Any, *given: Any) -> Any:
        self._left -= 1
        if self._left != 0:
            return await whole(*given)
        if self._after:
            await whole(*given)
        raise Unavailable("killed")


async def state(client: httpx.AsyncClient, taken: dict[str, Any]) -> tuple[str, str | None, int]:
    shown = (await client.get(f"/imports/{taken['id']}")).json()
    return shown["state"], shown["failure"], shown["added"]


async def file_is_there(container: Container, taken: dict[str, Any]) -> bool:
    kept = await container.imports().get(DEFAULT_BRAND, ImportId(taken["id"]))
    try:
        await container.objects().stat(kept.object_key)
    except NotFound:
        return False
    return True


async def test_an_import_that_fails_in_every_round_holds_up_no_other(
    container: Container, admin: httpx.AsyncClient
) -> None:
    path = await made(admin)
    bad, good = await upload(admin, path, BAD), await upload(admin, path, GOOD)
    store = container.leads()
    container.leads.override(Failing(store, Unavailable("no answer")))
    for _ in range(2):
        with pytest.raises(Unavailable):
            await run(container)
        assert await state(admin, good) == ("done", None, 1)
        assert (await state(admin, bad))[0] == "running"
    container.leads.override(store)
    await run(container)
    assert await state(admin, bad) == ("done", None, 1)


async def test_an_error_of_our_own_ends_its_import_and_no_other(container: Container, admin: httpx.AsyncClient) -> None:
    path = await made(admin)
    bad, good = await upload(admin, path, BAD), await upload(admin, path, GOOD)
    container.leads.override(Failing(container.leads(), ZeroDivisionError()))
    await run(container)
    assert await state(admin, bad) == ("failed", "internal_error", 0)
    assert await state(admin, good) == ("done", None, 1)


@pytest.mark.parametrize(
    ("store", "step", "nth"), [("objects", "delete", 1), *(("imports", "save", nth) for nth in (1, 2, 3, 4))]
)
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(("text", "end"), [(GOOD, ("done", None, 1)), (BLANK, ("failed", "no_phone_column", 0))])
async def test_no_file_outlives_its_import_wherever_that_is_cut_off(
    container: Container,
    admin: httpx.AsyncClient,
    *,
    store: str,
    step: str,
    nth: int,
    after: bool,
    text: str,
    end: tuple[str, str | None, int],
) -> None:
    taken = await upload(admin, await made(admin), text)
    assert await file_is_there(container, taken)
    whole = container.providers[store]()
    container.providers[store].override(Cut(whole, step, nth, after=after))
    with suppress(Unavailable):  # a file without a header is saved less often
        await run(container)
    container.providers[store].override(whole)
    await run(container)
    assert await state(admin, taken) == end
    assert not await file_is_there(container, taken)


async def test_a_file_whose_import_could_not_be_stored_goes_with_it(
    container: Container, admin: httpx.AsyncClient
) -> None:
    path = await made(admin)
    kept: set[str] = set()
    objects = container.objects()
    container.imports.override(Cut(container.imports(), "add", 1, after=False))
    container.objects.override(Noting(objects, kept))

    answer = await admin.post(f"{path}/imports?region=GB", content=GOOD, headers={"content-type": "text/csv"})

    assert answer.status_code == 503
    assert kept
    for key in kept:
        with pytest.raises(NotFound):
            await objects.stat(key)


class Noting:
    """An object store, with the keys of what was put into it."""

    def __init__(self, objects: Any, keys: set[str]) -> None:
        self._objects = objects
        self._keys = keys

    def __getattr__(self, name: str) -> Any:
        return getattr(self._objects, name)

    async def put(self, key: str, chunks: Any) -> Any:
        self._keys.add(key)
        return await self._objects.put(key, chunks)
