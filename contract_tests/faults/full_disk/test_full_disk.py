"""A disk that is full for a while: clear errors, nothing half-written, and all goes on when there is room."""

import sys
from pathlib import Path

from contract_tests.backends.roll import RAN, leave_out
from contract_tests.faults.full_disk.small_disk import on_a_small_disk, why_not

MEGABYTES = 8
FULL_DISK = "full_disk"


def test_a_full_disk_is_told_harms_nothing_and_is_over_when_there_is_room(tmp_path: Path) -> None:
    missing = why_not(tmp_path)
    if missing:
        leave_out(FULL_DISK, missing)
    RAN.add(FULL_DISK)

    story = on_a_small_disk(tmp_path, MEGABYTES, sys.executable, "-m", "contract_tests.faults.full_disk.story")

    assert story.returncode == 0, story.stderr
