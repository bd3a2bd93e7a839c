"""Files that no spreadsheet wrote, through the whole road of an import: refused or survived, in flat memory."""

import asyncio
import csv
import io
import json
import os
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest

from applications.api.cases import maker
from applications.api.use_cases.run_imports import RunImports
from contract_tests.ports import specimens
from domain.calls.call import Origin
from domain.ids import DEFAULT_BRAND, CallId, CampaignId, LeadId
from ports.lead_store import LeadFilter
from tests.api.house import built, house

LARGE: Final = os.environ.get("CONTRACT_TRIALS") == "large"
FILE_SIZE: Final = 100_000_000 if LARGE else 20_000_000
MOST_GROWN: Final = 50_000_000

GOOD: Final = "phone,name\n+14155550101,Zoë\n+14155550102,Łukasz\n"
WESTERN: Final = "phone,name\n+14155550101,Zoë\n+14155550102,Müller\n"


def zipped(name: str, data: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return held.getvalue()


async def imported(data: bytes) -> dict[str, Any]:
    """What the API tells of an import of these bytes, once it is over."""
    home = house()
    async with home.everybody() as client:
        headers = {"content-type": "text/csv"}
        begun = await client.post("/campaigns/cmp_paused/imports?region=US", content=data, headers=headers)
        assert begun.status_code == 202, begun.text
        await maker(home.container, RunImports)()()
        shown: dict[str, Any] = (await client.get(f"/imports/{begun.json()['id']}")).json()
        for path in ("errors", "errors.csv"):
            assert (await client.get(f"/imports/{begun.json()['id']}/{path}")).status_code == 200
        return shown


async def names() -> set[str]:
    """Of the leads that were taken by the last import."""
    leads = built().container.leads()
    page = await leads.page(DEFAULT_BRAND, CampaignId("cmp_paused"), where=LeadFilter(), after=None, limit=200)
    return {lead.variables.get("name", "") for lead in page.items}


ENCODINGS: Final[Mapping[str, bytes]] = {
    **{name: GOOD.encode(name) for name in ("utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")},
    "utf-16-le with its mark": b"\xff\xfe" + GOOD.encode("utf-16-le"),
    "utf-16-be with its mark": b"\xfe\xff" + GOOD.encode("utf-16-be"),
    "utf-32-le with its mark": b"\xff\xfe\0\0" + GOOD.encode("utf-32-le"),
    "utf-32-be with its mark": b"\0\0\xfe\xff" + GOOD.encode("utf-32-be"),
    "cp1252": WESTERN.encode("cp1252"),
    "latin-1": WESTERN.encode("latin-1"),
}


@pytest.mark.parametrize("name", ENCODINGS)
async def test_every_encoding_is_read(name: str) -> None:
    shown = await imported(ENCODINGS[name])
    assert (shown["state"], shown["added"], shown["errors"]) == ("done", 2, 0)
    assert "Zoë" in await names()


WIDE: Final = 1_000_000
SURVIVED: Final[Mapping[str, tuple[bytes, dict[str, int]]]] = {
    "a row of a million columns": (GOOD.encode() + b"," * WIDE + b"\n+14155550103,last\n", {"too_long": 1}),
    "a row of ten thousand columns": (
        GOOD.encode() + b"x," * 10_000 + b"\n+14155550103,last\n",
        {"too_many_fields": 1},
    ),
    "one huge field": (GOOD.encode() + b"+14155550104," + b"x" * 5_000_000 + b"\n+14155550103,last\n", {"too_long": 1}),
    "one huge field in quotes": (
        GOOD.encode() + b'+14155550104,"' + b"x" * 1_000_000 + b'"\n+14155550103,last\n',
        {"too_long": 1},
    ),
    "NUL": (GOOD.encode() + b"+14155550104,a\0b\n+14155550103,last\n", {"not_text": 1}),
    "nothing but NUL in a row": (GOOD.encode() + b"\0" * 1000 + b"\n+14155550103,last\n", {"not_text": 1}),
    "two encodings in one file": (GOOD.encode() + b"+14155550104,\xff\xfe\n+14155550103,last\n", {}),
    "a quote that is never closed": (GOOD.encode() + b'+14155550104,"open\n+14155550103,last\n', {}),
    "quotes everywhere": (GOOD.encode() + b'"""""""",""""\n+14155550103,last\n', {"not_a_number": 1}),
    "line ends of every kind": (b"phone,name\r+14155550101,a\r\n+14155550102,b\n\r\n\n+14155550103,last", {}),
    "only a header": (b"phone,name\n", {}),
    "only a header, without an end": (b"phone,name", {}),
    "backspaces and bells": (GOOD.encode() + b"+14155550104,\x07\x08\x1b[2J\n+14155550103,last\n", {}),
    "marks that turn text around": (GOOD.encode() + "\u202e+14155550104,\u202eevil\n+14155550103,last\n".encode(), {}),
}


@pytest.mark.parametrize("name", SURVIVED)
async def test_what_is_wrong_is_named_and_the_rest_is_taken(name: str) -> None:
    data, faults = SURVIVED[name]
    shown = await imported(data)
    assert shown["state"] == "done"
    assert shown["faults"] == faults or not faults
    assert shown["rows"] == shown["added"] + shown["errors"]
    if b"last" in data and b'"open' not in data:
        assert "last" in await names()


UNUSABLE: Final[Mapping[str, tuple[bytes, str]]] = {
    "a header of a million columns": (b"phone" + b",x" * WIDE + b"\n", "header_unreadable"),
    "a header of three hundred columns": (b"phone" + b",x" * 300 + b"\n", "too_many_columns"),
    "no phone column": (b"name,note\nAda,x\n", "no_phone_column"),
    "a zip bomb": (zipped("leads.csv", b"phone\n" + b"0" * 30_000_000), "header_unreadable"),
    "a workbook": (zipped("xl/workbook.xml", b"<workbook/>"), "header_unreadable"),
    "a programme": (b"\x7fELF\x02\x01\x01" + b"\0" * 200, "header_unreadable"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + Random(1).randbytes(2_000), "no_phone_column"),  # noqa: S311  # the same each time
    "chance": (Random(2).randbytes(100_000), ""),  # noqa: S311
    "JSON": (b'[{"phone": "+14155550101"}]', "no_phone_column"),
    "HTML": (b"<html><body>Not Found</body></html>", "no_phone_column"),
    "blank lines": (b"\n\n\r\n \n", "empty_file"),
    "a mark alone": (b"\xef\xbb\xbf", "empty_file"),
    "half a character": (b"\xff\xfeA", ""),
    "NUL alone": (b"\0" * 100_000, ""),
}


@pytest.mark.parametrize("name", UNUSABLE)
async def test_a_file_that_is_none_is_given_up_with_a_word(name: str) -> None:
    data, failure = UNUSABLE[name]
    shown = await imported(data)
    assert (shown["state"], shown["added"]) == ("failed", 0)
    assert shown["failure"]
    assert shown["failure"] == failure or not failure


async def test_an_empty_file_is_refused_at_once() -> None:
    async with house().everybody() as client:
        answer = await client.post(
            "/campaigns/cmp_paused/imports?region=US", content=b"", headers={"content-type": "text/csv"}
        )
    assert answer.status_code == 400


FORMULAS: Final = (
    "=1+1",
    "+1+cmd|' /C calc'!A0",
    "-2+3+cmd",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "＝1",
    " =1",
    '=HYPERLINK("x")',
)


async def test_a_formula_goes_in_as_it_is_and_comes_out_as_text() -> None:
    """Into variables as it was written, for the bot; out of every export with an apostrophe, for the spreadsheet."""
    held = io.StringIO()
    csv.writer(held).writerows([["phone", "name"], *([f"+1415555{n:04}", text] for n, text in enumerate(FORMULAS))])
    shown = await imported(held.getvalue().encode())
    assert shown["added"] == len(FORMULAS)
    assert {text.strip() for text in FORMULAS} == await names()


async def test_no_export_holds_a_formula_and_numbers_stay_readable() -> None:
    home = house()
    container = home.container
    running, formula = CampaignId("cmp_running"), FORMULAS[0]
    for number, text in enumerate((*FORMULAS, "-5", "+14155550123", "3.5")):
        call = specimens.call(number, id=CallId(f"cal_f{number}"), brand=DEFAULT_BRAND, origin=Origin(external_id=text))
        stored = await container.calls().add(call)
        await container.calls().save(stored.conclude(specimens.result(disposition=text, detail=text)))
        attempt = specimens.attempt(
            number, id=f"att_{number}", call_id=f"cal_f{number}", lead_id=LeadId(f"led_{number}"), campaign_id=running
        )
        await container.attempts().open(replace(attempt, brand=DEFAULT_BRAND, detail=text))
    async with home.everybody() as client:
        for path in ("/calls.csv", "/campaigns/cmp_running/attempts.csv", "/imports/imp_1/errors.csv"):
            text = (await client.get(path)).text
            cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
            bad = [cell for cell in cells if cell.lstrip(" ")[:1] in "=@\t\r＝＋－＠" and cell.strip()]
            assert not bad, (path, bad)
            assert f"'{formula}" in cells, path
            signed = [cell for cell in cells if cell.startswith(("+", "-"))]
            assert all(cell[1:].replace(".", "").isdigit() for cell in signed), signed
        assert {"-5", "3.5"} <= set(cells_of((await client.get("/calls.csv")).text))


def cells_of(text: str) -> list[str]:
    return [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]


async def test_a_large_file_is_taken_in_flat_memory(tmp_path: Path) -> None:
    """In a process of its own, over the stores of the embedded default."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.api.large_import", str(FILE_SIZE), str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    output, _ = await child.communicate()
    assert child.returncode == 0
    told = json.loads(output.splitlines()[-1])
    sys.stdout.write(
        f"\n{told['size'] / 1e6:.0f} MB in {told['seconds']:.1f} s, grown by {told['grown'] / 1e6:.0f} MB\n"
    )
    assert told["state"] == "done"
    assert told["rows"] == told["added"] + sum(told["faults"].values())
    assert told["grown"] <= MOST_GROWN
