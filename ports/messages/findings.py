"""What a process found when it looked into why calls are not made, or what became of them."""

from typing import Final

import msgspec


class Finding(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that was looked at. `remedy` is what to do where it is not `ok`.

    `keeps_calls`: as long as it is so, no call is made, or none of a campaign that should be.
    """

    subject: str
    ok: bool
    detail: str
    remedy: str = ""
    keeps_calls: bool = False


class Findings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    findings: tuple[Finding, ...]


def fine(subject: str, detail: str) -> Finding:
    return Finding(subject=subject, ok=True, detail=detail)


def stops_calls(subject: str, detail: str, remedy: str) -> Finding:
    return Finding(subject=subject, ok=False, detail=detail, remedy=remedy, keeps_calls=True)


def worth_a_look(subject: str, detail: str, remedy: str) -> Finding:
    """Something is wrong; calls are made all the same."""
    return Finding(subject=subject, ok=False, detail=detail, remedy=remedy)


SYSTEM_CHECK: Final = "/api/v1/system/check"
CORE_CHECK: Final = "/v1/check"
