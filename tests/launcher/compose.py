"""deploy/compose.yaml as a test reads it: what each key may hold, nothing said twice, and every variable filled in."""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import yaml  # type: ignore[import-untyped]  # for tests only

FILE: Final = Path(__file__).resolve().parents[2] / "deploy" / "compose.yaml"
VARIABLE: Final = re.compile(r"\$\{(?P<name>[A-Z_]+):\?(?P<why>[^}]+)\}")
DURATION: Final = re.compile(r"\d+[smh]")

Check = Callable[[Any], bool]


def text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, str) for one in value)


def variables(value: Any) -> bool:
    return isinstance(value, dict) and all(re.fullmatch(r"[A-Z_0-9]+", name) and text(v) for name, v in value.items())


def duration(value: Any) -> bool:
    return isinstance(value, str) and bool(DURATION.fullmatch(value))


def one_of(*values: Any) -> Check:
    return lambda value: value in values


def mapping(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    """Has all of the required keys and none but these, each with a value as it should be."""
    known = {**required, **(optional or {})}
    return lambda value: (
        isinstance(value, dict)
        and required.keys() <= value.keys() <= known.keys()
        and all(known[key](one) for key, one in value.items())
    )


def each(check: Check) -> Check:
    return lambda value: isinstance(value, dict) and bool(value) and all(check(one) for one in value.values())


HEALTHCHECK: Final = mapping(
    {
        "test": lambda value: texts(value) and value[0] == "CMD",
        "interval": duration,
        "timeout": duration,
        "retries": lambda value: isinstance(value, int) and value > 0,
    }
)
SERVICE: Final = mapping(
    {
        "image": text,
        "network_mode": one_of("host"),
        "restart": one_of("unless-stopped"),
        "healthcheck": HEALTHCHECK,
    },
    {
        "build": mapping({"context": text, "dockerfile": text}),
        "command": texts,
        "environment": variables,
        "depends_on": each(mapping({"condition": one_of("service_healthy")})),
        "volumes": texts,
        "init": one_of(True),
        "cap_drop": texts,
        "security_opt": texts,
        "stop_grace_period": duration,
    },
)
"""As the Compose specification has them, of its keys those that are used here."""


def compose() -> dict[str, Any]:
    written = FILE.read_text()
    assert list(said_twice(yaml.compose(written))) == []
    loaded: dict[str, Any] = yaml.safe_load(written)
    return loaded


def said_twice(node: Any) -> Iterator[str]:
    """Keys that stand twice in a mapping, of which YAML silently keeps the last."""
    if isinstance(node, yaml.MappingNode):
        keys = [key.value for key, _ in node.value]
        yield from (key for key in set(keys) if keys.count(key) > 1)
    if isinstance(node, yaml.CollectionNode):
        for one in node.value:
            for part in one if isinstance(one, tuple) else (one,):
                yield from said_twice(part)


def filled(value: Any, values: Mapping[str, str]) -> Any:
    """With `${NAME:?why}` replaced, which is the only kind of variable there is."""
    if isinstance(value, dict):
        return {key: filled(one, values) for key, one in value.items()}
    if isinstance(value, list):
        return [filled(one, values) for one in value]
    return VARIABLE.sub(lambda found: values[found["name"]], value) if isinstance(value, str) else value


def variables_in(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from variables_in(one)
    elif isinstance(value, str):
        yield from (found["name"] for found in VARIABLE.finditer(value))
