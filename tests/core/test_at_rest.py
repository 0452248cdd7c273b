"""What lies on the card, on the mirror stick and in a backup, byte by byte: the handbook's table of what a thief gets.

Files are searched as they lie while the till runs, the write-ahead log and freed pages among them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from nacl.exceptions import InvalidkeyError
from nacl.pwhash import argon2id

from pos.core.enrolling import CODE_FILE, KEY_FILE, Enrolling
from pos.core.pins import PEPPER, PEPPER_BYTES
from pos.journal.mirror import prepare_mirror
from pos.link.calls import AddPerson, Done, PayOther, RequestCashReceipt
from pos.sandbox.town import Town
from pos.voucher.bodies import CashReceiptRequested
from pos.voucher.enrolment import NO_PIN, EnrolmentCode
from pos.voucher.keys import SigningKey
from pos.voucher.message_bodies import CashReceiptState, CashReceiptTold
from tests.support.core_builders import Shop
from tests.support.ledger_post import Post

PHONE, CARD, BUSINESS = "01048213975", "4093817264550912", "2208162517"
PIN = "271828"


@pytest.fixture
def marked_stick(town: Town, stick: Path) -> Path:
    """The mirror stick, plugged in and marked."""
    key = SigningKey.from_seed((town.directory / "state" / "terminal.key").read_bytes())
    prepare_mirror(stick, terminal="t-bakery-1", public_key=key.public_key)
    return stick


def written(*folders: Path) -> dict[str, bytes]:
    """Every file below these folders."""
    return {str(path): path.read_bytes() for folder in folders for path in folder.rglob("*") if path.is_file()}


def spellings(digits: str) -> Iterator[bytes]:
    """A number as somebody would look for it: as text, with hyphens, as a number, in reverse, as two digits a byte."""
    yield digits.encode()
    yield digits.encode("utf-16-le")
    yield f"{digits[:3]}-{digits[3:-4]}-{digits[-4:]}".encode()
    yield int(digits).to_bytes(8, "big")
    yield int(digits).to_bytes(8, "little")
    yield bytes.fromhex(digits if len(digits) % 2 == 0 else f"0{digits}")


def places_of(digits: str, files: dict[str, bytes]) -> list[str]:
    return [name for name, content in files.items() if any(spelling in content for spelling in spellings(digits))]


def ask_for_receipt(shop: Shop, digits: str, purpose: str, amount_won: int) -> None:
    shop.type_amount(amount_won)
    assert shop.screen(PayOther(kind="cash", amount_won=amount_won)) == Done()
    assert shop.screen(RequestCashReceipt(purpose=purpose, digits=digits, receipt_number="")) == Done()


def test_no_customers_number_lies_anywhere_before_and_after_its_approval(
    town: Town, marked_stick: Path, open_with: Callable[..., Shop]
) -> None:
    shop = open_with()
    post = Post(shop)
    for amount_won, (digits, purpose) in enumerate(
        ((PHONE, "deduction"), (CARD, "deduction"), (BUSINESS, "expense")), start=11
    ):
        ask_for_receipt(shop, digits, purpose, amount_won * 1_000)
    asked = [body for body in shop.bodies if isinstance(body, CashReceiptRequested)]
    assert len(asked) == 3

    before = written(shop.state_dir, marked_stick)
    for body in asked:
        post.tell(
            CashReceiptTold(
                cash_receipt_id=body.cash_receipt_id,
                state=CashReceiptState.APPROVED,
                approval_number="G12345678",
                approved_s=shop.clock.wall,
            )
        )
    shop.core.journal.checkpoint()
    after = written(shop.state_dir, marked_stick)

    for digits in (PHONE, CARD, BUSINESS):
        assert places_of(digits, before | after) == []
    assert any(PHONE[-4:].encode() in content for content in before.values()), "the last four stand on the receipt"
    assert all(body.sealed in before[str(marked_stick / "journal.mirror")] for body in asked), "for the ledger alone"


def test_mirror_and_backup_hold_neither_key_nor_pepper_and_the_mirror_no_verifier(
    town: Town, marked_stick: Path, open_with: Callable[..., Shop]
) -> None:
    shop = open_with()
    assert shop.screen(AddPerson(name="박주인", role="owner", pin=PIN)) == Done()
    shop.pay(shop.code(4_000), 4_000)
    shop.core.journal.checkpoint()
    # What a backup is, on the card or on the stick: this file, byte by byte.
    backup = {"journal.db": (shop.state_dir / "journal.db").read_bytes()}
    seed = (shop.state_dir / "terminal.key").read_bytes()
    pepper = (shop.state_dir / PEPPER).read_bytes()

    outside = written(marked_stick) | backup

    assert not any(secret in content for secret in (seed, pepper) for content in outside.values())
    assert places_of(PIN, outside | written(shop.state_dir)) == []
    assert b"$argon2id$" in outside["journal.db"], "a backup has what PINs are checked with"
    assert not any(b"argon2" in content for content in written(marked_stick).values())
    assert "박주인".encode() in b"".join(written(marked_stick).values()), "who works there is on the stick"


def test_a_right_guess_at_a_pin_is_not_seen_to_be_right_without_the_pepper(open_with: Callable[..., Shop]) -> None:
    shop = open_with()
    assert shop.screen(AddPerson(name="박주인", role="owner", pin=PIN)) == Done()
    kept = shop.core.journal.people.verifier(1)
    assert kept is not None
    pepper = (shop.state_dir / PEPPER).read_bytes()

    def fits(guess: bytes) -> bool:
        try:
            return argon2id.verify(kept.encode("ascii"), guess)
        except InvalidkeyError:
            return False

    def seasoned(spice: bytes) -> bytes:
        return hashlib.blake2b(PIN.encode(), key=spice, digest_size=32).digest()

    assert not fits(PIN.encode())
    assert not fits(hashlib.blake2b(PIN.encode(), digest_size=32).digest())
    assert not fits(seasoned(bytes(PEPPER_BYTES)))
    assert fits(seasoned(pepper)), "whoever has the pepper too can try a million PINs: it is sealed with the key"


def test_a_sealed_pepper_is_used_and_no_new_one_is_made(town: Town, open_with: Callable[..., Shop]) -> None:
    shop = open_with()
    assert shop.screen(AddPerson(name="박주인", role="owner", pin=PIN)) == Done()
    credentials = town.directory / "credentials-of-the-unit"
    credentials.mkdir()
    pins = shop.core.screen.people.pins
    with_sealed = type(pins)(people=pins.people, state_dir=pins.state_dir, credentials=credentials)
    (credentials / PEPPER).write_bytes(b"none")
    assert with_sealed.is_right(1, PIN), "until it is sealed it lies in the state folder"

    (shop.state_dir / PEPPER).rename(credentials / PEPPER)

    assert with_sealed.is_right(1, PIN)
    assert not (shop.state_dir / PEPPER).exists()


def test_what_a_terminal_makes_for_itself_only_core_may_read(
    town: Town, tmp_path: Path, open_with: Callable[..., Shop]
) -> None:
    shop = open_with()
    assert shop.screen(AddPerson(name="박주인", role="owner", pin=PIN)) == Done()
    code = EnrolmentCode(
        url="http://127.0.0.1:8400", ledger="sandbox", secret=b"s" * 16, root_sha256=b"r" * 32, ca_pin=NO_PIN
    )
    made = Enrolling.begin(tmp_path / "state", code)

    modes = {path.name: path.stat().st_mode & 0o777 for path in (made.folder, *made.folder.iterdir())}
    assert modes == {made.folder.name: 0o700, KEY_FILE: 0o600, CODE_FILE: 0o600}
    assert (shop.state_dir / PEPPER).stat().st_mode & 0o077 == 0
    assert (shop.state_dir / "terminal.key").stat().st_mode & 0o077 == 0
