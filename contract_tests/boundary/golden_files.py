"""The golden files: what each message looks like on the wire, and the shape of all of them.

A message may gain a field that has a default; anything else is a new version. When that is what is wanted:
`python -m contract_tests.boundary.golden_files` writes them anew, and the change is there for all to see.
"""

from pathlib import Path
from typing import Any, Final

import msgspec

from contract_tests.boundary.samples import SAMPLES

FOLDER: Final = Path(__file__).parent / "golden"
SHAPES: Final = FOLDER / "shapes.json"


def pretty(message: Any) -> bytes:
    return msgspec.json.format(msgspec.json.encode(message), indent=2) + b"\n"


def shapes() -> bytes:
    """The JSON schema of every message: which fields there are, and which must be there."""
    kinds = sorted({type(sample) for sample in SAMPLES.values()}, key=lambda kind: kind.__name__)
    _, components = msgspec.json.schema_components(kinds, ref_template="#/{name}")
    return msgspec.json.format(msgspec.json.encode(_bare(components), order="deterministic"), indent=2) + b"\n"


def _bare(schema: Any) -> Any:
    """Without what is said about it: better words change no message."""
    if isinstance(schema, dict):
        told = {name: part for name, part in schema.items() if not (name == "description" and isinstance(part, str))}
        return {name: _bare(part) for name, part in told.items()}
    return [_bare(part) for part in schema] if isinstance(schema, list) else schema


def write() -> None:
    for name, sample in SAMPLES.items():
        (FOLDER / f"{name}.json").write_bytes(pretty(sample))
    SHAPES.write_bytes(shapes())


if __name__ == "__main__":
    write()
