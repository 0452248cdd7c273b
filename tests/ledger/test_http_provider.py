"""Cash receipts over the wire: a real service with faults on order, a real ledger, and the buyer's number nowhere."""

from __future__ import annotations

import logging
import ssl
import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from pos.errors import ConfigError
from pos.ledger import schema
from pos.ledger.database import Database
from pos.ledger.folder import ProviderAt, open_folder
from pos.ledger.http_provider import HttpProvider, TradeType
from pos.ledger.korea import KOREA
from pos.ledger.provider import CashReceiptOrder, Shop, TradeOption
from pos.ledger.provider_waits import CONFIRM_PAUSE_S, PAUSE_S
from pos.sandbox.cash_receipt_provider import Fault, ProviderThread, SimulatedProvider
from pos.voucher.bodies import CashReceiptPurpose, CashReceiptReason, IdentifierKind, TaxSplit
from pos.voucher.message_bodies import CashReceiptState
from tests.support.cash_receipt_requests import PHONE, TAX, cancel
from tests.support.ledger_builders import NOW_S, Town
from tests.support.provider_wire import API_KEY, BUSINESS, Wire, wired

DAY_S = 86_400
PART = TaxSplit(taxable_won=2_727, vat_won=273, exempt_won=0, service_won=0)


@pytest.fixture
def wire(town: Town, database: Database) -> Iterator[Wire]:
    with wired(town, database) as made:
        yield made


def test_an_order_arrives_whole_and_its_approval_comes_back(wire: Wire) -> None:
    wire.request(1)

    wire.ask()

    (line,) = wire.provider.issued
    order = line.order
    assert (line.identity, order.identity_kind, order.usage) == (
        PHONE.decode(),
        IdentifierKind.PHONE,
        CashReceiptPurpose.DEDUCTION,
    )
    assert (order.business_number, order.branch_number, order.trade_option) == (BUSINESS, "0002", TradeOption.BOOKS)
    assert (order.total_won, order.supply_won, order.vat_won, order.tax_free_won, order.service_won) == (
        *(10_000, 9_091, 909),
        *(0, 0),
    )
    assert (order.traded_at.timestamp(), order.traded_at.utcoffset()) == (NOW_S, timedelta(hours=9))
    (answer,) = wire.told
    assert (answer.state, answer.approval_number, answer.approved_s) == (
        CashReceiptState.APPROVED,
        line.approval_number,
        NOW_S,
    )
    (kept,) = wire.desk.database.read(lambda connection: connection.execute(schema.provider_receipts.select()).all())
    assert kept[2:] == ("sandbox", f"r-{line.approval_number}", f"https://receipts.example/{line.approval_number}")


def test_it_is_issued_once_although_the_answer_was_lost(wire: Wire) -> None:
    wire.provider.fail(Fault.HALF, None, Fault.HALF)
    wire.request(1)

    wire.ask()
    assert (len(wire.provider.issued), wire.told) == (1, [])
    wire.ask(later_s=PAUSE_S)
    assert wire.told == [], "used already, and what stands under the key breaks off too"
    wire.ask(later_s=2 * PAUSE_S)

    assert len(wire.provider.issued) == 1
    assert [(answer.state, answer.approval_number) for answer in wire.told] == [
        (CashReceiptState.APPROVED, wire.provider.issued[0].approval_number)
    ]
    assert wire.provider.net_won == 10_000


@pytest.mark.parametrize("fault", [Fault.UNAVAILABLE, Fault.ERROR, Fault.PORTAL])
def test_what_may_pass_is_asked_again_and_not_at_once(wire: Wire, fault: Fault) -> None:
    wire.provider.fail(fault)
    wire.request(1)

    wire.ask()
    wire.ask(later_s=PAUSE_S - 1)
    assert (wire.provider.calls, wire.provider.issued, wire.told) == (1, (), [])
    wire.ask(later_s=1)

    assert (len(wire.provider.issued), wire.states) == (1, [CashReceiptState.APPROVED])


def test_a_provider_that_was_down_for_a_day_gets_everything_then(wire: Wire) -> None:
    wire.service.__exit__(None, None, None)
    for number in (1, 2, 3):
        wire.request(number)
    for _ in range(4):
        wire.ask(later_s=DAY_S // 4)
    assert wire.told == []

    with ProviderThread(wire.provider, port=wire.service.port):
        wire.ask(later_s=PAUSE_S)

    assert wire.states == [CashReceiptState.APPROVED] * 3
    assert [line.order.traded_at.timestamp() for line in wire.provider.issued] == [NOW_S] * 3
    assert wire.told[0].approved_s == NOW_S + DAY_S + PAUSE_S
    assert wire.provider.net_won == 30_000


def test_a_refusal_is_final_and_the_till_hears_code_and_words(wire: Wire) -> None:
    wire.provider.refuse("E301", "card is not registered")
    wire.request(1)

    wire.ask()
    wire.ask(later_s=DAY_S)

    (answer,) = wire.told
    assert (answer.state, answer.failure, answer.note) == (CashReceiptState.FAILED, "E301", "card is not registered")
    assert (wire.provider.calls, wire.provider.issued) == (1, ())


@pytest.mark.parametrize(("reason", "number"), zip(CashReceiptReason, (1, 2, 3), strict=True))
def test_a_part_is_cancelled_by_number_date_and_reason(wire: Wire, reason: CashReceiptReason, number: int) -> None:
    wire.request(1)
    wire.ask()
    cancel(wire.till, 2, 1, amount_won=3_000, reason=reason, tax=PART)
    wire.desk.deliver(wire.till)

    wire.ask(later_s=DAY_S)

    issued, cancelled = wire.provider.issued
    original = cancelled.order.original
    assert original is not None
    assert (original.approval_number, original.approved_on) == (issued.approval_number, issued.approved_on)
    assert (original.reason, original.is_partial, cancelled.identity) == (number, True, "")
    assert (cancelled.order.trade_type, wire.provider.net_won) == (TradeType.CANCEL, 7_000)
    assert CashReceiptState.CANCELLED in wire.states


def test_more_than_the_original_cannot_be_cancelled(wire: Wire) -> None:
    wire.request(1)
    wire.ask()
    for key in (2, 3, 4, 5):
        cancel(wire.till, key, 1, amount_won=3_000, tax=PART)
    wire.desk.deliver(wire.till)

    wire.ask()

    assert [answer.failure for answer in wire.told] == [None] * 4 + ["above_the_original"]
    assert wire.provider.net_won == 1_000


def test_the_tax_office_has_it_on_the_next_day(wire: Wire) -> None:
    wire.request(1)
    wire.ask()
    today = datetime.fromtimestamp(NOW_S, KOREA)
    morning = (today + timedelta(days=1)).replace(hour=9, minute=0, second=0, microsecond=0)

    wire.ask(later_s=int(morning.timestamp()) - CONFIRM_PAUSE_S - NOW_S)
    calls = wire.provider.calls
    wire.ask(later_s=CONFIRM_PAUSE_S - 1)
    assert (calls, wire.provider.calls) == (2, 2), "one question in ten minutes"
    assert wire.states == [CashReceiptState.APPROVED]
    wire.ask(later_s=1)

    assert wire.states == [CashReceiptState.APPROVED, CashReceiptState.CONFIRMED]


def test_the_number_is_in_no_log_no_table_and_no_file(
    wire: Wire, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    wire.provider.fail(Fault.ERROR, Fault.PORTAL, None, Fault.HALF)
    wire.provider.refuse(f"N{PHONE.decode()}", "010-1234-5678 is nobody's")
    for number in (1, 2):
        wire.request(number)
    for _ in range(4):
        wire.ask(later_s=PAUSE_S)

    assert {line.identity for line in wire.provider.issued} == {PHONE.decode()}
    assert sorted((answer.state, answer.failure, answer.note) for answer in wire.told) == [
        (CashReceiptState.APPROVED, None, None),
        (CashReceiptState.FAILED, "code_not_repeatable", None),
    ]
    assert "tried again" in caplog.text
    said = capfd.readouterr()
    written = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    tables = [
        str(row)
        for table in schema.metadata.sorted_tables
        for row in wire.desk.database.read(lambda connection, table=table: connection.execute(table.select()).all())
    ]
    assert any("code_not_repeatable" in row for row in tables), "the search finds what is there"
    for content in (caplog.text, said.out, said.err, *tables):
        assert PHONE.decode() not in content
        assert "010-1234-5678" not in content
        assert API_KEY not in content
    assert not any(PHONE in content or b"010-1234-5678" in content for content in written)


def an_order(number: int = 1, *, amount_won: int = 10_000, business: str | None = BUSINESS) -> CashReceiptOrder:
    return CashReceiptOrder(
        merchant="m-bakery",
        shop=None if business is None else Shop(business_number=business),
        cash_receipt_id=bytes([number]) * 16,
        amount_won=amount_won,
        tax=TAX if amount_won == 10_000 else PART,
        traded_s=NOW_S,
        identifier_kind=IdentifierKind.PHONE,
        purpose=CashReceiptPurpose.DEDUCTION,
    )


@pytest.fixture
def at(wire: Wire) -> ProviderAt:
    found = wire.desk.town.folder.provider_at
    assert found is not None
    return found


def test_an_answer_that_does_not_come_is_waited_for_no_longer_than_that(wire: Wire, at: ProviderAt) -> None:
    adapter = HttpProvider(at, timeout_s=0.3)
    wire.provider.fail(Fault.SLOW)

    with pytest.raises(OSError, match="TimeoutError"):
        adapter.ask(an_order(), bytearray(PHONE), now_s=NOW_S)

    answer = adapter.ask(an_order(), bytearray(PHONE), now_s=NOW_S + PAUSE_S)
    assert [answer.approval_number] == [line.approval_number for line in wire.provider.issued]


def test_another_order_under_a_used_key_is_refused(wire: Wire, at: ProviderAt) -> None:
    adapter = HttpProvider(at)
    adapter.ask(an_order(), bytearray(PHONE), now_s=NOW_S)

    other = adapter.ask(an_order(amount_won=3_000), bytearray(PHONE), now_s=NOW_S)

    assert (other.failure, wire.provider.net_won) == ("document_key_taken", 10_000)


def test_what_cannot_be_ordered_never_leaves(wire: Wire, at: ProviderAt) -> None:
    adapter = HttpProvider(at)

    assert [
        adapter.ask(an_order(business=None), bytearray(PHONE), now_s=NOW_S).failure,
        adapter.ask(an_order(), bytearray(b'1","total_won":"1'), now_s=NOW_S).failure,
    ] == ["business_number_unknown", "identifier_not_digits"]
    assert wire.provider.calls == 0


def test_a_key_that_is_not_taken_is_the_operators_matter_and_a_new_one_needs_no_restart(
    wire: Wire, at: ProviderAt
) -> None:
    wire.request(1)
    at.key_file.write_text("a-key-of-yesterday", "ascii")
    wire.ask()
    assert (wire.provider.calls, wire.told) == (1, [])
    at.key_file.write_text(API_KEY, "ascii")

    wire.ask(later_s=PAUSE_S)

    assert wire.states == [CashReceiptState.APPROVED]


def test_nothing_is_said_to_somebody_whose_certificate_does_not_hold(
    at: ProviderAt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate, key = tmp_path / "tls.pem", tmp_path / "tls.key"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-days", "2", "-subj", "/CN=provider"),
            *("-addext", "subjectAltName=IP:127.0.0.1", "-out", certificate, "-keyout", key),
        ],
        capture_output=True,
        check=True,
    )
    provider = SimulatedProvider(clock=lambda: NOW_S, api_key=API_KEY)
    with ProviderThread(provider, certificate=str(certificate), tls_key=str(key)) as service:
        there = ProviderAt(url=service.url, key_file=at.key_file)
        with pytest.raises(OSError, match="CERTIFICATE"):
            HttpProvider(there).ask(an_order(), bytearray(PHONE), now_s=NOW_S)
        assert provider.calls == 0

        monkeypatch.setenv(ssl.get_default_verify_paths().openssl_cafile_env, str(certificate))
        assert HttpProvider(there).ask(an_order(), bytearray(PHONE), now_s=NOW_S).approval_number is not None


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ('provider = "htpp"', "known are rehearsal"),
        ('provider = "http"\nurl = "http://provider.example"\nkey_file = "p.key"', "use https"),
        ('provider = "http"\nurl = "https://me:pw@provider.example"\nkey_file = "p.key"', "expected https://"),
        ('provider = "http"\nurl = "https://provider.example/발급"\nkey_file = "p.key"', "expected https://"),
        ('provider = "http"\nurl = "https://provider.example:x"\nkey_file = "p.key"', "is not a URL"),
        ('provider = "http"\nurl = "https://provider.example"', "needs one"),
        ('provider = "http"\nurl = "https://provider.example"\nkey_file = "none.key"', "none.key cannot be read"),
        ('provider = "http"\nurl = "https://provider.example"\nkey_file = "open.key"', "others may read"),
        ('provider = "http"\nurl = "https://provider.example"\nkey_file = "two.key"', "expected one line"),
        ('provider = "rehearsal"\nurl = "https://provider.example"', "for the provider http only"),
    ],
)
def test_settings_that_cannot_work_are_named(town: Town, settings: str, said: str) -> None:
    for name, content, mode in (("p", API_KEY, 0o600), ("open", API_KEY, 0o644), ("two", "two lines\nhere", 0o600)):
        (town.data / f"{name}.key").write_text(content, "ascii")
        (town.data / f"{name}.key").chmod(mode)
    written = (town.data / "ledger.toml").read_text("utf-8")
    (town.data / "ledger.toml").write_text(written.replace('provider = ""', settings), "utf-8")

    with pytest.raises(ConfigError) as caught:
        open_folder(town.data)

    (problem,) = caught.value.problems
    assert "cash_receipts." in problem
    assert said in problem
