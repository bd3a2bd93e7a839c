"""`./cxb check`: answers "why can't I make a call?" by looking, one line a finding."""

from collections.abc import AsyncIterator, Iterable

from launcher.check_here import here, with_kept_secrets
from launcher.check_processes import processes
from launcher.up import resolved
from ports.messages.findings import Finding
from ports.settings import Settings


async def system_check() -> int:
    """Prints what it finds as it finds it; 1 when something keeps calls from being made. Raises InvalidValue when the
    settings are wrong, which answers the question as well."""
    found = []
    async for finding in look(resolved()):
        print(line(finding), flush=True)
        found.append(finding)
    print(verdict(found), flush=True)
    return 1 if any(finding.keeps_calls for finding in found) else 0


async def look(settings: Settings) -> AsyncIterator[Finding]:
    """First this machine, then each process, and then what they have found."""
    for finding in here(settings):
        yield finding
    asked = processes(with_kept_secrets(settings))
    async with asked.http:
        async for finding in asked.findings():
            yield finding


def line(finding: Finding) -> str:
    mark = "ok" if finding.ok else "PROBLEM" if finding.keeps_calls else "look"
    said = f"{mark:<8} {finding.subject}: {finding.detail}"
    return f"{said} -> {finding.remedy}" if finding.remedy else said


def verdict(found: Iterable[Finding]) -> str:
    subjects = list(dict.fromkeys(finding.subject for finding in found if finding.keeps_calls))
    if not subjects:
        return "\ncxb check: nothing keeps calls from being made"
    return f"\ncxb check: no calls are made because of: {', '.join(subjects)}"
