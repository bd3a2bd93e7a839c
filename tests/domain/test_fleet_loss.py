"""Which calls a Core has lost, and how a block of slots is spread."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.ids import ServerId
from domain.routing.fleet import CoreServer, spread

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def beaten(server: CoreServer, seconds: float, *, run: str = "run-1", capacity: int = 5) -> CoreServer:
    return server.beat(capacity=capacity, live=0, release="1", run=run, draining=False, at=at(seconds))


NEW = CoreServer(id=ServerId("core-1"), url="http://core-1")


def test_a_core_that_answers_has_lost_nothing() -> None:
    server = beaten(beaten(NEW, 0), 1)
    assert server.lost_since(at(0.5)) is None
    assert server.miss(at=at(2)).lost_since(at(0.5)) is None


def test_a_quarantined_core_has_lost_all_since_it_was_last_seen() -> None:
    server = beaten(NEW, 1).miss(at=at(2)).miss(at=at(3))
    assert server.lost_since(at(0.5)) == at(1)
    assert server.lost_since(at(1.9)) == at(1)


def test_a_new_life_has_lost_what_came_before_the_last_miss() -> None:
    server = beaten(beaten(NEW, 1).miss(at=at(2)), 3, run="run-2")
    assert server.lost_since(at(1.5)) == at(2)
    assert server.lost_since(at(2.5)) is None


def test_a_life_that_is_over_stays_over() -> None:
    server = beaten(beaten(beaten(NEW, 1), 2, run="run-2"), 300, run="run-2")
    assert server.lost_since(at(0.5)) == at(1)
    assert server.lost_since(at(100)) is None


capacities = st.lists(st.integers(0, 50), min_size=1, max_size=6)


@given(capacities, st.data())
def test_a_block_is_as_large_as_there_is_room_and_never_larger(sizes: list[int], data: st.DataObject) -> None:
    servers = [beaten(CoreServer(id=ServerId(f"c{n}"), url=""), 0, capacity=size) for n, size in enumerate(sizes)]
    others = {s.id: data.draw(st.integers(0, s.capacity)) for s in servers}
    mine = {s.id: data.draw(st.integers(0, s.capacity)) for s in servers}
    slots = data.draw(st.integers(0, 400))
    block = spread(servers, others, mine, slots)
    free = {s.id: s.capacity - others[s.id] for s in servers}
    assert all(0 <= block[id_] <= free[id_] for id_ in free)
    assert sum(block.values()) == min(slots, sum(free.values()))


@given(capacities, st.integers(0, 200), st.integers(0, 200))
def test_a_block_that_grows_moves_nothing(sizes: list[int], first: int, more: int) -> None:
    servers = [beaten(CoreServer(id=ServerId(f"c{n}"), url=""), 0, capacity=size) for n, size in enumerate(sizes)]
    before = spread(servers, {}, {}, first)
    after = spread(servers, {}, before, first + more)
    assert all(after[id_] >= before[id_] for id_ in before)
