"""What every connection to a CRM promises."""

import asyncio

import pytest

from contract_tests.backends.crm_listener import CRM, NOBODY
from contract_tests.backends.scene import CALL, NOON
from domain.crm.delivery import CrmTarget, Delivery
from domain.ids import DEFAULT_BRAND, DeliveryId, TargetId
from ports.crm_connection import CrmConnection

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
DELIVERY = Delivery(
    id=DeliveryId("msg_1"),
    brand=DEFAULT_BRAND,
    target_id=TargetId("target_1"),
    call_id=CALL,
    kind="call.concluded",
    body='{"outcome":"completed","name":"Zoë"}',
    created_at=NOON,
    due_at=NOON,
)


def target(path: str = "/ok", *, url: str = "") -> CrmTarget:
    return CrmTarget(
        id=TargetId("target_1"),
        brand=DEFAULT_BRAND,
        name="CRM",
        url=url or f"{CRM}{path}",
        secret=SECRET,
        created_at=NOON,
    )


@pytest.mark.parametrize(("path", "status"), [("/ok", 200), ("/created", 201)])
async def test_a_push_that_is_taken_has_succeeded(crm_connection: CrmConnection, path: str, status: int) -> None:
    tried = await crm_connection.push(target(path), DELIVERY)

    assert (tried.succeeded, tried.status, tried.error, tried.retry_after) == (True, status, None, None)
    assert tried.milliseconds >= 0
    assert tried.at.tzinfo is not None


async def test_the_answer_is_shown(crm_connection: CrmConnection) -> None:
    assert (await crm_connection.push(target("/ok"), DELIVERY)).answer == "thank you"


@pytest.mark.parametrize(("path", "status"), [("/wrong", 400), ("/broken", 500), ("/moved", 302), ("/busy", 429)])
async def test_any_other_status_is_a_failure_that_says_which(
    crm_connection: CrmConnection, path: str, status: int
) -> None:
    tried = await crm_connection.push(target(path), DELIVERY)
    assert (tried.succeeded, tried.gone, tried.status) == (False, False, status)


async def test_gone_is_told(crm_connection: CrmConnection) -> None:
    assert (await crm_connection.push(target("/gone"), DELIVERY)).gone


async def test_the_wait_that_was_asked_for_is_told(crm_connection: CrmConnection) -> None:
    assert (await crm_connection.push(target("/busy"), DELIVERY)).retry_after == 7.0


@pytest.mark.parametrize("url", [NOBODY, f"{CRM}/silent"])
async def test_no_answer_is_an_error_in_one_word(crm_connection: CrmConnection, url: str) -> None:
    tried = await crm_connection.push(target(url=url), DELIVERY)

    assert (tried.succeeded, tried.status) == (False, None)
    assert tried.error is not None
    assert tried.error.replace("_", "").isalpha()


async def test_of_a_long_answer_only_the_beginning_is_kept(crm_connection: CrmConnection) -> None:
    tried = await crm_connection.push(target("/long"), DELIVERY)

    assert tried.succeeded
    assert 0 < len(tried.answer) <= 65_536


async def test_many_pushes_at_once_each_have_their_answer(crm_connection: CrmConnection) -> None:
    paths = ["/ok", "/wrong", "/gone", "/broken"] * 5
    tries = await asyncio.gather(*(crm_connection.push(target(path), DELIVERY) for path in paths))

    assert [tried.status for tried in tries] == [200, 400, 410, 500] * 5
