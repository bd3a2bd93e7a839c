"""Every port has a twin, a suite and a row in the list of backends; every module says what it is for."""

import ast
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from contract_tests.backends.registry import BACKENDS

ROOT = Path(__file__).resolve().parents[2]
NOT_ROLES = {"errors", "paging", "messages"}
LONGEST = {"domain": 250, "ports": 150, "adapters": 250, "applications": 250, "launcher": 250}
FORBIDDEN = {"utils", "util", "helpers", "helper", "common", "manager", "base", "service", "misc"}
PORTS = sorted(
    path.stem for path in (ROOT / "ports").glob("*.py") if path.stem not in NOT_ROLES and path.stem != "__init__"
)


def code() -> list[Path]:
    return [path for package in LONGEST for path in sorted((ROOT / package).rglob("*.py"))]


@pytest.mark.parametrize("port", PORTS)
def test_every_port_has_a_twin_a_suite_and_a_backend(port: str) -> None:
    assert (ROOT / "adapters" / "memory" / f"{port}.py").exists()
    assert (ROOT / "contract_tests" / "ports" / f"test_{port}.py").exists()
    assert "memory" in BACKENDS[port]


def test_every_module_says_in_one_sentence_what_it_is_for() -> None:
    for path in code():
        if path.name == "__init__.py":
            assert path.read_text() == "", path
            continue
        docstring = ast.get_docstring(ast.parse(path.read_text()))
        assert docstring, path
        assert docstring.split("\n\n")[0].strip()[-1] in ".:?`", path


def test_no_file_outgrows_its_reader() -> None:
    for path in code():
        assert len(path.read_text().splitlines()) <= LONGEST[path.relative_to(ROOT).parts[0]], path


def test_nothing_has_a_name_that_says_nothing() -> None:
    for path in code():
        assert not set(path.with_suffix("").relative_to(ROOT).parts) & FORBIDDEN, path


def test_the_packages_names_are_ours_alone() -> None:
    for package in LONGEST:
        assert set(packages_distributions().get(package, ["cxb"])) == {"cxb"}


def test_nothing_is_raised_where_python_puts_it_into_a_group() -> None:
    """Before 3.11.4 whatever leaves an `except*` is put into a group, and whoever waits for it does not know it."""
    for path in code():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.TryStar):
                raised = [
                    each for handler in node.handlers for each in ast.walk(handler) if isinstance(each, ast.Raise)
                ]
                assert not raised, f"{path}:{node.lineno}"
