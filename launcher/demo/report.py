"""What the demo shows at its end: rows, attempts, words, sound and pushes."""

from collections import Counter
from pathlib import Path
from typing import Final

from launcher.demo.checks import CHECKS
from launcher.demo.client import Plain
from launcher.demo.facts import Facts
from launcher.demo.phone_checks import longest

MOST_LINES: Final = 12


def report(facts: Facts, folder: Path) -> int:
    """Prints it, writes recordings and transcripts into `folder`, and returns how many checks failed."""
    _rows(facts)
    _attempts(facts)
    _conversation(facts)
    _written(facts, folder)
    _phones(facts)
    return _checked(facts)


def _rows(facts: Facts) -> None:
    done = facts.lead_import
    print(f"\nRows: {done['rows']} read, {done['added']} leads, {done['errors']} refused")
    for fault, count in sorted(done["faults"].items(), key=lambda item: -item[1]):
        lines = [error["line"] for error in facts.row_errors if error["fault"] == fault]
        shown = ", ".join(map(str, lines[:MOST_LINES])) + (" …" if len(lines) > MOST_LINES else "")
        print(f"  {count:4} {fault:24} line {shown}")


def _attempts(facts: Facts) -> None:
    print(f"\nAttempts: {len(facts.attempts)}, of {len(facts.leads)} leads")
    for outcome, count in Counter(attempt["outcome"] for attempt in facts.attempts).most_common():
        print(f"  {count:4} {outcome}")
    verdicts = Counter(attempt["verdict"] for attempt in facts.attempts if attempt["verdict"])
    print("  screened as " + ", ".join(f"{name} {count}" for name, count in verdicts.most_common()))
    ends = Counter(lead["end"] for lead in facts.leads)
    print("Leads ended " + ", ".join(f"{end} {count}" for end, count in ends.most_common()))


def _conversation(facts: Facts) -> None:
    talks = [call for call in facts.calls if call["result"] and len(call["result"]["turns"]) > 3]
    if not talks:
        return
    call = max(talks, key=lambda call: len(call["result"]["turns"]))
    print(f"\nOne conversation ({call['id']}, {call['result']['outcome']}, {call['result']['disposition']}):")
    print(transcript(call))


def transcript(call: Plain) -> str:
    """One line a turn, with its second."""
    return "\n".join(
        f"  {turn['start']:6.1f} s  {turn['speaker']:6}  {turn['text']}{' —' if turn['interrupted'] else ''}"
        for turn in call["result"]["turns"]
    )


def _written(facts: Facts, folder: Path) -> None:
    for name in ("recordings", "transcripts"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for call_id, body in facts.recordings.items():
        (folder / "recordings" / f"{call_id}.wav").write_bytes(body)
    for call in facts.calls:
        if call["result"] and call["result"]["turns"]:
            (folder / "transcripts" / f"{call['id']}.txt").write_text(transcript(call) + "\n")
    print(f"\n{len(facts.recordings)} recordings   {folder / 'recordings'}")
    print(f"transcripts      {folder / 'transcripts'}")
    print(f"{len(facts.crm.pushes)} signed pushes to the CRM ({facts.crm.repeats} repeated)   {facts.crm.log}")


def _phones(facts: Facts) -> None:
    if facts.by_sip:
        print(f"{len(facts.phones)} INVITEs seen by the far end")
        for name, seconds in longest(facts).items():
            print(f"a leg{name} lasted at most {seconds:.1f} s longer than its call")


def _checked(facts: Facts) -> int:
    print("\nChecks:")
    failed = 0
    for name, check in CHECKS.items():
        faults = list(check(facts))
        failed += bool(faults)
        print(f"  {'FAILED' if faults else 'ok    '} {name}")
        for fault in faults[:MOST_LINES]:
            print(f"         {fault}")
    return failed
