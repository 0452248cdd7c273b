"""Proofs and checkpoints that others made: the transparency-dev project's vectors, and Go's checksum database."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from pos.errors import MalformedError
from pos.voucher.checkpoint import verify_checkpoint
from pos.voucher.merkle import verify_consistency, verify_hashed_inclusion

THIRD_PARTY = Path(__file__).parents[1] / "vectors" / "third_party"
VECTORS: dict[str, dict[str, dict[str, Any]]] = {
    kind: cases
    for kind, cases in json.loads((THIRD_PARTY / "transparency-dev-merkle.json").read_text()).items()
    if kind in ("consistency", "inclusion")
}


def from_base64(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


SUM_KEY = from_base64("Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8")[1:]
SUM_HEAD = (
    "go.sum database tree\n63096908\n8lHrQPRYe4KT4WQ9/Qk8/taKnD6IRHbFgfN7vQE2Y54=\n\n"
    "\u2014 sum.golang.org "
    "Az3gri/oVBN1jAhNZ/iS+W31psFAWRT20/GyrhpU6taFwulQGetBkH5S7wpGXdS935jiIGiUUAXBVHzT/P6fYhqAmAk=\n"
)


def path_of(case: dict[str, Any]) -> list[bytes]:
    return [from_base64(node) for node in case["proof"] or []]


def test_there_are_as_many_vectors_as_there_should_be() -> None:
    assert {kind: len(cases) for kind, cases in VECTORS.items()} == {"consistency": 98, "inclusion": 98}


@pytest.mark.parametrize("name", sorted(VECTORS["consistency"]))
def test_consistency_is_judged_as_others_judge_it(name: str) -> None:
    case = VECTORS["consistency"][name]
    roots = [from_base64(case[root] or "") for root in ("root1", "root2")]

    holds = verify_consistency(case["size1"], roots[0], case["size2"], roots[1], path_of(case))

    assert holds is not case["wantErr"]


@pytest.mark.parametrize("name", sorted(VECTORS["inclusion"]))
def test_inclusion_is_judged_as_others_judge_it(name: str) -> None:
    case = VECTORS["inclusion"][name]
    leaf, root = from_base64(case["leafHash"] or ""), from_base64(case["root"] or "")

    holds = verify_hashed_inclusion(leaf, case["leafIdx"], case["treeSize"], path_of(case), root)

    assert holds is not case["wantErr"]


def test_a_head_of_gos_checksum_database_is_verified() -> None:
    head = verify_checkpoint(SUM_HEAD, origin="go.sum database tree", public_key=SUM_KEY)

    assert head.size == 63_096_908


@pytest.mark.parametrize(
    ("was", "becomes"), [("63096908", "63096909"), ("8lHrQ", "9lHrQ"), ("Az3gri/o", "Az3gri/p"), ("go.sum", "go.som")]
)
def test_a_head_that_was_changed_is_not(was: str, becomes: str) -> None:
    with pytest.raises(MalformedError):
        verify_checkpoint(SUM_HEAD.replace(was, becomes), origin="go.sum database tree", public_key=SUM_KEY)
