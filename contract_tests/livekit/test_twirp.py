"""The service on the wire: who may ask what, how errors are told, and what is kept."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from livekit.api import (
    AccessToken,
    CreateSIPDispatchRuleRequest,
    CreateSIPInboundTrunkRequest,
    CreateSIPOutboundTrunkRequest,
    DeleteSIPDispatchRuleRequest,
    DeleteSIPTrunkRequest,
    ListSIPDispatchRuleRequest,
    ListSIPInboundTrunkRequest,
    ListSIPOutboundTrunkRequest,
    SIPDispatchRule,
    SIPDispatchRuleDirect,
    SIPDispatchRuleInfo,
    SIPGrants,
    SIPInboundTrunkInfo,
    SIPOutboundTrunkInfo,
    TwirpError,
    VideoGrants,
)
from livekit.protocol.sip import SIPTransport

from contract_tests.backends import livekit_server
from contract_tests.carrier.loopback import free_port
from contract_tests.livekit.dialling import CALLER, dial, request
from contract_tests.livekit.far_ends import RINGS_ON, STAYS
from contract_tests.livekit.recorded import FULL, NOBODY_THERE, TIMED_OUT
from contract_tests.livekit.service import SipWorld, memory, over_sip, stand_in
from contract_tests.livekit.stand_in_process import start
from launcher.sip_stand_in.trunks import Trunks


def token(secret: str = livekit_server.SECRET, video: VideoGrants | None = None, **grants: bool) -> str:
    made = AccessToken(livekit_server.KEY, secret).with_grants(video or VideoGrants())
    return made.with_sip_grants(SIPGrants(**grants)).to_jwt()


async def post(
    world: SipWorld, method: str, shown: str | None, body: bytes = b"{}", kind: str = "application/json"
) -> tuple[int, Mapping[str, str]]:
    headers = {"content-type": kind, **({"authorization": f"Bearer {shown}"} if shown else {})}
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.post(f"{world.url}/twirp/livekit.SIP/{method}", content=body, headers=headers)
    assert answer.headers["content-type"] == "application/json"
    return answer.status_code, answer.json()


@pytest.mark.parametrize(
    ("method", "shown"),
    [
        ("ListSIPOutboundTrunk", None),
        ("ListSIPOutboundTrunk", token(call=True)),
        ("ListSIPOutboundTrunk", token(secret="another secret that is as long as ours is", admin=True)),
        ("CreateSIPParticipant", token(admin=True)),
        ("TransferSIPParticipant", token(call=True)),
        ("TransferSIPParticipant", token(call=True, video=VideoGrants(room_admin=True, room="another"))),
    ],
)
async def test_who_lacks_the_right_is_told_nothing_else(method: str, shown: str | None) -> None:
    async with memory() as world:
        status, told = await post(world, method, shown)
    assert (status, told["code"]) == (401, "unauthenticated")


async def test_what_is_no_request_is_told_in_twirps_words() -> None:
    admin = token(admin=True)
    async with memory() as world:
        assert await post(world, "ListSIPOutboundTrunk", admin) == (200, {})
        status, told = await post(world, "NoSuchMethod", admin)
        assert (status, told["code"]) == (404, "bad_route")
        status, told = await post(world, "ListSIPOutboundTrunk", admin, kind="text/plain")
        assert (status, told["code"]) == (404, "bad_route")
        status, told = await post(world, "ListSIPOutboundTrunk", admin, b"{", "application/json")
        assert (status, told["code"]) == (400, "malformed")
        status, told = await post(world, "ListSIPOutboundTrunk", admin, b"\xff\xff", "application/protobuf")
        assert (status, told["code"]) == (400, "malformed")


async def test_outbound_trunks_are_kept_changed_and_removed() -> None:
    async with memory() as world:
        trunk = SIPOutboundTrunkInfo(name="a", address="127.0.0.1", numbers=[CALLER], auth_password="p")
        kept = await world.sip.create_outbound_trunk(CreateSIPOutboundTrunkRequest(trunk=trunk))
        assert re.fullmatch(r"ST_[A-Za-z0-9]{12}", kept.sip_trunk_id)

        changed = await world.sip.update_outbound_trunk_fields(kept.sip_trunk_id, name="b", address="127.0.0.2")
        assert (changed.name, changed.address, changed.auth_password) == ("b", "127.0.0.2", "p")
        assert list(changed.numbers) == [CALLER]
        replaced = await world.sip.update_outbound_trunk(
            kept.sip_trunk_id, SIPOutboundTrunkInfo(name="c", address="127.0.0.3", numbers=["+1"])
        )
        assert (replaced.sip_trunk_id, replaced.auth_password) == (kept.sip_trunk_id, "")

        listed = await world.sip.list_outbound_trunk(ListSIPOutboundTrunkRequest())
        assert [one.name for one in listed.items] == ["c"]
        none = await world.sip.list_outbound_trunk(ListSIPOutboundTrunkRequest(numbers=[CALLER]))
        assert not none.items
        await world.sip.delete_trunk(DeleteSIPTrunkRequest(sip_trunk_id=kept.sip_trunk_id))
        with pytest.raises(TwirpError) as gone:
            await world.sip.delete_trunk(DeleteSIPTrunkRequest(sip_trunk_id=kept.sip_trunk_id))
        assert gone.value.code == "not_found"


async def test_inbound_trunks_and_rules_are_kept_changed_and_removed() -> None:
    async with memory() as world:
        with pytest.raises(TwirpError) as open_to_all:
            await world.sip.create_inbound_trunk(CreateSIPInboundTrunkRequest(trunk=SIPInboundTrunkInfo(name="a")))
        assert open_to_all.value.code == "invalid_argument"
        trunk = await world.sip.create_inbound_trunk(
            CreateSIPInboundTrunkRequest(trunk=SIPInboundTrunkInfo(name="a", numbers=["+1"]))
        )
        changed = await world.sip.update_inbound_trunk_fields(trunk.sip_trunk_id, numbers=["+2", "+3"])
        assert list(changed.numbers) == ["+2", "+3"]
        assert (await world.sip.list_inbound_trunk(ListSIPInboundTrunkRequest())).items == [changed]

        info = SIPDispatchRuleInfo(
            rule=SIPDispatchRule(dispatch_rule_direct=SIPDispatchRuleDirect(room_name="r")),
            trunk_ids=[trunk.sip_trunk_id],
        )
        rule = await world.sip.create_dispatch_rule(CreateSIPDispatchRuleRequest(dispatch_rule=info))
        assert re.fullmatch(r"SDR_[A-Za-z0-9]{12}", rule.sip_dispatch_rule_id)
        renamed = await world.sip.update_dispatch_rule_fields(rule.sip_dispatch_rule_id, name="n")
        assert (await world.sip.list_dispatch_rule(ListSIPDispatchRuleRequest())).items == [renamed]
        await world.sip.delete_dispatch_rule(
            DeleteSIPDispatchRuleRequest(sip_dispatch_rule_id=rule.sip_dispatch_rule_id)
        )
        assert not (await world.sip.list_dispatch_rule(ListSIPDispatchRuleRequest())).items


@pytest.mark.parametrize(("field", "code"), [("sip_trunk_id", "not_found"), ("room_name", "not_found")])
async def test_a_trunk_or_room_that_is_not_there_is_told(field: str, code: str) -> None:
    async with memory() as world:
        asked = await request(world, "no_such_room", STAYS)
        if field == "sip_trunk_id":
            asked.sip_trunk_id = "ST_none"
        with pytest.raises(TwirpError) as raised:
            await world.sip.create_sip_participant(asked)
    assert raised.value.code == code


@pytest.mark.parametrize("field", ["sip_trunk_id", "room_name", "sip_call_to"])
async def test_what_is_missing_is_told(field: str) -> None:
    async with memory() as world:
        asked = await request(world, "room", STAYS)
        asked.ClearField(field)
        with pytest.raises(TwirpError) as raised:
            await world.sip.create_sip_participant(asked)
    assert raised.value.code == "invalid_argument"
    assert field in raised.value.message


async def test_beyond_the_most_calls_it_says_so_as_one_without_cpu_does() -> None:
    async with memory(most=1) as world:
        await world.rooms.open("full")
        await dial(world, "full", STAYS)
        with pytest.raises(TwirpError) as raised:
            await dial(world, "full", STAYS)
        assert (raised.value.code, raised.value.status, raised.value.message) == FULL
        assert raised.value.metadata == {}
        await world.rooms.close("full")


async def test_a_port_that_nobody_has_is_an_address_with_nobody_there() -> None:
    async with stand_in() as world:
        await world.rooms.open("nobody")
        asked = await request(replace(world, address=f"127.0.0.1:{free_port()}"), "nobody", STAYS)
        asked.ringing_timeout.seconds = 1
        with pytest.raises(TwirpError) as raised:
            await world.sip.create_sip_participant(asked)
        await world.rooms.close("nobody")
    error = raised.value
    assert (error.code, error.status) == (NOBODY_THERE.code, NOBODY_THERE.http)
    assert (error.message, error.metadata) == (TIMED_OUT, {})


async def test_a_trunk_that_refuses_the_connection_is_no_word_of_a_far_end() -> None:
    async with stand_in() as world:
        await world.rooms.open("refused")
        asked = await request(world, "refused", STAYS)
        await world.sip.update_outbound_trunk(
            asked.sip_trunk_id,
            SIPOutboundTrunkInfo(
                address=f"127.0.0.1:{free_port()}", numbers=[CALLER], transport=SIPTransport.SIP_TRANSPORT_TCP
            ),
        )
        with pytest.raises(TwirpError) as raised:
            await world.sip.create_sip_participant(asked)
        await world.rooms.close("refused")
    assert (raised.value.code, raised.value.status, raised.value.metadata) == ("unavailable", 503, {})


async def test_a_stopping_process_hangs_up_tells_who_waits_and_keeps_its_trunks(tmp_path: Path) -> None:
    kept = tmp_path / "trunks.json"
    one = start(livekit_server.the_server().url, kept=str(kept))
    try:
        async with over_sip(livekit_server.the_server().url, one.url, one.sip) as world:
            await world.rooms.open("stopping")
            waiting = asyncio.ensure_future(dial(world, "stopping", RINGS_ON))
            talking = await dial(world, "stopping", STAYS, participant_identity="talks")
            assert talking.participant_identity == "talks"
            await world.far.called(RINGS_ON)

            status = await asyncio.to_thread(one.stop)

            with pytest.raises(TwirpError) as told:
                await waiting
            assert told.value.code == "canceled"
            for number in (RINGS_ON, STAYS):
                await (await world.far.called(number)).until_ended()
            await world.rooms.close("stopping")
        log = one.log()
    finally:
        one.clear()
    assert status == 0
    assert "sip_stand_in_draining" in log
    for secret in (RINGS_ON, STAYS, CALLER, livekit_server.SECRET):
        assert secret.removeprefix("+") not in log

    again = Trunks(kept)
    again.load()
    assert {one.numbers[0] for one in again.outbound} == {CALLER}
    assert kept.stat().st_mode & 0o077 == 0
