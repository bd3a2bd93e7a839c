"""The reader's short way says yes to exactly those messages in which its long way finds no fault."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract_tests.boundary.samples import SAMPLES
from domain.campaigns.campaign import CampaignPlan
from domain.errors import InvalidValue
from ports.messages.reader import fit, read
from ports.messages.strict import require_strict

PLAN: Final = {
    "pacing": {"concurrency": 5},
    "starts_at": "2026-03-02T12:00:00Z",
    "compliance": {
        "hours": {"by_region": {"US": [{"days": [0], "spans": [{"opens": "08:00:00", "closes": "21:00:00"}]}]}}
    },
    "retries": {"delays": {"busy": {"least": 1, "most": 2}}},
}
MESSAGES: Final[dict[str, tuple[Any, Any]]] = {
    **{name: (type(sample), msgspec.to_builtins(sample)) for name, sample in SAMPLES.items()},
    "campaign_plan": (CampaignPlan, PLAN),
}
ODD: Final[tuple[Any, ...]] = (
    None, True, 1, -1, 2**63, 1.5, "", "x", "2026-03-02T12:00:00", "2026-03-02T12:00:00Z", "08:00:00", "08:00:00Z",
    [], {}, ["x"], {"x": 1},
)  # fmt: skip


def places(plain: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    steps = plain.items() if isinstance(plain, dict) else enumerate(plain) if isinstance(plain, list) else ()
    for step, value in steps:
        yield from places(value, (*path, step))


def changed(plain: Any, path: tuple[Any, ...], value: Any) -> Any:
    """A copy with another value at the path; where a dict is, a field more as well."""
    if not path:
        return {**plain, "unknown": value} if isinstance(plain, dict) else value
    first, *rest = path
    part = changed(plain[first], tuple(rest), value)
    if isinstance(plain, dict):
        return {**plain, first: part}
    return [*plain[:first], part, *plain[first + 1 :]]


def faults_in_short(body: bytes, kind: Any) -> bool:
    try:
        require_strict(body, kind)
        msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, InvalidValue, ValueError):
        return True
    return False


def outcome(work: Any) -> Any:
    try:
        return work()
    except InvalidValue as error:
        return error.faults


@pytest.mark.parametrize("name", MESSAGES)
def test_a_good_message_goes_the_short_way(name: str) -> None:
    kind, plain = MESSAGES[name]
    body = msgspec.json.encode(plain)
    assert not faults_in_short(body, kind)
    assert read(body, kind) == fit(plain, kind)


@given(data=st.data(), name=st.sampled_from(sorted(MESSAGES)), value=st.sampled_from(ODD))
@settings(max_examples=400, deadline=None)
def test_both_ways_agree_on_every_message_with_one_thing_changed(data: st.DataObject, name: str, value: Any) -> None:
    kind, plain = MESSAGES[name]
    odd = changed(plain, data.draw(st.sampled_from(list(places(plain)))), value)
    body = msgspec.json.encode(odd)
    slow = outcome(lambda: fit(odd, kind))
    assert outcome(lambda: read(body, kind)) == slow
    if not isinstance(slow, tuple):
        assert not faults_in_short(body, kind) or b"9223372036854775808" in body


def test_a_field_that_nobody_knows_is_named_however_deep_it_stands() -> None:
    plain = changed(MESSAGES["result_package"][1], ("turns", 0, "words", 1), "y")
    with pytest.raises(InvalidValue) as refused:
        read(msgspec.json.encode(plain), MESSAGES["result_package"][0])
    assert [fault.field for fault in refused.value.faults] == ["turns[0].words[1].unknown"]


def test_an_instant_without_an_offset_is_refused_however_it_is_escaped() -> None:
    body = msgspec.json.encode(MESSAGES["result_package"][1]).replace(
        b"2026-03-02T12:00:00Z", b"\\u0032026-03-02T12:00:00"
    )
    with pytest.raises(InvalidValue) as refused:
        read(body, MESSAGES["result_package"][0])
    assert {fault.field for fault in refused.value.faults} == {"ended_at", "answered_at", "transfer.at"}
