"""One thread at a time makes decoders: two that meet a record together end the process, and nothing else tells."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CODE = ("domain", "ports", "adapters", "applications", "launcher")
MAKER = ROOT / "ports/messages/decoders.py"
MEETING = """
import dataclasses, sys, threading
import msgspec
from ports.messages.decoders import decoder_of

def read(kind, text, all_at_once):
    all_at_once.wait()
    {read}

sys.setswitchinterval(1e-7)
for nth in range(100):
    fields = [f"field_{{number}}" for number in range(20)]
    inner = dataclasses.make_dataclass(f"Inner{{nth}}", [(name, "int | None") for name in fields])
    kind = dataclasses.make_dataclass(f"Record{{nth}}", [*[(name, "str") for name in fields], ("inner", inner)])
    text = msgspec.json.encode({{**dict.fromkeys(fields, "x"), "inner": dict.fromkeys(fields, 1)}})
    all_at_once = threading.Barrier(6)
    threads = [threading.Thread(target=read, args=(kind, text, all_at_once)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
"""


def test_threads_that_meet_a_record_together_all_read_it() -> None:
    ended = _ended("decoder_of(kind).decode(text)")
    assert ended.returncode == 0, ended.stderr.decode()


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="seen with Python 3.11")
def test_this_is_still_needed() -> None:
    """When it fails, msgspec has mended it, and `decoder_of` may go."""
    assert any(_ended("msgspec.json.decode(text, type=kind)").returncode < 0 for _ in range(20))


def test_nobody_else_makes_one_but_while_it_is_imported() -> None:
    files = [path for folder in CODE for path in (ROOT / folder).rglob("*.py") if path != MAKER]
    assert [found for path in files for found in _made_in(path)] == []


def _ended(read: str) -> "subprocess.CompletedProcess[bytes]":
    command = [sys.executable, "-c", MEETING.format(read=read)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False)  # noqa: S603  # ours


def _made_in(path: Path) -> list[str]:
    """Calls in functions of `msgspec.….Decoder(…)`, and of `msgspec.….decode(…, type=…)`, which makes one."""
    functions = [
        node
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    calls = [node for function in functions for node in ast.walk(function) if isinstance(node, ast.Call)]
    named = [(ast.unparse(call.func), {word.arg for word in call.keywords}, call.lineno) for call in calls]
    return [
        f"{path.relative_to(ROOT)}:{line}"
        for name, words, line in named
        if name.startswith("msgspec.") and (name.endswith(".Decoder") or (name.endswith(".decode") and "type" in words))
    ]
