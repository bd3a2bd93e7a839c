"""What is logged: events with static names, and nothing personal or secret but in fields that say so."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}
PERSONAL = {
    "phone", "to", "number", "e164", "caller", "callee", "caller_number", "name", "text", "words", "transcript",
    "prompt", "turn", "variables", "collected", "body", "answer", "email", "payload", "message", "path", "url",
}  # fmt: skip
SECRET = {"secret", "password", "token", "key", "api_key", "authorization", "headers", "cookie", "signature"}


def log_calls() -> Iterator[tuple[Path, ast.Call]]:
    for package in ("adapters", "applications", "launcher"):
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                match node:
                    case ast.Call(func=ast.Attribute(value=ast.Name(id="log"), attr=attr)) if attr in LEVELS:
                        yield path, node


def test_every_event_has_a_static_name() -> None:
    assert len(list(log_calls())) > 50
    for path, call in log_calls():
        names = [argument.value for argument in call.args if isinstance(argument, ast.Constant)]
        assert len(call.args) == len(names) == 1, f"{path}:{call.lineno}"
        assert str(names[0]).replace("_", "").replace(".", "").isalnum(), f"{path}:{call.lineno}"


def test_no_field_is_personal_or_secret_unless_it_says_so() -> None:
    for path, call in log_calls():
        fields = {keyword.arg for keyword in call.keywords}
        assert None not in fields, f"{path}:{call.lineno} spreads fields that nobody can see"
        assert not fields & (PERSONAL | SECRET), f"{path}:{call.lineno}"


def test_a_call_is_known_by_the_same_field_everywhere() -> None:
    for path, call in log_calls():
        assert not {keyword.arg for keyword in call.keywords} & {"call", "callid", "id"}, f"{path}:{call.lineno}"
