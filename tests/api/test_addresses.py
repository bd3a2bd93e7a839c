"""Addresses that people set, and pushes that somebody else made up."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any, Final

import pytest
from dependency_injector import providers
from standardwebhooks import Webhook, WebhookVerificationError

from adapters.system.clock import SystemClock
from adapters.webhook.crm_connection import WebhookCrmConnection
from contract_tests.backends.crm_listener import Request, listening
from tests.api.house import built, house

WHO_MAY: Final = {
    ("NewTarget", "url"): "pushes: through the guard of adapters/webhook",
    ("TargetChange", "url"): "pushes: through the guard of adapters/webhook",
    ("ServerPut", "url"): "Cores: inside by nature, and set by those who run the deployment (docs/adr/0008)",
    ("SipSettings", "host"): "trunks: inside as often as not, and spoken to in SIP alone (docs/adr/0008)",
}
"""Every field of a message that is an address, and what keeps it from leading where it should not."""

INSIDE: Final = (
    "http://127.0.0.1:{port}/ok",
    "http://localhost:{port}/ok",
    "http://127.1:{port}/ok",
    "http://2130706433:{port}/ok",
    "http://0x7f000001:{port}/ok",
    "http://0:{port}/ok",
    "http://[::1]:{port}/ok",
    "http://[::ffff:127.0.0.1]:{port}/ok",
    "http://127.0.0.1.:{port}/ok",
    "http://LOCALHOST:{port}/ok",
    "http://169.254.169.254/latest/meta-data/",
    "http://[fd00:ec2::254]/latest/meta-data/",
    "http://10.0.0.1/",
    "http://[64:ff9b::7f00:1]:{port}/ok",
)
NO_ADDRESS: Final = (
    "",
    "crm.example.com",
    "//crm.example.com",
    "ftp://crm.example.com",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_FLUSHALL",
    "javascript:alert(1)",
    "data:text/plain,x",
    "http://",
    "http:///path",
    "http://user:password@crm.example.com",
    "http://crm.example.com/#fragment",
    "http://crm.example.com:99999/",
    "http://crm.example.com:port/",
    "http://[::1",
    "http://crm.example.com/a b",
    "http://crm.example.com/\r\nX-Evil: 1",
    "http://crm.example.com/\u202e",
    "http://crm.example.com/\ttab",
    "https://crm.example.com/" + "a" * 2_048,
)


def addresses_in(schema: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Fields by name, of all that a request may hold."""
    for name, message in schema["components"]["schemas"].items():
        for field in message.get("properties", {}):
            if field.endswith(("url", "uri", "address", "host", "endpoint")) and not name.endswith(("Shown", "Link")):
                yield name, field


def test_of_every_address_that_can_be_set_it_is_known_what_keeps_it_in_bounds() -> None:
    schema = built().app.openapi_schema.to_schema()
    told = {("Grant", "url")}  # says where a Core is, and is in no request
    assert set(addresses_in(schema)) - told == set(WHO_MAY)


@pytest.mark.parametrize("url", NO_ADDRESS)
async def test_what_is_no_address_is_refused_wherever_one_is_set(url: str) -> None:
    async with house().everybody() as client:
        answers = [
            await client.post("/crm/targets", json={"name": "CRM", "url": url}),
            await client.patch("/crm/targets/tgt_1", json={"url": url}),
            await client.put("/fleet/core-9", json={"url": url}),
        ]
    for answer in answers:
        assert answer.status_code == 400
        assert [each["field"] for each in answer.json()["errors"]] == ["url"]


@pytest.mark.parametrize("allowed", [False, True])
async def test_a_push_reaches_nothing_inside_unless_its_network_is_allowed(allowed: bool) -> None:
    home = house()
    networks = [ip_network("127.0.0.0/8")] if allowed else []
    connection = WebhookCrmConnection(SystemClock(), allowed=networks)
    errors = {}
    async with listening() as crm, home.everybody() as client:
        with home.container.crm.override(providers.Object(connection)):
            for url in INSIDE[: 1 if allowed else None]:
                put = await client.patch("/crm/targets/tgt_1", json={"url": url.format(port=crm.port)})
                assert put.status_code == 200, put.text
                tried = (await client.post("/crm/targets/tgt_1/test")).json()["tries"][-1]
                errors[url] = tried["error"]
        await connection.aclose()
    assert len(crm.requests) == (1 if allowed else 0), "the control reaches it, and nothing else does"
    if not allowed:
        # a name that no resolver of this machine takes for a number has no address at all
        assert set(errors.values()) <= {"refused_address", "unreachable"}, errors
        assert list(errors.values()).count("refused_address") >= len(INSIDE) - 2


async def pushed(secret: str) -> Request:
    """One push as it came over the wire."""
    home = house()
    connection = WebhookCrmConnection(SystemClock(), allowed=[ip_network("127.0.0.0/8")])
    async with listening() as crm, home.everybody() as client:
        with home.container.crm.override(providers.Object(connection)):
            made = await client.post("/crm/targets", json={"name": "CRM", "url": f"http://127.0.0.1:{crm.port}/ok"})
            target = made.json()
            await client.post(f"/crm/targets/{target['target']['id']}/test")
        await connection.aclose()
    (request,) = crm.requests
    Webhook(target["secret"]).verify(request.body, dict(request.headers))
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(request.body, dict(request.headers))
    return Request(path=target["secret"], headers=request.headers, body=request.body)


async def test_a_push_that_was_changed_or_replayed_does_not_pass_for_ours() -> None:
    request = await pushed("whsec_" + "QUJD" * 8)
    receiver, headers = Webhook(request.path), dict(request.headers)
    sent = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    forged = {
        "the id": (headers | {"webhook-id": "dlv_another"}, request.body),
        "the time": (headers | {"webhook-timestamp": str(int(sent.timestamp()) + 1)}, request.body),
        "the body": (headers, request.body[:-1] + b" }"),
        "no signature": (headers | {"webhook-signature": ""}, request.body),
        "another scheme": (
            headers | {"webhook-signature": headers["webhook-signature"].replace("v1,", "v2,")},
            request.body,
        ),
        "half a signature": (headers | {"webhook-signature": headers["webhook-signature"][:-8]}, request.body),
    }
    for changed, body in forged.values():
        with pytest.raises(WebhookVerificationError):
            receiver.verify(body, changed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("standardwebhooks.webhooks.datetime", _at(sent + timedelta(minutes=6)))
        with pytest.raises(WebhookVerificationError):
            receiver.verify(request.body, headers)


def _at(now: datetime) -> type[datetime]:
    """The library's clock, some minutes later: what was recorded is not worth anything for long."""

    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return now.astimezone(tz)

    return Later
