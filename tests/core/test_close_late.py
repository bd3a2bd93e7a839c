"""A room that could not be closed: nobody is left in it once who carries the audio is back."""

import pytest

from adapters.memory.clock import MemoryClock
from adapters.memory.rooms import MemoryRooms
from applications.core.use_cases.close_late import GIVE_UP_AFTER, CloseLate
from domain.ids import CallId
from ports.errors import Unavailable
from ports.rooms import RETURNS

CALL = CallId("call_1")
pytestmark = pytest.mark.virtual_time


class AwayRooms(MemoryRooms):
    """Unreachable for so many seconds; the times of the tries are kept. While it is asked, a phone may come back."""

    def __init__(self, clock: MemoryClock, seconds: float) -> None:
        super().__init__(clock)
        self.tries: list[float] = []
        self._now = clock.monotonic
        self._back_at = clock.monotonic() + seconds

    async def close(self, room: str) -> None:
        self.tries.append(self._now())
        if self._now() < self._back_at:
            raise Unavailable("it is away")
        await super().close(room)


async def test_it_is_closed_within_a_second_of_the_return_and_again_for_those_who_come_back_later() -> None:
    clock = MemoryClock()
    rooms = AwayRooms(clock, 30.0)
    await rooms.open(CALL)
    began = clock.monotonic()

    await CloseLate(rooms=rooms, clock=clock)(CALL)

    closed = [at - began for at in rooms.tries if at - began >= 30.0]
    assert closed[0] <= 31.0
    assert len(closed) == 1 + len(RETURNS)
    assert closed[-1] - closed[0] >= 30.0  # as long as LiveKit's library was seen to try to come back
    assert len(rooms) == 0


async def test_who_never_comes_back_is_not_asked_for_ever() -> None:
    clock = MemoryClock()
    rooms = AwayRooms(clock, 10 * GIVE_UP_AFTER)
    began = clock.monotonic()

    await CloseLate(rooms=rooms, clock=clock)(CALL)

    assert GIVE_UP_AFTER <= clock.monotonic() - began < GIVE_UP_AFTER + 10.0
