"""What every door of the exchange to the API promises."""

from contract_tests.backends import scene
from domain.ids import CallId, TrunkId
from domain.routing.did import TurnedAway
from ports.carrier_desk import CarrierDesk
from ports.messages.inbound import Arrived, Received

CALL = CallId("call_in_1")


def arrived(number: str, call_id: CallId = CALL) -> Arrived:
    return Arrived(call_id=call_id, trunk_id=TrunkId("trunk_a"), number=number, caller="+14155550100")


async def test_accounts_come_by_trunk_with_their_passwords(carrier_desk: CarrierDesk) -> None:
    found = await carrier_desk.accounts()

    assert [(account.trunk_id, account.password) for account in found] == [("trunk_a", "open sesame"), ("trunk_b", "")]
    assert found[0].sip.host == "sip.example.com"


async def test_a_call_that_somebody_takes_is_received(carrier_desk: CarrierDesk) -> None:
    assert await carrier_desk.receive(arrived(scene.OUR_NUMBER)) == Received()


async def test_a_call_that_nobody_takes_says_why(carrier_desk: CarrierDesk) -> None:
    received = await carrier_desk.receive(arrived(scene.NOBODYS_NUMBER))

    assert received.turned_away is TurnedAway.UNKNOWN_NUMBER


async def test_asked_again_it_gives_the_same_answer(carrier_desk: CarrierDesk) -> None:
    first = await carrier_desk.receive(arrived(scene.NOBODYS_NUMBER))

    assert await carrier_desk.receive(arrived(scene.NOBODYS_NUMBER)) == first
