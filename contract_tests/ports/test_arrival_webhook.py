"""What every ArrivalWebhook promises."""

import pytest

from contract_tests.backends.arrival_webhooks import ArrivalWorld
from domain.ids import TrunkId
from ports.errors import Refused


async def test_a_call_that_came_in_is_read_and_again_it_reads_the_same(arrival_webhook: ArrivalWorld) -> None:
    body, proof = arrival_webhook.rings(trunk="trunk_1", number="+15550200000", caller="+15550100001")

    arrived = arrival_webhook.webhook.read(body, proof)

    assert arrived is not None
    assert (arrived.trunk_id, arrived.number, arrived.caller) == (
        TrunkId("trunk_1"),
        "+15550200000",
        "+15550100001",
    )
    assert arrival_webhook.webhook.read(body, proof) == arrived


async def test_no_number_stands_in_the_calls_id(arrival_webhook: ArrivalWorld) -> None:
    arrived = arrival_webhook.webhook.read(
        *arrival_webhook.rings(trunk="trunk_1", number="+15550200000", caller="+15550100001")
    )

    assert arrived is not None
    assert "5550" not in arrived.call_id


async def test_a_caller_who_withholds_their_number_has_none(arrival_webhook: ArrivalWorld) -> None:
    arrived = arrival_webhook.webhook.read(*arrival_webhook.rings(trunk="trunk_1", number="+15550200000", caller=""))

    assert arrived is not None
    assert arrived.caller == ""


async def test_other_news_are_no_call(arrival_webhook: ArrivalWorld) -> None:
    assert arrival_webhook.webhook.read(*arrival_webhook.other_news()) is None


async def test_what_the_media_server_did_not_send_is_refused(arrival_webhook: ArrivalWorld) -> None:
    body, proof = arrival_webhook.rings(trunk="trunk_1", number="+15550200000", caller="+15550100001")

    for wrong in ((body, ""), (body, "x" * 40), (body + b" ", proof), (b"", proof)):
        with pytest.raises(Refused):
            arrival_webhook.webhook.read(*wrong)
