"""PROTOCOL.md says what the code does, as far as tables can be compared."""

import re
from pathlib import Path

from pos.voucher import bodies, labels, messages, outcomes
from pos.voucher.aad import Aad
from pos.voucher.bodies import BootStamp, EntryBody
from pos.voucher.qr import QrKind

TEXT = (Path(bodies.__file__).parent / "PROTOCOL.md").read_text(encoding="utf-8")
WORDS = TEXT.replace("−", "-").replace("\u00a0", " ")


def test_every_aad_and_prefix_is_in_the_table():
    assert set(re.findall(r"`(chak/[a-z]+/1)`", TEXT)) == {str(aad) for aad in Aad if aad.startswith("chak/")}
    assert set(re.findall(r"`(CK[A-Z])1:`", TEXT)) == {str(kind) for kind in QrKind}


def test_every_private_claim_is_named():
    private = {value for name, value in vars(labels).items() if name.isupper() and isinstance(value, int) and value < 0}

    assert private == {int(key) for key in re.findall(r"(-655\d\d)", WORDS)} - {-65548}


def test_every_kind_of_entry_is_listed_and_no_other():
    kinds = {kind.KIND for kind in EntryBody.__subclasses__()} - {BootStamp.KIND}

    entries = TEXT.partition("## 6.")[2].partition("## 7.")[0]
    assert set(re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \|", entries, re.MULTILINE)) == kinds


def test_every_status_of_an_outcome_is_listed():
    for status in outcomes.OutcomeStatus:
        assert f"`{status}`" in TEXT


def test_limits_are_the_ones_in_the_text():
    for limit in (
        labels.OBJECT_BYTES_MAX,
        labels.SEQUENCE_MAX.bit_length(),
        outcomes.OUTCOMES_MAX,
        messages.CHECKPOINT_BYTES_MAX,
        labels.CERTIFICATE_LIFE_MAX_S,
    ):
        assert f"{limit}" in TEXT.replace(" ", "").replace("2³²", "32"), limit
