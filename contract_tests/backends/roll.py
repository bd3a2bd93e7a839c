"""Which backends and other real things the tests had: what ran, what was left out and why, and what may not be."""

import os
from typing import Final, NoReturn

import pytest

RAN: Final[set[str]] = set()
SKIPPED: Final[dict[str, str]] = {}


def required() -> frozenset[str]:
    """What must run: CONTRACT_REQUIRE=sqlite,exchange,..."""
    return frozenset(filter(None, os.environ.get("CONTRACT_REQUIRE", "").split(",")))


def leave_out(name: str, why: str) -> NoReturn:
    """Skips the test by name, aloud; fails it where the thing is required."""
    SKIPPED[name] = why
    if name in required():
        pytest.fail(f"{name} is required here and is missing: {why}")
    pytest.skip(f"{name}: {why}")
