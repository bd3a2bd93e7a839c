"""What is searched in memory: sorted keys, counts and unique names, kept up to date document by document."""

from bisect import bisect_left, insort
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Generic, Protocol, TypeVar

from ports.errors import Stale

Doc = TypeVar("Doc")
Change_contra = TypeVar("Change_contra", contravariant=True)
Key = tuple[int | str, ...]
"""Sorts documents; the last part is the document's id."""


class Index(Protocol[Change_contra]):
    """Is told of every change. `old` is None for a new document, `new` for one that is removed."""

    def check(self, new: Change_contra) -> None:
        """Raises Stale when the change cannot be."""

    def change(self, old: Change_contra | None, new: Change_contra | None) -> None: ...


class Sorted(Generic[Doc]):
    """Keys in order, a list for each bucket; `place` gives a document's bucket and key, or None to leave it out."""

    def __init__(self, place: Callable[[Doc], tuple[Hashable, Key] | None]) -> None:
        self._place = place
        self._buckets: dict[Hashable, list[Key]] = {}

    def check(self, new: Doc) -> None:
        """Everything has a place."""

    def change(self, old: Doc | None, new: Doc | None) -> None:
        before = None if old is None else self._place(old)
        after = None if new is None else self._place(new)
        if before == after:
            return
        if before:
            self._remove(*before)
        if after:
            insort(self._buckets.setdefault(after[0], []), after[1])

    def keys(self, bucket: Hashable) -> list[Key]:
        """Not to be changed, nor kept over an await."""
        return self._buckets.get(bucket, [])

    def below(self, bucket: Hashable, key: Key) -> int:
        """How many keys of the bucket are lower than `key`."""
        return bisect_left(self.keys(bucket), key)

    def forward(self, bucket: Hashable, after: Key | None) -> Iterator[Key]:
        keys = self.keys(bucket)
        first = 0 if after is None else bisect_left(keys, (*after, ""))
        return iter(keys[first:])

    def backward(self, bucket: Hashable, before: Key | None) -> Iterator[Key]:
        keys = self.keys(bucket)
        end = len(keys) if before is None else bisect_left(keys, before)
        return (keys[at] for at in range(end - 1, -1, -1))

    def _remove(self, bucket: Hashable, key: Key) -> None:
        keys = self._buckets[bucket]
        del keys[bisect_left(keys, key)]
        if not keys:
            del self._buckets[bucket]


class Tally(Generic[Doc]):
    """How many documents of a bucket go by each name; `names` gives a document's bucket and names."""

    def __init__(self, names: Callable[[Doc], tuple[Hashable, Iterable[str]]]) -> None:
        self._names = names
        self._counts: defaultdict[Hashable, Counter[str]] = defaultdict(Counter)

    def check(self, new: Doc) -> None:
        """Everything can be counted."""

    def change(self, old: Doc | None, new: Doc | None) -> None:
        for doc, step in ((old, -1), (new, 1)):
            if doc is not None:
                bucket, names = self._names(doc)
                for name in names:
                    self._counts[bucket][name] += step

    def counts(self, bucket: Hashable) -> dict[str, int]:
        """No zeros."""
        return {name: count for name, count in self._counts.get(bucket, {}).items() if count}


class Unique(Generic[Doc]):
    """Names that only one document may have."""

    def __init__(self, name: Callable[[Doc], tuple[Hashable, str]]) -> None:
        self._name = name
        self._ids: dict[Hashable, str] = {}

    def check(self, new: Doc) -> None:
        name, doc_id = self._name(new)
        if self._ids.get(name, doc_id) != doc_id:
            raise Stale("another one has this name")

    def change(self, old: Doc | None, new: Doc | None) -> None:
        if old is not None:
            self._ids.pop(self._name(old)[0], None)
        if new is not None:
            name, doc_id = self._name(new)
            self._ids[name] = doc_id

    def id(self, name: Hashable) -> str | None:
        return self._ids.get(name)
