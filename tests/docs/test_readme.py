"""README's first campaign is run as it stands, against a system started as it says, on a dozen of the rows."""

import json
import os
import re
import shutil
import subprocess
import wave
from pathlib import Path

from contract_tests.backends.roll import RAN, leave_out
from tests.launcher.system import environment, free_ports, password_in, up

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
LEADS = ROOT / "examples" / "leads.csv"
NUMBERS = {
    "US": "415-555-01{:02d}",
    "GB": "020 7946 00{:02d}",
    "DE": "030 23125 0{:02d}",
    "FR": "01 99 00 00 {:02d}",
    "IN": "022 6190 10{:02d}",
}
FEW = ("US", "US", "US", "GB", "GB", "DE", "FR", "IN", "IN")
LONGEST = 400


def steps() -> str:
    """The shell blocks of the section, one after the other."""
    text = README.read_text()
    section = text.partition("## A first campaign, by curl")[2].partition("\n## ")[0]
    return "\n".join(re.findall(r"```sh\n(.*?)```", section, re.DOTALL))


def few_leads(folder: Path) -> Path:
    """A few numbers that people can be reached at in each country, and one that cannot be."""
    rows = [f"Ada,{NUMBERS[country].format(20 + index)},{country}" for index, country in enumerate(FEW)]
    file = folder / "leads.csv"
    file.write_text("\n".join(["First Name,Phone,Country", *rows, "Bob,not a number,US"]) + "\n")
    return file


def test_readmes_first_campaign_does_what_it_says(tmp_path: Path) -> None:
    if not (shutil.which("curl") and shutil.which("sh")):
        leave_out("curl", "README's steps want curl and sh")
    RAN.add("curl")
    environ = {**environment(tmp_path / "data", 23100), "CXB_PRIVATE_TARGETS": "127.0.0.0/8"}
    with up(tmp_path / "data", {**environ, "CXB_SIMULATION_SPEED": "5"}, tmp_path / "up.log") as system:
        script = (
            steps()
            .replace("PASSWORD", password_in(system.until("CXB is up.")) or "")
            .replace("127.0.0.1:8600", f"127.0.0.1:{environ['CXB_CONSOLE_PORT']}")
            .replace("8700", str(free_ports(23600)[0]))
            .replace("examples/leads.csv", str(few_leads(tmp_path)))
            .replace("examples/", f"{ROOT}/examples/")
        )
        done = subprocess.run(  # noqa: S603  # our own page
            ["/bin/sh", "-eu", "-c", script],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            timeout=LONGEST,
            check=False,
        )

    assert done.returncode == 0, done.stdout + done.stderr
    pushes = [json.loads(line) for line in (tmp_path / "pushes.ndjson").read_text().splitlines()]
    assert len(pushes) >= len(FEW) - FEW.count("IN")
    assert f"'done.out_of_hours': {FEW.count('IN')}" in done.stdout
    assert '"not_a_number":1' in done.stdout
    with wave.open(str(tmp_path / "call.wav")) as recording:
        assert recording.getnchannels() == 2
        assert recording.getnframes() > recording.getframerate()
