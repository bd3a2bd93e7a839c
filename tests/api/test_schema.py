"""What the API's description says is so: of every operation, for every role."""

import os
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import pytest
import structlog
from schemathesis.core.failures import FailureGroup
from schemathesis.generation.modes import GenerationMode

import tests.api.documented
from domain.ids import DEFAULT_BRAND
from domain.people.user import PERMISSIONS, Role
from tests.api.documented import Documented, believable, documented, operations, schemes_of
from tests.api.furnished import good_requests

LARGE: Final = os.environ.get("CONTRACT_TRIALS") == "large"
COVERING: Final = 100_000 if LARGE else 12
DRAWN: Final = 50 if LARGE else 2
"""Cases an operation: of those that cover its limits, spread over all of them, and drawn ones each way."""

OPERATIONS: Final = tuple(good_requests("", DEFAULT_BRAND))
FOR_PEOPLE: Final = tuple(name for name, (_, _, told) in operations().items() if "person" in schemes_of(told))
READING: Final = PERMISSIONS[Role.VIEWER]


@pytest.fixture(scope="module")
def api() -> Iterator[Documented]:
    with structlog.testing.capture_logs():
        made = documented()
        yield made
        reached = f"{len(made.succeeded)} of {len(made.operations)} operations reached a 2xx"
        sys.stdout.write(f"\n{made.cases} cases, {reached}\n")


def test_every_operation_has_a_request_that_succeeds(api: Documented) -> None:
    assert set(api.operations) == set(OPERATIONS)
    for name, good in api.house.ours.good().items():
        assert 200 <= api.succeed(name, good).status_code < 300, name
    assert api.succeeded == set(api.operations)


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_is_as_it_is_described(api: Documented, name: str) -> None:
    good = api.house.ours.good()[name]
    covering = list(api.covering(name))
    drawn = [case for mode in GenerationMode for case in api.drawn(name, mode, DRAWN)]
    for case in [*covering[:: -(-len(covering) // COVERING)], *drawn]:
        api.send(name, believable(case, good))


@pytest.mark.parametrize("name", FOR_PEOPLE)
def test_a_viewer_sees_it_as_it_is_described(api: Documented, name: str) -> None:
    good = api.house.ours.good()[name]
    assert api.succeed(name, good, "viewer").status_code in {200, 202, 204, 403}
    for case in api.drawn(name, GenerationMode.POSITIVE, DRAWN):
        api.send(name, believable(case, good), "viewer")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Range": "bytes=0-9"}, 206),
        ({"Range": "bytes=999999-"}, 416),
        ({"Range": "pages=1"}, 200),
        ({"If-None-Match": "*"}, 304),
    ],
)
def test_parts_of_a_recording_are_as_they_are_described(api: Documented, headers: dict[str, str], status: int) -> None:
    good = api.house.ours.good()["getRecording"]
    asked = replace(good, headers=headers)
    assert api.succeed("getRecording", asked).status_code == status


def test_a_rule_that_is_not_described_is_found(api: Documented, monkeypatch: pytest.MonkeyPatch) -> None:
    """The check can see: without its list of what no schema can say, it finds those rules."""
    monkeypatch.setattr(tests.api.documented, "UNSAYABLE", re.compile("(?!)"))
    cases = [case for case in api.covering("createCampaign") if case.meta and case.meta.generation.mode.is_positive]
    with pytest.raises(FailureGroup, match="no such bot"):
        api.send("createCampaign", cases[0])
