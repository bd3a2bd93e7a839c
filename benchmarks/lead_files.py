"""Files of leads for benchmarks: numbers of four countries, written as spreadsheets write them."""

import random
from pathlib import Path
from typing import Final

AREAS: Final = ("212", "415", "312", "303", "206", "617", "404", "713", "602", "503")
HEADER: Final = "phone,first_name,last_name,id,city,region\n"
MAPPING: Final = {"phone": "phone"}


def write_file(path: Path, rows: int) -> int:
    """The same file for the same size; its bytes. About one row in a hundred is at fault, or there twice."""
    chance = random.Random(rows)  # noqa: S311  # a benchmark's own
    with path.open("w", encoding="utf-8") as file:
        file.write(HEADER)
        for number in range(rows):
            phone, region = written(chance, number)
            file.write(f"{phone},Anna{number % 100},Smith{number % 977},x-{number},Springfield,{region}\n")
    return path.stat().st_size


def written(chance: random.Random, number: int) -> tuple[str, str]:
    """A number as somebody wrote it, and where. Each `number` gives another one, up to several millions."""
    if number % 100 == 99:
        return ("0700", "GB") if number % 200 == 199 else ("212-555-0123", "US")
    way = chance.randrange(4)
    if way == 3:
        return f"07{chance.choice('45789')}{number % 10**8:08d}", "GB"
    area, line = chance.choice(AREAS), f"{200 + number // 10_000 % 800:03d}{number % 10_000:04d}"
    ways = (f"+1{area}{line}", f"({area}) {line[:3]}-{line[3:]}", f"{area}-{line[:3]}-{line[3:]}")
    return ways[way], "US"


def dnc_numbers(rows: int) -> list[str]:
    """Some that are in the file, so that the look-ups find something."""
    chance = random.Random(rows)  # noqa: S311  # as above
    listed = (written(chance, number)[0] for number in range(rows))
    return [phone for index, phone in enumerate(listed) if index % 50 == 0 and phone.startswith("+")]
