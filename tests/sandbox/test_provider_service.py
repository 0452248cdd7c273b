"""The town's provider of cash receipts: what it remembers, and what it tells the town's ledger."""

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from pos.ledger.folder import ProviderAt, open_folder
from pos.ledger.http_provider import HttpProvider, TradeType
from pos.ledger.provider import CashReceiptOrder, Shop
from pos.sandbox.cash_receipt_provider import ProviderThread, SimulatedProvider
from pos.sandbox.errors import SandboxError
from pos.sandbox.provider_service import appoint, masked, read_books
from pos.sandbox.town import init
from pos.voucher.bodies import CashReceiptPurpose, IdentifierKind, TaxSplit

NOW_S = 1_790_000_000
API_KEY = "sandbox-key-0001"
ORDER = CashReceiptOrder(
    merchant="m-bakery",
    shop=Shop(business_number="1234567891"),
    cash_receipt_id=bytes(16),
    amount_won=11_000,
    tax=TaxSplit(taxable_won=10_000, vat_won=1_000, exempt_won=0, service_won=0),
    traded_s=NOW_S,
    identifier_kind=IdentifierKind.PHONE,
    purpose=CashReceiptPurpose.DEDUCTION,
)


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "provider.key"
    path.write_text(API_KEY, "ascii")
    return path


def issue(key_file: Path, books: Path, order: CashReceiptOrder = ORDER) -> str | None:
    """Ask a provider that was started just now, and write its books as the command does."""
    with books.open("ab") as file:
        provider = SimulatedProvider(
            clock=lambda: NOW_S,
            api_key=API_KEY,
            books=read_books(books),
            keep=lambda line: file.write(msgspec.json.encode(masked(line)) + b"\n"),
        )
        with ProviderThread(provider) as service:
            adapter = HttpProvider(ProviderAt(url=service.url, key_file=key_file))
            return adapter.ask(order, bytearray(b"01012345678"), now_s=NOW_S).approval_number


def test_after_a_restart_the_same_order_has_the_same_number_and_another_one_its_own(
    key_file: Path, tmp_path: Path
) -> None:
    books = tmp_path / "books.jsonl"
    numbers = [issue(key_file, books) for _ in range(2)]
    numbers.append(issue(key_file, books, replace(ORDER, cash_receipt_id=bytes([1]) * 16)))

    lines = read_books(books)
    assert numbers == [lines[0].approval_number, lines[0].approval_number, lines[1].approval_number]
    assert [line.order.trade_type for line in lines] == [TradeType.ISSUE] * 2
    assert b"01012345678" not in books.read_bytes()


def test_a_line_that_the_plug_cut_is_dropped_and_any_other_damage_is_named(key_file: Path, tmp_path: Path) -> None:
    books = tmp_path / "books.jsonl"
    issue(key_file, books)
    whole = books.read_bytes()
    books.write_bytes(whole + whole[:40])

    assert len(read_books(books)) == 1
    assert books.read_bytes() == whole
    books.write_bytes(b"{}\n" + whole)
    with pytest.raises(SandboxError, match="books"):
        read_books(books)


def test_the_ledger_is_told_anew_where_the_provider_is_and_nothing_else_changes(tmp_path: Path) -> None:
    data = init(tmp_path / "town", seed="7").ledger_dir
    before = open_folder(data)

    keys = {appoint(data, url=f"http://127.0.0.1:{port}") for port in (8420, 8421)}

    after = open_folder(data)
    at = after.provider_at
    assert at is not None
    assert (at.url, {at.key_file.read_text("ascii").strip()}) == ("http://127.0.0.1:8421", keys)
    assert at.key_file.stat().st_mode & 0o077 == 0
    assert replace(after, provider=before.provider, provider_at=None, keys=before.keys) == before
    assert after.keys.identifier.public_key == before.keys.identifier.public_key
