"""`pos sandbox …` as typed: what it prints, what it leaves, how it says no."""

import argparse
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nacl.signing
import pytest
import zxingcpp
from PIL import Image

from pos.sandbox.cli import add_parsers
from pos.sandbox.qr_picture import qr_png
from pos.sandbox.town import KeyState, open_town
from pos.voucher.aad import Aad
from pos.voucher.claims import Voucher
from pos.voucher.cose import parse_sign1, verify_sign1
from pos.voucher.qr import QrKind, decode_text

Run = Callable[..., int]


@pytest.fixture
def run() -> Run:
    """Run `pos sandbox` with these words; the exit code."""
    parser = argparse.ArgumentParser(prog="pos")
    add_parsers(parser.add_subparsers())

    def run(*words: object) -> int:
        try:
            options = parser.parse_args(["sandbox", *map(str, words)])
        except SystemExit as leaving:
            return int(leaving.code or 0)
        return int(options.run(options))

    return run


@pytest.fixture
def directory(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    assert run("init", tmp_path / "town", "--seed", "7") == 0
    assert capsys.readouterr().out == f"{tmp_path / 'town' / 'terminal.toml'}\n"
    return tmp_path / "town"


def claims_in(path: Path) -> Voucher:
    return Voucher.from_payload(parse_sign1(path.read_bytes()).payload)


def test_a_voucher_for_a_foreign_key_is_signed_by_the_issuer(run: Run, directory: Path, tmp_path: Path) -> None:
    foreign = bytes(nacl.signing.SigningKey.generate().verify_key)
    out = tmp_path / "v.cbor"

    assert run("voucher", directory, "--value", "50,000", "--holder-key", foreign.hex(), "--out", out) == 0

    claims, key = claims_in(out), open_town(directory).issuer_key("41390", KeyState.CURRENT)
    assert verify_sign1(parse_sign1(out.read_bytes()), public_key=key.public_key, aad=Aad.VOUCHER)
    assert (claims.issuer, claims.program, claims.value_won, claims.holder_key, claims.serial) == (
        "41390", "general", 50_000, foreign, None,
    )  # fmt: skip
    assert claims.not_before_s < claims.issued_s < claims.expires_s


def test_no_voucher_id_is_issued_twice(run: Run, directory: Path, tmp_path: Path) -> None:
    for number in range(3):
        assert run("voucher", directory, "--value", 1_000, "--out", tmp_path / f"{number}.cbor") == 0

    assert len({claims_in(tmp_path / f"{number}.cbor").voucher_id for number in range(3)}) == 3


def test_a_note_has_a_serial_and_no_holder_and_its_text_is_printed(
    run: Run, directory: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "note.cbor"

    assert run("voucher", directory, "--value", 10_000, "--program", "paper", "--serial", "AA 0001", "--out", out) == 0

    assert (claims_in(out).serial, claims_in(out).holder_key) == ("AA 0001", None)
    note = decode_text(capsys.readouterr().out.strip())
    assert (note.kind, note.data) == (QrKind.VOUCHER, out.read_bytes())


def test_a_voucher_can_be_over_already(run: Run, directory: Path, tmp_path: Path) -> None:
    assert run("voucher", directory, "--value", 1, "--expires-in", "-60", "--out", tmp_path / "v.cbor") == 0

    claims = claims_in(tmp_path / "v.cbor")
    assert claims.not_before_s < claims.issued_s < claims.expires_s < open_town(directory).made_s


def test_the_towns_wallet_pays_and_its_picture_is_a_readable_code(
    run: Run, directory: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, qr = tmp_path / "v.cbor", tmp_path / "pay.png"
    assert run("voucher", directory, "--value", 50_000, "--out", out) == 0
    capsys.readouterr()

    assert run("pay", directory, "--voucher", out, "--amount", 12_000, "--qr", qr) == 0

    text = capsys.readouterr().out.strip()
    assert decode_text(text).kind is QrKind.PAYMENT
    with Image.open(qr) as picture:
        seen = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
        assert all(picture.getpixel((at, at)) for at in range(24)), "four light modules of six dots"
    assert [code.text for code in seen] == [text]
    assert open_town(directory).wallet.purses()[0].spent_won == 12_000


def test_payments_are_drawn_in_alphanumeric_mode_at_level_l() -> None:
    import io

    import segno

    text = "CKP1:" + "A$" * 200
    assert segno.make_qr(text, error="l", boost_error=False).mode == "alphanumeric"
    with Image.open(io.BytesIO(qr_png(text, module_dots=1))) as picture:
        seen = zxingcpp.read_barcodes(picture.convert("L").resize((600, 600)))
    assert (seen[0].text, seen[0].ec_level) == (text, "L")


def test_a_purse_pays_no_more_than_its_value(
    run: Run, directory: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("voucher", directory, "--value", 5_000, "--out", tmp_path / "v.cbor") == 0

    code = run("pay", directory, "--voucher", tmp_path / "v.cbor", "--amount", 5_001, "--qr", tmp_path / "pay.png")

    assert code == 2
    assert "the purse has 5,000 won left" in capsys.readouterr().err
    assert not (tmp_path / "pay.png").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--value", "0"], "zero won"),
        (["--value", "-5"], "is negative"),
        (["--value", "1e6"], "not a whole number of won"),
        (["--value", "100000001"], "more than 100,000,000 won"),
        (["--value", "5", "--holder-key", "ab"], "64 hex digits"),
        (["--value", "5", "--holder-key", "01" + "00" * 31], "no point that a key can have"),
        (["--value", "5", "--holder-key", " " + "00" * 31 + "0"], "64 hex digits"),
        (["--value", "5", "--issuer", "45130"], "it has 41390 (시흥시)"),
        (["--value", "5", "--program", "lunch"], "it has general, card, youth"),
        (["--value", "5", "--serial", "x" * 21], "1 to 20 bytes"),
        (["--value", "5", "--serial", "A\tB"], "1 to 20 bytes"),
        (["--value", "5", "--serial", ""], "1 to 20 bytes"),
        (["--value", "5", "--expires-in", "soon"], "whole number of seconds"),
        (["--value", "5", "--expires-in", "999999999999"], "cannot expire"),
        (["--value", "5", "--expires-in=-99999999999"], "cannot expire"),
    ],
)
def test_an_order_that_cannot_be_issued_is_said_and_leaves_nothing(
    run: Run, directory: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert run("voucher", directory, *words, "--out", tmp_path / "v.cbor") == 2

    assert said in capsys.readouterr().err
    assert not (tmp_path / "v.cbor").exists()


def test_a_note_is_not_for_a_holder(
    run: Run, directory: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = bytes(nacl.signing.SigningKey.generate().verify_key).hex()
    words = ("--value", 5_000, "--serial", "A1", "--holder-key", key, "--out", tmp_path / "v.cbor")

    assert run("voucher", directory, *words) == 2
    assert "either --serial or --holder-key" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "cannot be read"), (b"", "is not a voucher"), (b"{}", "is not a voucher"), (b"x" * 5_000, "too many")],
)
def test_a_file_that_is_no_voucher_pays_nothing(
    run: Run, directory: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None, said: str
) -> None:
    if content is not None:
        (tmp_path / "v.cbor").write_bytes(content)

    assert run("pay", directory, "--voucher", tmp_path / "v.cbor", "--amount", 1, "--qr", tmp_path / "q.png") == 2
    assert said in capsys.readouterr().err


def test_another_wallets_voucher_and_a_garbled_request_are_not_paid(
    run: Run, directory: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, key = tmp_path / "v.cbor", bytes(nacl.signing.SigningKey.generate().verify_key).hex()
    assert run("voucher", directory, "--value", 5_000, "--holder-key", key, "--out", out) == 0
    assert run("pay", directory, "--voucher", out, "--amount", 1, "--qr", tmp_path / "q.png") == 2
    assert "pay from the wallet that made that key" in capsys.readouterr().err

    assert run("voucher", directory, "--value", 5_000, "--out", out) == 0
    for request in ("CKR1:", "CKP1:AB", "hello", "CKR1:" + "0" * 900):
        words = ("--voucher", out, "--amount", 1, "--request", request, "--qr", tmp_path / "q.png")
        assert run("pay", directory, *words) == 2
    assert not (tmp_path / "q.png").exists()
    assert {purse.sequence for purse in open_town(directory).wallet.purses()} == {0}


def test_output_into_a_missing_folder_is_said_before_anything_is_signed(
    run: Run, directory: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("voucher", directory, "--value", 5, "--out", tmp_path / "no" / "v.cbor") == 2
    assert run("voucher", directory, "--value", 5, "--out", tmp_path / "v.cbor") == 0
    capsys.readouterr()

    words = ("--voucher", tmp_path / "v.cbor", "--amount", 5, "--qr", tmp_path / "no" / "q.png")
    assert run("pay", directory, *words) == 2

    assert "there is no folder" in capsys.readouterr().err
    assert open_town(directory).wallet.purses() == ()


@pytest.mark.parametrize("words", [["init"], ["init", "x", "--policy", "lax"], ["voucher", "x"], ["pay"], []])
def test_incomplete_words_are_wrong_usage(run: Run, words: list[str]) -> None:
    assert run(*words) == 2


def test_commands_about_a_folder_that_is_no_town_say_how_to_make_one(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("voucher", tmp_path, "--value", 5, "--out", tmp_path / "v.cbor") == 2
    assert "pos sandbox init" in capsys.readouterr().err


def test_parsing_loads_neither_qr_nor_crypto_libraries() -> None:
    heavy = "{'segno', 'cbor2', 'nacl', 'msgspec', 'sqlalchemy'} & set(sys.modules)"
    code = f"import sys, pos.sandbox.cli; sys.exit(str({heavy}) if {heavy} else 0)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
