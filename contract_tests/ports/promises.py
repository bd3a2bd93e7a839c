"""Promises that many ports make in the same words, asked of any of them."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, Protocol, TypeVar

import pytest

from domain.ids import BrandId
from ports.errors import NotFound, PortError, Stale
from ports.paging import Page

Item = TypeVar("Item")

MOST_ITEMS: Final = 1000
"""More than any test adds."""


class Keeper(Protocol):
    """The part of a store that all have."""

    async def get(self, brand: BrandId, doc_id: Any, /) -> Any: ...

    async def save(self, doc: Any, /) -> Any: ...


class Opening(Protocol[Item]):
    """A store's `page`, for one list of it."""

    def __call__(self, *, after: str | None, limit: int) -> Awaitable[Page[Item]]: ...


async def outcomes(asked: Sequence[Awaitable[Item]]) -> tuple[list[Item], list[PortError]]:
    """All at once: what came back, and what was raised."""
    answers = await asyncio.gather(*asked, return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException) and not isinstance(answer, PortError):
            raise answer
    fine = [answer for answer in answers if not isinstance(answer, BaseException)]
    return fine, [answer for answer in answers if isinstance(answer, PortError)]


async def keeps(store: Keeper, doc: Any, change: Callable[[Any], Any]) -> None:
    """`doc` was added: it is found as it was, and only by its brand; of sixteen who change it at once one is heard."""
    stored = await store.get(doc.brand, doc.id)
    assert stored == doc
    with pytest.raises(NotFound):
        await store.get(BrandId("nobody"), doc.id)
    with pytest.raises(NotFound):
        await store.get(doc.brand, "unknown")

    fine, told = await outcomes([store.save(change(stored)) for _ in range(16)])

    assert [one.version for one in fine] == [stored.version + 1]
    assert len(told) == 15
    assert all(isinstance(error, Stale) for error in told)
    assert await store.get(doc.brand, doc.id) == fine[0]
    again = await store.save(fine[0])
    assert again.version == stored.version + 2
    await refuses_strangers(store, again)


async def refuses_strangers(store: Keeper, doc: Any) -> None:
    """What was never added is not saved, nor what is another brand's."""
    for stranger in (_with(doc, id="unknown", version=0), _with(doc, brand=BrandId("nobody"))):
        with pytest.raises(Stale):
            await store.save(stranger)


async def all_pages(opening: Opening[Item], limit: int) -> list[Item]:
    """Every item, page after page; no page but the last is short, and no last one is empty unless all are."""
    found: list[Item] = []
    page = await opening(after=None, limit=limit)
    while page.next is not None:
        assert len(page.items) == limit
        found.extend(page.items)
        assert len(found) < MOST_ITEMS, "the pages never end"
        page = await opening(after=page.next, limit=limit)
        assert page.items
    assert len(page.items) <= limit
    return [*found, *page.items]


def _with(doc: Any, **changes: Any) -> Any:
    return type(doc)(**{name: getattr(doc, name) for name in doc.__dataclass_fields__} | changes)
