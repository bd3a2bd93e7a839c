"""Things of one kind that are kept by an id of LiveKit's, such as outbound trunks."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, TypeVar

from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.message import Message
from livekit.protocol.models import ListUpdate

from launcher.sip_stand_in.faults import TwirpFault
from launcher.sip_stand_in.names import new_id

M = TypeVar("M", bound=Message)


class Shelf(Generic[M]):
    """`changed` is called after each change."""

    def __init__(self, kind: type[M], prefix: str, id_field: str, changed: Callable[[], None]) -> None:
        self._kind = kind
        self._prefix = prefix
        self._id_field = id_field
        self._changed = changed
        self._kept: dict[str, M] = {}

    def __iter__(self) -> Iterator[M]:
        return iter(tuple(self._kept.values()))

    def add(self, thing: M) -> M:
        """Under a new id."""
        return self._keep(new_id(self._prefix), thing)

    def get(self, thing_id: str) -> M:
        try:
            return self._kept[thing_id]
        except KeyError:
            raise TwirpFault("not_found", f"object {self._kind.__name__} not found") from None

    def replace(self, thing_id: str, thing: M) -> M:
        self.get(thing_id)
        return self._keep(thing_id, thing)

    def update(self, thing_id: str, update: Message) -> M:
        """Fields that the update names are set; its lists say what they do."""
        thing = self._kind()
        thing.CopyFrom(self.get(thing_id))
        for field, value in update.ListFields():
            if isinstance(value, ListUpdate):
                listed = getattr(thing, field.name)
                wanted = [*_updated(listed, value)]
                del listed[:]
                listed.extend(wanted)
            else:
                thing.ClearField(field.name)
                thing.MergeFrom(self._kind(**{field.name: value}))
        return self._keep(thing_id, thing)

    def remove(self, thing_id: str) -> M:
        thing = self.get(thing_id)
        del self._kept[thing_id]
        self._changed()
        return thing

    def dumped(self) -> list[Any]:
        return [MessageToDict(thing) for thing in self]

    def load(self, rows: Iterable[Any]) -> None:
        things = [ParseDict(row, self._kind()) for row in rows]
        self._kept = {getattr(thing, self._id_field): thing for thing in things}

    def _keep(self, thing_id: str, thing: M) -> M:
        kept = self._kind()
        kept.CopyFrom(thing)
        setattr(kept, self._id_field, thing_id)
        self._kept[thing_id] = kept
        self._changed()
        return kept


def _updated(listed: Iterable[str], update: ListUpdate) -> list[str]:
    if update.clear:
        return []
    if update.set:
        return list(update.set)
    left = [one for one in listed if one not in update.remove]
    return [*left, *(one for one in update.add if one not in left)]
