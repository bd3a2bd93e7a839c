"""Which Core, which trunk, which number."""

from datetime import UTC, datetime

from domain.campaigns.number_pool import CallerNumber, NumberPool
from domain.ids import BrandId, ServerId, TrunkId
from domain.routing.fleet import CoreServer, ServerState, by_headroom
from domain.routing.trunk import CarrierKind, Trunk, disabled_for, trunks_for

NOW = datetime(2026, 1, 5, tzinfo=UTC)


def server(name: str, *, capacity: int = 10, weight: float = 1, region: str = "", draining: bool = False) -> CoreServer:
    new = CoreServer(id=ServerId(name), url=f"http://{name}", weight=weight, region=region)
    return new.beat(capacity=capacity, live=0, release="1", run="r", draining=draining, at=NOW)


def trunk(
    name: str,
    *,
    priority: int = 0,
    prefixes: tuple[str, ...] = (),
    channels: int = 2,
    carrier: CarrierKind = CarrierKind.SIMULATED,
    enabled: bool = True,
) -> Trunk:
    return Trunk(
        id=TrunkId(name),
        brand=BrandId("default"),
        name=name,
        carrier=carrier,
        channels=channels,
        calls_per_second=1,
        priority=priority,
        prefixes=prefixes,
        enabled=enabled,
    )


def test_the_core_with_most_weighted_room_comes_first_and_full_ones_not_at_all() -> None:
    servers = [
        server("a"),
        server("b", weight=3),
        server("c"),
        server("d", draining=True),
        server("e").miss(at=NOW).miss(at=NOW),
    ]

    assert [s.id for s in by_headroom(servers, {ServerId("a"): 2, ServerId("c"): 10})] == ["b", "a"]


def test_the_same_region_beats_room() -> None:
    assert [s.id for s in by_headroom([server("a", capacity=99), server("b", region="eu")], {}, "eu")] == ["b", "a"]


def test_a_core_is_quarantined_after_two_missed_beats_and_comes_back_with_one() -> None:
    assert server("a").miss(at=NOW).state is ServerState.HEALTHY
    lost = server("a").miss(at=NOW).miss(at=NOW)
    assert lost.state is ServerState.QUARANTINED
    assert lost.beat(capacity=1, live=0, release="1", run="r", draining=False, at=NOW).state is ServerState.HEALTHY


def test_trunks_are_tried_by_priority_then_longest_prefix_while_they_have_room() -> None:
    trunks = [
        trunk("any", priority=1),
        trunk("uk", prefixes=("+44",)),
        trunk("london", prefixes=("+4420",)),
        trunk("us", prefixes=("+1",)),
    ]

    assert [t.id for t in trunks_for(trunks, "+442071838750", {})] == ["london", "uk", "any"]
    assert [t.id for t in trunks_for(trunks, "+442071838750", {TrunkId("london"): 2})] == ["uk", "any"]


def test_a_sip_trunk_that_is_switched_off_keeps_its_numbers_from_the_simulated_carrier() -> None:
    simulated = trunk("simulated")
    off = trunk("off", prefixes=("+44",), carrier=CarrierKind.SIP, enabled=False)
    other = trunk("other", prefixes=("+4420",), carrier=CarrierKind.SIP)

    assert trunks_for([simulated, off], "+442071838750", {}) == []
    assert disabled_for([simulated, off], "+442071838750") == [off]
    assert trunks_for([simulated, off], "+14155550101", {}) == [simulated]
    assert disabled_for([simulated, off], "+14155550101") == []
    assert trunks_for([simulated, off, other], "+442071838750", {}) == [other]
    assert disabled_for([simulated, off, other], "+442071838750") == []


def test_a_simulated_carrier_that_is_switched_off_is_missed_by_nobody() -> None:
    assert disabled_for([trunk("simulated", enabled=False)], "+14155550101") == []


def test_the_callee_sees_a_number_near_to_theirs_that_is_not_worn_out() -> None:
    pool = NumberPool(
        numbers=(
            CallerNumber(e164="+14155550100", daily_cap=2),
            CallerNumber(e164="+14155550101"),
            CallerNumber(e164="+12125550100"),
        )
    )

    chosen = pool.choose("+14155559999", {"+14155550101": 5})
    assert chosen is not None
    assert chosen.e164 == "+14155550100"
    worn = pool.choose("+14155559999", {"+14155550100": 2, "+14155550101": 5})
    assert worn is not None
    assert worn.e164 == "+14155550101"
    assert NumberPool().choose("+14155559999", {}) is None
