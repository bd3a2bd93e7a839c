"""What the API finds when it is asked why calls are not made, and what became of those that were."""

from array import array
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from adapters.memory.core_gateway import MemoryCore
from applications.api.container import Container
from contract_tests.ports import specimens
from domain.bots.bot import BotSpec, BotState
from domain.calls.call import CallState
from domain.calls.outcome import Outcome
from domain.calls.result import Recording, Result, ResultSource
from domain.campaigns.attempt import AttemptState
from domain.campaigns.campaign import Campaign, CampaignPlan, CampaignState
from domain.campaigns.gate import Compliance
from domain.campaigns.number_pool import CallerNumber, NumberPool
from domain.campaigns.pacing import Limit
from domain.campaigns.pulse import Pulse
from domain.crm.delivery import PushTry
from domain.hours import CallingHours
from domain.ids import DEFAULT_BRAND, ServerId, UserId
from domain.routing.fleet import CoreServer
from ports.errors import Unavailable
from ports.messages.findings import SYSTEM_CHECK, Finding, Findings
from ports.messages.reader import read

SECRET = {"x-cxbcore-secret": "c" * 40}
URL = "http://core-1"
OURS = {"brand": DEFAULT_BRAND}


@pytest.fixture
async def system(container: Container) -> Container:
    """One where calls are made."""
    now = container.clock().now()
    core = MemoryCore(server_id=ServerId("core-1"), capacity=2)
    container.cores().cores[URL] = core
    seen = CoreServer(id=core.server_id, url=URL).beat(
        capacity=2, live=0, release="1", run=core.run, draining=False, at=now
    )
    await container.fleet().put(seen)
    await container.trunks().add(specimens.trunk(1, **OURS))
    bot = specimens.bot(1, **OURS, draft=BotSpec(prompt="Be kind"), created_at=now)
    await container.bots().add(bot.publish(by=UserId("u"), at=now))
    await container.campaigns().add(campaign(container))
    await container.leads().add([specimens.lead(n, **OURS, due_at=now) for n in range(1, 4)])
    await pulse(container, Limit.CONCURRENCY)
    return container


def campaign(container: Container, **changes: Any) -> Campaign:
    plan = CampaignPlan(numbers=NumberPool(numbers=(CallerNumber(e164="+14155550199"),)))
    given: dict[str, Any] = {"plan": plan, "state": CampaignState.RUNNING, "bot_version": 1, **OURS, **changes}
    return replace(specimens.campaign(1, **given), id=specimens.CAMPAIGN, bot_id=specimens.bot(1).id)


async def pulse(container: Container, limit: Limit) -> None:
    at = container.clock().now()
    await container.campaigns().put_pulse(
        Pulse(campaign_id=specimens.CAMPAIGN, at=at, dialler="dialler_1", limit=limit)
    )


async def change(container: Container, **changes: Any) -> None:
    campaigns = container.campaigns()
    await campaigns.save(replace(await campaigns.get(DEFAULT_BRAND, specimens.CAMPAIGN), **changes))


async def looked(client: httpx.AsyncClient) -> Mapping[str, Finding]:
    answer = await client.get(f"http://127.0.0.1:8601{SYSTEM_CHECK}", headers=SECRET)
    assert answer.status_code == 200, answer.text
    return {finding.subject: finding for finding in read(answer.content, Findings).findings}


def problems(found: Mapping[str, Finding]) -> dict[str, bool]:
    """Subject to whether it keeps calls."""
    for finding in found.values():
        assert finding.ok or finding.remedy, finding
    return {subject: finding.keeps_calls for subject, finding in found.items() if not finding.ok}


CAMPAIGN = f"campaign {specimens.CAMPAIGN}"


async def test_nothing_is_wrong_where_calls_are_made(system: Container, stranger: httpx.AsyncClient) -> None:
    found = await looked(stranger)
    assert problems(found) == {}
    assert {"core core-1", "trunks", "bots", CAMPAIGN, "results", "relay", "leads", "crm"} <= found.keys()


async def test_only_our_own_processes_are_told(system: Container, stranger: httpx.AsyncClient) -> None:
    assert (await stranger.get(f"http://127.0.0.1:8601{SYSTEM_CHECK}")).status_code == 401


async def test_an_empty_system_lacks_everything_that_a_call_needs(stranger: httpx.AsyncClient) -> None:
    assert problems(await looked(stranger)) == {"cores": True, "trunks": True, "bots": True, "campaigns": True}


async def test_trunks_that_are_all_switched_off_keep_calls(system: Container, stranger: httpx.AsyncClient) -> None:
    trunks = system.trunks()
    [trunk] = await trunks.all(None)
    await trunks.save(replace(trunk, enabled=False))
    assert problems(await looked(stranger)) == {"trunks": True}


async def test_each_way_in_which_a_core_takes_no_calls_is_told_apart(
    system: Container, stranger: httpx.AsyncClient
) -> None:
    core = system.cores().cores[URL]
    details = {}
    for name, changes in (
        ("dead", {"dead": True}),
        ("draining", {"draining": True}),
        ("full", {"capacity": 0}),
        ("wrong worker", {"server_id": ServerId("core-9")}),
    ):
        system.cores().cores[URL] = replace(core, **changes)
        found = await looked(stranger)
        assert problems(found) == {"core core-1": False, "cores": True}, name
        details[name] = found["core core-1"].detail
    assert "does not answer" in details["dead"]
    assert "draining" in details["draining"]
    assert "full" in details["full"]
    assert "wrong worker" in details["wrong worker"]
    assert "core-9" in details["wrong worker"]


async def test_a_second_core_that_is_gone_keeps_no_calls(system: Container, stranger: httpx.AsyncClient) -> None:
    await system.fleet().put(CoreServer(id=ServerId("core-2"), url="http://core-2"))
    assert problems(await looked(stranger)) == {"core core-2": False}


@pytest.mark.parametrize(
    "limit",
    [
        *(Limit.NO_API, Limit.NO_CORE, Limit.NO_TRUNK, Limit.TRUNK_DISABLED, Limit.NO_CALLER_NUMBER),
        *(Limit.CORE_SLOTS, Limit.TRUNK_CHANNELS),
    ],
)
async def test_what_binds_a_campaign_that_does_not_dial_is_told(
    system: Container, stranger: httpx.AsyncClient, limit: Limit
) -> None:
    await pulse(system, limit)
    found = await looked(stranger)
    assert problems(found) == {CAMPAIGN: True}
    assert limit.value in found[CAMPAIGN].detail


async def test_a_campaign_that_nobody_paces_lacks_a_dialler(system: Container, stranger: httpx.AsyncClient) -> None:
    await system.campaigns().put_pulse(
        Pulse(
            campaign_id=specimens.CAMPAIGN,
            at=system.clock().now() - timedelta(seconds=30),
            dialler="gone",
            limit=Limit.NONE,
        )
    )
    found = await looked(stranger)
    assert problems(found) == {CAMPAIGN: True}
    assert "no_dialler" in found[CAMPAIGN].detail


async def test_a_campaign_that_is_paused_is_named(system: Container, stranger: httpx.AsyncClient) -> None:
    await change(system, state=CampaignState.PAUSED)
    found = await looked(stranger)
    assert problems(found) == {"campaigns": True}
    assert f"{specimens.CAMPAIGN} is paused" in found["campaigns"].detail


async def test_a_campaign_without_leads_or_a_number_or_a_bot_is_told_apart(
    system: Container, stranger: httpx.AsyncClient
) -> None:
    bots = system.bots()
    await change(system, plan=CampaignPlan())
    assert "no number" in (await looked(stranger))[CAMPAIGN].detail

    await change(system, plan=campaign(system).plan, bot_version=7)
    assert "no published version 7" in (await looked(stranger))[CAMPAIGN].detail

    await change(system, bot_version=1)
    await bots.save(replace(await bots.get(DEFAULT_BRAND, specimens.bot(1).id), state=BotState.ARCHIVED))
    assert "archived" in (await looked(stranger))[CAMPAIGN].detail


async def test_no_lead_is_due_for_want_of_any(container: Container, stranger: httpx.AsyncClient) -> None:
    bot = specimens.bot(1, **OURS, draft=BotSpec(prompt="Be kind"))
    await container.bots().add(bot.publish(by=UserId("u"), at=container.clock().now()))
    await container.campaigns().add(campaign(container))
    await pulse(container, Limit.NO_LEADS_DUE)
    finding = (await looked(stranger))[CAMPAIGN]
    assert finding.keeps_calls
    assert finding.detail == "has no leads"


async def test_no_lead_is_due_before_its_next_try(system: Container, stranger: httpx.AsyncClient) -> None:
    await pulse(system, Limit.NO_LEADS_DUE)
    found = await looked(stranger)
    assert problems(found) == {CAMPAIGN: True}
    assert "3 leads wait for their next try" in found[CAMPAIGN].detail


async def test_no_lead_is_due_out_of_hours(system: Container, stranger: httpx.AsyncClient) -> None:
    closed = Compliance(hours=CallingHours(default=()))
    await change(system, plan=replace(campaign(system).plan, compliance=closed))
    await pulse(system, Limit.NO_LEADS_DUE)
    found = await looked(stranger)
    assert problems(found) == {CAMPAIGN: True}
    assert "outside of calling hours for 3 of 3" in found[CAMPAIGN].detail


async def test_a_campaign_whose_leads_are_all_done_is_no_problem(
    system: Container, stranger: httpx.AsyncClient
) -> None:
    for lead in await system.leads().waiting(DEFAULT_BRAND, specimens.CAMPAIGN, limit=9):
        await system.leads().save(lead.finish(Outcome.COMPLETED))
    await pulse(system, Limit.NO_LEADS_DUE)
    assert problems(await looked(stranger)) == {}


async def ended(container: Container, number: int, *, relayed: bool = True, **changes: Any) -> None:
    """A call that ended a minute ago."""
    now = container.clock().now()
    given = {"ended_at": now - timedelta(minutes=1), "answered_at": now - timedelta(minutes=2), **changes}
    result: Result = specimens.result(f"digest {number}", **given)
    call = specimens.call(number, **OURS, created_at=now - timedelta(minutes=3)).conclude(result)
    await container.calls().add(replace(call, events=() if relayed else call.events))


async def recorded(container: Container, number: int, samples: Sequence[int]) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"\0" * 44 + array("h", samples).tobytes()

    stored = await container.objects().put(f"recordings/{number}", chunks())
    recording = Recording(key=stored.key, backend="memory", seconds=1.0, size=stored.size, sha256=stored.sha256)
    await ended(container, number, recording=recording)


async def test_configs_that_were_not_fetched_are_told_by_their_reason(
    system: Container, stranger: httpx.AsyncClient
) -> None:
    for number, detail in enumerate(["no_config", "no_config", "archived"], start=1):
        await ended(system, number, outcome=Outcome.FAILED, detail=detail, answered_at=None)
    answer = await stranger.get(f"http://127.0.0.1:8601{SYSTEM_CHECK}", headers=SECRET)
    details = [f.detail for f in read(answer.content, Findings).findings if f.subject == "configs"]
    assert details == ["2 calls of the last hour failed: no_config", "1 calls of the last hour failed: archived"]


async def test_results_that_the_api_had_to_write_and_those_not_passed_on_are_told(
    system: Container, stranger: httpx.AsyncClient
) -> None:
    await ended(system, 1, source=ResultSource.API, outcome=Outcome.CORE_LOST)
    await ended(system, 2, source=ResultSource.DIALLER, outcome=Outcome.BUSY, relayed=False)
    assert problems(await looked(stranger)) == {"results": False, "relay": False}


async def test_a_call_that_is_live_for_hours_misses_its_result(system: Container, stranger: httpx.AsyncClient) -> None:
    live_at = system.clock().now() - timedelta(hours=3)
    live = specimens.call(1, **OURS, state=CallState.LIVE, server_id=ServerId("core-1"), live_at=live_at)
    await system.calls().add(live)
    assert problems(await looked(stranger)) == {"results": False}


async def test_leads_that_were_not_told_are_stuck(system: Container, stranger: httpx.AsyncClient) -> None:
    at = system.clock().now() - timedelta(minutes=2)
    attempt = specimens.attempt(1, **OURS, state=AttemptState.ENDED, outcome=Outcome.BUSY, ended_at=at)
    await system.attempts().open(attempt)
    assert problems(await looked(stranger)) == {"leads": False}


async def test_recordings_that_are_missing_or_silent_are_told_and_others_are_not(
    system: Container, stranger: httpx.AsyncClient
) -> None:
    await recorded(system, 1, [0, 900, -900, 0] * 100)
    assert problems(await looked(stranger)) == {}
    await recorded(system, 2, [0, 1, -1, 0] * 100)
    assert "is silent" in (await looked(stranger))["recordings"].detail
    await ended(system, 3)
    assert "have none" in (await looked(stranger))["recordings"].detail


async def test_a_crm_that_takes_nothing_is_named_with_what_it_said(
    system: Container, stranger: httpx.AsyncClient
) -> None:
    now = system.clock().now()
    await system.targets().add(specimens.target(1, **OURS))
    failed = PushTry(at=now, milliseconds=3, status=500)
    await system.deliveries().add(specimens.delivery(1, **OURS, created_at=now, due_at=now, tries=(failed, failed)))
    found = await looked(stranger)
    assert problems(found) == {"crm": False}
    assert "said 500" in found["crm"].detail

    target = await system.targets().get(DEFAULT_BRAND, specimens.target(1).id)
    await system.targets().save(target.disable("the receiver answered 410 Gone"))
    assert "410" in (await looked(stranger))["crm"].detail


async def test_an_import_that_does_not_end_is_told(system: Container, stranger: httpx.AsyncClient) -> None:
    long_ago = system.clock().now() - timedelta(hours=1)
    await system.imports().add(specimens.lead_import(1, **OURS, created_at=long_ago))
    assert problems(await looked(stranger)) == {"imports": False}


async def test_a_store_that_cannot_be_read_is_a_finding_and_no_error(
    system: Container, stranger: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: Any, **__: Any) -> Any:
        raise Unavailable("the disk is gone")

    monkeypatch.setattr(system.trunks(), "all", away)
    found = await looked(stranger)
    assert problems(found) == {"store": True}
    assert CAMPAIGN in found


async def test_a_call_that_was_turned_away_lacks_no_result(system: Container, stranger: httpx.AsyncClient) -> None:
    call = await system.calls().add(specimens.call(9, **OURS, created_at=system.clock().now()))
    at = system.clock().now()
    result = specimens.result(outcome=Outcome.TURNED_AWAY, source=ResultSource.API, ended_at=at, answered_at=None)
    await system.calls().save(call.conclude(result))
    assert "results" not in problems(await looked(stranger))
