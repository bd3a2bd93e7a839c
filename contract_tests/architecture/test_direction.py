"""Which way imports point, and that the domain needs nothing but Python: kept without any tool."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ALLOWED = {
    "domain": {"domain"},
    "ports": {"domain", "ports"},
    "adapters": {"domain", "ports", "adapters"},
    "applications": {"domain", "ports", "applications"},
    "launcher": {"domain", "ports", "launcher"},
}
OURS = set(ALLOWED)


def imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text())
    absolute = {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module}
    plain = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    return {name.split(".")[0] for name in absolute | plain}


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


@pytest.mark.parametrize("layer", ALLOWED)
def test_imports_point_inward(layer: str) -> None:
    for path in modules(layer):
        if path.name != "container.py":  # the composition root: it alone knows adapters
            assert imported(path) & OURS <= ALLOWED[layer], path


def test_the_domain_needs_nothing_but_python() -> None:
    for path in modules("domain"):
        assert imported(path) <= sys.stdlib_module_names | {"domain"}, path


def test_no_import_hides_inside_a_function() -> None:
    for package in OURS:
        for path in modules(package):
            tree = ast.parse(path.read_text())
            functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
            hidden = [n for f in functions for n in ast.walk(f) if isinstance(n, ast.Import | ast.ImportFrom)]
            assert not hidden, path
