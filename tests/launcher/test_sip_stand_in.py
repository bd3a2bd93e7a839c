"""What the stand-in for livekit-sip decides by itself: rooms of callers, codes of errors, lists that are changed."""

import subprocess
import sys
from pathlib import Path

import pytest
from livekit.protocol.models import ListUpdate
from livekit.protocol.sip import (
    SIPDispatchRule,
    SIPDispatchRuleCallee,
    SIPDispatchRuleDirect,
    SIPDispatchRuleIndividual,
    SIPDispatchRuleInfo,
    SIPInboundTrunkInfo,
    SIPInboundTrunkUpdate,
    SIPOutboundTrunkInfo,
    SIPTransport,
)

from domain.ids import TrunkId
from domain.routing.sip import SipTransport
from launcher.sip_stand_in.accounts import TrunkAccounts
from launcher.sip_stand_in.dispatch import guest, rule_for, trunk_for
from launcher.sip_stand_in.faults import HTTP_STATUS, TwirpFault, farewell, sip_fault
from launcher.sip_stand_in.trunks import Trunks
from ports.carrier import Arrival

ROOT = Path(__file__).resolve().parents[2]
DID, CALLER = "+15550200001", "+15550188888"
ARRIVAL = Arrival(trunk_id=TrunkId("ST_out"), number=DID, caller=CALLER)
DIRECT = SIPDispatchRule(dispatch_rule_direct=SIPDispatchRuleDirect(room_name="lobby"))
INDIVIDUAL = SIPDispatchRule(dispatch_rule_individual=SIPDispatchRuleIndividual(room_prefix="in"))


def rule(kind: SIPDispatchRule, rule_id: str, *trunks: str, **more: object) -> SIPDispatchRuleInfo:
    return SIPDispatchRuleInfo(sip_dispatch_rule_id=rule_id, rule=kind, trunk_ids=trunks, **more)  # type: ignore[arg-type]


def trunk(trunk_id: str, *numbers: str, **more: object) -> SIPInboundTrunkInfo:
    return SIPInboundTrunkInfo(sip_trunk_id=trunk_id, numbers=numbers, **more)  # type: ignore[arg-type]


def test_a_trunk_that_has_the_number_goes_before_one_that_takes_all() -> None:
    exact, every, other = trunk("exact", DID.removeprefix("+")), trunk("every"), trunk("other", "+1")

    assert trunk_for([every, other, exact], ARRIVAL) is exact
    assert trunk_for([other, every], ARRIVAL) is every
    assert trunk_for([other], ARRIVAL) is None
    assert trunk_for([trunk("exact", DID, allowed_numbers=["+1"])], ARRIVAL) is None


def test_a_rule_of_the_trunk_goes_before_one_of_all_and_one_for_the_caller_before_both_kinds() -> None:
    mine = trunk("mine", DID)
    of_all, of_mine = rule(DIRECT, "all"), rule(INDIVIDUAL, "mine", "mine")
    for_caller = rule(INDIVIDUAL, "caller", "mine", inbound_numbers=[CALLER])

    assert rule_for([of_all, of_mine, for_caller], mine, ARRIVAL) is for_caller
    assert rule_for([of_all, of_mine], mine, ARRIVAL) is of_mine
    assert rule_for([of_all, of_mine], None, ARRIVAL) is of_all
    assert rule_for([of_mine], None, ARRIVAL) is None
    assert rule_for([rule(DIRECT, "other", "mine", inbound_numbers=["+1"])], mine, ARRIVAL) is None
    pinned = SIPDispatchRule(dispatch_rule_direct=SIPDispatchRuleDirect(room_name="lobby", pin="1234"))
    assert rule_for([rule(pinned, "pin")], mine, ARRIVAL) is None


def test_rooms_are_named_as_the_rule_says() -> None:
    def room(kind: SIPDispatchRule) -> str:
        return guest(rule(kind, "r"), None, ARRIVAL, "SCL_1").room

    assert room(DIRECT) == "lobby"
    first, second = room(INDIVIDUAL), room(INDIVIDUAL)
    assert first.startswith(f"in_{CALLER}_")
    assert first != second
    assert room(SIPDispatchRule(dispatch_rule_callee=SIPDispatchRuleCallee(room_prefix="did"))) == f"did_{DID}"
    alone = room(SIPDispatchRule(dispatch_rule_callee=SIPDispatchRuleCallee(randomize=True)))
    assert alone.startswith(f"{DID}_")


def test_a_hidden_number_is_shown_nowhere() -> None:
    who = guest(rule(INDIVIDUAL, "r", hide_phone_number=True), None, ARRIVAL, "SCL_1")

    shown = (who.room, who.identity, who.name, *who.attributes.values())
    assert not [text for text in shown if CALLER in text or DID in text]
    assert who.name == "Phone 8888"


def test_what_a_rule_gives_is_shown_and_does_not_hide_what_livekit_says() -> None:
    given = {"cxb.did": DID, "sip.callID": "forged"}
    who = guest(rule(DIRECT, "r", attributes=given, metadata="m"), trunk("mine", DID), ARRIVAL, "SCL_1")

    assert (who.attributes["cxb.did"], who.attributes["sip.callID"], who.metadata) == (DID, "SCL_1", "m")
    assert (who.attributes["sip.trunkID"], who.attributes["sip.ruleID"]) == ("mine", "r")


@pytest.mark.parametrize("status", range(300, 700))
def test_every_sip_status_has_a_code_and_a_farewell(status: int) -> None:
    fault = sip_fault(status, "")

    assert 400 <= HTTP_STATUS[fault.code] < 600
    assert fault.meta["sip_status_code"] == str(status)
    assert farewell(status)


def test_a_list_is_set_added_to_and_taken_from() -> None:
    trunks = Trunks(None)
    kept = trunks.inbound.add(SIPInboundTrunkInfo(name="a", numbers=["+1", "+2"]))

    def numbers(**update: object) -> list[str]:
        change = SIPInboundTrunkUpdate(numbers=ListUpdate(**update))  # type: ignore[arg-type]
        return list(trunks.inbound.update(kept.sip_trunk_id, change).numbers)

    assert numbers(add=["+3", "+1"]) == ["+1", "+2", "+3"]
    assert numbers(remove=["+2"]) == ["+1", "+3"]
    assert numbers(set=["+9"]) == ["+9"]
    assert numbers(clear=True) == []
    assert trunks.inbound.get(kept.sip_trunk_id).name == "a"
    with pytest.raises(TwirpFault, match="not found"):
        trunks.inbound.get("ST_none")


async def test_a_trunk_is_an_account_of_the_carrier() -> None:
    trunks = Trunks(None)
    out = trunks.outbound.add(
        SIPOutboundTrunkInfo(
            address="sip.example.test:5080",
            numbers=["+1"],
            transport=SIPTransport.SIP_TRANSPORT_TCP,
            auth_username="u",
            auth_password="p",
        )
    )
    trunks.outbound.add(SIPOutboundTrunkInfo(address="not a host", numbers=["+1"]))
    way_in = trunks.inbound.add(SIPInboundTrunkInfo(numbers=[DID], allowed_addresses=["192.0.2.0/24"]))

    first, second, _ = await TrunkAccounts(trunks, listen_ip="127.0.0.1", most=5).accounts()

    assert (first.trunk_id, first.sip.host, first.sip.port) == (out.sip_trunk_id, "sip.example.test", 5080)
    assert (first.sip.transport, first.sip.username, first.password) == (SipTransport.TCP, "u", "p")
    assert (second.trunk_id, second.sip.trusted) == (way_in.sip_trunk_id, ("192.0.2.0/24",))


@pytest.mark.parametrize("text", ["", "{}", '{"api_key": "k", "api_secret": "short", "ws_url": "u", "health_port": 1}'])
def test_a_configuration_that_is_wrong_is_said_and_nothing_starts(tmp_path: Path, text: str) -> None:
    config = tmp_path / "sip.json"
    config.write_text(text)
    command = [sys.executable, "-m", "launcher.sip_stand_in.main", "--config", str(config)]

    done = subprocess.run(  # noqa: S603  # our own
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )

    assert done.returncode == 2
    assert done.stderr.startswith("the stand-in's configuration: ")
