"""`./cxb map`: README's map of the code, made of the first sentence of every module."""

import ast
from pathlib import Path
from typing import Final

from launcher.problem import LaunchProblem

ROOT: Final = Path(__file__).resolve().parent.parent
PACKAGES: Final = ("domain", "ports", "adapters", "applications", "launcher")
BEGIN: Final = "<!-- map: written by ./cxb map -->"
END: Final = "<!-- end of map -->"


def write_map(*, only_check: bool) -> int:
    """Puts the map between its two marks in docs/map.md. With `only_check`, 1 when it was not up to date."""
    file = ROOT / "README.md"
    text = file.read_text()
    if BEGIN not in text or END not in text:
        raise LaunchProblem(f"{file} has no marks for the map")
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    fresh = f"{before}{BEGIN}\n{_map()}{END}{after}"
    if only_check:
        print("the map is up to date" if fresh == text else "README.md is out of date: run ./cxb map")
        return 0 if fresh == text else 1
    file.write_text(fresh)
    return 0


def _map() -> str:
    return "".join(f"\n### {package}/\n\n{_rows(ROOT / package)}" for package in PACKAGES)


def _rows(folder: Path) -> str:
    modules = sorted(path for path in folder.rglob("*.py") if path.name != "__init__.py")
    return "".join(f"- `{path.relative_to(ROOT)}`: {_first_sentence(path)}\n" for path in modules)


def _first_sentence(path: Path) -> str:
    docstring = ast.get_docstring(ast.parse(path.read_text())) or ""
    return " ".join(docstring.split("\n\n")[0].split())
