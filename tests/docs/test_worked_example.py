"""CONTRIBUTING's worked example works: its blocks are taken out of the page and run."""

import re
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parents[2] / "CONTRIBUTING.md"


def test_the_example_adapter_does_what_the_page_says() -> None:
    adapter, usage = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    names: dict[str, Any] = {}

    exec(compile(adapter, "adapters/office/number_plan.py", "exec"), names)  # noqa: S102  # our own page
    exec(compile(usage, "CONTRIBUTING.md", "exec"), names)  # noqa: S102  # our own page

    assert "OfficeNumberPlan" in names
