"""Documents of one kind in memory: added once, saved by compare-and-set, found by id, listed in pages."""

from collections.abc import Callable, Hashable, Iterable
from typing import Generic

from adapters.codec.cursor import read_cursor, write_cursor
from adapters.codec.documents import Doc, next_version
from adapters.memory.indexes import Index, Key, Sorted
from domain.ids import BrandId
from ports.errors import NotFound, Stale
from ports.paging import Page


def everything(_: object) -> bool:
    """The filter that leaves nothing out."""
    return True


class Documents(Generic[Doc]):
    """Frozen values are handed out as they are. `indexes` are told of every change, in the same step."""

    def __init__(self, *indexes: Index[Doc]) -> None:
        self._docs: dict[str, Doc] = {}
        self._indexes = indexes

    def __len__(self) -> int:
        return len(self._docs)

    def __contains__(self, doc_id: str) -> bool:
        return doc_id in self._docs

    def add(self, doc: Doc) -> Doc:
        """Raises Stale when the id or a unique name is taken."""
        if doc.id in self._docs:
            raise Stale("the id is taken")
        self._put(None, doc)
        return doc

    def find(self, doc_id: str) -> Doc:
        """Of any brand. Raises NotFound."""
        if doc_id not in self._docs:
            raise NotFound("no such document")
        return self._docs[doc_id]

    def get(self, brand: BrandId, doc_id: str) -> Doc:
        """Raises NotFound, for another brand's as well."""
        doc = self.find(doc_id)
        if doc.brand != brand:
            raise NotFound("no such document")
        return doc

    def save(self, doc: Doc) -> Doc:
        """Stored with its next version. Raises Stale when another write came first."""
        old = self._docs.get(doc.id)
        if old is None or old.version != doc.version or old.brand != doc.brand:
            raise Stale("another write came first")
        new = next_version(doc)
        self._put(old, new)
        return new

    def remove(self, brand: BrandId, doc_id: str) -> None:
        """Raises NotFound, for another brand's as well."""
        old = self.get(brand, doc_id)
        for index in self._indexes:
            index.change(old, None)
        del self._docs[doc_id]

    def all(self, keys: Iterable[Key]) -> list[Doc]:
        """The documents of an index's keys, in their order."""
        return [self._docs[str(key[-1])] for key in keys]

    def newest(
        self, index: Sorted[Doc], bucket: Hashable, chosen: Callable[[Doc], bool], *, after: str | None, limit: int
    ) -> Page[Doc]:
        """A page of the documents that are `chosen`, from the index's end to its beginning."""
        return self._page(index.backward(bucket, read_cursor(after) if after else None), chosen, limit)

    def ascending(
        self, index: Sorted[Doc], bucket: Hashable, chosen: Callable[[Doc], bool], *, after: str | None, limit: int
    ) -> Page[Doc]:
        """A page of the documents that are `chosen`, in the index's order."""
        return self._page(index.forward(bucket, read_cursor(after) if after else None), chosen, limit)

    def _page(self, keys: Iterable[Key], chosen: Callable[[Doc], bool], limit: int) -> Page[Doc]:
        found: list[tuple[Key, Doc]] = []
        for key in keys:
            doc = self._docs[str(key[-1])]
            if not chosen(doc):
                continue
            if len(found) == limit:
                return Page(items=tuple(doc for _, doc in found), next=_cursor(found[-1][0]) if found else None)
            found.append((key, doc))
        return Page(items=tuple(doc for _, doc in found))

    def _put(self, old: Doc | None, new: Doc) -> None:
        for index in self._indexes:
            index.check(new)
        for index in self._indexes:
            index.change(old, new)
        self._docs[new.id] = new


def _cursor(key: Key) -> str:
    number, doc_id = key
    return write_cursor((int(number), str(doc_id)))
