"""The documents name files and folders that exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
BASES = ("", "applications/api", "applications/dialler/use_cases")
NOT_OURS = ("adapters/office/", "core/", "objects/", "exchange/", "data/")
"""A worked example, and what stands in the data folder."""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_path_that_a_page_names_is_there(page: Path) -> None:
    text = page.read_text()
    named = set(re.findall(r"`((?:[a-z_]+/)+[a-z_]*(?:\.[a-z]+)?)`", text)) | set(re.findall(r"\]\(([^)#:]+)\)", text))
    missing = [name for name in named if not name.startswith(NOT_OURS) and not _exists(name, page)]

    assert missing == []


def _exists(name: str, page: Path) -> bool:
    return (page.parent / name).exists() or any((ROOT / base / name).exists() for base in BASES)
