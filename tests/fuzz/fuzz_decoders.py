"""Fuzzing of everything that reads bytes or text from outside, with atheris.

    python tests/fuzz/fuzz_decoders.py -atheris_runs=1000000 [libFuzzer options]

The first byte of an input chooses the decoder. What a decoder may raise is MalformedError; everything else, and an
input that reads back differently, is a finding. The test vectors are the seeds.
"""

import contextlib
import json
import sys
import tempfile
from pathlib import Path
from typing import Final

import atheris

ROOT: Final = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

with atheris.instrument_imports(include=["pos"]):
    from pos.errors import MalformedError
    from tests.fuzz.decoders import DECODERS

VECTORS: Final = ROOT / "tests" / "vectors"
NAMES: Final = tuple(DECODERS)


def read_any(data: bytes) -> None:
    """Give one input to the decoder that its first byte chooses."""
    if data:
        with contextlib.suppress(MalformedError):
            DECODERS[NAMES[data[0] % len(NAMES)]](data[1:])


def write_seeds(folder: Path) -> None:
    """Write the test vectors as a corpus."""
    for index, name in enumerate(NAMES):
        path = VECTORS / f"{name}.json"
        cases = json.loads(path.read_text(encoding="utf-8"))["cases"] if path.exists() else []
        for number, case in enumerate(cases):
            text = case.get("text")
            raw = bytes.fromhex(case["bytes"]) if text is None else text.encode()
            (folder / f"{name}-{number}").write_bytes(bytes((index,)) + raw)


def main() -> None:
    with tempfile.TemporaryDirectory() as seeds:
        write_seeds(Path(seeds))
        atheris.Setup([*sys.argv, seeds], read_any)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
