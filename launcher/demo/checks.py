"""The demo's end checks: the numbers agree wherever they appear, and every promise was kept."""

import array
import io
import wave
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Final

from domain.calls.outcome import ANSWERED, NOT_AN_ATTEMPT, Outcome
from launcher.demo.client import Plain
from launcher.demo.facts import Facts
from launcher.demo.kill_checks import calls_went_on, nothing_else_was_lost, the_struck_calls_say_so
from launcher.demo.phone_checks import (
    every_phone_was_let_go,
    only_who_was_called_rang,
    who_is_said_to_have_answered_did,
    who_is_said_to_have_hung_up_did,
)
from launcher.demo.scene import CLOSED_REGION

QUIET: Final = 200
"""A recording in which no sample is louder holds nothing that could be heard."""

Check = Callable[[Facts], Iterator[str]]


def every_row_is_accounted_for(facts: Facts) -> Iterator[str]:
    done = facts.lead_import
    if done["state"] != "done":
        yield f"the import ended {done['state']}: {done['failure']}"
    if done["rows"] != done["added"] + done["errors"]:
        yield f"{done['rows']} rows, but {done['added']} added and {done['errors']} refused"
    if len(facts.row_errors) != done["errors"]:
        yield f"{done['errors']} refused rows, but {len(facts.row_errors)} listed by line"
    if len(facts.leads) != done["added"]:
        yield f"{done['added']} rows added, but {len(facts.leads)} leads"


def every_lead_is_done(facts: Facts) -> Iterator[str]:
    counted = sum(count for key, count in facts.campaign["leads"].items() if key.startswith("done."))
    if facts.campaign["campaign"]["state"] != "completed":
        yield f"the campaign is {facts.campaign['campaign']['state']}"
    if counted != len(facts.leads) or any(lead["state"] != "done" for lead in facts.leads):
        yield f"{len(facts.leads)} leads, but {counted} done: {facts.campaign['leads']}"


def attempts_agree_everywhere(facts: Facts) -> Iterator[str]:
    listed = Counter(attempt["outcome"] for attempt in facts.attempts)
    funnel = {
        key.removeprefix("outcome."): count
        for key, count in facts.campaign["funnel"].items()
        if key.startswith("outcome.")
    }
    called = Counter(call["result"]["outcome"] for call in facts.campaign_calls if call["result"])
    if dict(listed) != funnel:
        yield f"attempts by list {dict(listed)}, by funnel {funnel}"
    if listed != called:
        yield f"outcomes of attempts {dict(listed)}, of calls {dict(called)}"
    if facts.attempts_csv != len(facts.attempts):
        yield f"{len(facts.attempts)} attempts, {facts.attempts_csv} in the export"
    if any(attempt["state"] != "settled" for attempt in facts.attempts):
        yield "an attempt is not settled"


def nobody_was_tried_too_often(facts: Facts) -> Iterator[str]:
    counted = Counter(a["lead_id"] for a in facts.attempts if Outcome(a["outcome"]) not in NOT_AN_ATTEMPT)
    for lead in facts.leads:
        if counted[lead["id"]] > 2 or counted[lead["id"]] != lead["attempts"]:
            yield f"lead {lead['id']} was tried {counted[lead['id']]} times and says {lead['attempts']}"
    calls = Counter(attempt["call_id"] for attempt in facts.attempts)
    if any(count > 1 for count in calls.values()):
        yield "two attempts share a call"


def retries_waited(facts: Facts) -> Iterator[str]:
    ends = {(a["lead_id"], a["number"]): datetime.fromisoformat(a["ended_at"]) for a in facts.attempts}
    for attempt in facts.attempts:
        before = ends.get((attempt["lead_id"], attempt["number"] - 1))
        if before is None:
            continue
        waited = (datetime.fromisoformat(attempt["opened_at"]) - before).total_seconds()
        if waited < facts.least_pause - 0.1:
            yield f"attempt {attempt['id']} came {waited:.1f} s after the one before"


def who_must_not_ring_did_not(facts: Facts) -> Iterator[str]:
    for call in facts.calls:
        if call["phone"] in facts.dnc:
            yield f"call {call['id']} went to a number on the DNC list"
    refused = [lead for lead in facts.leads if lead["phone"]["e164"] in facts.dnc]
    if not refused or any(lead["end"] != "dnc" or lead["attempts"] for lead in refused):
        yield f"leads on the DNC list ended {[lead['end'] for lead in refused]}"
    unknown = facts.invited - {call["id"] for call in facts.calls}
    if unknown:
        yield f"{len(unknown)} INVITEs of calls that nobody stored"


def closed_hours_were_kept(facts: Facts) -> Iterator[str]:
    closed = [lead for lead in facts.leads if lead["phone"]["region"] == CLOSED_REGION]
    if not closed:
        yield "no lead lies in closed hours"
    for lead in closed:
        if lead["end"] != "out_of_hours" or lead["attempts"]:
            yield f"lead {lead['id']} ended {lead['end']} after {lead['attempts']} attempts"


def recordings_can_be_played(facts: Facts) -> Iterator[str]:
    for call in facts.calls:
        result = call["result"]
        recorded = call["id"] in facts.recordings
        if result and Outcome(result["outcome"]) in ANSWERED - {Outcome.ABANDONED, Outcome.CORE_LOST} and not recorded:
            yield f"call {call['id']} was {result['outcome']} and has no recording"
        if recorded:
            yield from _unplayable(call, facts.recordings[call["id"]])


def _unplayable(call: Plain, body: bytes) -> Iterator[str]:
    with wave.open(io.BytesIO(body)) as recording:
        seconds = recording.getnframes() / recording.getframerate()
        samples = array.array("h", recording.readframes(recording.getnframes()))
        if recording.getnchannels() != 2 or abs(seconds - call["result"]["recording"]["seconds"]) > 0.1:
            yield f"recording of {call['id']}: {recording.getnchannels()} channels, {seconds:.1f} s"
    spoke = {turn["speaker"] for turn in call["result"]["turns"]}
    for side, speaker in enumerate(("callee", "bot")):
        if speaker in spoke and max(map(abs, samples[side::2]), default=0) < QUIET:
            yield f"recording of {call['id']}: the {speaker} spoke and cannot be heard"


def conversations_have_transcripts(facts: Facts) -> Iterator[str]:
    for call in facts.calls:
        if call["result"] and call["result"]["outcome"] == "completed":
            speakers = {turn["speaker"] for turn in call["result"]["turns"]}
            if "bot" not in speakers:
                yield f"call {call['id']} was completed and the bot said nothing"


def the_crm_knows_every_result(facts: Facts) -> Iterator[str]:
    waiting = [row for row in facts.deliveries if row["state"] != "delivered"]
    if waiting:
        yield f"{len(waiting)} pushes are not delivered"
    ids = {row["id"] for row in facts.deliveries}
    if ids != facts.crm.pushes.keys():
        yield f"{len(ids)} pushes by the log, {len(facts.crm.pushes)} at the CRM"
    if facts.crm.forged:
        yield f"{facts.crm.forged} pushes had a wrong signature"
    told = _told(facts.crm.pushes)
    for call in facts.calls:
        outcome = call["result"] and call["result"]["outcome"]
        if outcome not in told.get(call["id"], set()):
            yield f"call {call['id']} ended {outcome}, the CRM was told {told.get(call['id'])}"


def _told(pushes: Mapping[str, Plain]) -> dict[str, set[str]]:
    """Outcomes by call. A result that replaced a stand-in is told as well."""
    told: dict[str, set[str]] = {}
    for push in pushes.values():
        data = push.get("data", push)
        told.setdefault(data["call_id"], set()).add(data["outcome"])
    return told


CHECKS: Final[Mapping[str, Check]] = {
    check.__name__.replace("_", " "): check
    for check in (
        every_row_is_accounted_for,
        every_lead_is_done,
        attempts_agree_everywhere,
        nobody_was_tried_too_often,
        retries_waited,
        who_must_not_ring_did_not,
        closed_hours_were_kept,
        recordings_can_be_played,
        conversations_have_transcripts,
        the_crm_knows_every_result,
        only_who_was_called_rang,
        who_is_said_to_have_answered_did,
        who_is_said_to_have_hung_up_did,
        every_phone_was_let_go,
        the_struck_calls_say_so,
        nothing_else_was_lost,
        calls_went_on,
    )
}
