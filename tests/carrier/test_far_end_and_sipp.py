"""The far end and SIPp understand each other, whoever calls: two opinions on every case."""

import pytest

from contract_tests.carrier import scripts, sipp
from contract_tests.carrier.digest import Credentials
from contract_tests.carrier.far_end import FarEnd
from contract_tests.carrier.scripts import Number
from contract_tests.carrier.sipp import Ended
from contract_tests.carrier.sounds import tone

pytestmark = pytest.mark.usefixtures("with_sipp")


async def sipp_calls(scenario: str, carrier: FarEnd, user: str, **values: str) -> Ended:
    return await sipp.calls(scenario, carrier.address, user=user, count=1, **values)


@pytest.mark.parametrize("status", [486, 603, 404, 503])
async def test_sipp_is_refused(carrier: FarEnd, status: int) -> None:
    ended = await sipp_calls("and_is_refused", carrier, str(status), status=str(status))
    assert ended.well, ended.errors
    assert [call.names(sent=False) for call in carrier.calls_to(str(status))] == [["INVITE", "ACK"]]


async def test_sipp_notices_another_status(carrier: FarEnd) -> None:
    assert not (await sipp_calls("and_is_refused", carrier, "486", status="603")).well


async def test_sipp_is_answered_and_hangs_up(carrier: FarEnd) -> None:
    ended = await sipp_calls("and_hangs_up", carrier, "answer")
    assert ended.well, ended.errors


async def test_sipp_is_answered_and_hung_up_on(carrier: FarEnd) -> None:
    carrier.number("short", scripts.answers(scripts.says(tone(440, 0.5)), scripts.hangs_up()))
    ended = await sipp_calls("and_listens", carrier, "short")
    assert ended.well, ended.errors


async def test_sipp_hears_early_media(carrier: FarEnd) -> None:
    carrier.number("early", scripts.early_media(tone(440, 0.3), then=scripts.answers(ringing=0)))
    ended = await sipp_calls("and_hangs_up", carrier, "early")
    assert ended.well, ended.errors
    assert carrier.calls_to("early")[0].names(sent=True)[:2] == ["183 INVITE", "200 INVITE"]


@pytest.mark.parametrize(("scenario", "number"), [("and_gives_up", "rings"), ("and_gives_up_too_late", "crosses")])
async def test_sipp_gives_up(carrier: FarEnd, scenario: str, number: str) -> None:
    ended = await sipp_calls(scenario, carrier, number)
    assert ended.well, ended.errors


async def test_sipp_proves_itself(carrier: FarEnd) -> None:
    carrier.numbers["trunk"] = Number(script=scripts.answers(), credentials=Credentials(user="trunk", password="right"))
    ended = await sipp_calls("with_password", carrier, "trunk", password="right")
    assert ended.well, ended.errors


async def test_sipp_is_called_and_hangs_up(carrier: FarEnd) -> None:
    async with sipp.called("answers_and_hangs_up") as phone:
        leg = await carrier.call("+15550100", phone.address)
        await leg.until_status(180)
        await leg.until_answered()
        await leg.until_ended()
        ended = await phone.ended()
        assert ended.well, ended.errors


async def test_sipp_sends_our_audio_back(carrier: FarEnd) -> None:
    async with sipp.called("answers") as phone:
        leg = await carrier.call("+15550100", phone.address)
        await leg.until_answered()
        await leg.say(tone(440, 0.5))
        await leg.until_heard(0.4)
        assert await leg.hang_up() == 200
        ended = await phone.ended()
        assert ended.well, ended.errors


@pytest.mark.parametrize(("status", "reason"), [(486, "Busy Here"), (603, "Decline"), (404, "None"), (503, "Later")])
async def test_sipp_refuses(carrier: FarEnd, status: int, reason: str) -> None:
    async with sipp.called("refuses", status=str(status), reason=reason) as phone:
        leg = await carrier.call("+15550100", phone.address)
        call = await leg.until_ended()
        assert (call.status, call.reason) == (status, reason)
        ended = await phone.ended()
        assert ended.well, ended.errors


@pytest.mark.parametrize(("scenario", "status"), [("rings", 487), ("crosses_cancel", 200)])
async def test_sipp_is_given_up(carrier: FarEnd, scenario: str, status: int) -> None:
    async with sipp.called(scenario) as phone:
        leg = await carrier.call("+15550100", phone.address)
        await leg.until_status(180)
        assert await leg.cancel() == status
        ended = await phone.ended()
        assert ended.well, ended.errors


async def test_sipp_has_early_media(carrier: FarEnd) -> None:
    async with sipp.called("has_early_media") as phone:
        leg = await carrier.call("+15550100", phone.address)
        call = await leg.until_answered()
        assert [status for _, status in call.statuses()] == [183, 200]
        await leg.hang_up()
        ended = await phone.ended()
        assert ended.well, ended.errors
